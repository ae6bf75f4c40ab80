/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/audio/audio.h"
#include "tests/speech/sound.h"

typedef struct {
  Sound sound;
  PerronAudio *audio;
  gint changes; /* atomic */
} Case;

static void
on_output (PerronAudioOut output, gpointer user)
{
  Case *c = user;
  g_atomic_int_inc (&c->changes);
  g_main_context_wakeup (NULL);
}

static void
on_started (guint64 tag, gpointer user)
{
}

static void
on_mark (guint64 tag, guint start, guint length, gpointer user)
{
}

static const PerronAudioEvents events = { on_output, on_started, on_mark };

typedef struct {
  Case *c;
  PerronAudioOut output;
} Wanted;

static gboolean
has_output (gpointer user)
{
  const Wanted *wanted = user;
  return perron_audio_get_output (wanted->c->audio) == wanted->output;
}

static void
wait_for_output (Case *c, PerronAudioOut output)
{
  Wanted wanted = { c, output };
  sound_wait (has_output, &wanted);
}

static void
test_wiped_when_cut (void)
{
  Case c = { 0 };
  static gint16 loud[PERRON_AUDIO_RING_SAMPLES];
  for (guint i = 0; i < G_N_ELEMENTS (loud); i++)
    loud[i] = 1000;
  sound_init (&c.sound);
  c.audio = perron_audio_new (c.sound.server, "borne", "casque", &events, &c);
  wait_for_output (&c, PERRON_AUDIO_SPEAKER);
  guint module = sound_plug_headset (&c.sound);
  wait_for_output (&c, PERRON_AUDIO_HEADSET);

  guint generation = perron_audio_get_generation (c.audio);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PERSONAL, 1), ==, PERRON_AUDIO_OK);
  g_assert_cmpint (perron_audio_write (c.audio, loud, G_N_ELEMENTS (loud)), ==, PERRON_AUDIO_OK);
  g_assert_false (perron_audio_is_blank (c.audio));
  guint next = perron_audio_cut (c.audio);
  g_assert_cmpuint (next, !=, generation);
  g_assert_true (perron_audio_is_blank (c.audio));
  g_assert_cmpint (perron_audio_write (c.audio, loud, 1), ==, PERRON_AUDIO_CUT);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PUBLIC, 2), ==, PERRON_AUDIO_CUT);
  g_assert_true (perron_audio_is_blank (c.audio));

  /* The same when the headset is pulled out. */
  g_assert_cmpint (perron_audio_begin (c.audio, next, PERRON_PERSONAL, 3), ==, PERRON_AUDIO_OK);
  g_assert_cmpint (perron_audio_write (c.audio, loud, G_N_ELEMENTS (loud)), ==, PERRON_AUDIO_OK);
  sound_unplug_headset (&c.sound, module);
  wait_for_output (&c, PERRON_AUDIO_SPEAKER);
  g_assert_cmpint (perron_audio_finish (c.audio), ==, PERRON_AUDIO_CUT);
  g_assert_true (perron_audio_is_blank (c.audio));
  generation = perron_audio_get_generation (c.audio);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PERSONAL, 4), ==, PERRON_AUDIO_REFUSED);
  perron_audio_free (c.audio);
  sound_clear (&c.sound);
}

/* A configuration that calls the loudspeaker a headset does not make it one. */
static void
test_one_sink_for_both (void)
{
  Case c = { 0 };
  sound_init (&c.sound);
  c.audio = perron_audio_new (c.sound.server, "borne", "borne", &events, &c);
  wait_for_output (&c, PERRON_AUDIO_SPEAKER);
  guint generation = perron_audio_get_generation (c.audio);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PERSONAL, 1), ==, PERRON_AUDIO_REFUSED);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PUBLIC, 2), ==, PERRON_AUDIO_OK);
  perron_audio_cut (c.audio);
  perron_audio_free (c.audio);
  sound_clear (&c.sound);
}

static gboolean
was_told (gpointer user)
{
  Case *c = user;
  return g_atomic_int_get (&c->changes) > 0;
}

static void
test_no_service (void)
{
  Case c = { 0 };
  c.audio = perron_audio_new ("unix:/nonexistent/perron", "borne", "casque", &events, &c);
  guint generation = perron_audio_get_generation (c.audio);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PUBLIC, 1), ==, PERRON_AUDIO_CUT);
  g_assert_cmpint (perron_audio_begin (c.audio, generation, PERRON_PERSONAL, 1), ==, PERRON_AUDIO_REFUSED);
  sound_wait (was_told, &c);
  g_assert_cmpint (perron_audio_get_output (c.audio), ==, PERRON_AUDIO_NONE);
  perron_audio_free (c.audio);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/audio/wiped-when-cut", test_wiped_when_cut);
  g_test_add_func ("/audio/one-sink-for-both", test_one_sink_for_both);
  g_test_add_func ("/audio/no-service", test_no_service);
  return g_test_run ();
}
