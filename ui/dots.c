/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/dots.h"

struct _PerronDots {
  GtkWidget parent_instance;
  double dot_px;
  guint done, count;
};

G_DEFINE_FINAL_TYPE (PerronDots, perron_dots, GTK_TYPE_WIDGET)

static void
perron_dots_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  PerronDots *self = PERRON_DOTS (widget);
  double size = orientation == GTK_ORIENTATION_VERTICAL ? self->dot_px : self->dot_px * 1.6 * self->count;
  *minimum = *natural = (int) (size + 0.99);
}

static void
perron_dots_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PerronDots *self = PERRON_DOTS (widget);
  GdkRGBA ink;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ink);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  gdk_cairo_set_source_rgba (cr, &ink);
  double line = self->dot_px * 0.16;
  cairo_set_line_width (cr, line);
  for (guint i = 0; i < self->count; i++) {
    double x = self->dot_px * (1.6 * i + 0.5);
    cairo_arc (cr, mirrored ? width - x : x, height / 2.0, (self->dot_px - line) / 2, 0, 2 * G_PI);
    if (i < self->done)
      cairo_fill_preserve (cr);
    cairo_stroke (cr);
  }
  cairo_destroy (cr);
}

static void
perron_dots_class_init (PerronDotsClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->measure = perron_dots_measure;
  widget_class->snapshot = perron_dots_snapshot;
  gtk_widget_class_set_css_name (widget_class, "dots");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
perron_dots_init (PerronDots *self)
{
}

GtkWidget *
perron_dots_new (double dot_px)
{
  PerronDots *self = g_object_new (PERRON_TYPE_DOTS, NULL);
  self->dot_px = dot_px;
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
  return GTK_WIDGET (self);
}

void
perron_dots_set (PerronDots *self, guint done, guint count)
{
  self->done = done;
  self->count = MIN (count, 20);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
