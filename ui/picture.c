/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/picture.h"

#include "ui/svg.h"

struct _PerronPicture {
  GtkWidget parent_instance;
  const PerronSvg *svg; /* owned by the cache */
  double height_px;
  gboolean may_shrink;
};

G_DEFINE_FINAL_TYPE (PerronPicture, perron_picture, GTK_TYPE_WIDGET)

/* Pictures are few, small and never change: each file is read once in the life of the process. Main thread only. */
static const PerronSvg *
get_svg (const char *folder, const char *name)
{
  static GHashTable *cache = NULL;
  if (cache == NULL)
    cache = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) perron_svg_free);
  g_autofree char *base = g_strconcat (name, ".svg", NULL);
  g_autofree char *file = g_build_filename (folder, "pictures", base, NULL);
  gpointer known = NULL;
  if (g_hash_table_lookup_extended (cache, file, NULL, &known))
    return known;
  g_autoptr (GError) error = NULL;
  PerronSvg *svg = perron_svg_load (file, &error);
  if (svg == NULL)
    g_warning ("picture: %s", error->message);
  g_hash_table_insert (cache, g_steal_pointer (&file), svg);
  return svg;
}

static void
perron_picture_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base,
                        int *nat_base)
{
  PerronPicture *self = PERRON_PICTURE (widget);
  double aspect = orientation == GTK_ORIENTATION_HORIZONTAL ? perron_svg_get_aspect (self->svg) : 1;
  *natural = (int) (self->height_px * aspect + 0.5);
  *minimum = self->may_shrink ? *natural * 3 / 5 : *natural;
}

static void
perron_picture_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  PerronPicture *self = PERRON_PICTURE (widget);
  static const char *const names[PERRON_INK_COUNT] = { NULL, "perron_tone", "perron_ground", "perron_action" };
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA inks[PERRON_INK_COUNT];
  gtk_style_context_get_color (style, &inks[PERRON_INK_INK]);
  for (guint i = 1; i < PERRON_INK_COUNT; i++)
    if (!gtk_style_context_lookup_color (style, names[i], &inks[i]))
      inks[i] = inks[PERRON_INK_INK];
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  perron_svg_draw (self->svg, cr, width, height, inks);
  cairo_destroy (cr);
}

static void
perron_picture_class_init (PerronPictureClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  widget_class->measure = perron_picture_measure;
  widget_class->snapshot = perron_picture_snapshot;
  gtk_widget_class_set_css_name (widget_class, "picture");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
perron_picture_init (PerronPicture *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

GtkWidget *
perron_picture_new (const char *folder, const char *name, double height_px, gboolean may_shrink)
{
  const PerronSvg *svg = get_svg (folder, name);
  if (svg == NULL)
    return NULL;
  PerronPicture *self = g_object_new (PERRON_TYPE_PICTURE, NULL);
  self->svg = svg;
  self->height_px = height_px;
  self->may_shrink = may_shrink;
  return GTK_WIDGET (self);
}
