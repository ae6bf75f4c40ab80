/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <espeak-ng/speak_lib.h>
#include <pulse/pulseaudio.h>
#include <stdio.h>
#include <string.h>

#include "hw/speech/engine.h"
#include "hw/speech/speech.h"
#include "tests/speech/sound.h"

/*
 * How long from "say this" to the first sample that is heard, and from "stop" to the last, on the monitor of a null sink; against the
 * bare floor: the engine's samples written straight to a stream of the same service, in the same run, in turns. Ratios of medians.
 */
#define TURNS 25
#define AUDIBLE 200
#define QUIET_US 60000 /* this long without a sound is silence */
#define EAR_MS 5       /* what is recorded comes in fragments of this: no time is known better, and none is taken as less */

typedef struct {
  pa_threaded_mainloop *loop;
  pa_context *context;
  pa_stream *recording;
  pa_stream *playing; /* the bare floor's */
  gint64 first_us;    /* when the first sound of this piece came, 0: not yet */
  gint64 last_us;     /* when the last one came */
  gint64 newest_us;   /* when the newest sample, heard or silent, came */
} Bench;

static void
on_recorded (pa_stream *stream, size_t bytes, void *user)
{
  Bench *bench = user;
  const void *data;
  size_t length;
  while (pa_stream_readable_size (stream) > 0 && pa_stream_peek (stream, &data, &length) >= 0 && length > 0) {
    const gint16 *samples = data;
    bench->newest_us = g_get_monotonic_time ();
    for (gsize i = 0; samples != NULL && i < length / sizeof *samples; i++) {
      if (ABS ((int) samples[i]) < AUDIBLE)
        continue;
      bench->first_us = bench->first_us != 0 ? bench->first_us : bench->newest_us;
      bench->last_us = bench->newest_us;
      break;
    }
    pa_stream_drop (stream);
  }
  pa_threaded_mainloop_signal (bench->loop, 0);
}

static void
on_context (pa_context *context, void *user)
{
  Bench *bench = user;
  pa_threaded_mainloop_signal (bench->loop, 0);
}

static void
on_stream (pa_stream *stream, void *user)
{
  Bench *bench = user;
  pa_threaded_mainloop_signal (bench->loop, 0);
}

static void
wait_stream (Bench *bench, pa_stream *stream)
{
  while (pa_stream_get_state (stream) != PA_STREAM_READY)
    pa_threaded_mainloop_wait (bench->loop);
}

static void
open_bench (Bench *bench, const char *server)
{
  static const pa_sample_spec spec = { PA_SAMPLE_S16LE, PERRON_ENGINE_RATE, 1 };
  const pa_buffer_attr record = { .maxlength = (guint32) -1, .fragsize = PERRON_ENGINE_RATE * 2 * EAR_MS / 1000 };
  const pa_buffer_attr play = { (guint32) -1, PERRON_ENGINE_RATE * 2 * 40 / 1000, 2, (guint32) -1, (guint32) -1 };

  bench->loop = pa_threaded_mainloop_new ();
  bench->context = pa_context_new (pa_threaded_mainloop_get_api (bench->loop), "bench");
  pa_context_set_state_callback (bench->context, on_context, bench);
  pa_threaded_mainloop_lock (bench->loop);
  g_assert_cmpint (pa_context_connect (bench->context, server, PA_CONTEXT_NOAUTOSPAWN, NULL), >=, 0);
  g_assert_cmpint (pa_threaded_mainloop_start (bench->loop), >=, 0);
  while (pa_context_get_state (bench->context) != PA_CONTEXT_READY)
    pa_threaded_mainloop_wait (bench->loop);
  bench->recording = pa_stream_new (bench->context, "ear", &spec, NULL);
  bench->playing = pa_stream_new (bench->context, "bare", &spec, NULL);
  pa_stream_set_state_callback (bench->recording, on_stream, bench);
  pa_stream_set_state_callback (bench->playing, on_stream, bench);
  pa_stream_set_read_callback (bench->recording, on_recorded, bench);
  g_assert_cmpint (pa_stream_connect_record (bench->recording, "borne.monitor", &record, PA_STREAM_ADJUST_LATENCY), >=, 0);
  g_assert_cmpint (pa_stream_connect_playback (bench->playing, "borne", &play, PA_STREAM_ADJUST_LATENCY, NULL, NULL), >=, 0);
  wait_stream (bench, bench->recording);
  wait_stream (bench, bench->playing);
  pa_threaded_mainloop_unlock (bench->loop);
}

static void
close_bench (Bench *bench)
{
  pa_threaded_mainloop_stop (bench->loop);
  pa_stream_unref (bench->recording);
  pa_stream_unref (bench->playing);
  pa_context_disconnect (bench->context);
  pa_context_unref (bench->context);
  pa_threaded_mainloop_free (bench->loop);
}

static gint64
wait_first (Bench *bench)
{
  pa_threaded_mainloop_lock (bench->loop);
  while (bench->first_us == 0)
    pa_threaded_mainloop_wait (bench->loop);
  gint64 first = bench->first_us;
  pa_threaded_mainloop_unlock (bench->loop);
  return first;
}

