/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/keypad.h"

#include <json-glib/json-glib.h>
#include <linux/input-event-codes.h>
#include <string.h>

G_DEFINE_QUARK (perron-keys-error-quark, perron_keys_error)

#define FILE_MAX (64 * 1024)
#define NAMES_MAX 16
#define TEXT_MAX 200

struct PerronKeypad {
  char *title;
  GPtrArray *names; /* parts of device names, folded */
  guint count;
  struct {
    guint code;
    PerronKeysAction action;
  } keys[PERRON_KEYPAD_KEYS_MAX];
};

static const char *const actions[PERRON_KEYS_ACTION_COUNT] = {
  [PERRON_KEYS_PREVIOUS] = "previous", [PERRON_KEYS_NEXT] = "next",   [PERRON_KEYS_SELECT] = "select",       [PERRON_KEYS_REPEAT] = "repeat",
  [PERRON_KEYS_HELP] = "help",         [PERRON_KEYS_LEAVE] = "leave", [PERRON_KEYS_VOLUME_UP] = "volume-up",
  [PERRON_KEYS_VOLUME_DOWN] = "volume-down", [PERRON_KEYS_LANGUAGE] = "language",
};

const char *
perron_keys_action_to_string (PerronKeysAction action)
{
  g_return_val_if_fail ((guint) action < PERRON_KEYS_ACTION_COUNT, "");
  return actions[action];
}

static gboolean
refuse (const char *file, const char *path, const char *why, GError **error)
{
  g_set_error (error, PERRON_KEYS_ERROR, PERRON_KEYS_ERROR_VALUE, "%s: %s: %s", file, path, why);
  return FALSE;
}

/* NULL with error, naming the place, when it is not a text of 1 to TEXT_MAX bytes. */
static const char *
get_text (const char *file, const char *path, JsonNode *node, GError **error)
{
  const char *text = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node)
                                                                                                                       : NULL;
  if (text != NULL && *text != '\0' && strlen (text) <= TEXT_MAX)
    return text;
  refuse (file, path, "must be a text of 1 to 200 bytes", error);
  return NULL;
}

static JsonArray *
get_array (const char *file, const char *path, JsonObject *object, const char *member, guint max, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);
  JsonArray *array = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  if (array != NULL && json_array_get_length (array) <= max)
    return array;
  refuse (file, path, "must be an array, and not longer than is sensible", error);
  return NULL;
}

static gboolean
only_members (const char *file, const char *path, JsonObject *object, const char *const *allowed, GError **error)
{
  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *member = members; member != NULL; member = member->next) {
    if (!g_strv_contains (allowed, member->data))
      return refuse (file, path, "has a member that is not known", error);
  }
  return TRUE;
}

static gboolean
load_key (PerronKeypad *keypad, const char *file, const char *path, JsonNode *node, GError **error)
{
  static const char *const allowed[] = { "code", "name", "do", NULL };
  PerronKeysAction known;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return refuse (file, path, "must be an object", error);
  JsonObject *object = json_node_get_object (node);
  if (!only_members (file, path, object, allowed, error))
    return FALSE;
  JsonNode *number = json_object_get_member (object, "code");
  const gint64 code = number != NULL && JSON_NODE_HOLDS_VALUE (number) && json_node_get_value_type (number) == G_TYPE_INT64
                        ? json_node_get_int (number) : 0;
  if (code < 1 || code > KEY_MAX)
    return refuse (file, path, "code: must be a key code, 1 to 767", error);
  if (perron_keypad_find (keypad, (guint) code, &known))
    return refuse (file, path, "code: is there twice", error);
  const char *word = get_text (file, path, json_object_get_member (object, "do"), error);
  if (word == NULL)
    return FALSE;
  for (guint action = 0; action < PERRON_KEYS_ACTION_COUNT; action++) {
    if (strcmp (actions[action], word) == 0) {
      keypad->keys[keypad->count].code = (guint) code;
      keypad->keys[keypad->count++].action = (PerronKeysAction) action;
      return TRUE;
    }
  }
  return refuse (file, path, "do: no such action", error);
}

