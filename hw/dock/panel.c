/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/panel.h"

#include <gtk/gtk.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "hw/dock/panel-paper.h"
#include "hw/dock/virtual-card.h"

#define CARDS_MAX 200

struct PerronDockPanel {
  PerronDock *dock;
  GtkWindow *window;
  GtkLabel *card;
  GtkLabel *message;
  GtkWidget *paper;     /* NULL: no printer */
  GHashTable *switches; /* "jack in" → the button that asks for it; borrowed */
  guint refresh;        /* idle source */
  void (*closed) (gpointer data);
  gpointer closed_data;
};

typedef struct {
  guint order;
  char *title;
  char *file;
} Offer;

static void
free_offer (Offer *offer)
{
  g_free (offer->title);
  g_free (offer->file);
  g_free (offer);
}

static gint
compare_offers (gconstpointer a, gconstpointer b)
{
  const Offer *left = *(const Offer *const *) a, *right = *(const Offer *const *) b;
  if (left->order != right->order)
    return left->order < right->order ? -1 : 1;
  return g_utf8_collate (left->title, right->title);
}

static void
on_reply (const char *line, gpointer data)
{
  PerronDockPanel *panel = data;
  gtk_label_set_text (panel->message, g_str_has_prefix (line, "error: ") ? line + 7 : "");
}

static void
ignore_reply (const char *line, gpointer data)
{
}

static void
on_verb (GtkButton *button, gpointer data)
{
  PerronDockPanel *panel = data;
  perron_dock_do (panel->dock, g_object_get_data (G_OBJECT (button), "verb"), on_reply, panel);
}

/* One hand puts the new card where the old one was. */
static void
on_insert (GtkButton *button, gpointer data)
{
  PerronDockPanel *panel = data;
  perron_dock_do (panel->dock, "remove", ignore_reply, NULL);
  on_verb (button, data);
}

static GtkWidget *
new_button (PerronDockPanel *panel, const char *text, const char *verb, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (text);
  GtkWidget *label = gtk_button_get_child (GTK_BUTTON (button));
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_size_request (button, -1, 56);
  gtk_widget_set_hexpand (button, TRUE);
  g_object_set_data_full (G_OBJECT (button), "verb", g_strdup (verb), g_free);
  g_signal_connect (button, "clicked", callback, panel);
  return button;
}

static GtkWidget *
new_heading (const char *text)
{
  GtkWidget *label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "dock-heading");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  return label;
}

static void
add_switches (PerronDockPanel *panel, GtkBox *box, const char *heading, const char *const *pairs)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  if (*heading != '\0')
    gtk_box_append (box, new_heading (heading));
  gtk_box_set_homogeneous (GTK_BOX (row), TRUE);
  for (gsize i = 0; pairs[i] != NULL; i += 2) {
    GtkWidget *button = new_button (panel, pairs[i], pairs[i + 1], G_CALLBACK (on_verb));
    g_hash_table_insert (panel->switches, (gpointer) pairs[i + 1], button);
    gtk_box_append (GTK_BOX (row), button);
  }
  gtk_box_append (box, row);
}

/* One hand takes away what lies there, the other brings the new thing. */
static void
on_tap (GtkButton *button, gpointer data)
{
  PerronDockPanel *panel = data;
  perron_dock_do (panel->dock, "untap", ignore_reply, NULL);
  on_verb (button, data);
}

/* What may be held to the contactless reader, when this dock has one. */
static void
add_taps (PerronDockPanel *panel, GtkBox *box)
{
  static const char *const shelf[][2] = {
    { "Badge", "tap desfire-badge.json" },      { "Téléphone", "tap phone.json" },     { "Carte bancaire", "tap bank-card.json" },
    { "Carte de transport", "tap navigo-b.json" }, { "Carte d’identité", "tap cnie.json" }, { "Reprendre", "untap" },
  };
  GtkWidget *grid = gtk_grid_new ();
  gtk_grid_set_row_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_box_append (box, new_heading ("Approcher du lecteur sans contact"));
  for (guint i = 0; i < G_N_ELEMENTS (shelf); i++) {
    gboolean away = strcmp (shelf[i][1], "untap") == 0;
    GtkWidget *button = new_button (panel, shelf[i][0], shelf[i][1], away ? G_CALLBACK (on_verb) : G_CALLBACK (on_tap));
    g_hash_table_insert (panel->switches, (gpointer) shelf[i][1], button);
    gtk_grid_attach (GTK_GRID (grid), button, (int) i % 3, (int) i / 3, 1, 1);
  }
  gtk_box_append (box, grid);
}