/* Until nothing was heard for QUIET_US of recorded sound; returns when the last sound came. */
static gint64
wait_silence (Bench *bench, gint64 since_us)
{
  pa_threaded_mainloop_lock (bench->loop);
  while (bench->newest_us - MAX (bench->last_us, since_us) < QUIET_US)
    pa_threaded_mainloop_wait (bench->loop);
  gint64 last = MAX (bench->last_us, since_us);
  bench->first_us = bench->last_us = 0;
  pa_threaded_mainloop_unlock (bench->loop);
  return last;
}

/* --- the bare floor ----------------------------------------------------------------------------------------------------- */

static GByteArray *bare_sound;

static int
on_bare_samples (short *samples, int count, espeak_EVENT *events)
{
  GByteArray *sound = bare_sound;
  if (samples != NULL && count > 0)
    g_byte_array_append (sound, (const guint8 *) samples, (guint) count * 2);
  return samples != NULL && sound->len > PERRON_ENGINE_RATE * 2; /* a second is more than is heard before the stop */
}

static void
say_bare (Bench *bench, const char *text)
{
  g_autoptr (GByteArray) sound = g_byte_array_new ();
  bare_sound = sound;
  espeak_SetVoiceByName ("fr");
  espeak_SetSynthCallback (on_bare_samples);
  espeak_Synth (text, strlen (text) + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, NULL, NULL);
  pa_threaded_mainloop_lock (bench->loop);
  pa_stream_write (bench->playing, sound->data, sound->len, NULL, 0, PA_SEEK_RELATIVE);
  pa_threaded_mainloop_unlock (bench->loop);
}

static void
stop_bare (Bench *bench)
{
  pa_threaded_mainloop_lock (bench->loop);
  pa_operation_unref (pa_stream_flush (bench->playing, NULL, NULL));
  pa_threaded_mainloop_unlock (bench->loop);
}

/* --- turns -------------------------------------------------------------------------------------------------------------- */

static void
on_event (const PerronSpeechEvent *event, gpointer user)
{
}

static gboolean
has_speaker (gpointer user)
{
  return perron_speech_get_output (user) == PERRON_OUTPUT_SPEAKER;
}

static int
compare (const void *a, const void *b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;
  return left < right ? -1 : left > right;
}

static void
print_ratio (const char *name, gint64 *ours, gint64 *bare)
{
  qsort (ours, TURNS, sizeof *ours, compare);
  qsort (bare, TURNS, sizeof *bare, compare);
  double ours_ms = MAX (ours[TURNS / 2] / 1000.0, EAR_MS);
  double bare_ms = MAX (bare[TURNS / 2] / 1000.0, EAR_MS);
  printf ("ratio %s %.2f  (median %.1f ms, p95 %.1f ms; bare %.1f ms; n=%d)\n", name, ours_ms / bare_ms, ours_ms,
          ours[TURNS * 95 / 100] / 1000.0, bare_ms, TURNS);
}

static void
run (Bench *bench, PerronSpeech *speech, const char *text, const char *label)
{
  gint64 first[2][TURNS], stop[2][TURNS];
  g_autoptr (PerronUtterance) utterance = perron_utterance_new (PERRON_PUBLIC, "fr", text);

  for (guint turn = 0; turn < TURNS * 2; turn++) {
    gboolean bare = turn % 2;
    gint64 start = g_get_monotonic_time ();
    if (bare)
      say_bare (bench, text);
    else
      perron_speech_say (speech, utterance);
    first[bare][turn / 2] = wait_first (bench) - start;
    start = g_get_monotonic_time ();
    if (bare)
      stop_bare (bench);
    else
      perron_speech_stop (speech);
    stop[bare][turn / 2] = wait_silence (bench, start) - start;
    while (g_main_context_iteration (NULL, FALSE))
      ;
  }
  g_autofree char *name = g_strconcat ("voice-first-sample", label, NULL);
  print_ratio (name, first[FALSE], first[TRUE]);
  g_autofree char *stopped = g_strconcat ("voice-stop", label, NULL);
  print_ratio (stopped, stop[FALSE], stop[TRUE]);
}

int
main (void)
{
  Sound sound = { 0 };
  Bench bench = { 0 };
  sound_init (&sound);
  const PerronSpeechOptions options = { sound.server, "borne", "casque", 175 };
  g_autoptr (PerronSpeech) speech = perron_speech_new (&options, on_event, NULL);
  perron_speech_set_voice (speech, "fr", "fr");
  sound_wait (has_speaker, speech);
  open_bench (&bench, sound.server);
  /* A null sink that has just started is two seconds ahead of itself: the first sound is not counted. */
  say_bare (&bench, "Un.");
  gint64 warm = wait_first (&bench);
  stop_bare (&bench);
  wait_silence (&bench, warm);

  run (&bench, speech, "Écouter la suite de cette page, du début à la fin.", "");
  run (&bench, speech, "Prendre rendez-vous avec une personne de la caisse.", "-plosive");
  close_bench (&bench);
  g_clear_pointer (&speech, perron_speech_free);
  sound_clear (&sound);
  return 0;
}
