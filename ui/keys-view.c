/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/keys-view.h"

#include "i18n/keyboard.h"
#include "ui/widgets.h"

#include <string.h>

#define KEY_QUARTERS 4
#define KEY_MAX_MM 24.0

struct _PerronKeysView {
  GtkWidget parent_instance;
  PerronView *view;
  const PerronKeyboard *keyboard; /* owned by the cache */
  PerronKeyTyped typed;
  gpointer data;
  int room_px;
  guint layer;
  GtkWidget *grid;
};

G_DEFINE_FINAL_TYPE (PerronKeysView, perron_keys_view, GTK_TYPE_WIDGET)

/* Keyboards never change: read once in the life of the process. */
static const PerronKeyboard *
get_keyboard (const char *folder, const char *id)
{
  static GHashTable *cache = NULL;
  if (cache == NULL)
    cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) perron_keyboard_free);
  g_autofree char *name = g_strconcat (folder, "/", id, NULL);
  gpointer known = NULL;
  if (g_hash_table_lookup_extended (cache, name, NULL, &known))
    return known;
  g_autoptr (GError) error = NULL;
  PerronKeyboard *keyboard = perron_keyboard_load (folder, id, &error);
  if (keyboard == NULL)
    g_warning ("keyboard: %s", error->message);
  g_hash_table_insert (cache, g_steal_pointer (&name), keyboard);
  return keyboard;
}

static guint
find_layer (const PerronKeyboard *keyboard, const char *id)
{
  for (guint i = 0; i < perron_keyboard_get_layer_count (keyboard); i++)
    if (g_strcmp0 (perron_keyboard_get_layer_id (keyboard, i), id) == 0)
      return i;
  return 0;
}

static void
on_key (GtkButton *button, PerronKeysView *self)
{
  const PerronKey *key = g_object_get_data (G_OBJECT (button), "key");
  if (key->action == NULL)
    self->typed (key->insert != NULL ? key->insert : key->label, self->data);
  else if (g_str_equal (key->action, "space"))
    self->typed (" ", self->data);
  else if (g_str_equal (key->action, "delete"))
    self->typed (NULL, self->data);
  else if (g_str_has_prefix (key->action, "layer:"))
    perron_keys_view_show_layer (self, key->action + strlen ("layer:"));
}

static char *
dup_name (const PerronKey *key)
{
  const char *what = key->action != NULL ? key->action : key->insert != NULL ? key->insert : key->label;
  return g_strconcat ("key:", what, NULL);
}

static GtkWidget *
new_key (PerronKeysView *self, const PerronKey *key)
{
  g_autofree char *name = dup_name (key);
  gboolean erase = g_strcmp0 (key->action, "delete") == 0;
  GtkWidget *button = perron_button_new (self->view, &(PerronButtonSpec){ .target = { .name = name, .text = key->label },
                                                                          .picture = erase ? "backspace" : NULL,
                                                                          .em_mm = 8,
                                                                          .picture_only = erase,
                                                                          .classes = key->action != NULL ? "key act" : "key",
                                                                          .centred = TRUE });
  /* What is written on a key is not what the voice says: "é" is "e accent aigu". */
  if (key->say != NULL) {
    perron_target_mark (button, &(PerronTargetSpec){ .name = name, .key = key->say });
    g_autoptr (PerronSecretText) said = perron_view_dup_text (self->view, key->say, NULL);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, said, -1);
  }
  g_object_set_data (G_OBJECT (button), "key", (gpointer) key);
  gtk_widget_set_focus_on_click (button, FALSE);
  g_signal_connect (button, "clicked", G_CALLBACK (on_key), self);
  return button;
}

/* The widest row of all layers: changing layer moves no edge. */
static guint
get_quarters (const PerronKeyboard *keyboard)
{
  guint most = 0;
  for (guint layer = 0; layer < perron_keyboard_get_layer_count (keyboard); layer++) {
    for (guint row = 0; row < perron_keyboard_get_row_count (keyboard, layer); row++) {
      guint count = 0, quarters = 0;
      const PerronKey *keys = perron_keyboard_get_row (keyboard, layer, row, &count);
      for (guint i = 0; i < count; i++)
        quarters += keys[i].width;
      most = MAX (most, quarters);
    }
  }
  return most;
}

