/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "i18n/catalogue.h"

#define JSON_BYTES (256 * 1024)
#define JSON_LEVELS 16

static void
close_file (FILE *file)
{
  if (file != NULL)
    fclose (file);
}

typedef FILE PerronFile;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronFile, close_file)

static gboolean
refuse_file (const char *path, const char *why, GError **error)
{
  g_set_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FILE, "%s: %s", path, why);
  return FALSE;
}

gboolean
perron_source_refuse (const char *path, const char *where, const char *why, GError **error)
{
  g_set_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT, "%s: %s: %s", path, where, why);
  return FALSE;
}

char *
perron_source_read (const char *path, gsize max_bytes, gsize *ret_len, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR)) {
    refuse_file (path, "no such file", error);
    return NULL;
  }
  g_autoptr (PerronFile) file = fopen (path, "rbe");
  if (file == NULL) {
    refuse_file (path, g_strerror (errno), error);
    return NULL;
  }

  g_autofree char *data = g_malloc (max_bytes + 2);
  gsize len = fread (data, 1, max_bytes + 1, file);
  if (ferror (file)) {
    refuse_file (path, "cannot be read to its end", error);
    return NULL;
  }
  if (len > max_bytes) {
    perron_source_refuse (path, "file", "too large", error);
    return NULL;
  }
  data[len] = '\0';
  *ret_len = len;
  return g_steal_pointer (&data);
}

/* json-glib recurses: brackets are counted before it sees them, so that a file cannot exhaust the stack. */
static gboolean
is_shallow (const char *data, gsize len)
{
  guint level = 0;
  gboolean in_string = FALSE;
  for (gsize i = 0; i < len; i++) {
    if (in_string) {
      if (data[i] == '\\')
        i++;
      else if (data[i] == '"')
        in_string = FALSE;
    } else if (data[i] == '"') {
      in_string = TRUE;
    } else if (data[i] == '[' || data[i] == '{') {
      if (++level > JSON_LEVELS)
        return FALSE;
    } else if ((data[i] == ']' || data[i] == '}') && level > 0) {
      level--;
    }
  }
  return TRUE;
}

JsonObject *
perron_source_read_json (JsonParser *parser, const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gsize len;
  g_autofree char *data = perron_source_read (path, JSON_BYTES, &len, error);
  if (data == NULL)
    return NULL;
  if (!g_utf8_validate (data, (gssize) len, NULL) || !is_shallow (data, len)) {
    perron_source_refuse (path, "file", "not UTF-8, or nested too deeply", error);
    return NULL;
  }
  if (!json_parser_load_from_data (parser, data, (gssize) len, &cause)) {
    perron_source_refuse (path, "JSON", cause->message, error);
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    perron_source_refuse (path, "JSON", "must be one object", error);
    return NULL;
  }
  JsonObject *object = json_node_get_object (root);
  JsonNode *format = json_object_get_member (object, "format");
  if (format == NULL || !JSON_NODE_HOLDS_VALUE (format) || json_node_get_value_type (format) != G_TYPE_INT64 ||
      json_node_get_int (format) != 1) {
    perron_source_refuse (path, "format", "must be 1", error);
    return NULL;
  }
  return object;
}

const char *
perron_source_get_text (JsonObject *object, const char *path, const char *where, const char *member, gboolean required,
                        gsize max_bytes, gboolean *ret_ok, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *place = g_strconcat (where, ".", member, NULL);

  *ret_ok = TRUE;
  if (!required && (node == NULL || JSON_NODE_HOLDS_NULL (node)))
    return NULL;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING) {
    *ret_ok = perron_source_refuse (path, place, "must be a text", error);
    return NULL;
  }
  const char *text = json_node_get_string (node);
  if (*text == '\0' || strlen (text) > max_bytes) {
    *ret_ok = perron_source_refuse (path, place, "empty or too long", error);
    return NULL;
  }
  return text;
}

JsonArray *
perron_source_get_array (JsonObject *object, const char *path, const char *where, const char *member, guint max_length, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  g_autofree char *place = g_strconcat (where, ".", member, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node)) {
    perron_source_refuse (path, place, "must be a list", error);
    return NULL;
  }
  JsonArray *array = json_node_get_array (node);
  guint length = json_array_get_length (array);
  if (length == 0 || length > max_length) {
    perron_source_refuse (path, place, "empty or too long", error);
    return NULL;
  }
  return array;
}

gboolean
perron_source_check_members (JsonObject *object, const char *path, const char *where, const char *const *allowed, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);
  for (const GList *at = members; at != NULL; at = at->next) {
    if (g_strv_contains (allowed, at->data))
      continue;
    g_autofree char *why = g_strdup_printf ("unknown member \"%s\"", (const char *) at->data);
    return perron_source_refuse (path, where, why, error);
  }
  return TRUE;
}
