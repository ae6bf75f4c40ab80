/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The world of virtual hardware around a terminal: card slots, network cable, headset. One set of verbs, the same for the control
 * socket (dock-control.h) and the panel (panel.h); the list is in hw/dock/README.md. Main thread only.
 */
typedef struct PerronDock PerronDock;

typedef struct {
  const char *cards;  /* folder of cards named without a slash */
  const char *slot;   /* NULL: no reader; else socket of the first slot, the N-th at the same path followed by .N */
  guint readers;      /* 1 to 16 */
  const char *vpcd;   /* NULL: none; else "ADDRESS:PORT" of vpcd, which then reads the slots too, the N-th at PORT + N */
  const char *net;    /* NULL: no network; else "LISTEN_PORT:TARGET_PORT", both on 127.0.0.1, the first maybe 0 */
  const char *sound;  /* NULL: no sound; else a PulseAudio server string */
  const char *printer; /* NULL: none; else where a symbolic link to the printer's line stands */
  const char *keypad;  /* NULL: none; else where the FIFO of its events stands */
  const char *jack;    /* NULL: none; else socket of the jack for alsa-lib */
  const char *nfc;    /* NULL: no NFC reader; else path of a link to its serial line */
  const char *tags;   /* folder of tags named without a slash; NULL: "tags" beside `cards` */
  gboolean realistic_nfc; /* answers as late as a real chip's */
} PerronDockOptions;

typedef enum {
  PERRON_DOCK_ERROR_OPTION, /* an option of the dock is wrong */
  PERRON_DOCK_ERROR_VERB,   /* unknown verb, wrong argument, or the state does not allow it */
} PerronDockError;

#define PERRON_DOCK_ERROR (perron_dock_error_quark ())
GQuark perron_dock_error_quark (void);

PerronDock *perron_dock_new (const PerronDockOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_free (PerronDock *dock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDock, perron_dock_free)

/* One line of answer, without line end: "ok", "error: why", or a JSON object. */
typedef void (*PerronDockReply) (const char *line, gpointer data);

/* Does one verb. `reply` is called exactly once, now or later from the main loop (the headset waits for the sound server). */
void perron_dock_do (PerronDock *dock, const char *line, PerronDockReply reply, gpointer data);

/* The answer to `status`: one JSON object on one line. Transfer full. */
char *perron_dock_dup_status (PerronDock *dock);

const char *perron_dock_get_cards_folder (PerronDock *dock);

/* Called from the main loop after any change of status; one listener. */
void perron_dock_listen (PerronDock *dock, void (*changed) (gpointer data), gpointer data);

/* `quit` was asked: called once. */
void perron_dock_on_quit (PerronDock *dock, void (*quit) (gpointer data), gpointer data);

G_END_DECLS
