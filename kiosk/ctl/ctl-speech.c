/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/ctl/ctl.h"

#include <stdio.h>
#include <string.h>

#include "hw/speech/engine.h"
#include "hw/speech/phonemes.h"
#include "hw/speech/speech.h"
#include "i18n/catalogue.h"
#include "i18n/spoken.h"

static const PerronVerb *find_verb (const char *verb);

/* The catalogue, and the language whose voice is meant; NULL after saying why on stderr. */
static PerronCatalogue *
open_texts (PerronConfig *config)
{
  g_autoptr (GError) error = NULL;
  PerronCatalogue *catalogue = NULL;
  const char *folder = perron_config_require (config, PERRON_CONFIG_PATHS_TEXTS, &error);
  if (folder != NULL)
    catalogue = perron_catalogue_load (folder, &error);
  if (catalogue == NULL)
    perron_ctl_fail (3, "%s", error->message);
  return catalogue;
}

static const PerronLanguage *
find_language (const PerronCatalogue *catalogue, const char *tag)
{
  const PerronLanguage *language = perron_catalogue_find_language (catalogue, tag);
  if (language == NULL)
    perron_ctl_fail (2, "--lang: no language \"%s\"", tag);
  else if (language->voice == NULL)
    perron_ctl_fail (3, "--lang: \"%s\" has no voice", tag);
  return language != NULL && language->voice != NULL ? language : NULL;
}

static int
fail_usage (const char *verb)
{
  return perron_ctl_fail (2, "speech %s", find_verb (verb)->usage);
}

static int
print_phonemes (const PerronLanguage *language, const char *spoken, gboolean ipa)
{
  g_autoptr (GError) error = NULL;
  if (!perron_engine_open (&error))
    return perron_ctl_fail (3, "%s", error->message);
  g_autofree char *phonemes = perron_phonemes_of (language->voice, spoken, ipa, &error);
  if (phonemes == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  printf ("%s\n", phonemes);
  return 0;
}

static int
run_phonemes (PerronConfig *config, int argc, char **argv)
{
  gboolean ipa = perron_ctl_take_switch (&argc, argv, "--ipa");
  gboolean text = perron_ctl_take_switch (&argc, argv, "--text");
  const char *tag = perron_ctl_take_value (&argc, argv, "--lang");
  if (argc != 2 || tag == NULL || (ipa && text))
    return fail_usage ("phonemes");
  if (!g_utf8_validate (argv[1], -1, NULL) || strlen (argv[1]) > 16384)
    return perron_ctl_fail (2, "TEXT: not UTF-8, or longer than 16384 bytes");

  g_autoptr (PerronCatalogue) catalogue = open_texts (config);
  if (catalogue == NULL)
    return 3;
  const PerronLanguage *language = find_language (catalogue, tag);
  if (language == NULL)
    return 2;
  g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (catalogue, tag, argv[1]);
  if (!text)
    return print_phonemes (language, spoken, ipa);
  printf ("%s\n", spoken);
  return 0;
}

/* --- say ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  GMainLoop *loop;
  int status;
} Saying;

static void
on_speech (const PerronSpeechEvent *event, gpointer data)
{
  Saying *saying = data;
  if (event->kind == PERRON_SPEECH_FINISHED)
    saying->status = 0;
  if (event->kind == PERRON_SPEECH_FINISHED || event->kind == PERRON_SPEECH_CUT || event->kind == PERRON_SPEECH_REFUSED)
    g_main_loop_quit (saying->loop);
}

static int
say_aloud (PerronConfig *config, const PerronLanguage *language, const char *spoken)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Saying saying = { loop, 3 };
  const PerronSpeechOptions options = {
    .server = perron_config_get (config, PERRON_CONFIG_SOUND_SERVER),
    .speaker_sink = perron_config_get (config, PERRON_CONFIG_SOUND_SPEAKER),
    .headset_sink = perron_config_get (config, PERRON_CONFIG_SOUND_HEADSET),
    .rate_wpm = (guint) perron_config_get_int (config, PERRON_CONFIG_SPEECH_RATE),
  };
  g_autoptr (PerronSpeech) speech = perron_speech_new (&options, on_speech, &saying);
  perron_speech_set_voice (speech, language->tag, language->voice);
  /* What an operator types is theirs to say aloud. */
  g_autoptr (PerronUtterance) utterance = perron_utterance_new (PERRON_PUBLIC, language->tag, spoken);
  perron_speech_say (speech, utterance);
  g_main_loop_run (loop);
  return saying.status == 0 ? 0 : perron_ctl_fail (saying.status, "nothing was said: no sound service, or no voice");
}

