/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/json-strict.h"

#include <string.h>

#include "hw/dock/virtual-card.h"

void
perron_strict_clear (PerronStrict *strict)
{
  g_clear_pointer (&strict->at, g_free);
}

gboolean
perron_strict_refuse (const PerronStrict *strict, const char *member, GError **error, const char *why)
{
  g_set_error (error, PERRON_VIRTUAL_CARD_ERROR, PERRON_VIRTUAL_CARD_ERROR_VALUE, "%s: %s%s%s: %s", strict->file, strict->at,
               member != NULL ? "." : "", member != NULL ? member : "", why);
  return FALSE;
}

gboolean
perron_strict_only (const PerronStrict *strict, const char *const *names, GError **error)
{
  JsonObjectIter iter;
  const char *member;
  json_object_iter_init (&iter, strict->object);
  while (json_object_iter_next (&iter, &member, NULL)) {
    if (!g_strv_contains (names, member))
      return perron_strict_refuse (strict, member, error, "no such member");
  }
  return TRUE;
}

const char *
perron_strict_string (const PerronStrict *strict, const char *member, gsize max, gboolean *ret_ok, GError **error)
{
  JsonNode *node = json_object_get_member (strict->object, member);
  *ret_ok = TRUE;
  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING) {
    *ret_ok = perron_strict_refuse (strict, member, error, "must be a string");
    return NULL;
  }
  const char *value = json_node_get_string (node);
  if (strlen (value) > max) {
    g_autofree char *why = g_strdup_printf ("longer than %" G_GSIZE_FORMAT " bytes", max);
    *ret_ok = perron_strict_refuse (strict, member, error, why);
    return NULL;
  }
  return value;
}

gboolean
perron_strict_int (const PerronStrict *strict, const char *member, gint64 low, gint64 high, gint64 *ret_value, GError **error)
{
  JsonNode *node = json_object_get_member (strict->object, member);
  if (node == NULL)
    return TRUE;
  gboolean whole = JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
  if (!whole || json_node_get_int (node) < low || json_node_get_int (node) > high) {
    g_autofree char *why = g_strdup_printf ("must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, low, high);
    return perron_strict_refuse (strict, member, error, why);
  }
  *ret_value = json_node_get_int (node);
  return TRUE;
}

GByteArray *
perron_strict_hex (const PerronStrict *strict, const char *member, gsize max, gboolean *ret_ok, GError **error)
{
  const char *text = perron_strict_string (strict, member, 3 * max + 2, ret_ok, error);
  if (text == NULL)
    return NULL;

  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  for (const char *at = text; *at != '\0';) {
    if (*at == ' ') {
      at++;
      continue;
    }
    if (!g_ascii_isxdigit (at[0]) || !g_ascii_isxdigit (at[1]) || bytes->len == max) {
      g_autofree char *why = g_strdup_printf ("must be hexadecimal pairs, at most %" G_GSIZE_FORMAT " bytes", max);
      *ret_ok = perron_strict_refuse (strict, member, error, why);
      return NULL;
    }
    guint8 byte = (guint8) (g_ascii_xdigit_value (at[0]) << 4 | g_ascii_xdigit_value (at[1]));
    g_byte_array_append (bytes, &byte, 1);
    at += 2;
  }
  return g_steal_pointer (&bytes);
}

gint
perron_strict_count (const PerronStrict *strict, const char *member, guint max, GError **error)
{
  JsonNode *node = json_object_get_member (strict->object, member);
  if (node == NULL)
    return 0;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) > max) {
    g_autofree char *why = g_strdup_printf ("must be an array of at most %u", max);
    perron_strict_refuse (strict, member, error, why);
    return -1;
  }
  return (gint) json_array_get_length (json_node_get_array (node));
}

gboolean
perron_strict_item (const PerronStrict *strict, const char *member, gint index, PerronStrict *ret_item, GError **error)
{
  JsonNode *node = json_object_get_member (strict->object, member);
  if (node != NULL && index >= 0)
    node = json_array_get_element (json_node_get_array (node), (guint) index);
  g_autofree char *at =
    index >= 0 ? g_strdup_printf ("%s.%s[%d]", strict->at, member, index) : g_strdup_printf ("%s.%s", strict->at, member);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)) {
    const PerronStrict place = { strict->file, at, NULL };
    return perron_strict_refuse (&place, NULL, error, "must be an object");
  }
  ret_item->file = strict->file;
  ret_item->at = g_steal_pointer (&at);
  ret_item->object = json_node_get_object (node);
  return TRUE;
}
