/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-json.h"

#include <openssl/evp.h>
#include <string.h>

JsonObject *
wire_object (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

JsonArray *
wire_array (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

const char *
wire_string (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

JsonObject *
wire_element (JsonArray *array, guint index)
{
  if (array == NULL || index >= json_array_get_length (array))
    return NULL;
  JsonNode *node = json_array_get_element (array, index);
  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gboolean
wire_int (JsonObject *object, const char *name, gint64 *ret_value)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *ret_value = json_node_get_int (node);
  return TRUE;
}

gboolean
wire_says (JsonObject *object, const char *name, const char *wanted)
{
  return g_strcmp0 (wire_string (object, name), wanted) == 0;
}

JsonObject *
wire_extension (JsonObject *object, const char *url)
{
  JsonArray *array = wire_array (object, "extension");
  JsonObject *found = NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    JsonObject *element = wire_element (array, i);
    if (!wire_says (element, "url", url))
      continue;
    if (found != NULL)
      return NULL;
    found = element;
  }
  return found;
}

static gboolean
base64_shape_ok (const char *text, gsize len)
{
  gsize pad = 0;
  if (len == 0 || len % 4 != 0)
    return FALSE;
  while (pad < 2 && text[len - 1 - pad] == '=')
    pad++;
  for (gsize i = 0; i < len - pad; i++) {
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  }
  return TRUE;
}

GBytes *
wire_base64 (const char *text, gsize max)
{
  gsize chars = text != NULL ? strlen (text) : 0;
  if (chars > (max + 2) / 3 * 4 || !base64_shape_ok (text, chars))
    return NULL;
  /* libcrypto's is several times as fast as GLib's; the padding comes out as zeros. */
  gsize len = chars / 4 * 3 - (text[chars - 1] == '=') - (text[chars - 2] == '=');
  g_autofree guint8 *data = g_malloc (chars / 4 * 3);
  if (EVP_DecodeBlock (data, (const guchar *) text, (int) chars) < 0 || len > max)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), len);
}

gboolean
wire_digest (const char *text, guint8 ret_digest[32])
{
  guint8 parsed[32];
  if (text == NULL || strlen (text) != 64 || strspn (text, "0123456789abcdef") != 64)
    return FALSE;
  for (guint i = 0; i < 32; i++)
    parsed[i] = (guint8) (g_ascii_xdigit_value (text[2 * i]) << 4 | g_ascii_xdigit_value (text[2 * i + 1]));
  memcpy (ret_digest, parsed, sizeof parsed);
  return TRUE;
}

gboolean
wire_instant (const char *text, gint64 *ret_unix_ms)
{
  static const char shape[] = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (text == NULL || strlen (text) != sizeof shape - 1)
    return FALSE;
  for (guint i = 0; shape[i] != '\0'; i++) {
    if (shape[i] == 'd' ? !g_ascii_isdigit (text[i]) : text[i] != shape[i])
      return FALSE;
  }
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (text, NULL);
  if (time == NULL)
    return FALSE;
  *ret_unix_ms = g_date_time_to_unix (time) * 1000 + g_ascii_strtoll (text + 20, NULL, 10);
  return *ret_unix_ms >= 0;
}

gboolean
wire_coding_says (JsonObject *concept, const char *system, const char *code)
{
  JsonArray *codings = wire_array (concept, "coding");
  JsonObject *coding = wire_element (codings, 0);
  return codings != NULL && json_array_get_length (codings) == 1 && wire_says (coding, "system", system) && wire_says (coding, "code", code);
}
