/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * libespeak-ng, which is one for the whole process and crashes when two threads enter it: every call here takes one lock, held
 * while a text is said. Synchronous mode: the text is synthesised in the caller's thread, about a thousand times faster than it
 * is heard. Any thread; blocks as long as the receiver does.
 */

typedef enum {
  PERRON_ENGINE_ERROR_DATA,  /* the voice data cannot be loaded */
  PERRON_ENGINE_ERROR_VOICE, /* no such voice */
  PERRON_ENGINE_ERROR_SPEAK, /* the engine refused the text */
} PerronEngineError;

#define PERRON_ENGINE_ERROR (perron_engine_error_quark ())
GQuark perron_engine_error_quark (void);

/*
 * Loads the engine, once; later calls only say whether it is there. There is no close: libespeak-ng 1.51 waits for ever in its
 * second espeak_Terminate() of a process, so it stays until the process ends.
 */
gboolean perron_engine_open (GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
  /* FALSE: stop at once. Mono 16 bit, PERRON_ENGINE_RATE; silence before the first sound is left out. */
  gboolean (*on_samples) (const gint16 *samples, gsize count, gpointer user);
  /* A word begins at this sample; start (from 0) and length in characters, widened to the spaces around it. Comes before its samples. */
  void (*on_word) (guint64 sample, guint start, guint length, gpointer user);
} PerronEngineReceiver;

#define PERRON_ENGINE_RATE 22050

/* TRUE also when the receiver stopped it. `voice` as espeak-ng names it ("fr", "en"). */
gboolean perron_engine_speak (const char *voice, guint rate_wpm, const char *text, const PerronEngineReceiver *receiver, gpointer user,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Overwrites what the engine keeps of the last text and sound in buffers of its own, which it cannot be told to wipe: one clause of plain
 * syllables, as long as a text of `text_bytes`, is synthesised and thrown away. To be called after each personal text. Some milliseconds.
 */
void perron_engine_rinse (const char *voice, gsize text_bytes);

G_END_DECLS
