/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/strict-json.h"

#include <stdarg.h>
#include <string.h>

gboolean
perron_at_fail (const PerronAt *at, PerronJourneyError code, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (at->error, PERRON_JOURNEY_ERROR, (gint) code, "%s: %s: %s", at->file, at->path->str, what);
  return FALSE;
}

gsize
perron_at_enter (const PerronAt *at, const char *format, ...)
{
  gsize before = at->path->len;
  va_list args;
  va_start (args, format);
  g_string_append_vprintf (at->path, format, args);
  va_end (args);
  return before;
}

void
perron_at_leave (const PerronAt *at, gsize before)
{
  g_string_truncate (at->path, before);
}

/*
 * A look over the bytes before json-glib sees them: its parser recurses (a deep file would spend the stack), skips comments and
 * keeps the last of two members of one name.
 */
typedef struct {
  const PerronAt *at;
  const char *text;
  gsize len;
  gsize pos;
  guint line;
  guint depth;
  gboolean in_object[PERRON_STRICT_JSON_DEPTH + 1];
  gboolean key_next[PERRON_STRICT_JSON_DEPTH + 1];
  GHashTable *members[PERRON_STRICT_JSON_DEPTH + 1];
} Scan;

static gboolean
scan_open (Scan *scan, gboolean object)
{
  if (scan->depth == PERRON_STRICT_JSON_DEPTH)
    return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_LIMIT, "line %u: nested deeper than %d", scan->line, PERRON_STRICT_JSON_DEPTH);
  scan->depth++;
  scan->in_object[scan->depth] = object;
  scan->key_next[scan->depth] = object;
  if (scan->members[scan->depth] == NULL)
    scan->members[scan->depth] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_remove_all (scan->members[scan->depth]);
  return TRUE;
}

static gboolean
scan_string (Scan *scan)
{
  gsize start = ++scan->pos;
  while (scan->pos < scan->len && scan->text[scan->pos] != '"') {
    if ((guchar) scan->text[scan->pos] < 0x20)
      return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_FORMAT, "line %u: control character in a string", scan->line);
    scan->pos += scan->text[scan->pos] == '\\' ? 2 : 1;
  }
  if (scan->pos >= scan->len)
    return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_FORMAT, "line %u: string without end", scan->line);
  if (scan->depth > 0 && scan->key_next[scan->depth]) {
    char *key = g_strndup (scan->text + start, scan->pos - start);
    scan->key_next[scan->depth] = FALSE;
    if (!g_hash_table_add (scan->members[scan->depth], key))
      return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_FORMAT, "line %u: a member is written twice", scan->line);
  }
  return TRUE;
}

static gboolean
scan_byte (Scan *scan)
{
  switch (scan->text[scan->pos]) {
  case '{':
  case '[':
    return scan_open (scan, scan->text[scan->pos] == '{');
  case '}':
  case ']':
    if (scan->depth == 0)
      return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_FORMAT, "line %u: closes what was not open", scan->line);
    scan->depth--;
    return TRUE;
  case ',':
    scan->key_next[scan->depth] = scan->depth > 0 && scan->in_object[scan->depth];
    return TRUE;
  case '"':
    return scan_string (scan);
  case '\n':
    scan->line++;
    return TRUE;
  case '/':
  case '\'':
  case '#':
    return perron_at_fail (scan->at, PERRON_JOURNEY_ERROR_FORMAT, "line %u: not JSON (comment or quote)", scan->line);
  default:
    return TRUE;
  }
}

static gboolean
scan_bytes (const PerronAt *at, const char *text, gsize len)
{
  Scan scan = { .at = at, .text = text, .len = len, .line = 1 };
  gboolean ok = TRUE;

  for (; ok && scan.pos < len; scan.pos++)
    ok = scan_byte (&scan);
  for (guint i = 0; i <= PERRON_STRICT_JSON_DEPTH; i++)
    g_clear_pointer (&scan.members[i], g_hash_table_unref);
  return ok;
}

