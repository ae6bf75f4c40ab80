/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/target.h"
#include "ui/view.h"

G_BEGIN_DECLS

/* A title that can hold the focus: where reading begins on a new screen. */
#define PERRON_TYPE_HEADING (perron_heading_get_type ())
G_DECLARE_FINAL_TYPE (PerronHeading, perron_heading, PERRON, HEADING, GtkWidget)
GtkWidget *perron_heading_new (const char *text);
void perron_heading_set_text (PerronHeading *heading, const char *text);

/*
 * Something that is read and not acted on, and holds the focus by itself: who goes through a list by keys hears it line by line. `name`: for
 * a screen reader.
 */
#define PERRON_TYPE_STOP (perron_stop_get_type ())
G_DECLARE_FINAL_TYPE (PerronStop, perron_stop, PERRON, STOP, GtkWidget)
GtkWidget *perron_stop_new (GtkWidget *child, const char *name);

/*
 * A bin whose width never depends on a height: GTK 4.8 asks a wrapped label for its least width at an endless height and gets more
 * than its least width, and boxes complain ("Expect overlapping widgets").
 */
#define PERRON_TYPE_STEADY (perron_steady_get_type ())
G_DECLARE_FINAL_TYPE (PerronSteady, perron_steady, PERRON, STEADY, GtkWidget)
GtkWidget *perron_steady_new (GtkWidget *child);

/*
 * A bin that asks for nothing: a window that holds one has the size it was given, whatever stands in it. What needs more is cut off (and
 * found by tests/ui). A window that asked for what its content needs would change its size by its content, and this window makes its
 * content anew for each size: on X11 without a window manager that never ended.
 */
#define PERRON_TYPE_PANE (perron_pane_get_type ())
G_DECLARE_FINAL_TYPE (PerronPane, perron_pane, PERRON, PANE, GtkWidget)
GtkWidget *perron_pane_new (GtkWidget *child);

/* A wrapped label, never cut, never justified, at most 60 characters a line. `classes`: space separated, nullable. */
GtkWidget *perron_label_new (const char *text, const char *classes);

void perron_widget_add_classes (GtkWidget *widget, const char *classes);

typedef struct {
  PerronTargetSpec target; /* label and detail are written from its keys or text */
  const char *picture;     /* pictogram, nullable */
  const char *end_picture; /* pictogram after the label, nullable */
  const char *classes;
  const char *shown;       /* text key that is written instead, where room is scarce: words of the label itself (WCAG 2.5.3) */
  double em_mm;            /* height of the pictograms, 0: by the text */
  gboolean picture_only;   /* the label is for the voice and the screen reader only */
  gboolean centred;
  gboolean stacked;        /* pictogram above the words */
} PerronButtonSpec;

GtkWidget *perron_button_new (PerronView *view, const PerronButtonSpec *spec);

/* A grid that chooses its columns: as many (at most `most`) as let every child keep its words on one line. */
GtkWidget *perron_choices_new (PerronView *view, GPtrArray *children, guint most, int width_px);

G_END_DECLS