static int
run_say (PerronConfig *config, int argc, char **argv)
{
  const char *tag = perron_ctl_take_value (&argc, argv, "--lang");
  if (argc != 2 || tag == NULL)
    return fail_usage ("say");
  if (!g_utf8_validate (argv[1], -1, NULL) || strlen (argv[1]) > 16384)
    return perron_ctl_fail (2, "TEXT: not UTF-8, or longer than 16384 bytes");

  g_autoptr (PerronCatalogue) catalogue = open_texts (config);
  if (catalogue == NULL)
    return 3;
  const PerronLanguage *language = find_language (catalogue, tag);
  if (language == NULL)
    return 2;
  g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (catalogue, tag, argv[1]);
  return say_aloud (config, language, spoken);
}

/* --- check -------------------------------------------------------------------------------------------------------------- */

/* "(en)" in the phonemes: the engine takes a word for another language (EN 301 549, 5.1.3.14: speech in the language shown). */
static gboolean
has_language_switch (const char *phonemes)
{
  const char *open = phonemes;
  while ((open = strchr (open, '(')) != NULL) {
    if (g_ascii_islower (open[1]) && g_ascii_islower (open[2]))
      return TRUE;
    open++;
  }
  return FALSE;
}

static guint
check_text (const PerronCatalogue *catalogue, const PerronLanguage *language, const char *key)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronSecretText) spoken = perron_catalogue_format_spoken (catalogue, language->tag, key, NULL, NULL, NULL);
  if (*spoken == '\0') {
    printf ("%s: %s: nothing to say\n", language->tag, key);
    return 1;
  }
  if (language->voice == NULL)
    return 0;
  g_autofree char *phonemes = perron_phonemes_of (language->voice, spoken, TRUE, &error);
  if (phonemes == NULL || *phonemes == '\0') {
    printf ("%s: %s: %s\n", language->tag, key, error != NULL ? error->message : "silent");
    return 1;
  }
  if (!g_str_has_prefix (language->tag, "en") && has_language_switch (phonemes)) {
    printf ("%s: %s: a word is read as another language: %s\n", language->tag, key, phonemes);
    return 1;
  }
  return 0;
}

static int
run_check (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc != 1)
    return fail_usage ("check");
  g_autoptr (PerronCatalogue) catalogue = open_texts (config);
  if (catalogue == NULL)
    return 3;
  if (!perron_engine_open (&error))
    return perron_ctl_fail (3, "%s", error->message);

  guint count, texts = 0, faults = 0;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);
  for (guint i = 0; i < count; i++) {
    g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, languages[i].tag);
    for (char **key = keys; *key != NULL; key++, texts++)
      faults += check_text (catalogue, &languages[i], *key);
  }
  printf ("%u texts in %u languages, %u to mend\n", texts, count, faults);
  return faults == 0 ? 0 : 1;
}

const PerronVerb perron_ctl_speech[] = {
  { "phonemes", run_phonemes, "phonemes [--ipa|--text] --lang TAG TEXT   how the voice will say it" },
  { "say", run_say, "say --lang TAG TEXT" },
  { "check", run_check, "check   every text of every language can be said, in its language" },
  { NULL, NULL, NULL },
};

static const PerronVerb *
find_verb (const char *verb)
{
  const PerronVerb *row = perron_ctl_speech;
  while (strcmp (row->verb, verb) != 0)
    row++;
  return row;
}
