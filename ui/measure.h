/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * From millimetres to pixels. Everything that is touched has a size in mm that never depends on the text size; every text has a
 * size in rem, and one rem is the body text: capital H >= 7.33 mm at 100 % (0.7 degrees at 60 cm, EN 301 549 5.1.4).
 */
typedef struct {
  int width_px, height_px;
  double px_per_mm;
  guint size;          /* 0 … PERRON_SIZE_COUNT-1 */
  double scale;        /* 1, 1.25, 1.5, 2 */
  double rem_px;       /* body text, em */
  double em_chars;     /* how many characters of body text fit on a line */
  gboolean portrait;
  gboolean compact;    /* few lines of body text fit: white space gives way to words */
  gboolean bar_tight;   /* lines are scarce and long: bar and foot in one row each, with short words */
  gboolean bar_two_rows;
  gboolean bar_stacked; /* states of the bar one above the other */
  gboolean bar_words;   /* room for words beside the pictograms of the bar */
} PerronMeasure;

/*
 * Bar, foot and small lines stand smaller than the body: capital H 4.9 mm at 100 % (ADA 707.7.2 asks 4.8), 7.3 from 150 % on (EN
 * 301 549 5.1.4 is met in that mode), and there they stop: at 200 % the room belongs to the content.
 */
#define PERRON_FRAME_REM 0.66 /* at 100 % */
double perron_measure_frame_rem (const PerronMeasure *measure);

/*
 * px_per_m outside 1 000 … 20 000 counts as 96 dpi: a display that does not know its size. A size under 150 x 110 mm counts as that: nothing
 * is laid out for less, it is cut off.
 */
PerronMeasure perron_measure (int width_px, int height_px, guint px_per_m, guint size);

/* Rounded up: never under the millimetres asked. */
int perron_measure_px (const PerronMeasure *measure, double mm);

#define PERRON_TARGET_MM 15.0
#define PERRON_GAP_MM 3.0
#define PERRON_FRAME_MARGIN_MM 5.0 /* of bar, foot and keyboard, at the edges of the screen */

G_END_DECLS
