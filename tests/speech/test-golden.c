/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "hw/speech/engine.h"
#include "hw/speech/phonemes.h"
#include "i18n/catalogue.h"
#include "i18n/spoken.h"

/*
 * golden/<tag>.tsv: one line a text, "key<TAB>phonemes" for the texts of the catalogue and "= text<TAB>phonemes" for words that
 * were once said wrong. "test-golden --update" writes what the engine says now; a person listens, or reads the difference, and
 * commits it. Facts in texts stand as "…", as a missing fact does.
 */

/* espeak_TextToPhonemes() of 1.51 loses 1344 bytes at most calls; the leak checker must not take them for ours. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libespeak-ng\n";
}

static char *
say (const PerronCatalogue *catalogue, const PerronLanguage *language, const char *column)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronSecretText) spoken = NULL;
  if (g_str_has_prefix (column, "= "))
    spoken = perron_spoken_normalise (catalogue, language->tag, column + 2);
  else if (perron_catalogue_get (catalogue, language->tag, column) != NULL)
    spoken = perron_catalogue_format_spoken (catalogue, language->tag, column, NULL, NULL, NULL);
  if (spoken == NULL)
    return NULL;
  char *phonemes = perron_phonemes_of (language->voice, spoken, TRUE, &error);
  g_assert_no_error (error);
  return phonemes;
}

static char *
get_path (const char *tag)
{
  return g_strdup_printf ("%s/%s.tsv", GOLDEN_FOLDER, tag);
}

static char **
read_golden (const char *tag)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = get_path (tag);
  g_autofree char *data = NULL;
  if (!g_file_get_contents (path, &data, NULL, &error))
    data = g_strdup ("");
  return g_strsplit (data, "\n", -1);
}

static void
check_language (const PerronCatalogue *catalogue, const PerronLanguage *language)
{
  g_auto (GStrv) lines = read_golden (language->tag);
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint wrong = 0;

  for (char **line = lines; *line != NULL; line++) {
    char *tab = strchr (*line, '\t');
    if (tab == NULL)
      continue;
    *tab = '\0';
    g_hash_table_add (known, g_strdup (*line));
    g_autofree char *phonemes = say (catalogue, language, *line);
    if (g_strcmp0 (phonemes, tab + 1) == 0)
      continue;
    g_printerr ("%s: %s\n  agreed: %s\n  now:    %s\n", language->tag, *line, tab + 1, phonemes != NULL ? phonemes : "(no such text)");
    wrong++;
  }
  g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, language->tag);
  for (char **key = keys; *key != NULL; key++) {
    if (g_hash_table_contains (known, *key))
      continue;
    g_printerr ("%s: %s: nobody has agreed how it is said\n", language->tag, *key);
    wrong++;
  }
  if (wrong > 0)
    g_printerr ("%s: %u to look at; then: test-golden --update\n", language->tag, wrong);
  g_assert_cmpuint (wrong, ==, 0);
}

static PerronCatalogue *
load (void)
{
  g_autoptr (GError) error = NULL;
  PerronCatalogue *catalogue = perron_catalogue_load (TEXTS_FOLDER, &error);
  g_assert_no_error (error);
  g_assert_true (perron_engine_open (&error));
  g_assert_no_error (error);
  return catalogue;
}

static void
test_language (gconstpointer data)
{
  const char *tag = data;
  g_autoptr (PerronCatalogue) catalogue = load ();
  check_language (catalogue, perron_catalogue_find_language (catalogue, tag));
}

static void
append_line (GString *out, const PerronCatalogue *catalogue, const PerronLanguage *language, const char *column)
{
  g_autofree char *phonemes = say (catalogue, language, column);
  if (phonemes != NULL)
    g_string_append_printf (out, "%s\t%s\n", column, phonemes);
}

static void
update_language (const PerronCatalogue *catalogue, const PerronLanguage *language)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) lines = read_golden (language->tag);
  for (char **line = lines; *line != NULL; line++) {
    if (!g_str_has_prefix (*line, "= "))
      continue;
    *strchrnul (*line, '\t') = '\0';
    append_line (out, catalogue, language, *line);
  }
  g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, language->tag);
  for (char **key = keys; *key != NULL; key++)
    append_line (out, catalogue, language, *key);
  g_autofree char *path = get_path (language->tag);
  g_file_set_contents (path, out->str, (gssize) out->len, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_autoptr (PerronCatalogue) catalogue = load ();
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);
  if (argc == 2 && strcmp (argv[1], "--update") == 0) {
    for (guint i = 0; i < count; i++) {
      if (languages[i].voice != NULL)
        update_language (catalogue, &languages[i]);
    }
    return 0;
  }
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < count; i++) {
    g_autofree char *path = g_strconcat ("/golden/", languages[i].tag, NULL);
    if (languages[i].voice != NULL)
      g_test_add_data_func (path, languages[i].tag, test_language);
  }
  return g_test_run ();
}
