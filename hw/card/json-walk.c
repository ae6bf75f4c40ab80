/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/json-walk.h"

#include <stdarg.h>
#include <string.h>

G_DEFINE_QUARK (perron-card-error-quark, perron_card_error)

/* The parser below recurses once a level: the depth is bounded before it starts. */
static gboolean
check_depth (const char *file, const char *text, gsize length, GError **error)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++) {
    char c = text[i];
    if (in_string && c == '\\')
      i++;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '[' || c == '{') && ++depth > PERRON_JSON_DEPTH_MAX) {
      g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_SYNTAX, "%s: nested deeper than %d", file, PERRON_JSON_DEPTH_MAX);
      return FALSE;
    } else if (!in_string && (c == ']' || c == '}') && depth > 0)
      depth--;
  }
  return TRUE;
}

JsonNode *
perron_json_parse (const char *file, const char *text, gsize length, GError **error)
{
  g_autoptr (GError) failure = NULL;

  if (length > PERRON_JSON_FILE_MAX || !g_utf8_validate (text, (gssize) length, NULL)) {
    g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_SYNTAX, "%s: not UTF-8 text of at most %d bytes", file, PERRON_JSON_FILE_MAX);
    return NULL;
  }
  if (!check_depth (file, text, length, error))
    return NULL;
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, (gssize) length, &failure)) {
    /* The parser's message begins with "<data>:LINE:COLUMN: ". */
    const char *what = g_str_has_prefix (failure->message, "<data>:") ? failure->message + strlen ("<data>:") : failure->message;
    g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_SYNTAX, "%s:%s", file, what);
    return NULL;
  }
  JsonNode *root = json_parser_steal_root (parser);
  if (root == NULL)
    g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_SYNTAX, "%s: empty", file);
  return root;
}

JsonNode *
perron_json_load (const char *file, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) failure = NULL;

  if (!g_file_get_contents (file, &text, &length, &failure)) {
    g_set_error_literal (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE, failure->message);
    return NULL;
  }
  return perron_json_parse (file, text, length, error);
}

PerronJson
perron_json_root (const char *file, JsonNode *root)
{
  return (PerronJson) { file, root, "$" };
}

gboolean
perron_json_fail (const PerronJson *at, GError **error, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_VALUE, "%s: %s: %s", at->file, at->path, what);
  return FALSE;
}

gboolean
perron_json_only (const PerronJson *at, const char *const *names, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT (at->node))
    return perron_json_fail (at, error, "not an object");
  JsonObjectIter iter;
  const char *name;
  JsonNode *ignored;
  json_object_iter_init (&iter, json_node_get_object (at->node));
  while (json_object_iter_next (&iter, &name, &ignored)) {
    if (!g_strv_contains (names, name) && strcmp (name, "note") != 0 && strcmp (name, "source") != 0)
      return perron_json_fail (at, error, "no such member as \"%.40s\"", name);
  }
  return TRUE;
}

gboolean
perron_json_has (const PerronJson *object, const char *name)
{
  return JSON_NODE_HOLDS_OBJECT (object->node) && json_object_has_member (json_node_get_object (object->node), name);
}

gboolean
perron_json_member (const PerronJson *object, const char *name, PerronJson *ret_at, GError **error)
{
  if (!perron_json_has (object, name))
    return perron_json_fail (object, error, "\"%s\" is missing", name);
  PerronJson at = { object->file, json_object_get_member (json_node_get_object (object->node), name), "" };
  g_snprintf (at.path, sizeof at.path, "%s.%s", object->path, name);
  *ret_at = at;
  return TRUE;
}

gboolean
perron_json_array (const PerronJson *at, guint min, guint max, guint *ret_count, GError **error)
{
  if (!JSON_NODE_HOLDS_ARRAY (at->node))
    return perron_json_fail (at, error, "not an array");
  guint count = json_array_get_length (json_node_get_array (at->node));
  if (count < min || count > max)
    return perron_json_fail (at, error, "%u items, not %u to %u", count, min, max);
  *ret_count = count;
  return TRUE;
}

PerronJson
perron_json_item (const PerronJson *array, guint index)
{
  PerronJson at = { array->file, json_array_get_element (json_node_get_array (array->node), index), "" };
  g_snprintf (at.path, sizeof at.path, "%s[%u]", array->path, index);
  return at;
}

gboolean
perron_json_string (const PerronJson *at, gsize max, const char **ret_text, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (at->node) || json_node_get_value_type (at->node) != G_TYPE_STRING)
    return perron_json_fail (at, error, "not a string");
  const char *text = json_node_get_string (at->node);
  if (text == NULL || text[0] == '\0' || strlen (text) > max)
    return perron_json_fail (at, error, "not a string of 1 to %" G_GSIZE_FORMAT " bytes", max);
  *ret_text = text;
  return TRUE;
}

gboolean
perron_json_int (const PerronJson *at, gint64 low, gint64 high, guint *ret_value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (at->node) || json_node_get_value_type (at->node) != G_TYPE_INT64)
    return perron_json_fail (at, error, "not a whole number");
  gint64 value = json_node_get_int (at->node);
  if (value < low || value > high)
    return perron_json_fail (at, error, "not from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, low, high);
  *ret_value = (guint) value;
  return TRUE;
}

gboolean
perron_json_bool (const PerronJson *at, gboolean *ret_value, GError **error)
{
  if (!JSON_NODE_HOLDS_VALUE (at->node) || json_node_get_value_type (at->node) != G_TYPE_BOOLEAN)
    return perron_json_fail (at, error, "neither true nor false");
  *ret_value = json_node_get_boolean (at->node);
  return TRUE;
}

gboolean
perron_json_hex (const PerronJson *at, guint8 *bytes, gsize min, gsize max, gsize *ret_length, GError **error)
{
  const char *text;
  gsize length = 0;

  if (!perron_json_string (at, 3 * max, &text, error))
    return FALSE;
  while (*text != '\0') {
    if (*text == ' ') {
      text++;
      continue;
    }
    if (!g_ascii_isxdigit (text[0]) || !g_ascii_isxdigit (text[1]))
      return perron_json_fail (at, error, "not pairs of hexadecimal digits");
    if (length >= max)
      return perron_json_fail (at, error, "more than %" G_GSIZE_FORMAT " bytes", max);
    bytes[length++] = (guint8) (g_ascii_xdigit_value (text[0]) << 4 | g_ascii_xdigit_value (text[1]));
    text += 2;
  }
  if (length < min)
    return perron_json_fail (at, error, "fewer than %" G_GSIZE_FORMAT " bytes", min);
  *ret_length = length;
  return TRUE;
}

gboolean
perron_json_member_string (const PerronJson *object, const char *name, gsize max, const char **ret_text, GError **error)
{
  PerronJson at;
  return perron_json_member (object, name, &at, error) && perron_json_string (&at, max, ret_text, error);
}

gboolean
perron_json_member_int (const PerronJson *object, const char *name, gint64 low, gint64 high, guint *ret_value, GError **error)
{
  PerronJson at;
  return perron_json_member (object, name, &at, error) && perron_json_int (&at, low, high, ret_value, error);
}

gboolean
perron_json_member_hex (const PerronJson *object, const char *name, guint8 *bytes, gsize min, gsize max, gsize *ret_length, GError **error)
{
  PerronJson at;
  return perron_json_member (object, name, &at, error) && perron_json_hex (&at, bytes, min, max, ret_length, error);
}
