/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/speech.h"

#include <string.h>

#include "hw/audio/audio.h"
#include "hw/speech/engine.h"
#include "hw/speech/mailbox.h"
#include "kiosk/core/log.h"

#define QUEUE_MAX 64

G_STATIC_ASSERT (PERRON_ENGINE_RATE == PERRON_AUDIO_RATE);

typedef struct {
  guint id;
  guint generation; /* of the sound, when it was asked for: cut in between, it is never begun */
  PerronUtterance *utterance;
} Item;

struct PerronSpeech {
  PerronAudio *audio;
  PerronMailbox *mailbox;
  GThread *thread;
  GMutex mutex; /* what follows; taken before the lock of the sound, never after */
  GCond cond;
  GQueue queue; /* Item */
  GHashTable *voices;
  guint rate_wpm;
  guint last_id;
  gboolean quit;
  gint engine_ready; /* atomic */
  gint volume;       /* percent, atomic */
  gint was_audible;  /* -1: not known yet; with the lock of the sound */
};

static void
free_item (gpointer data)
{
  Item *item = data;
  perron_utterance_free (item->utterance);
  g_free (item);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Item, free_item)

/* --- from the sound thread ---------------------------------------------------------------------------------------------- */

static void
on_output (PerronAudioOut output, gpointer user)
{
  PerronSpeech *speech = user;
  gint audible = output != PERRON_AUDIO_NONE;
  if (audible != speech->was_audible)
    perron_log (audible ? PERRON_LOG_SPEECH_FOUND : PERRON_LOG_SPEECH_LOST);
  speech->was_audible = audible;
  perron_mailbox_post (speech->mailbox, PERRON_SPEECH_OUTPUT, 0, 0, 0);
}

static void
on_started (guint64 tag, gpointer user)
{
  PerronSpeech *speech = user;
  perron_mailbox_post (speech->mailbox, PERRON_SPEECH_STARTED, (guint) tag, 0, 0);
}

static void
on_mark (guint64 tag, guint start, guint length, gpointer user)
{
  PerronSpeech *speech = user;
  perron_mailbox_post (speech->mailbox, PERRON_SPEECH_WORD, (guint) tag, start, length);
}

/* --- the owner thread --------------------------------------------------------------------------------------------------- */

#define SCALED_AT_ONCE 1024

static gboolean
on_samples (const gint16 *samples, gsize count, gpointer user)
{
  PerronSpeech *speech = user;
  const gint volume = g_atomic_int_get (&speech->volume);
  PerronAudioResult result = PERRON_AUDIO_OK;
  if (volume == 100)
    return perron_audio_write (speech->audio, samples, count) == PERRON_AUDIO_OK;

  gint16 scaled[SCALED_AT_ONCE];
  for (gsize at = 0; at < count && result == PERRON_AUDIO_OK; at += SCALED_AT_ONCE) {
    const gsize some = MIN (count - at, SCALED_AT_ONCE);
    for (gsize i = 0; i < some; i++)
      scaled[i] = (gint16) CLAMP (samples[at + i] * volume / 100, G_MININT16, G_MAXINT16);
    result = perron_audio_write (speech->audio, scaled, some);
  }
  explicit_bzero (scaled, sizeof scaled);
  return result == PERRON_AUDIO_OK;
}

static void
on_word (guint64 sample, guint start, guint length, gpointer user)
{
  PerronSpeech *speech = user;
  perron_audio_mark (speech->audio, sample, start, length);
}

static PerronSpeechEventKind
say_item (PerronSpeech *speech, const Item *item, const char *voice, guint rate_wpm)
{
  static const PerronEngineReceiver receiver = { on_samples, on_word };
  g_autoptr (GError) error = NULL;

  if (voice == NULL || !g_atomic_int_get (&speech->engine_ready))
    return PERRON_SPEECH_CUT;
  switch (perron_audio_begin (speech->audio, item->generation, item->utterance->privacy, item->id)) {
  case PERRON_AUDIO_REFUSED:
    perron_log (PERRON_LOG_PERSONAL_REFUSED);
    return PERRON_SPEECH_REFUSED;
  case PERRON_AUDIO_CUT:
    return PERRON_SPEECH_CUT;
  case PERRON_AUDIO_OK:
    break;
  }
  gboolean spoken = perron_engine_speak (voice, rate_wpm, item->utterance->text, &receiver, speech, &error);
  if (!spoken)
    perron_log_error (PERRON_LOG_SPEECH_LOST, error);
  gboolean heard = perron_audio_finish (speech->audio) == PERRON_AUDIO_OK;
  return spoken && heard ? PERRON_SPEECH_FINISHED : PERRON_SPEECH_CUT;
}

static Item *
wait_for_item (PerronSpeech *speech, char **ret_voice, guint *ret_rate_wpm)
{
  g_mutex_lock (&speech->mutex);
  while (!speech->quit && g_queue_is_empty (&speech->queue))
    g_cond_wait (&speech->cond, &speech->mutex);
  Item *item = speech->quit ? NULL : g_queue_pop_head (&speech->queue);
  *ret_voice = item != NULL ? g_strdup (g_hash_table_lookup (speech->voices, item->utterance->language)) : NULL;
  *ret_rate_wpm = speech->rate_wpm;
  g_mutex_unlock (&speech->mutex);
  return item;
}

