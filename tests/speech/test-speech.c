/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/speech.h"
#include "tests/speech/sound.h"

#define SHORT "Bonjour."
#define LONG                                                                                                                \
  "Cette phrase est longue, pour que l'on ait le temps de la couper. Elle parle de la pluie, du beau temps, des arbres, " \
  "des rivières, des montagnes, et de tout ce que l'on voit par la fenêtre quand on voyage en train pendant des heures."

typedef struct {
  Sound sound;
  PerronSpeech *speech;
  GArray *events;
  guint seen; /* events looked at by wait_for() */
} Case;

static void
on_event (const PerronSpeechEvent *event, gpointer user)
{
  Case *c = user;
  g_array_append_val (c->events, *event);
}

typedef struct {
  Case *c;
  PerronSpeechEventKind kind;
  guint id;
} Wanted;

static gboolean
has_event (gpointer user)
{
  const Wanted *wanted = user;
  for (guint i = wanted->c->seen; i < wanted->c->events->len; i++) {
    const PerronSpeechEvent *event = &g_array_index (wanted->c->events, PerronSpeechEvent, i);
    if (event->kind == wanted->kind && event->id == wanted->id)
      return TRUE;
  }
  return FALSE;
}

static void
wait_for (Case *c, PerronSpeechEventKind kind, guint id)
{
  Wanted wanted = { c, kind, id };
  sound_wait (has_event, &wanted);
}

typedef struct {
  Case *c;
  PerronOutput output;
} WantedOutput;

static gboolean
has_output (gpointer user)
{
  const WantedOutput *wanted = user;
  return perron_speech_get_output (wanted->c->speech) == wanted->output;
}

static void
wait_for_output (Case *c, PerronOutput output)
{
  WantedOutput wanted = { c, output };
  sound_wait (has_output, &wanted);
}

static guint
count_events (const Case *c, PerronSpeechEventKind kind, guint id)
{
  guint count = 0;
  for (guint i = 0; i < c->events->len; i++) {
    const PerronSpeechEvent *event = &g_array_index (c->events, PerronSpeechEvent, i);
    count += event->kind == kind && event->id == id;
  }
  return count;
}

static guint
say (Case *c, PerronPrivacy privacy, const char *language, const char *text, gboolean after)
{
  g_autoptr (PerronUtterance) utterance = perron_utterance_new (privacy, language, text);
  return after ? perron_speech_say_after (c->speech, utterance) : perron_speech_say (c->speech, utterance);
}

static void
set_up (Case *c, gconstpointer unused)
{
  sound_init (&c->sound);
  c->events = g_array_new (FALSE, FALSE, sizeof (PerronSpeechEvent));
  const PerronSpeechOptions options = { c->sound.server, "borne", "casque", 180 };
  c->speech = perron_speech_new (&options, on_event, c);
  perron_speech_set_voice (c->speech, "fr", "fr");
  perron_speech_set_voice (c->speech, "en", "en");
  perron_speech_set_voice (c->speech, "xx", "no-such-voice");
  wait_for_output (c, PERRON_OUTPUT_SPEAKER);
}

static void
tear_down (Case *c, gconstpointer unused)
{
  perron_speech_free (c->speech);
  sound_clear (&c->sound);
  g_array_unref (c->events);
}

static void
test_public_is_heard (Case *c, gconstpointer unused)
{
  Ear speaker;
  ear_init (&speaker, &c->sound, "borne");
  guint id = say (c, PERRON_PUBLIC, "fr", "Un deux trois.", FALSE);
  g_assert_cmpuint (id, >, 0);
  wait_for (c, PERRON_SPEECH_FINISHED, id);
  g_assert_cmpuint (ear_mark (&speaker), >, 4000);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_STARTED, id), ==, 1);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_WORD, id), ==, 3);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_CUT, id), ==, 0);
  ear_clear (&speaker);
}

