/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/arrange.h"

#include "ui/scroller.h"
#include "ui/widgets.h"

int
perron_arrange_height (PerronView *view, GtkWidget *widget)
{
  int height = 0;
  if (widget != NULL)
    gtk_widget_measure (widget, GTK_ORIENTATION_VERTICAL, view->measure.width_px, NULL, &height, NULL, NULL);
  return height;
}

GtkWidget *
perron_arrange_page (PerronView *view, PerronPage *page, int room_px)
{
  GtkWidget *middle = gtk_box_new (page->keyboard_beside ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *stack = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  page->scroller = perron_scroller_new (view, page->root, page->keyboard == NULL || page->keyboard_beside);
  gtk_box_append (GTK_BOX (stack), page->scroller);
  if (!page->actions_beside_keyboard) {
    int keys_px = page->keyboard_beside ? 0 : perron_arrange_height (view, page->keyboard);
    GtkWidget *actions = perron_page_place_actions (page, room_px - keys_px);
    if (actions != NULL)
      gtk_box_append (GTK_BOX (stack), actions);
  }
  GtkWidget *steady = perron_steady_new (stack);
  gtk_widget_set_hexpand (steady, TRUE);
  gtk_widget_set_vexpand (steady, TRUE);
  gtk_box_append (GTK_BOX (middle), steady);
  if (page->actions_beside_keyboard) {
    GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
    gtk_widget_add_css_class (row, "keys-row");
    gtk_widget_set_valign (page->actions, GTK_ALIGN_END);
    gtk_box_append (GTK_BOX (row), page->keyboard);
    gtk_box_append (GTK_BOX (row), page->actions);
    gtk_box_append (GTK_BOX (middle), row);
  } else if (page->keyboard != NULL) {
    gtk_box_append (GTK_BOX (middle), page->keyboard);
  }
  return middle;
}