/* The thing that lies there is marked. */
static void
mark_taps (PerronDockPanel *panel, JsonObject *nfc)
{
  JsonArray *tags = json_object_get_array_member (nfc, "tags");
  const char *tag = json_array_get_length (tags) > 0 ? json_array_get_string_element (tags, 0) : NULL;
  GHashTableIter iter;
  gpointer verb, button;

  g_hash_table_iter_init (&iter, panel->switches);
  while (g_hash_table_iter_next (&iter, &verb, &button)) {
    if (g_str_has_prefix (verb, "tap ") && g_strcmp0 ((const char *) verb + 4, tag) == 0)
      gtk_widget_add_css_class (button, "dock-now");
    else if (g_str_has_prefix (verb, "tap "))
      gtk_widget_remove_css_class (button, "dock-now");
  }
  gtk_widget_set_sensitive (g_hash_table_lookup (panel->switches, "untap"), tag != NULL);
}

/* A printer, and the paper that came out of it. */
static void
add_printer (PerronDockPanel *panel, GtkBox *box)
{
  add_switches (panel, box, "Papier de l’imprimante",
                (const char *const[]){ "Présent", "paper in", "Presque fini", "paper low", "Fini", "paper out", "Bloquée", "paper stuck", NULL });
  panel->paper = perron_dock_paper_new ();
  gtk_box_append (box, panel->paper);
}

static void
add_keypad (PerronDockPanel *panel, GtkBox *box)
{
  add_switches (panel, box, "Clavier tactile",
                (const char *const[]){ "Avant", "key previous", "Après", "key next", "Choisir", "key select", "Répéter", "key repeat", NULL });
  add_switches (panel, box, "", (const char *const[]){ "Aide", "key help", "Sortir", "key leave", "Moins fort", "key volume-down",
                                                       "Plus fort", "key volume-up", NULL });
  add_switches (panel, box, "Deux contacteurs", (const char *const[]){ "Avancer", "key switch-1", "Choisir", "key switch-2", NULL });
}

/* What stands on the desk, when this dock has it. FALSE: nothing. */
static gboolean
add_desk (PerronDockPanel *panel, GtkBox *box)
{
  g_autofree char *text = perron_dock_dup_status (panel->dock);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *status = json_node_get_object (root);

  if (json_object_has_member (status, "nfc"))
    add_taps (panel, box);
  if (json_object_has_member (status, "printer"))
    add_printer (panel, box);
  if (json_object_get_boolean_member (status, "keypad"))
    add_keypad (panel, box);
  return gtk_widget_get_first_child (GTK_WIDGET (box)) != NULL;
}

static GPtrArray *
list_offers (const char *folder)
{
  GPtrArray *offers = g_ptr_array_new_with_free_func ((GDestroyNotify) free_offer);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && offers->len < CARDS_MAX && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autoptr (GError) error = NULL;
    if (!g_str_has_suffix (name, ".json"))
      continue;
    g_autoptr (PerronVirtualCard) card = perron_virtual_card_load (path, &error);
    if (card == NULL) {
      g_printerr ("perron-dock: %s\n", error->message);
      continue;
    }
    Offer *offer = g_new (Offer, 1);
    *offer = (Offer){ perron_virtual_card_get_order (card), g_strdup (perron_virtual_card_get_title (card)), g_strdup (name) };
    g_ptr_array_add (offers, offer);
  }
  g_ptr_array_sort (offers, compare_offers);
  return offers;
}

