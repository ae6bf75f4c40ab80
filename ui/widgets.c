/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/widgets.h"

#include "ui/picture.h"

/* --- heading ---------------------------------------------------------------------------------------------------------------- */

struct _PerronHeading {
  GtkWidget parent_instance;
  GtkWidget *label;
};

G_DEFINE_FINAL_TYPE (PerronHeading, perron_heading, GTK_TYPE_WIDGET)

static void
perron_heading_dispose (GObject *object)
{
  PerronHeading *self = PERRON_HEADING (object);
  g_clear_pointer (&self->label, gtk_widget_unparent);
  G_OBJECT_CLASS (perron_heading_parent_class)->dispose (object);
}

static void
perron_heading_class_init (PerronHeadingClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_heading_dispose;
  gtk_widget_class_set_css_name (widget_class, "heading");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_HEADING);
}

static void
perron_heading_init (PerronHeading *self)
{
  self->label = perron_label_new ("", NULL);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LEVEL, 1, -1);
}

GtkWidget *
perron_heading_new (const char *text)
{
  PerronHeading *self = g_object_new (PERRON_TYPE_HEADING, NULL);
  perron_heading_set_text (self, text);
  return GTK_WIDGET (self);
}

void
perron_heading_set_text (PerronHeading *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->label), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
}

/* --- bins ------------------------------------------------------------------------------------------------------------------- */

static void
drop_child (GObject *bin)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (bin));
  g_clear_pointer (&child, gtk_widget_unparent);
}

static GtkWidget *
new_bin (GType type, GtkWidget *child)
{
  GtkWidget *bin = g_object_new (type, NULL);
  gtk_widget_set_parent (child, bin);
  return bin;
}

/* --- stop ------------------------------------------------------------------------------------------------------------------- */

struct _PerronStop {
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (PerronStop, perron_stop, GTK_TYPE_WIDGET)

static void
perron_stop_dispose (GObject *object)
{
  drop_child (object);
  G_OBJECT_CLASS (perron_stop_parent_class)->dispose (object);
}

static void
perron_stop_class_init (PerronStopClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_stop_dispose;
  gtk_widget_class_set_css_name (widget_class, "stop");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_LIST_ITEM);
}

static void
perron_stop_init (PerronStop *self)
{
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
perron_stop_new (GtkWidget *child, const char *name)
{
  GtkWidget *self = new_bin (PERRON_TYPE_STOP, child);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return self;
}

/* --- steady ----------------------------------------------------------------------------------------------------------------- */

struct _PerronSteady {
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (PerronSteady, perron_steady, GTK_TYPE_WIDGET)

static void
perron_steady_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base,
                       int *nat_base)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    for_size = -1;
  gtk_widget_measure (child, orientation, for_size, minimum, natural, NULL, NULL);
}

static void
perron_steady_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (gtk_widget_get_first_child (widget), width, height, baseline, NULL);
}

static GtkSizeRequestMode
perron_steady_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
perron_steady_dispose (GObject *object)
{
  drop_child (object);
  G_OBJECT_CLASS (perron_steady_parent_class)->dispose (object);
}

static void
perron_steady_class_init (PerronSteadyClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_steady_dispose;
  widget_class->measure = perron_steady_measure;
  widget_class->size_allocate = perron_steady_size_allocate;
  widget_class->get_request_mode = perron_steady_get_request_mode;
}

static void
perron_steady_init (PerronSteady *self)
{
}

GtkWidget *
perron_steady_new (GtkWidget *child)
{
  return new_bin (PERRON_TYPE_STEADY, child);
}

/* --- pane ------------------------------------------------------------------------------------------------------------------- */

struct _PerronPane {
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (PerronPane, perron_pane, GTK_TYPE_WIDGET)

static void
perron_pane_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural, int *min_base, int *nat_base)
{
  *minimum = *natural = 0;
}

static void
perron_pane_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *child = gtk_widget_get_first_child (widget);
  int least_width = 0, least_height = 0;
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least_width, NULL, NULL, NULL);
  width = MAX (width, least_width);
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &least_height, NULL, NULL, NULL);
  gtk_widget_allocate (child, width, MAX (height, least_height), baseline, NULL);
}

static void
perron_pane_dispose (GObject *object)
{
  drop_child (object);
  G_OBJECT_CLASS (perron_pane_parent_class)->dispose (object);
}

static void
perron_pane_class_init (PerronPaneClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_pane_dispose;
  widget_class->measure = perron_pane_measure;
  widget_class->size_allocate = perron_pane_size_allocate;
}

static void
perron_pane_init (PerronPane *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
perron_pane_new (GtkWidget *child)
{
  return new_bin (PERRON_TYPE_PANE, child);
}

/* --- labels ----------------------------------------------------------------------------------------------------------------- */

void
perron_widget_add_classes (GtkWidget *widget, const char *classes)
{
  if (classes == NULL)
    return;
  g_auto (GStrv) words = g_strsplit (classes, " ", -1);
  for (guint i = 0; words[i] != NULL; i++)
    gtk_widget_add_css_class (widget, words[i]);
}

GtkWidget *
perron_label_new (const char *text, const char *classes)
{
  /* The wrap mode is given at birth: changing it later does not refresh the measure (desktop facts, section 2). */
  GtkWidget *label = g_object_new (GTK_TYPE_LABEL, "label", text, "wrap", TRUE, "wrap-mode", PANGO_WRAP_WORD, "natural-wrap-mode",
                                   GTK_NATURAL_WRAP_NONE, "xalign", 0.0f, "max-width-chars", 60, NULL);
  perron_widget_add_classes (label, classes);
  return label;
}

/* --- buttons ---------------------------------------------------------------------------------------------------------------- */

/* Onward is where the writing goes. */
static const char *
turn (const char *name)
{
  if (gtk_widget_get_default_direction () != GTK_TEXT_DIR_RTL)
    return name;
  return g_strcmp0 (name, "next") == 0 ? "back" : g_strcmp0 (name, "back") == 0 ? "next" : name;
}

static void
append_picture (PerronView *view, GtkWidget *box, const char *name, double height_px)
{
  name = turn (name);
  GtkWidget *picture = name != NULL ? perron_picture_new (view->ui_folder, name, height_px, FALSE) : NULL;
  if (picture == NULL)
    return;
  gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), picture);
}

