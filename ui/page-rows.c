/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/target.h"
#include "ui/widgets.h"

static void
on_edit (GtkButton *button, PerronPage *page)
{
  perron_view_emit (page->view, PERRON_EVENT_EDIT, g_object_get_data (G_OBJECT (button), "screen"), NULL);
}

static GtkWidget *
new_edit (PerronPage *page, const PerronRow *row)
{
  g_autofree char *name = g_strconcat ("edit:", row->edit, NULL);
  g_autoptr (PerronSecretText) what = perron_view_dup_text (page->view, row->label, NULL);
  const PerronViewFact facts[] = { { "what", what }, { NULL } };
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = name, .key = "ui.edit", .facts = facts },
                                                                          .picture = "pencil",
                                                                          .em_mm = 7,
                                                                          .classes = "quietly small",
                                                                          .centred = TRUE });
  g_autoptr (PerronSecretText) whole = perron_view_dup_text (page->view, "ui.edit-what", facts);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, whole, -1);
  g_object_set_data_full (G_OBJECT (button), "screen", g_strdup (row->edit), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (on_edit), page);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

/* The fact, or what stands there when there is none; NULL: then the row is not shown. */
static char *
dup_value (PerronPage *page, const PerronRow *row, PerronPrivacy *ret_privacy)
{
  g_autoptr (PerronSecretText) value = perron_view_dup_fact (page->view, row->fact, ret_privacy);
  if (*value != '\0')
    return g_steal_pointer (&value);
  return row->none != NULL ? perron_view_dup_text (page->view, row->none, NULL) : NULL;
}

static GtkWidget *
new_row (PerronPage *page, const PerronRow *row, const char *value)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&page->view->measure, 5));
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (PerronSecretText) label = perron_view_dup_text (page->view, row->label, NULL);
  gtk_box_append (GTK_BOX (words), perron_label_new (label, "small quiet"));
  GtkWidget *fact = perron_label_new (value, g_str_equal (row->fact, "reference") ? "big" : "strong");
  gtk_box_append (GTK_BOX (words), fact);
  /* The reference letter by letter; a whole number never (view->reveal is not asked for what is said). */
  perron_target_mark_words (words, row->label, g_str_equal (row->fact, "reference") ? "reference-spelled" : row->fact);
  GtkWidget *steady = perron_steady_new (words);
  gtk_widget_set_hexpand (steady, TRUE);
  gtk_widget_set_valign (steady, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), steady);
  if (row->edit != NULL)
    gtk_box_append (GTK_BOX (line), new_edit (page, row));
  gtk_widget_add_css_class (line, "row");
  g_object_set_data (G_OBJECT (line), "fact", fact);
  g_object_set_data (G_OBJECT (line), "row", (gpointer) row);
  return line;
}

/* Two columns where the screen is wide: a review is read at one look. Rows without a fact leave no hole. */
static void
build_rows (PerronPage *page)
{
  const PerronMeasure *measure = &page->view->measure;
  GtkWidget *old = gtk_widget_get_first_child (page->area), *grid = gtk_grid_new ();
  int columns = page->screen->row_count > 2 && page->width_px > 28 * measure->rem_px ? 2 : 1, place = 0;
  if (old != NULL)
    gtk_box_remove (GTK_BOX (page->area), old);
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) perron_measure_px (measure, 10));
  gtk_grid_set_row_spacing (GTK_GRID (grid), (guint) perron_measure_px (measure, PERRON_GAP_MM));
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  for (guint i = 0; i < page->screen->row_count; i++) {
    PerronPrivacy privacy;
    g_autoptr (PerronSecretText) value = dup_value (page, &page->screen->rows[i], &privacy);
    if (value == NULL)
      continue;
    GtkWidget *row = new_row (page, &page->screen->rows[i], value);
    gtk_widget_set_hexpand (row, TRUE);
    gtk_grid_attach (GTK_GRID (grid), row, place % columns, place / columns, 1, 1);
    place++;
  }
  gtk_box_append (GTK_BOX (page->area), grid);
}

void
perron_page_fill_rows (PerronPage *page)
{
  if (page->screen->row_count > 0)
    build_rows (page);
}

/* The label of a row on screen; NULL when that row is not shown. */
static GtkLabel *
find_fact (PerronPage *page, const PerronRow *row)
{
  GtkWidget *grid = gtk_widget_get_first_child (page->area);
  for (GtkWidget *line = gtk_widget_get_first_child (grid); line != NULL; line = gtk_widget_get_next_sibling (line))
    if (g_object_get_data (G_OBJECT (line), "row") == row)
      return g_object_get_data (G_OBJECT (line), "fact");
  return NULL;
}

void
perron_page_refresh_rows (PerronPage *page, PerronSpeechPlan *changes)
{
  gboolean other_rows = FALSE;
  for (guint i = 0; i < page->screen->row_count; i++) {
    const PerronRow *row = &page->screen->rows[i];
    GtkLabel *label = find_fact (page, row);
    PerronPrivacy privacy;
    g_autoptr (PerronSecretText) value = dup_value (page, row, &privacy);
    other_rows |= (label == NULL) != (value == NULL);
    if (value == NULL || (label != NULL && g_str_equal (gtk_label_get_text (label), value)))
      continue;
    if (label != NULL)
      gtk_label_set_text (label, value);
    if (changes != NULL) {
      perron_speech_plan_add_key (changes, row->label, NULL);
      perron_speech_plan_add_text (changes, privacy, value);
    }
  }
  if (other_rows)
    build_rows (page);
}

void
perron_page_say_rows (PerronPage *page, PerronSpeechPlan *plan)
{
  for (guint i = 0; i < page->screen->row_count; i++) {
    const PerronRow *row = &page->screen->rows[i];
    PerronPrivacy privacy;
    g_autoptr (PerronSecretText) value = dup_value (page, row, &privacy);
    if (value == NULL)
      continue;
    perron_speech_plan_add_key (plan, row->label, NULL);
    if (g_str_equal (row->fact, "reference"))
      perron_speech_plan_add_fact (plan, "reference-spelled");
    else
      perron_speech_plan_add_text (plan, privacy, value);
  }
}