JsonNode *
perron_strict_json_parse (const PerronAt *at, const guint8 *data, gsize len, gsize max)
{
  g_autoptr (GError) inner = NULL;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  if (len > max) {
    perron_at_fail (at, PERRON_JOURNEY_ERROR_LIMIT, "%" G_GSIZE_FORMAT " bytes; %" G_GSIZE_FORMAT " are allowed", len, max);
    return NULL;
  }
  if (len == 0 || !g_utf8_validate ((const char *) data, (gssize) len, NULL)) {
    perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "empty, or not UTF-8 text");
    return NULL;
  }
  if (!scan_bytes (at, (const char *) data, len))
    return NULL;
  if (!json_parser_load_from_data (parser, (const char *) data, (gssize) len, &inner)) {
    perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "not JSON: %s", inner->message);
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "must be one object");
    return NULL;
  }
  return json_node_ref (root);
}

gboolean
perron_at_only (const PerronAt *at, JsonObject *object, const char *const *known)
{
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *m = members; m != NULL; m = m->next) {
    if (!g_strv_contains (known, m->data)) {
      gsize before = perron_at_enter (at, ".%.60s", (const char *) m->data);
      perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "no such member here");
      perron_at_leave (at, before);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
fail_member (const PerronAt *at, const char *name, PerronJourneyError code, const char *what)
{
  gsize before = perron_at_enter (at, ".%s", name);
  perron_at_fail (at, code, "%s", what);
  perron_at_leave (at, before);
  return FALSE;
}

/* TRUE with `ret_node` NULL: absent and allowed to be. */
static gboolean
find_member (const PerronAt *at, JsonObject *object, const char *name, gboolean required, JsonNode **ret_node)
{
  *ret_node = json_object_get_member (object, name);
  return *ret_node != NULL || !required || fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "is missing");
}

static gboolean
is_clean_string (JsonNode *node, gsize max)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;
  const char *text = json_node_get_string (node);
  gsize length = strlen (text);
  for (gsize i = 0; i < length; i++) {
    if ((guchar) text[i] < 0x20)
      return FALSE;
  }
  return length >= 1 && length <= max;
}

gboolean
perron_at_string (const PerronAt *at, JsonObject *object, const char *name, gboolean required, gsize max, const char **ret_text)
{
  JsonNode *node;
  if (!find_member (at, object, name, required, &node))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!is_clean_string (node, max))
    return fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "must be a short text that is not empty");
  *ret_text = json_node_get_string (node);
  return TRUE;
}

gboolean
perron_at_uint (const PerronAt *at, JsonObject *object, const char *name, gboolean required, guint low, guint high, guint *ret_value)
{
  JsonNode *node;
  if (!find_member (at, object, name, required, &node))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "must be a whole number");
  gint64 value = json_node_get_int (node);
  if (value < low || value > high)
    return fail_member (at, name, PERRON_JOURNEY_ERROR_LIMIT, "is out of range");
  *ret_value = (guint) value;
  return TRUE;
}

gboolean
perron_at_bool (const PerronAt *at, JsonObject *object, const char *name, gboolean *ret_value)
{
  JsonNode *node = json_object_get_member (object, name);
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "must be true or false");
  *ret_value = json_node_get_boolean (node);
  return TRUE;
}

gboolean
perron_at_array (const PerronAt *at, JsonObject *object, const char *name, gboolean required, guint max, JsonArray **ret_array)
{
  JsonNode *node;
  if (!find_member (at, object, name, required, &node))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "must be a list");
  if (json_array_get_length (json_node_get_array (node)) > max)
    return fail_member (at, name, PERRON_JOURNEY_ERROR_LIMIT, "holds too many");
  *ret_array = json_node_get_array (node);
  return TRUE;
}

gboolean
perron_at_object (const PerronAt *at, JsonObject *object, const char *name, gboolean required, JsonObject **ret_object)
{
  JsonNode *node;
  if (!find_member (at, object, name, required, &node))
    return FALSE;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return fail_member (at, name, PERRON_JOURNEY_ERROR_FORMAT, "must be an object");
  *ret_object = json_node_get_object (node);
  return TRUE;
}

gboolean
perron_at_element_object (const PerronAt *at, JsonArray *array, guint index, JsonObject **ret_object)
{
  JsonNode *node = json_array_get_element (array, index);
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "must be an object");
  *ret_object = json_node_get_object (node);
  return TRUE;
}

gboolean
perron_at_element_string (const PerronAt *at, JsonArray *array, guint index, gsize max, const char **ret_text)
{
  JsonNode *node = json_array_get_element (array, index);
  if (!is_clean_string (node, max))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "must be a short text that is not empty");
  *ret_text = json_node_get_string (node);
  return TRUE;
}