static GtkWidget *
new_words (PerronView *view, const PerronButtonSpec *spec, const char *label)
{
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = perron_label_new (label, NULL);
  gtk_label_set_max_width_chars (GTK_LABEL (first), -1);
  gtk_label_set_xalign (GTK_LABEL (first), spec->centred ? 0.5f : 0.0f);
  gtk_label_set_justify (GTK_LABEL (first), spec->centred ? GTK_JUSTIFY_CENTER : GTK_JUSTIFY_LEFT);
  gtk_box_append (GTK_BOX (words), first);
  if (spec->target.detail != NULL) {
    g_autoptr (PerronSecretText) detail = perron_view_dup_text (view, spec->target.detail, NULL);
    GtkWidget *second = perron_label_new (detail, "detail");
    gtk_label_set_max_width_chars (GTK_LABEL (second), -1);
    gtk_box_append (GTK_BOX (words), second);
  }
  GtkWidget *steady = perron_steady_new (words);
  gtk_widget_set_hexpand (steady, !spec->centred);
  gtk_widget_set_valign (steady, GTK_ALIGN_CENTER);
  return steady;
}

GtkWidget *
perron_button_new (PerronView *view, const PerronButtonSpec *spec)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (spec->stacked ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL,
                                perron_measure_px (&view->measure, spec->stacked ? 1 : 2.5));
  g_autoptr (PerronSecretText) label = spec->target.key != NULL ? perron_view_dup_text (view, spec->target.key, spec->target.facts) :
                                                                   perron_secret_strdup (spec->target.text);
  double height = spec->em_mm > 0 ? spec->em_mm * view->measure.px_per_mm : view->measure.rem_px * 1.1;
  append_picture (view, box, spec->picture, height);
  g_autoptr (PerronSecretText) shown = spec->shown != NULL ? perron_view_dup_text (view, spec->shown, NULL) : NULL;
  if (!spec->picture_only)
    gtk_box_append (GTK_BOX (box), new_words (view, spec, shown != NULL ? shown : label));
  append_picture (view, box, spec->end_picture, height);
  gtk_widget_set_halign (box, spec->centred ? GTK_ALIGN_CENTER : GTK_ALIGN_FILL);
  gtk_button_set_child (GTK_BUTTON (button), box);
  perron_widget_add_classes (button, spec->classes);
  perron_target_mark (button, &spec->target);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  if (spec->target.detail != NULL) {
    g_autoptr (PerronSecretText) detail = perron_view_dup_text (view, spec->target.detail, NULL);
    gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, detail, -1);
  }
  return button;
}

/* --- choices ---------------------------------------------------------------------------------------------------------------- */

GtkWidget *
perron_choices_new (PerronView *view, GPtrArray *children, guint most, int width_px)
{
  GtkWidget *grid = gtk_grid_new ();
  int gap = perron_measure_px (&view->measure, children->len > 5 ? PERRON_GAP_MM + 0.5 : 5), widest = 0;
  for (guint i = 0; i < children->len; i++) {
    int natural = 0;
    if (children->len > 5)
      gtk_widget_add_css_class (g_ptr_array_index (children, i), "one-of-many");
    gtk_widget_measure (g_ptr_array_index (children, i), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural, NULL, NULL);
    widest = MAX (widest, natural);
  }
  /* Many choices may be scrolled, and then have a rail beside them; and two columns of them are seen at once. */
  if (children->len > 4)
    width_px -= perron_measure_px (&view->measure, 25);
  guint columns = MIN (most, children->len);
  while (columns > 1 && widest > (width_px - gap * ((int) columns - 1)) / (int) columns)
    columns--;
  /* Four in two rows of two, not three and one. */
  if (columns == 3 && (children->len == 4 || children->len == 10))
    columns = 2;
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  /* Choices of equal weight are equal in size; a button that merely continues need not be as tall as its neighbour. */
  gboolean equal = TRUE;
  for (guint i = 1; i < children->len; i++)
    equal &= gtk_widget_has_css_class (g_ptr_array_index (children, i), "main")
             == gtk_widget_has_css_class (g_ptr_array_index (children, 0), "main");
  gtk_grid_set_row_homogeneous (GTK_GRID (grid), equal);
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) gap);
  gtk_grid_set_row_spacing (GTK_GRID (grid), (guint) gap);
  for (guint i = 0; i < children->len; i++) {
    GtkWidget *child = g_ptr_array_index (children, i);
    gtk_widget_set_hexpand (child, TRUE);
    gtk_grid_attach (GTK_GRID (grid), child, (int) (i % columns), (int) (i / columns), 1, 1);
  }
  return grid;
}
