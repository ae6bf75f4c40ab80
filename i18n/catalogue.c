/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/catalogue.h"

#include <string.h>

#include "i18n/lexicon.h"
#include "i18n/po.h"
#include "i18n/source.h"

#define LANGUAGES_MAX 64
#define TAG_BYTES 15 /* PerronSettings.language */
#define KEY_BYTES 96
#define FALLBACK "fr"

typedef struct {
  GHashTable *texts;  /* key → text, both owned */
  GHashTable *spoken; /* the same, msgctxt "spoken" */
  PerronLexicon *lexicon;
} Texts;

struct PerronCatalogue {
  gatomicrefcount references;
  GArray *languages; /* PerronLanguage */
  GPtrArray *texts;  /* Texts, same order */
};

G_DEFINE_QUARK (perron-i18n-error-quark, perron_i18n_error)

static void
free_texts (gpointer data)
{
  Texts *texts = data;
  g_clear_pointer (&texts->texts, g_hash_table_unref);
  g_clear_pointer (&texts->spoken, g_hash_table_unref);
  g_clear_pointer (&texts->lexicon, perron_lexicon_free);
  g_free (texts);
}

static void
clear_language (gpointer data)
{
  PerronLanguage *language = data;
  g_free ((gpointer) language->tag);
  g_free ((gpointer) language->own_name);
  g_free ((gpointer) language->voice);
}

PerronCatalogue *
perron_catalogue_ref (PerronCatalogue *catalogue)
{
  g_atomic_ref_count_inc (&catalogue->references);
  return catalogue;
}

void
perron_catalogue_unref (PerronCatalogue *catalogue)
{
  if (catalogue == NULL || !g_atomic_ref_count_dec (&catalogue->references))
    return;
  g_array_unref (catalogue->languages);
  g_ptr_array_unref (catalogue->texts);
  g_free (catalogue);
}

/* --- loading ------------------------------------------------------------------------------------------------------------ */

static gboolean
is_made_of (const char *text, const char *others)
{
  for (; *text != '\0'; text++) {
    if (!g_ascii_islower (*text) && !g_ascii_isdigit (*text) && strchr (others, *text) == NULL)
      return FALSE;
  }
  return TRUE;
}

/* The tag becomes a file name: nothing but letters, digits and dash. */
static gboolean
is_tag (const char *tag)
{
  if (strlen (tag) < 2 || strlen (tag) > TAG_BYTES || !g_ascii_islower (*tag))
    return FALSE;
  for (; *tag != '\0'; tag++) {
    if (!g_ascii_isalnum (*tag) && *tag != '-')
      return FALSE;
  }
  return TRUE;
}

/* Every "{" opens the name of a fact and is closed before the next. */
static gboolean
are_braces_sound (const char *text)
{
  while ((text = strpbrk (text, "{}")) != NULL) {
    const char *close = *text == '{' ? strchr (text, '}') : NULL;
    if (close == NULL || close == text + 1 || close - text > KEY_BYTES)
      return FALSE;
    for (const char *at = text + 1; at < close; at++) {
      if (!g_ascii_islower (*at) && !g_ascii_isdigit (*at) && strchr (".-", *at) == NULL)
        return FALSE;
    }
    text = close + 1;
  }
  return TRUE;
}

typedef struct {
  const char *path;
  Texts *texts;
} Loading;

static gboolean
refuse_entry (const Loading *loading, const PerronPoEntry *entry, const char *why, GError **error)
{
  g_set_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT, "%s:%u: \"%s\": %s", loading->path, entry->line, entry->id, why);
  return FALSE;
}