static void
test_personal_never_on_speaker (Case *c, gconstpointer unused)
{
  Ear speaker, headset;
  ear_init (&speaker, &c->sound, "borne");
  gsize before = perron_secret_in_use ();
  guint id = say (c, PERRON_PERSONAL, "fr", LONG, FALSE);
  wait_for (c, PERRON_SPEECH_REFUSED, id);
  g_assert_cmpuint (ear_mark (&speaker), ==, 0);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_STARTED, id), ==, 0);

  guint module = sound_plug_headset (&c->sound);
  wait_for_output (c, PERRON_OUTPUT_HEADSET);
  ear_init (&headset, &c->sound, "casque");
  id = say (c, PERRON_PERSONAL, "fr", SHORT, FALSE);
  guint after = say (c, PERRON_PUBLIC, "fr", SHORT, TRUE);
  wait_for (c, PERRON_SPEECH_FINISHED, after);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_FINISHED, id), ==, 1);
  g_assert_cmpuint (ear_mark (&headset), >, 4000);
  g_assert_cmpuint (ear_mark (&speaker), ==, 0); /* with a headset, public words are private too */
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
  ear_clear (&headset);
  ear_clear (&speaker);
  sound_unplug_headset (&c->sound, module);
}

static void
test_headset_pulled (Case *c, gconstpointer unused)
{
  Ear speaker, headset;
  ear_init (&speaker, &c->sound, "borne");
  guint module = sound_plug_headset (&c->sound);
  wait_for_output (c, PERRON_OUTPUT_HEADSET);
  ear_init (&headset, &c->sound, "casque");

  guint id = say (c, PERRON_PERSONAL, "fr", LONG, FALSE);
  guint waiting = say (c, PERRON_PERSONAL, "fr", SHORT, TRUE);
  guint public_waiting = say (c, PERRON_PUBLIC, "fr", SHORT, TRUE);
  ear_wait_for_voice (&headset);
  sound_unplug_headset (&c->sound, module);
  wait_for (c, PERRON_SPEECH_CUT, id);
  wait_for (c, PERRON_SPEECH_CUT, waiting);
  wait_for (c, PERRON_SPEECH_CUT, public_waiting);
  wait_for_output (c, PERRON_OUTPUT_SPEAKER);
  g_assert_cmpuint (ear_mark (&speaker), ==, 0);

  /* And it comes back, for what everybody may hear. */
  id = say (c, PERRON_PUBLIC, "fr", SHORT, FALSE);
  wait_for (c, PERRON_SPEECH_FINISHED, id);
  g_assert_cmpuint (ear_mark (&speaker), >, 2000);
  ear_clear (&headset);
  ear_clear (&speaker);
}

/* The sink stays, as that of a USB box does: only the jack knows. Then nobody listens in private, whatever the service says. */
static void
test_jack_out (Case *c, gconstpointer unused)
{
  Ear speaker, headset;
  ear_init (&speaker, &c->sound, "borne");
  guint module = sound_plug_headset (&c->sound);
  wait_for_output (c, PERRON_OUTPUT_HEADSET);
  ear_init (&headset, &c->sound, "casque");

  guint id = say (c, PERRON_PERSONAL, "fr", LONG, FALSE);
  guint waiting = say (c, PERRON_PERSONAL, "fr", SHORT, TRUE);
  ear_wait_for_voice (&headset);
  perron_speech_set_jack (c->speech, PERRON_SPEECH_JACK_OUT);
  wait_for (c, PERRON_SPEECH_CUT, id);
  wait_for (c, PERRON_SPEECH_CUT, waiting);
  wait_for_output (c, PERRON_OUTPUT_SPEAKER);
  id = say (c, PERRON_PERSONAL, "fr", SHORT, FALSE);
  wait_for (c, PERRON_SPEECH_REFUSED, id);
  g_assert_cmpuint (ear_mark (&speaker), ==, 0);

  perron_speech_set_jack (c->speech, PERRON_SPEECH_JACK_IN);
  wait_for_output (c, PERRON_OUTPUT_HEADSET);
  sound_unplug_headset (&c->sound, module);
  wait_for_output (c, PERRON_OUTPUT_SPEAKER); /* a jack that says "in" makes no loudspeaker private */
  id = say (c, PERRON_PERSONAL, "fr", SHORT, FALSE);
  wait_for (c, PERRON_SPEECH_REFUSED, id);
  g_assert_cmpuint (ear_mark (&speaker), ==, 0);
  ear_clear (&headset);
  ear_clear (&speaker);
}