static void
fill_row (PerronKeysView *self, guint row, guint quarters, int key_px, int gap)
{
  guint count = 0;
  const PerronKey *keys = perron_keyboard_get_row (self->keyboard, self->layer, row, &count);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, gap);
  /* A pad stands beside the form and has the height for itself. */
  double share = quarters <= 3 * KEY_QUARTERS ? 0.1 : 0.06;
  int height = CLAMP ((int) (share * self->view->measure.height_px), perron_measure_px (&self->view->measure, PERRON_TARGET_MM),
                      perron_measure_px (&self->view->measure, quarters <= 3 * KEY_QUARTERS ? 22 : 20));
  gtk_widget_set_direction (line, GTK_TEXT_DIR_LTR);
  gtk_widget_set_halign (line, GTK_ALIGN_CENTER);
  for (guint i = 0; i < count; i++) {
    GtkWidget *key = new_key (self, &keys[i]);
    /* A key of n quarters is as wide as n/4 keys and the gaps between them. */
    int px = (int) ((key_px + gap) * keys[i].width / KEY_QUARTERS) - gap;
    gtk_widget_set_size_request (key, px, height);
    gtk_box_append (GTK_BOX (line), key);
  }
  gtk_box_append (GTK_BOX (self->grid), line);
}

static void
build (PerronKeysView *self)
{
  const PerronMeasure *measure = &self->view->measure;
  guint quarters = get_quarters (self->keyboard);
  int gap = perron_measure_px (measure, PERRON_GAP_MM);
  int widest = perron_measure_px (measure, quarters <= 3 * KEY_QUARTERS ? KEY_MAX_MM : KEY_MAX_MM + 4);
  int key_px = CLAMP ((int) (self->room_px * KEY_QUARTERS / quarters) - gap, perron_measure_px (measure, PERRON_TARGET_MM), widest);
  g_clear_pointer (&self->grid, gtk_widget_unparent);
  self->grid = gtk_box_new (GTK_ORIENTATION_VERTICAL, gap);
  gtk_widget_set_direction (self->grid, GTK_TEXT_DIR_LTR);
  /* Low: whoever is seated reaches it. */
  gtk_widget_set_valign (self->grid, GTK_ALIGN_END);
  if (quarters <= 3 * KEY_QUARTERS)
    gtk_widget_add_css_class (self->grid, "pad");
  gtk_widget_set_parent (self->grid, GTK_WIDGET (self));
  for (guint row = 0; row < perron_keyboard_get_row_count (self->keyboard, self->layer); row++)
    fill_row (self, row, quarters, key_px, gap);
}

void
perron_keys_view_show_layer (PerronKeysView *self, const char *layer)
{
  guint index = find_layer (self->keyboard, layer);
  if (index == self->layer && self->grid != NULL)
    return;
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;
  self->layer = index;
  build (self);
  /* The key that had the focus is gone with its layer: reading goes on at the first key of the new one. */
  if (had_focus)
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static void
perron_keys_view_dispose (GObject *object)
{
  PerronKeysView *self = PERRON_KEYS_VIEW (object);
  g_clear_pointer (&self->grid, gtk_widget_unparent);
  G_OBJECT_CLASS (perron_keys_view_parent_class)->dispose (object);
}

static void
perron_keys_view_class_init (PerronKeysViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_keys_view_dispose;
  gtk_widget_class_set_css_name (widget_class, "keys");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
perron_keys_view_init (PerronKeysView *self)
{
}

GtkWidget *
perron_keys_view_new (PerronView *view, const char *id, int room_px, PerronKeyTyped typed, gpointer data)
{
  const PerronKeyboard *keyboard = get_keyboard (view->texts_folder, id);
  if (keyboard == NULL)
    return NULL;
  PerronKeysView *self = g_object_new (PERRON_TYPE_KEYS_VIEW, NULL);
  self->view = view;
  self->keyboard = keyboard;
  self->typed = typed;
  self->data = data;
  self->room_px = room_px;
  g_autoptr (PerronSecretText) name = perron_view_dup_text (view, "ui.keyboard", NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  build (self);
  return GTK_WIDGET (self);
}
