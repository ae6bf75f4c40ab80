/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/scroller.h"

#include "ui/widgets.h"

struct _PerronScroller {
  GtkWidget parent_instance;
  GtkWidget *window;
  GtkWidget *rail;
  GtkWidget *up;
  GtkWidget *down;
  guint later;
  gboolean grown; /* the content changed its height: the field that has the focus is brought back into sight */
};

G_DEFINE_FINAL_TYPE (PerronScroller, perron_scroller, GTK_TYPE_WIDGET)

static GtkAdjustment *
get_adjustment (PerronScroller *self)
{
  return gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->window));
}

static void
show_rail (PerronScroller *self)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  double value = gtk_adjustment_get_value (adjustment), page = gtk_adjustment_get_page_size (adjustment);
  double upper = gtk_adjustment_get_upper (adjustment);
  /* Once there it stays for this screen: hiding it would widen the content, shorten it, and bring it back. */
  if (upper > page + 1)
    gtk_widget_set_visible (self->rail, TRUE);
  gtk_widget_set_sensitive (self->up, value > 1);
  gtk_widget_set_sensitive (self->down, value + page < upper - 1);
}

/* GTK scrolls to a focus that moves, not to one that was there before it had a place, or before an error stood above it. */
static void
show_field (PerronScroller *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  graphene_rect_t place;
  if (!self->grown || focus == NULL || !GTK_IS_TEXT (focus) || !gtk_widget_is_ancestor (focus, self->window) ||
      !gtk_widget_compute_bounds (gtk_widget_get_parent (focus), self->window, &place))
    return;
  self->grown = FALSE;
  GtkAdjustment *adjustment = get_adjustment (self);
  double below = place.origin.y + place.size.height - gtk_adjustment_get_page_size (adjustment);
  if (below > 0)
    gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + below + place.size.height / 8);
}

static gboolean
on_later (gpointer data)
{
  PerronScroller *self = data;
  self->later = 0;
  if (gtk_widget_get_root (GTK_WIDGET (self)) == NULL)
    return G_SOURCE_REMOVE;
  show_field (self);
  show_rail (self);
  return G_SOURCE_REMOVE;
}

/* The adjustment changes during allocation, when nothing may be shown or hidden. */
static void
on_adjusted (GtkAdjustment *adjustment, PerronScroller *self)
{
  if (self->later == 0)
    self->later = g_idle_add_full (G_PRIORITY_HIGH_IDLE, on_later, self, NULL);
}

static void
on_grown (GtkAdjustment *adjustment, PerronScroller *self)
{
  self->grown = TRUE;
  on_adjusted (adjustment, self);
}

static void
move_by (PerronScroller *self, double pages)
{
  GtkAdjustment *adjustment = get_adjustment (self);
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) + pages * gtk_adjustment_get_page_size (adjustment));
}

static void
on_up (GtkButton *button, PerronScroller *self)
{
  move_by (self, -0.8);
}

static void
on_down (GtkButton *button, PerronScroller *self)
{
  move_by (self, 0.8);
}

static GtkWidget *
new_rail_button (PerronView *view, const char *name, const char *key, const char *picture)
{
  GtkWidget *button = perron_button_new (
    view,
    &(PerronButtonSpec){ .target = { .name = name, .key = key }, .picture = picture, .em_mm = 11, .picture_only = TRUE, .centred = TRUE });
  gtk_widget_set_size_request (button, perron_measure_px (&view->measure, 20), -1);
  gtk_widget_set_vexpand (button, TRUE);
  gtk_widget_set_focus_on_click (button, FALSE);
  return button;
}

static void
perron_scroller_dispose (GObject *object)
{
  PerronScroller *self = PERRON_SCROLLER (object);
  g_clear_handle_id (&self->later, g_source_remove);
  if (self->window != NULL)
    g_signal_handlers_disconnect_by_data (get_adjustment (self), self);
  g_clear_pointer (&self->window, gtk_widget_unparent);
  g_clear_pointer (&self->rail, gtk_widget_unparent);
  G_OBJECT_CLASS (perron_scroller_parent_class)->dispose (object);
}

static void
perron_scroller_class_init (PerronScrollerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = perron_scroller_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BOX_LAYOUT);
}

static void
perron_scroller_init (PerronScroller *self)
{
}

GtkWidget *
perron_scroller_new (PerronView *view, GtkWidget *content)
{
  PerronScroller *self = g_object_new (PERRON_TYPE_SCROLLER, NULL);
  int margin = perron_measure_px (&view->measure, view->measure.compact ? PERRON_GAP_MM : 5);
  self->window = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->window), GTK_POLICY_NEVER, GTK_POLICY_EXTERNAL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->window), content);
  gtk_widget_set_focusable (self->window, FALSE);
  gtk_widget_set_hexpand (self->window, TRUE);
  gtk_widget_set_vexpand (self->window, TRUE);
  gtk_widget_set_parent (self->window, GTK_WIDGET (self));
  self->rail = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&view->measure, PERRON_GAP_MM));
  gtk_widget_add_css_class (self->rail, "rail");
  gtk_widget_set_margin_top (self->rail, margin);
  gtk_widget_set_margin_bottom (self->rail, margin);
  gtk_widget_set_margin_end (self->rail, margin);
  self->up = new_rail_button (view, "scroll:up", "ui.scroll-up", "up");
  self->down = new_rail_button (view, "scroll:down", "ui.scroll-down", "down");
  gtk_box_append (GTK_BOX (self->rail), self->up);
  gtk_box_append (GTK_BOX (self->rail), self->down);
  gtk_widget_set_visible (self->rail, FALSE);
  gtk_widget_set_parent (self->rail, GTK_WIDGET (self));
  g_signal_connect (self->up, "clicked", G_CALLBACK (on_up), self);
  g_signal_connect (self->down, "clicked", G_CALLBACK (on_down), self);
  g_signal_connect (get_adjustment (self), "changed", G_CALLBACK (on_grown), self);
  g_signal_connect (get_adjustment (self), "value-changed", G_CALLBACK (on_adjusted), self);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), TRUE);
  return GTK_WIDGET (self);
}

GtkWidget *
perron_scroller_get_viewport (PerronScroller *self)
{
  return gtk_widget_get_first_child (self->window);
}