/* How many samples of one sentence at this volume are loud, and are not the mark. */
static guint
count_loud (Case *c, Ear *speaker, guint volume)
{
  const guint from = speaker->cursor;
  guint count = 0;
  perron_speech_set_volume (c->speech, volume);
  wait_for (c, PERRON_SPEECH_FINISHED, say (c, PERRON_PUBLIC, "fr", "Un deux trois.", FALSE));
  ear_mark (speaker);
  for (guint i = from; i < speaker->cursor; i++) {
    const gint size = ABS (g_array_index (speaker->samples, gint16, i));
    count += size > 3000 && size < 20000;
  }
  return count;
}

static void
test_volume (Case *c, gconstpointer unused)
{
  Ear speaker;
  ear_init (&speaker, &c->sound, "borne");
  const guint normal = count_loud (c, &speaker, 100);
  g_assert_cmpuint (normal, >, 500);
  g_assert_cmpuint (2 * count_loud (c, &speaker, 30), <, normal);
  g_assert_cmpuint (count_loud (c, &speaker, 140), >, normal);
  ear_clear (&speaker);
}

static void
test_barge_in (Case *c, gconstpointer unused)
{
  Ear speaker;
  ear_init (&speaker, &c->sound, "borne");
  guint whole_id = say (c, PERRON_PUBLIC, "fr", LONG, FALSE);
  wait_for (c, PERRON_SPEECH_FINISHED, whole_id);
  guint whole = ear_mark (&speaker);

  guint id = say (c, PERRON_PUBLIC, "fr", LONG, FALSE);
  ear_wait_for_voice (&speaker);
  perron_speech_stop (c->speech);
  wait_for (c, PERRON_SPEECH_CUT, id);
  guint cut = ear_mark (&speaker);
  g_assert_cmpuint (cut, >, 0);
  g_assert_cmpuint (cut, <, whole / 2);

  /* A hundred touches: each but the last is cut, one voice is heard, whole. */
  guint ids[100];
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    ids[i] = say (c, PERRON_PUBLIC, i % 2 ? "fr" : "en", LONG, FALSE);
  guint last = say (c, PERRON_PUBLIC, "fr", LONG, FALSE);
  wait_for (c, PERRON_SPEECH_FINISHED, last);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_assert_cmpuint (count_events (c, PERRON_SPEECH_CUT, ids[i]), ==, 1);
    g_assert_cmpuint (count_events (c, PERRON_SPEECH_FINISHED, ids[i]), ==, 0);
  }
  guint after_burst = ear_mark (&speaker);
  g_assert_cmpuint (after_burst, >, whole * 9 / 10);
  g_assert_cmpuint (after_burst, <, whole * 14 / 10);
  ear_clear (&speaker);
}

static void
test_order (Case *c, gconstpointer unused)
{
  guint first = say (c, PERRON_PUBLIC, "fr", SHORT, FALSE);
  guint second = say (c, PERRON_PUBLIC, "en", "Good morning.", TRUE);
  guint voiceless = say (c, PERRON_PUBLIC, "so", SHORT, TRUE);
  guint unknown_voice = say (c, PERRON_PUBLIC, "xx", SHORT, TRUE);
  guint third = say (c, PERRON_PUBLIC, "fr", SHORT, TRUE);
  wait_for (c, PERRON_SPEECH_FINISHED, third);
  const struct {
    PerronSpeechEventKind kind;
    guint id;
  } expected[] = {
    { PERRON_SPEECH_STARTED, first },   { PERRON_SPEECH_FINISHED, first }, { PERRON_SPEECH_STARTED, second },
    { PERRON_SPEECH_FINISHED, second }, { PERRON_SPEECH_CUT, voiceless },  { PERRON_SPEECH_CUT, unknown_voice },
    { PERRON_SPEECH_STARTED, third },   { PERRON_SPEECH_FINISHED, third },
  };
  guint at = 0;
  for (guint i = 0; i < c->events->len; i++) {
    const PerronSpeechEvent *event = &g_array_index (c->events, PerronSpeechEvent, i);
    if (event->kind == PERRON_SPEECH_OUTPUT || event->kind == PERRON_SPEECH_WORD)
      continue;
    g_assert_cmpuint (at, <, G_N_ELEMENTS (expected));
    g_assert_cmpint (event->kind, ==, expected[at].kind);
    g_assert_cmpuint (event->id, ==, expected[at].id);
    at++;
  }
  g_assert_cmpuint (at, ==, G_N_ELEMENTS (expected));
}

