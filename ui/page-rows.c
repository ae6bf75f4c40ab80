/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

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

static GtkWidget *
new_row (PerronPage *page, const PerronRow *row)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&page->view->measure, 5));
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autoptr (PerronSecretText) label = perron_view_dup_text (page->view, row->label, NULL);
  PerronPrivacy privacy;
  g_autoptr (PerronSecretText) value = perron_view_dup_fact (page->view, row->fact, &privacy);
  gtk_box_append (GTK_BOX (words), perron_label_new (label, "small quiet"));
  GtkWidget *fact = perron_label_new (value, g_str_equal (row->fact, "reference") ? "big" : "strong");
  gtk_box_append (GTK_BOX (words), fact);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_widget_set_valign (words, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), words);
  if (row->edit != NULL)
    gtk_box_append (GTK_BOX (line), new_edit (page, row));
  gtk_widget_add_css_class (line, "row");
  g_object_set_data (G_OBJECT (line), "fact", fact);
  return line;
}

/* Two columns where the screen is wide: a review is read at one look. */
void
perron_page_fill_rows (PerronPage *page)
{
  if (page->screen->row_count == 0)
    return;
  const PerronMeasure *measure = &page->view->measure;
  GtkWidget *grid = gtk_grid_new ();
  int columns = page->screen->row_count > 2 && page->width_px > 30 * measure->rem_px ? 2 : 1;
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) perron_measure_px (measure, 10));
  gtk_grid_set_row_spacing (GTK_GRID (grid), (guint) perron_measure_px (measure, PERRON_GAP_MM));
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  for (guint i = 0; i < page->screen->row_count; i++) {
    GtkWidget *row = new_row (page, &page->screen->rows[i]);
    gtk_widget_set_hexpand (row, TRUE);
    gtk_grid_attach (GTK_GRID (grid), row, (int) i % columns, (int) i / columns, 1, 1);
  }
  g_object_set_data (G_OBJECT (page->area), "grid", grid);
  g_object_set_data (G_OBJECT (page->area), "columns", GINT_TO_POINTER (columns));
  gtk_box_append (GTK_BOX (page->area), grid);
}

void
perron_page_refresh_rows (PerronPage *page, PerronSpeechPlan *changes)
{
  GtkWidget *grid = g_object_get_data (G_OBJECT (page->area), "grid");
  int columns = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (page->area), "columns"));
  for (guint i = 0; grid != NULL && i < page->screen->row_count; i++) {
    GtkWidget *line = gtk_grid_get_child_at (GTK_GRID (grid), (int) i % columns, (int) i / columns);
    GtkLabel *label = g_object_get_data (G_OBJECT (line), "fact");
    PerronPrivacy privacy;
    g_autoptr (PerronSecretText) value = perron_view_dup_fact (page->view, page->screen->rows[i].fact, &privacy);
    if (g_str_equal (gtk_label_get_text (label), value))
      continue;
    gtk_label_set_text (label, value);
    if (changes != NULL) {
      perron_speech_plan_add_key (changes, page->screen->rows[i].label, NULL);
      perron_speech_plan_add_text (changes, privacy, value);
    }
  }
}

void
perron_page_say_rows (PerronPage *page, PerronSpeechPlan *plan)
{
  for (guint i = 0; i < page->screen->row_count; i++) {
    const char *fact = page->screen->rows[i].fact;
    perron_speech_plan_add_key (plan, page->screen->rows[i].label, NULL);
    perron_speech_plan_add_fact (plan, g_str_equal (fact, "reference") ? "reference-spelled" : fact);
  }
}