static GtkWidget *
new_shelf (PerronDockPanel *panel)
{
  g_autoptr (GPtrArray) offers = list_offers (perron_dock_get_cards_folder (panel->dock));
  GtkWidget *shelf = gtk_flow_box_new ();
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (shelf), 2);
  gtk_flow_box_set_min_children_per_line (GTK_FLOW_BOX (shelf), 2);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (shelf), TRUE);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (shelf), GTK_SELECTION_NONE);
  for (guint i = 0; i < offers->len; i++) {
    const Offer *offer = g_ptr_array_index (offers, i);
    g_autofree char *quoted = g_shell_quote (offer->file);
    g_autofree char *verb = g_strdup_printf ("insert %s", quoted);
    GtkWidget *button = new_button (panel, offer->title, verb, G_CALLBACK (on_insert));
    gtk_flow_box_append (GTK_FLOW_BOX (shelf), button);
    gtk_widget_set_focusable (gtk_widget_get_parent (button), FALSE); /* one stop a card, not two */
  }
  GtkWidget *scroll = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroll), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), shelf);
  gtk_widget_set_vexpand (scroll, TRUE);
  return scroll;
}

static JsonObject *
first_slot (JsonObject *status)
{
  JsonArray *slots = json_object_get_array_member (status, "slots");
  return json_array_get_length (slots) > 0 ? json_array_get_object_element (slots, 0) : NULL;
}

/* The switch that stands as it is now is marked and cannot be pressed again. */
static void
mark (PerronDockPanel *panel, const char *group, const char *state, const char *const *all)
{
  for (gsize i = 0; all[i] != NULL; i++) {
    g_autofree char *verb = g_strdup_printf ("%s %s", group, all[i]);
    GtkWidget *button = g_hash_table_lookup (panel->switches, verb);
    gboolean now = g_strcmp0 (state, all[i]) == 0;
    if (button == NULL)
      continue;
    gtk_widget_set_sensitive (button, state != NULL && !now);
    if (now)
      gtk_widget_add_css_class (button, "dock-now");
    else
      gtk_widget_remove_css_class (button, "dock-now");
  }
}

static gboolean
show_status (gpointer data)
{
  PerronDockPanel *panel = data;
  g_autofree char *text = perron_dock_dup_status (panel->dock);
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  JsonObject *status = json_node_get_object (root);
  JsonObject *slot = first_slot (status);
  const char *title = slot != NULL ? json_object_get_string_member_with_default (slot, "title", NULL) : NULL;
  const char *reader = slot != NULL ? json_object_get_string_member (slot, "reader") : NULL;
  JsonObject *net = json_object_has_member (status, "net") ? json_object_get_object_member (status, "net") : NULL;

  panel->refresh = 0;
  g_autofree char *line = title != NULL ? g_strdup_printf ("Dans le lecteur : %s", title) : g_strdup ("Le lecteur est vide");
  gtk_label_set_text (panel->card, line);
  gtk_widget_set_sensitive (g_hash_table_lookup (panel->switches, "remove"), title != NULL);
  mark (panel, "reader",
        g_strcmp0 (reader, "plugged") == 0 ? "plug"
        : reader != NULL                   ? "unplug"
                                           : NULL,
        (const char *const[]){ "plug", "unplug", NULL });
  mark (panel, "net", net != NULL ? json_object_get_string_member (net, "state") : NULL,
        (const char *const[]){ "up", "slow", "cut", NULL });
  if (json_object_has_member (status, "nfc"))
    mark_taps (panel, json_object_get_object_member (status, "nfc"));
  JsonObject *printer = json_object_has_member (status, "printer") ? json_object_get_object_member (status, "printer") : NULL;
  mark (panel, "paper", printer != NULL ? json_object_get_string_member (printer, "state") : NULL,
        (const char *const[]){ "in", "low", "out", "stuck", NULL });
  if (panel->paper != NULL)
    perron_dock_paper_show (panel->paper, json_object_get_string_member (printer, "text"),
                            (guint) json_object_get_int_member (printer, "documents"));
  mark (panel, "jack", json_object_get_string_member_with_default (status, "jack", NULL), (const char *const[]){ "in", "out", NULL });
  return G_SOURCE_REMOVE;
}

/* Many changes come at once (a swap is two): one look afterwards is enough. */
static void
on_changed (gpointer data)
{
  PerronDockPanel *panel = data;
  if (panel->refresh == 0)
    panel->refresh = g_idle_add (show_status, panel);
}