static void
test_nothing_to_say (Case *c, gconstpointer unused)
{
  guint empty = say (c, PERRON_PUBLIC, "fr", "", FALSE);
  guint blank = say (c, PERRON_PUBLIC, "fr", " … ", TRUE);
  guint next = say (c, PERRON_PUBLIC, "fr", SHORT, TRUE);
  wait_for (c, PERRON_SPEECH_FINISHED, next);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_FINISHED, empty), ==, 1);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_FINISHED, blank), ==, 1);
  g_assert_cmpuint (count_events (c, PERRON_SPEECH_STARTED, empty), ==, 0);
}

static void
test_service_killed (Case *c, gconstpointer unused)
{
  for (guint turn = 0; turn < 3; turn++) {
    guint id = say (c, PERRON_PUBLIC, "fr", LONG, FALSE);
    wait_for (c, PERRON_SPEECH_STARTED, id);
    sound_kill (&c->sound);
    wait_for (c, PERRON_SPEECH_CUT, id);
    wait_for_output (c, PERRON_OUTPUT_NONE);
    id = say (c, PERRON_PUBLIC, "fr", SHORT, FALSE);
    wait_for (c, PERRON_SPEECH_CUT, id);
    id = say (c, PERRON_PERSONAL, "fr", SHORT, FALSE);
    wait_for (c, PERRON_SPEECH_REFUSED, id);

    sound_start (&c->sound);
    wait_for_output (c, PERRON_OUTPUT_SPEAKER);
    Ear speaker;
    ear_init (&speaker, &c->sound, "borne");
    id = say (c, PERRON_PUBLIC, "fr", SHORT, FALSE);
    wait_for (c, PERRON_SPEECH_FINISHED, id);
    g_assert_cmpuint (ear_mark (&speaker), >, 2000);
    ear_clear (&speaker);
  }
}

static void
test_free_while_speaking (Case *c, gconstpointer unused)
{
  guint id = say (c, PERRON_PUBLIC, "fr", LONG, FALSE);
  say (c, PERRON_PUBLIC, "fr", LONG, TRUE);
  wait_for (c, PERRON_SPEECH_STARTED, id);
  guint before = c->events->len;
  gsize in_use = perron_secret_in_use ();
  g_assert_cmpuint (in_use, >, 0);
  perron_speech_free (g_steal_pointer (&c->speech));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (c->events->len, ==, before); /* nothing is told to who has gone */
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

G_NORETURN static gboolean
on_hang (gpointer user)
{
  g_error ("the test hangs");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_timeout_add_seconds (100, on_hang, NULL);
  g_test_add ("/speech/public-is-heard", Case, NULL, set_up, test_public_is_heard, tear_down);
  g_test_add ("/speech/personal-never-on-speaker", Case, NULL, set_up, test_personal_never_on_speaker, tear_down);
  g_test_add ("/speech/headset-pulled", Case, NULL, set_up, test_headset_pulled, tear_down);
  g_test_add ("/speech/jack-out", Case, NULL, set_up, test_jack_out, tear_down);
  g_test_add ("/speech/volume", Case, NULL, set_up, test_volume, tear_down);
  g_test_add ("/speech/barge-in", Case, NULL, set_up, test_barge_in, tear_down);
  g_test_add ("/speech/order", Case, NULL, set_up, test_order, tear_down);
  g_test_add ("/speech/nothing-to-say", Case, NULL, set_up, test_nothing_to_say, tear_down);
  g_test_add ("/speech/service-killed", Case, NULL, set_up, test_service_killed, tear_down);
  g_test_add ("/speech/free-while-speaking", Case, NULL, set_up, test_free_while_speaking, tear_down);
  return g_test_run ();
}
