/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/engine.h"

#include <espeak-ng/speak_lib.h>
#include <string.h>

#include "hw/speech/phonemes.h"
#include "hw/speech/words.h"

/* Below this a sample is not heard (-40 dB): what stands before the first louder one is left out, up to 55 ms of it. */
#define AUDIBLE 328
#define KEPT_BEFORE 64
#define IPA_MODE 0x02

G_DEFINE_QUARK (perron-engine-error-quark, perron_engine_error)

typedef struct {
  const char *text;
  const PerronEngineReceiver *receiver;
  gpointer user;
  gboolean sounding;
  guint64 left_out;
  guint word_start;
  guint word_end;
} Speaking;

static struct {
  GMutex mutex;
  gboolean opened;
  Speaking *speaking;
} engine;

static void
tell_words (Speaking *speaking, const espeak_EVENT *event)
{
  for (; event->type != espeakEVENT_LIST_TERMINATED; event++) {
    guint start, length;
    if (event->type != espeakEVENT_WORD || event->text_position < 1 ||
        !perron_word_widen (speaking->text, (guint) event->text_position, &start, &length))
      continue;
    /* Several events fall in one run: only the first is a new word. */
    if (start >= speaking->word_start && start < speaking->word_end)
      continue;
    speaking->word_start = start;
    speaking->word_end = start + length;
    guint64 sample = (guint64) MAX (event->audio_position, 0) * PERRON_ENGINE_RATE / 1000;
    speaking->receiver->on_word (sample > speaking->left_out ? sample - speaking->left_out : 0, start, length, speaking->user);
  }
}

static int
on_synth (short *samples, int count, espeak_EVENT *events)
{
  Speaking *speaking = engine.speaking;
  gsize skipped = 0;

  if (samples == NULL || count <= 0)
    return 0;
  if (!speaking->sounding) {
    while (skipped < (gsize) count && ABS ((int) samples[skipped]) < AUDIBLE)
      skipped++;
    speaking->sounding = skipped < (gsize) count;
    if (speaking->sounding)
      skipped -= MIN (skipped, KEPT_BEFORE);
    speaking->left_out += skipped;
  }
  tell_words (speaking, events);
  if (skipped == (gsize) count)
    return 0;
  return speaking->receiver->on_samples (samples + skipped, (gsize) count - skipped, speaking->user) ? 0 : 1;
}

gboolean
perron_engine_open (GError **error)
{
  g_mutex_lock (&engine.mutex);
  if (!engine.opened)
    engine.opened = espeak_Initialize (AUDIO_OUTPUT_SYNCHRONOUS, 0, NULL, espeakINITIALIZE_DONT_EXIT) == PERRON_ENGINE_RATE;
  gboolean ok = engine.opened;
  g_mutex_unlock (&engine.mutex);
  if (!ok)
    g_set_error_literal (error, PERRON_ENGINE_ERROR, PERRON_ENGINE_ERROR_DATA, "the voice data (espeak-ng-data) cannot be loaded");
  return ok;
}

/* A voice that is not found leaves the engine in English: the answer must be looked at, each time. */
static gboolean
set_voice (const char *voice, GError **error)
{
  if (espeak_SetVoiceByName (voice) == EE_OK)
    return TRUE;
  g_set_error (error, PERRON_ENGINE_ERROR, PERRON_ENGINE_ERROR_VOICE, "no voice \"%s\"", voice);
  return FALSE;
}

static gboolean
speak_locked (const char *voice, guint rate_wpm, Speaking *speaking, GError **error)
{
  if (!set_voice (voice, error))
    return FALSE;
  espeak_SetParameter (espeakRATE, (int) CLAMP (rate_wpm, espeakRATE_MINIMUM, espeakRATE_MAXIMUM), 0);
  espeak_SetSynthCallback (on_synth);
  engine.speaking = speaking;
  espeak_ERROR result = espeak_Synth (speaking->text, strlen (speaking->text) + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, NULL);
  engine.speaking = NULL;
  if (result == EE_OK)
    return TRUE;
  g_set_error (error, PERRON_ENGINE_ERROR, PERRON_ENGINE_ERROR_SPEAK, "the engine refused a text (%d)", (int) result);
  return FALSE;
}

gboolean
perron_engine_speak (const char *voice, guint rate_wpm, const char *text, const PerronEngineReceiver *receiver, gpointer user,
                     GError **error)
{
  Speaking speaking = { .text = text, .receiver = receiver, .user = user };
  g_mutex_lock (&engine.mutex);
  gboolean ok = speak_locked (voice, rate_wpm, &speaking, error);
  g_mutex_unlock (&engine.mutex);
  return ok;
}

/* Commands for the sound stand in a ring (170 of them, some seconds of speech): when this much was made, all are others. */
#define RINSE_SAMPLES (5 * PERRON_ENGINE_RATE)
/* The engine reads at most 800 bytes of one clause into its buffer; each syllable pair is five of them. */
#define RINSE_BYTES_LEAST 160
#define RINSE_BYTES_MOST 796

static gboolean
on_rinsed (const gint16 *samples G_GNUC_UNUSED, gsize count, gpointer user)
{
  gsize *left = user;
  *left -= MIN (count, *left);
  return *left > 0;
}

static void
on_rinsed_word (guint64 sample G_GNUC_UNUSED, guint start G_GNUC_UNUSED, guint length G_GNUC_UNUSED, gpointer user G_GNUC_UNUSED)
{
}

void
perron_engine_rinse (const char *voice, gsize text_bytes)
{
  static const PerronEngineReceiver receiver = { on_rinsed, on_rinsed_word };
  gsize left = RINSE_SAMPLES, bytes = CLAMP (text_bytes + 4, RINSE_BYTES_LEAST, RINSE_BYTES_MOST);
  g_autoptr (GString) text = g_string_sized_new (bytes + 4);

  while (text->len + 4 <= bytes)
    g_string_append (text, "lala ");
  (void) !perron_engine_speak (voice, espeakRATE_MAXIMUM, text->str, &receiver, &left, NULL);
}

char *
perron_phonemes_of (const char *voice, const char *text, gboolean ipa, GError **error)
{
  GString *line = g_string_new (NULL);
  const void *rest = text;

  g_mutex_lock (&engine.mutex);
  gboolean ok = set_voice (voice, error);
  while (ok && rest != NULL) {
    g_autofree char *clause = g_strdup (espeak_TextToPhonemes (&rest, espeakCHARS_UTF8, ipa ? IPA_MODE : 0));
    g_strstrip (g_strdelimit (clause, "\n\r", ' '));
    if (*clause != '\0')
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", clause);
  }
  g_mutex_unlock (&engine.mutex);
  return g_string_free (line, !ok);
}
