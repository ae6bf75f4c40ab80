/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/panel-paper.h"

GtkWidget *
perron_dock_paper_new (void)
{
  GtkWidget *label = gtk_label_new ("");
  GtkWidget *scroll = gtk_scrolled_window_new ();
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_yalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), FALSE);
  gtk_widget_add_css_class (label, "dock-paper");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroll), label);
  gtk_scrolled_window_set_min_content_height (GTK_SCROLLED_WINDOW (scroll), 120);
  gtk_scrolled_window_set_min_content_width (GTK_SCROLLED_WINDOW (scroll), 380);
  gtk_widget_set_vexpand (scroll, TRUE);
  g_object_set_data (G_OBJECT (scroll), "label", label);
  perron_dock_paper_show (scroll, "", 0);
  return scroll;
}

/* Paper that was fed past the last row says nothing to anybody. */
void
perron_dock_paper_show (GtkWidget *paper, const char *text, guint documents)
{
  GtkLabel *label = g_object_get_data (G_OBJECT (paper), "label");
  g_autofree char *rows = g_strchomp (g_strdup (text));
  g_autofree char *shown = documents > 0 ? g_strdup_printf ("Papier n° %u\n\n%s", documents, rows) : g_strdup ("Aucun papier n’est sorti.");
  if (g_strcmp0 (gtk_label_get_text (label), shown) != 0)
    gtk_label_set_text (label, shown);
}