static gboolean
store_entry (const PerronPoEntry *entry, gpointer data, GError **error)
{
  const Loading *loading = data;
  gboolean is_spoken = entry->context != NULL;

  if (*entry->id == '\0' && !is_spoken)
    return TRUE; /* the header */
  if (is_spoken && strcmp (entry->context, "spoken") != 0)
    return refuse_entry (loading, entry, "the only msgctxt is \"spoken\"", error);
  if (*entry->id == '\0' || strlen (entry->id) > KEY_BYTES || !is_made_of (entry->id, ".-"))
    return refuse_entry (loading, entry, "a key is 1 to 96 of a-z 0-9 . -", error);
  if (!are_braces_sound (entry->text))
    return refuse_entry (loading, entry, "braces hold the name of a fact: {a-z0-9.-}", error);

  GHashTable *table = is_spoken ? loading->texts->spoken : loading->texts->texts;
  if (g_hash_table_contains (table, entry->id))
    return refuse_entry (loading, entry, "key given twice", error);
  /* Not translated or to be looked at again: kept as "known, but none", so that a second entry is still a duplicate. */
  gboolean usable = *entry->text != '\0' && !entry->fuzzy;
  g_hash_table_insert (table, g_strdup (entry->id), usable ? g_strdup (entry->text) : NULL);
  return TRUE;
}

static Texts *
load_texts (const char *folder, const char *tag, GError **error)
{
  Texts *texts = g_new0 (Texts, 1);
  texts->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  texts->spoken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  g_autofree char *name = g_strconcat (tag, ".po", NULL);
  g_autofree char *path = g_build_filename (folder, "po", name, NULL);
  gsize len = 0;
  g_autofree char *data = perron_source_read (path, PERRON_PO_FILE_BYTES, &len, error);
  Loading loading = { path, texts };
  if (data == NULL || !perron_po_parse (path, data, len, store_entry, &loading, error) ||
      (texts->lexicon = perron_lexicon_load (folder, tag, error)) == NULL) {
    free_texts (texts);
    return NULL;
  }
  return texts;
}

static gboolean
read_language (JsonObject *object, const char *path, const char *where, PerronLanguage *language, GError **error)
{
  static const char *const members[] = { "tag", "own_name", "voice", "right_to_left", NULL };
  gboolean ok;

  if (!perron_source_check_members (object, path, where, members, error))
    return FALSE;
  const char *tag = perron_source_get_text (object, path, where, "tag", TRUE, TAG_BYTES, &ok, error);
  if (!ok)
    return FALSE;
  if (!is_tag (tag))
    return perron_source_refuse (path, where, "tag: must be a BCP 47 tag such as \"fr\"", error);
  const char *own_name = perron_source_get_text (object, path, where, "own_name", TRUE, 64, &ok, error);
  if (!ok)
    return FALSE;
  const char *voice = perron_source_get_text (object, path, where, "voice", FALSE, 32, &ok, error);
  if (!ok)
    return FALSE;
  if (voice != NULL && !is_made_of (voice, "-+/"))
    return perron_source_refuse (path, where, "voice: must be the name of a voice such as \"fr\"", error);
  JsonNode *direction = json_object_get_member (object, "right_to_left");
  if (direction != NULL && (!JSON_NODE_HOLDS_VALUE (direction) || json_node_get_value_type (direction) != G_TYPE_BOOLEAN))
    return perron_source_refuse (path, where, "right_to_left: must be true or false", error);

  *language = (PerronLanguage){ .tag = g_strdup (tag),
                                .own_name = g_strdup (own_name),
                                .voice = g_strdup (voice),
                                .right_to_left = direction != NULL && json_node_get_boolean (direction) };
  return TRUE;
}

static gboolean
add_language (PerronCatalogue *catalogue, const char *folder, const char *path, JsonNode *node, guint index, GError **error)
{
  g_autofree char *where = g_strdup_printf ("languages[%u]", index);
  PerronLanguage language = { 0 };

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_source_refuse (path, where, "must be an object", error);
  if (!read_language (json_node_get_object (node), path, where, &language, error))
    return FALSE;
  gboolean known = perron_catalogue_find_language (catalogue, language.tag) != NULL;
  g_array_append_val (catalogue->languages, language);
  if (known)
    return perron_source_refuse (path, where, "tag given twice", error);
  Texts *texts = load_texts (folder, language.tag, error);
  if (texts == NULL)
    return FALSE;
  g_ptr_array_add (catalogue->texts, texts);
  return TRUE;
}