static gboolean
load_names (PerronKeypad *keypad, const char *file, JsonArray *array, GError **error)
{
  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_autofree char *path = g_strdup_printf ("$.devices[%u]", i);
    const char *text = get_text (file, path, json_array_get_element (array, i), error);
    if (text == NULL)
      return FALSE;
    g_ptr_array_add (keypad->names, g_utf8_casefold (text, -1));
  }
  return TRUE;
}

static gboolean
load_object (PerronKeypad *keypad, const char *file, JsonObject *object, GError **error)
{
  static const char *const allowed[] = { "format", "title", "comment", "devices", "keys", NULL };

  if (!only_members (file, "$", object, allowed, error))
    return FALSE;
  JsonNode *format = json_object_get_member (object, "format");
  if (format == NULL || !JSON_NODE_HOLDS_VALUE (format) || json_node_get_value_type (format) != G_TYPE_INT64 || json_node_get_int (format) != 1)
    return refuse (file, "$.format", "must be 1", error);
  const char *title = get_text (file, "$.title", json_object_get_member (object, "title"), error);
  JsonArray *names = title != NULL ? get_array (file, "$.devices", object, "devices", NAMES_MAX, error) : NULL;
  JsonArray *keys = names != NULL ? get_array (file, "$.keys", object, "keys", PERRON_KEYPAD_KEYS_MAX, error) : NULL;
  if (keys == NULL || !load_names (keypad, file, names, error))
    return FALSE;
  keypad->title = g_strdup (title);
  for (guint i = 0; i < json_array_get_length (keys); i++) {
    g_autofree char *path = g_strdup_printf ("$.keys[%u]", i);
    if (!load_key (keypad, file, path, json_array_get_element (keys, i), error))
      return FALSE;
  }
  return keypad->count > 0 || refuse (file, "$.keys", "has no key", error);
}

PerronKeypad *
perron_keypad_parse (const char *name, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) cause = NULL;

  if (length > FILE_MAX || !g_utf8_validate_len (text, length, NULL) || !json_parser_load_from_data (parser, text, (gssize) length, &cause)) {
    g_set_error (error, PERRON_KEYS_ERROR, PERRON_KEYS_ERROR_FILE, "%s: %s", name, cause != NULL ? cause->message : "too large, or not UTF-8");
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    refuse (name, "$", "must be an object", error);
    return NULL;
  }
  g_autoptr (PerronKeypad) keypad = g_new0 (PerronKeypad, 1);
  keypad->names = g_ptr_array_new_with_free_func (g_free);
  return load_object (keypad, name, json_node_get_object (root), error) ? g_steal_pointer (&keypad) : NULL;
}

PerronKeypad *
perron_keypad_load (const char *folder, const char *id, GError **error)
{
  g_autofree char *file = g_strconcat (id, ".json", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) cause = NULL;
  gsize length;

  if (strchr (id, '/') != NULL || !g_file_get_contents (path, &text, &length, &cause)) {
    g_set_error (error, PERRON_KEYS_ERROR, PERRON_KEYS_ERROR_FILE, "%s: %s", path, cause != NULL ? cause->message : "not an id");
    return NULL;
  }
  return perron_keypad_parse (path, text, length, error);
}

void
perron_keypad_free (PerronKeypad *keypad)
{
  if (keypad == NULL)
    return;
  g_ptr_array_unref (keypad->names);
  g_free (keypad->title);
  g_free (keypad);
}

const char *
perron_keypad_get_title (const PerronKeypad *keypad)
{
  return keypad->title;
}

gboolean
perron_keypad_matches (const PerronKeypad *keypad, const char *device_name)
{
  g_autofree char *valid = g_utf8_make_valid (device_name, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);
  for (guint i = 0; i < keypad->names->len; i++) {
    if (strstr (folded, g_ptr_array_index (keypad->names, i)) != NULL)
      return TRUE;
  }
  return FALSE;
}

gboolean
perron_keypad_find (const PerronKeypad *keypad, guint code, PerronKeysAction *ret_action)
{
  for (guint i = 0; i < keypad->count; i++) {
    if (keypad->keys[i].code == code) {
      *ret_action = keypad->keys[i].action;
      return TRUE;
    }
  }
  return FALSE;
}