static gboolean
on_close (GtkWindow *window, gpointer data)
{
  PerronDockPanel *panel = data;
  panel->closed (panel->closed_data);
  return TRUE; /* the window goes with the panel */
}

static void
style (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_data (provider,
                                   ".dock { background: #f4f2ee; color: #1e1e1e; font-size: 12pt; }"
                                   ".dock-heading { font-weight: bold; margin-top: 10px; }"
                                   ".dock-card { font-size: 14pt; font-weight: bold; }"
                                   ".dock-paper { background: #ffffff; color: #1e1e1e; font-family: monospace; font-size: 10pt; padding: 14px; }"
                                   ".dock-message { color: #8a1c1c; }"
                                   ".dock button.dock-now { background: #d5e3d8; color: #1e1e1e; font-weight: bold; opacity: 1; }",
                                   -1);
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static GtkLabel *
add_line (GtkBox *box, const char *css_class)
{
  GtkWidget *label = gtk_label_new ("");
  gtk_widget_add_css_class (label, css_class);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (box, label);
  return GTK_LABEL (label);
}

static void
build (PerronDockPanel *panel)
{
  GtkBox *box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  GtkWidget *remove = new_button (panel, "Retirer la carte", "remove", G_CALLBACK (on_verb));
  GtkBox *desk = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 8));
  GtkWidget *columns = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 24);
  gtk_widget_add_css_class (columns, "dock");
  gtk_widget_set_margin_start (columns, 16);
  gtk_widget_set_margin_end (columns, 16);
  gtk_widget_set_margin_top (columns, 12);
  gtk_widget_set_margin_bottom (columns, 12);

  panel->card = add_line (box, "dock-card");
  g_hash_table_insert (panel->switches, (gpointer) "remove", remove);
  gtk_box_append (box, remove);
  gtk_box_append (box, new_heading ("Insérer une carte"));
  gtk_box_append (box, new_shelf (panel));
  add_switches (panel, box, "Réseau", (const char *const[]){ "Bon", "net up", "Lent", "net slow", "Coupé", "net cut", NULL });
  add_switches (panel, box, "Casque", (const char *const[]){ "Branché", "jack in", "Débranché", "jack out", NULL });
  add_switches (panel, box, "Lecteur", (const char *const[]){ "Branché", "reader plug", "Débranché", "reader unplug", NULL });
  panel->message = add_line (box, "dock-message");

  gtk_window_set_title (panel->window, "Perron — matériel virtuel");
  gtk_widget_set_size_request (GTK_WIDGET (box), 380, -1);
  gtk_box_append (GTK_BOX (columns), GTK_WIDGET (box));
  const gboolean two = add_desk (panel, desk);
  gtk_box_append (GTK_BOX (columns), GTK_WIDGET (desk));
  gtk_widget_set_visible (GTK_WIDGET (desk), two);
  gtk_window_set_default_size (panel->window, two ? 900 : 420, 720);
  gtk_widget_add_css_class (GTK_WIDGET (panel->window), "dock");
  gtk_window_set_child (panel->window, columns);
}

PerronDockPanel *
perron_dock_panel_new (PerronDock *dock, void (*closed) (gpointer data), gpointer data, GError **error)
{
  if (!gtk_init_check ()) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_OPTION, "--panel: no display");
    return NULL;
  }
  PerronDockPanel *panel = g_new0 (PerronDockPanel, 1);
  panel->dock = dock;
  panel->closed = closed;
  panel->closed_data = data;
  panel->switches = g_hash_table_new (g_str_hash, g_str_equal);
  panel->window = GTK_WINDOW (gtk_window_new ());
  style ();
  build (panel);
  show_status (panel);
  g_signal_connect (panel->window, "close-request", G_CALLBACK (on_close), panel);
  perron_dock_listen (dock, on_changed, panel);
  gtk_window_present (panel->window);
  return panel;
}

void
perron_dock_panel_free (PerronDockPanel *panel)
{
  if (panel == NULL)
    return;
  perron_dock_listen (panel->dock, NULL, NULL);
  g_clear_handle_id (&panel->refresh, g_source_remove);
  gtk_window_destroy (panel->window);
  g_hash_table_unref (panel->switches);
  g_free (panel);
}