PerronCatalogue *
perron_catalogue_load (const char *folder, GError **error)
{
  static const char *const members[] = { "format", "languages", NULL };
  g_autoptr (PerronCatalogue) catalogue = g_new0 (PerronCatalogue, 1);
  g_atomic_ref_count_init (&catalogue->references);
  catalogue->languages = g_array_new (FALSE, FALSE, sizeof (PerronLanguage));
  g_array_set_clear_func (catalogue->languages, clear_language);
  catalogue->texts = g_ptr_array_new_with_free_func (free_texts);

  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autofree char *path = g_build_filename (folder, "languages.json", NULL);
  JsonObject *object = perron_source_read_json (parser, path, error);
  if (object == NULL || !perron_source_check_members (object, path, "file", members, error))
    return NULL;
  JsonArray *array = perron_source_get_array (object, path, "file", "languages", LANGUAGES_MAX, error);
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    if (!add_language (catalogue, folder, path, json_array_get_element (array, i), i, error))
      return NULL;
  }
  if (array == NULL)
    return NULL;
  if (perron_catalogue_find_language (catalogue, FALLBACK) == NULL) {
    perron_source_refuse (path, "languages", "French (\"fr\") must be one of them", error);
    return NULL;
  }
  return g_steal_pointer (&catalogue);
}

/* --- looking up --------------------------------------------------------------------------------------------------------- */

const PerronLanguage *
perron_catalogue_get_languages (const PerronCatalogue *catalogue, guint *ret_count)
{
  *ret_count = catalogue->languages->len;
  return (const PerronLanguage *) (gpointer) catalogue->languages->data;
}

const PerronLanguage *
perron_catalogue_find_language (const PerronCatalogue *catalogue, const char *tag)
{
  for (guint i = 0; i < catalogue->languages->len; i++) {
    const PerronLanguage *language = &g_array_index (catalogue->languages, PerronLanguage, i);
    if (strcmp (language->tag, tag) == 0)
      return language;
  }
  return NULL;
}

static const Texts *
find_texts (const PerronCatalogue *catalogue, const char *tag)
{
  for (guint i = 0; i < catalogue->texts->len; i++) {
    if (strcmp (g_array_index (catalogue->languages, PerronLanguage, i).tag, tag) == 0)
      return g_ptr_array_index (catalogue->texts, i);
  }
  return NULL;
}

const char *
perron_catalogue_get (const PerronCatalogue *catalogue, const char *language, const char *key)
{
  const Texts *texts = find_texts (catalogue, language);
  return texts != NULL ? g_hash_table_lookup (texts->texts, key) : NULL;
}

const char *
perron_catalogue_get_spoken (const PerronCatalogue *catalogue, const char *language, const char *key)
{
  const Texts *texts = find_texts (catalogue, language);
  return texts != NULL ? g_hash_table_lookup (texts->spoken, key) : NULL;
}

const PerronLexicon *
perron_catalogue_get_lexicon (const PerronCatalogue *catalogue, const char *language)
{
  const Texts *texts = find_texts (catalogue, language);
  return texts != NULL ? texts->lexicon : NULL;
}

static gint
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char **
perron_catalogue_list_keys (const PerronCatalogue *catalogue, const char *language)
{
  const Texts *texts = find_texts (catalogue, language);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  if (texts != NULL) {
    GHashTableIter iter;
    gpointer key, text;
    g_hash_table_iter_init (&iter, texts->texts);
    while (g_hash_table_iter_next (&iter, &key, &text)) {
      if (text != NULL)
        g_ptr_array_add (keys, g_strdup (key));
    }
  }
  g_ptr_array_sort (keys, compare_keys);
  g_ptr_array_add (keys, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&keys), FALSE);
}
