/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "i18n/keyboard.h"

#include <string.h>

#include "i18n/source.h"

#define LAYERS_MAX 8
#define ROWS_MAX 8
#define KEYS_MAX 16
#define WIDTH_MAX 48

typedef struct {
  char *id;
  GPtrArray *rows; /* GArray of PerronKey */
} Layer;

struct PerronKeyboard {
  GPtrArray *layers;
};

static void
free_layer (gpointer data)
{
  Layer *layer = data;
  g_free (layer->id);
  g_ptr_array_unref (layer->rows);
  g_free (layer);
}

static void
clear_key (gpointer data)
{
  PerronKey *key = data;
  g_free ((gpointer) key->label);
  g_free ((gpointer) key->insert);
  g_free ((gpointer) key->say);
  g_free ((gpointer) key->action);
}

void
perron_keyboard_free (PerronKeyboard *keyboard)
{
  if (keyboard == NULL)
    return;
  g_ptr_array_unref (keyboard->layers);
  g_free (keyboard);
}

static gboolean
is_word (const char *text)
{
  for (; *text != '\0'; text++) {
    if (!g_ascii_islower (*text) && !g_ascii_isdigit (*text) && strchr ("-.", *text) == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_action (const char *action)
{
  static const char *const words[] = { "delete", "space", "done", NULL };
  return g_strv_contains (words, action) || (g_str_has_prefix (action, "layer:") && action[6] != '\0' && is_word (action + 6));
}

static gboolean
read_width (JsonObject *object, const char *path, const char *where, guint *ret_width, GError **error)
{
  JsonNode *node = json_object_get_member (object, "width");
  gint64 width = 4;
  if (node != NULL) {
    if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
      return perron_source_refuse (path, where, "width: must be a number of quarter keys", error);
    width = json_node_get_int (node);
  }
  if (width < 1 || width > WIDTH_MAX)
    return perron_source_refuse (path, where, "width: must be 1 to 48 quarter keys", error);
  *ret_width = (guint) width;
  return TRUE;
}

/* "a" is short for {"label": "a"}. */
static gboolean
read_key (JsonNode *node, const char *path, const char *where, PerronKey *ret_key, GError **error)
{
  static const char *const members[] = { "label", "insert", "say", "action", "width", NULL };
  gboolean ok;
  guint width = 4;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING && *json_node_get_string (node) != '\0' &&
      strlen (json_node_get_string (node)) <= 32) {
    *ret_key = (PerronKey){ .label = g_strdup (json_node_get_string (node)), .width = 4 };
    return TRUE;
  }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_source_refuse (path, where, "a key is a short text or an object", error);
  JsonObject *object = json_node_get_object (node);
  if (!perron_source_check_members (object, path, where, members, error) || !read_width (object, path, where, &width, error))
    return FALSE;
  const char *label = perron_source_get_text (object, path, where, "label", TRUE, 32, &ok, error);
  const char *insert = ok ? perron_source_get_text (object, path, where, "insert", FALSE, 32, &ok, error) : NULL;
  const char *say = ok ? perron_source_get_text (object, path, where, "say", FALSE, 96, &ok, error) : NULL;
  const char *action = ok ? perron_source_get_text (object, path, where, "action", FALSE, 32, &ok, error) : NULL;
  if (!ok)
    return FALSE;
  if (say != NULL && !is_word (say))
    return perron_source_refuse (path, where, "say: must be a text key", error);
  if (action != NULL && !is_action (action))
    return perron_source_refuse (path, where, "action: must be delete, space, done or layer:<id>", error);
  *ret_key = (PerronKey){ g_strdup (label), g_strdup (insert), g_strdup (say), g_strdup (action), width };
  return TRUE;
}

static gboolean
read_row (Layer *layer, JsonNode *node, const char *path, const char *where, GError **error)
{
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return perron_source_refuse (path, where, "a row is a list of keys", error);
  JsonArray *keys = json_node_get_array (node);
  if (json_array_get_length (keys) == 0 || json_array_get_length (keys) > KEYS_MAX)
    return perron_source_refuse (path, where, "a row has 1 to 16 keys", error);

  GArray *row = g_array_new (FALSE, FALSE, sizeof (PerronKey));
  g_array_set_clear_func (row, clear_key);
  g_ptr_array_add (layer->rows, row);
  for (guint i = 0; i < json_array_get_length (keys); i++) {
    g_autofree char *place = g_strdup_printf ("%s[%u]", where, i);
    PerronKey key = { 0 };
    if (!read_key (json_array_get_element (keys, i), path, place, &key, error))
      return FALSE;
    g_array_append_val (row, key);
  }
  return TRUE;
}

static gboolean
read_layer (PerronKeyboard *keyboard, JsonNode *node, const char *path, const char *where, GError **error)
{
  static const char *const members[] = { "id", "rows", NULL };
  gboolean ok;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_source_refuse (path, where, "must be an object", error);
  JsonObject *object = json_node_get_object (node);
  if (!perron_source_check_members (object, path, where, members, error))
    return FALSE;
  const char *id = perron_source_get_text (object, path, where, "id", TRUE, 24, &ok, error);
  if (!ok)
    return FALSE;
  if (!is_word (id))
    return perron_source_refuse (path, where, "id: must be of a-z 0-9 . -", error);
  JsonArray *rows = perron_source_get_array (object, path, where, "rows", ROWS_MAX, error);
  if (rows == NULL)
    return FALSE;

  Layer *layer = g_new0 (Layer, 1);
  layer->id = g_strdup (id);
  layer->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (keyboard->layers, layer);
  for (guint i = 0; i < json_array_get_length (rows); i++) {
    g_autofree char *place = g_strdup_printf ("%s.rows[%u]", where, i);
    if (!read_row (layer, json_array_get_element (rows, i), path, place, error))
      return FALSE;
  }
  return TRUE;
}

static const Layer *
find_layer (const PerronKeyboard *keyboard, const char *id)
{
  for (guint i = 0; i < keyboard->layers->len; i++) {
    const Layer *layer = g_ptr_array_index (keyboard->layers, i);
    if (strcmp (layer->id, id) == 0)
      return layer;
  }
  return NULL;
}

/* A layer key that leads nowhere would be a dead key under a finger. */
static gboolean
check_layers (const PerronKeyboard *keyboard, const char *path, GError **error)
{
  for (guint i = 0; i < keyboard->layers->len; i++) {
    const Layer *layer = g_ptr_array_index (keyboard->layers, i);
    if (find_layer (keyboard, layer->id) != layer)
      return perron_source_refuse (path, layer->id, "layer given twice", error);
    for (guint r = 0; r < layer->rows->len; r++) {
      const GArray *row = g_ptr_array_index (layer->rows, r);
      for (guint k = 0; k < row->len; k++) {
        const char *action = g_array_index (row, PerronKey, k).action;
        if (action != NULL && g_str_has_prefix (action, "layer:") && find_layer (keyboard, action + 6) == NULL)
          return perron_source_refuse (path, action, "no such layer", error);
      }
    }
  }
  return TRUE;
}

PerronKeyboard *
perron_keyboard_load (const char *folder, const char *id, GError **error)
{
  static const char *const members[] = { "format", "layers", NULL };
  g_autoptr (PerronKeyboard) keyboard = g_new0 (PerronKeyboard, 1);
  keyboard->layers = g_ptr_array_new_with_free_func (free_layer);

  g_autofree char *name = g_strconcat (id, ".json", NULL);
  g_autofree char *path = g_build_filename (folder, "keyboards", name, NULL);
  if (*id == '\0' || !is_word (id) || strchr (id, '.') != NULL) {
    perron_source_refuse (path, "id", "a keyboard is named in a-z 0-9 -", error);
    return NULL;
  }
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonObject *object = perron_source_read_json (parser, path, error);
  if (object == NULL || !perron_source_check_members (object, path, "file", members, error))
    return NULL;
  JsonArray *layers = perron_source_get_array (object, path, "file", "layers", LAYERS_MAX, error);
  if (layers == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (layers); i++) {
    g_autofree char *where = g_strdup_printf ("layers[%u]", i);
    if (!read_layer (keyboard, json_array_get_element (layers, i), path, where, error))
      return NULL;
  }
  if (!check_layers (keyboard, path, error))
    return NULL;
  return g_steal_pointer (&keyboard);
}

guint
perron_keyboard_get_layer_count (const PerronKeyboard *keyboard)
{
  return keyboard->layers->len;
}

static const Layer *
get_layer (const PerronKeyboard *keyboard, guint layer)
{
  return layer < keyboard->layers->len ? g_ptr_array_index (keyboard->layers, layer) : NULL;
}

const char *
perron_keyboard_get_layer_id (const PerronKeyboard *keyboard, guint layer)
{
  const Layer *found = get_layer (keyboard, layer);
  return found != NULL ? found->id : NULL;
}

guint
perron_keyboard_get_row_count (const PerronKeyboard *keyboard, guint layer)
{
  const Layer *found = get_layer (keyboard, layer);
  return found != NULL ? found->rows->len : 0;
}

const PerronKey *
perron_keyboard_get_row (const PerronKeyboard *keyboard, guint layer, guint row, guint *ret_key_count)
{
  const Layer *found = get_layer (keyboard, layer);
  *ret_key_count = 0;
  if (found == NULL || row >= found->rows->len)
    return NULL;
  const GArray *keys = g_ptr_array_index (found->rows, row);
  *ret_key_count = keys->len;
  return (const PerronKey *) (gpointer) keys->data;
}