static gpointer
run (gpointer user)
{
  PerronSpeech *speech = user;
  g_autoptr (GError) error = NULL;

  if (perron_engine_open (&error)) {
    g_atomic_int_set (&speech->engine_ready, TRUE);
    perron_mailbox_post (speech->mailbox, PERRON_SPEECH_OUTPUT, 0, 0, 0);
  } else {
    perron_log_error (PERRON_LOG_SPEECH_LOST, error);
  }
  for (;;) {
    g_autofree char *voice = NULL;
    guint rate_wpm;
    g_autoptr (Item) item = wait_for_item (speech, &voice, &rate_wpm);
    if (item == NULL)
      break;
    perron_mailbox_post (speech->mailbox, say_item (speech, item, voice, rate_wpm), item->id, 0, 0);
    if (item->utterance->privacy == PERRON_PERSONAL) {
      if (voice != NULL)
        perron_engine_rinse (voice, strlen (item->utterance->text));
      perron_secret_wipe_stack ();
    }
  }
  return NULL;
}

/* --- public ------------------------------------------------------------------------------------------------------------- */

PerronSpeech *
perron_speech_new (const PerronSpeechOptions *options, PerronSpeechCallback callback, gpointer data)
{
  static const PerronAudioEvents events = { on_output, on_started, on_mark };
  PerronSpeech *speech = g_new0 (PerronSpeech, 1);

  speech->mailbox = perron_mailbox_new (callback, data);
  g_mutex_init (&speech->mutex);
  g_cond_init (&speech->cond);
  g_queue_init (&speech->queue);
  speech->voices = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  speech->rate_wpm = options->rate_wpm;
  speech->volume = 100;
  speech->was_audible = -1;
  speech->audio = perron_audio_new (options->server, options->speaker_sink, options->headset_sink, &events, speech);
  speech->thread = g_thread_new ("voice", run, speech);
  return speech;
}

/* With the mutex held. Queue first, sound second: the owner thread cannot take what is being thrown away. */
static guint
cut_everything (PerronSpeech *speech)
{
  Item *item;
  while ((item = g_queue_pop_head (&speech->queue)) != NULL) {
    perron_mailbox_post (speech->mailbox, PERRON_SPEECH_CUT, item->id, 0, 0);
    free_item (item);
  }
  return perron_audio_cut (speech->audio);
}

void
perron_speech_free (PerronSpeech *speech)
{
  if (speech == NULL)
    return;
  perron_mailbox_close (speech->mailbox);
  g_mutex_lock (&speech->mutex);
  speech->quit = TRUE;
  cut_everything (speech);
  g_cond_signal (&speech->cond);
  g_mutex_unlock (&speech->mutex);
  g_thread_join (speech->thread);

  perron_audio_free (speech->audio);
  g_hash_table_unref (speech->voices);
  g_mutex_clear (&speech->mutex);
  g_cond_clear (&speech->cond);
  perron_mailbox_unref (speech->mailbox);
  g_free (speech);
}

PerronOutput
perron_speech_get_output (const PerronSpeech *speech)
{
  if (!g_atomic_int_get (&speech->engine_ready))
    return PERRON_OUTPUT_NONE;
  switch (perron_audio_get_output (speech->audio)) {
  case PERRON_AUDIO_SPEAKER:
    return PERRON_OUTPUT_SPEAKER;
  case PERRON_AUDIO_HEADSET:
    return PERRON_OUTPUT_HEADSET;
  case PERRON_AUDIO_NONE:
    break;
  }
  return PERRON_OUTPUT_NONE;
}

void
perron_speech_set_voice (PerronSpeech *speech, const char *language, const char *voice)
{
  g_mutex_lock (&speech->mutex);
  if (voice != NULL)
    g_hash_table_insert (speech->voices, g_strdup (language), g_strdup (voice));
  else
    g_hash_table_remove (speech->voices, language);
  g_mutex_unlock (&speech->mutex);
}

void
perron_speech_set_rate (PerronSpeech *speech, guint rate_wpm)
{
  g_mutex_lock (&speech->mutex);
  speech->rate_wpm = rate_wpm;
  g_mutex_unlock (&speech->mutex);
}

void
perron_speech_set_volume (PerronSpeech *speech, guint percent)
{
  g_atomic_int_set (&speech->volume, (gint) MIN (percent, PERRON_SPEECH_VOLUME_MAX));
}

void
perron_speech_set_jack (PerronSpeech *speech, PerronSpeechJack jack)
{
  static const PerronAudioJack jacks[] = { [PERRON_SPEECH_JACK_UNKNOWN] = PERRON_AUDIO_JACK_UNKNOWN,
                                           [PERRON_SPEECH_JACK_OUT] = PERRON_AUDIO_JACK_OUT,
                                           [PERRON_SPEECH_JACK_IN] = PERRON_AUDIO_JACK_IN };
  perron_audio_set_jack (speech->audio, jacks[jack]);
}

static guint
enqueue (PerronSpeech *speech, const PerronUtterance *utterance, gboolean after)
{
  g_mutex_lock (&speech->mutex);
  /* A caller that never stops asking must not grow without end: what is old gives way. */
  if (g_queue_get_length (&speech->queue) >= QUEUE_MAX)
    after = FALSE;
  Item *item = g_new0 (Item, 1);
  item->generation = after ? perron_audio_get_generation (speech->audio) : cut_everything (speech);
  item->id = ++speech->last_id > 0 ? speech->last_id : ++speech->last_id;
  item->utterance = perron_utterance_copy (utterance);
  guint id = item->id;
  g_queue_push_tail (&speech->queue, item);
  g_cond_signal (&speech->cond);
  g_mutex_unlock (&speech->mutex);
  return id;
}

guint
perron_speech_say (PerronSpeech *speech, const PerronUtterance *utterance)
{
  return enqueue (speech, utterance, FALSE);
}

guint
perron_speech_say_after (PerronSpeech *speech, const PerronUtterance *utterance)
{
  return enqueue (speech, utterance, TRUE);
}

void
perron_speech_stop (PerronSpeech *speech)
{
  g_mutex_lock (&speech->mutex);
  cut_everything (speech);
  g_mutex_unlock (&speech->mutex);
}
