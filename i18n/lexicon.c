/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/lexicon.h"

#include <string.h>

#include "i18n/source.h"

#define ENTRIES_MAX 2048
#define WORD_BYTES 64
#define SAY_BYTES 256

struct PerronLexicon {
  GHashTable *words;
  GHashTable *forms;
};

void
perron_lexicon_free (PerronLexicon *lexicon)
{
  if (lexicon == NULL)
    return;
  g_clear_pointer (&lexicon->words, g_hash_table_unref);
  g_clear_pointer (&lexicon->forms, g_hash_table_unref);
  g_free (lexicon);
}

/* {"CPAM": "C P A M", …} */
static gboolean
read_table (JsonObject *object, const char *path, const char *name, GHashTable *table, GError **error)
{
  JsonNode *node = json_object_get_member (object, name);
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_source_refuse (path, name, "must be an object of texts", error);

  JsonObject *entries = json_node_get_object (node);
  if (json_object_get_size (entries) > ENTRIES_MAX)
    return perron_source_refuse (path, name, "too many entries", error);
  g_autoptr (GList) members = json_object_get_members (entries);
  for (const GList *at = members; at != NULL; at = at->next) {
    gboolean ok;
    const char *word = at->data;
    const char *say = perron_source_get_text (entries, path, name, word, TRUE, SAY_BYTES, &ok, error);
    if (!ok)
      return FALSE;
    if (*word == '\0' || strlen (word) > WORD_BYTES)
      return perron_source_refuse (path, name, "a word has 1 to 64 bytes", error);
    g_hash_table_insert (table, g_strdup (word), g_strdup (say));
  }
  return TRUE;
}

PerronLexicon *
perron_lexicon_load (const char *folder, const char *tag, GError **error)
{
  static const char *const members[] = { "format", "words", "forms", NULL };
  g_autoptr (PerronLexicon) lexicon = g_new0 (PerronLexicon, 1);
  lexicon->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  lexicon->forms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_autofree char *name = g_strconcat (tag, ".json", NULL);
  g_autofree char *path = g_build_filename (folder, "lexicon", name, NULL);
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&lexicon);

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = perron_source_read_json (parser, path, error);
  if (object == NULL || !perron_source_check_members (object, path, "file", members, error) ||
      !read_table (object, path, "words", lexicon->words, error) || !read_table (object, path, "forms", lexicon->forms, error))
    return NULL;
  return g_steal_pointer (&lexicon);
}

/* Into a fixed array, wiped by the caller: the word may be a name. FALSE when it does not fit. */
static gboolean
fold_word (char folded[WORD_BYTES + 8], const char *word, gsize length)
{
  gsize used = 0;
  for (const char *at = word; at < word + length; at = g_utf8_next_char (at)) {
    if (used > WORD_BYTES)
      return FALSE;
    used += (gsize) g_unichar_to_utf8 (g_unichar_tolower (g_utf8_get_char (at)), folded + used);
  }
  folded[used] = '\0';
  return TRUE;
}

const char *
perron_lexicon_find_word (const PerronLexicon *lexicon, const char *word, gsize length)
{
  char key[WORD_BYTES + 8] = "";
  if (length == 0 || length > WORD_BYTES)
    return NULL;
  memcpy (key, word, length);
  const char *say = g_hash_table_lookup (lexicon->words, key);
  if (say == NULL && fold_word (key, word, length))
    say = g_hash_table_lookup (lexicon->words, key);
  explicit_bzero (key, sizeof key);
  return say;
}

const char *
perron_lexicon_get_form (const PerronLexicon *lexicon, const char *name, const char *fallback)
{
  const char *form = g_hash_table_lookup (lexicon->forms, name);
  return form != NULL ? form : fallback;
}
