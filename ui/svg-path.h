/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* SVG path data (SVG 1.1 section 8.3) as absolute moves, lines, cubic curves and closings. */
typedef enum { PERRON_PATH_MOVE, PERRON_PATH_LINE, PERRON_PATH_CURVE, PERRON_PATH_CLOSE } PerronPathOp;

typedef struct {
  PerronPathOp op;
  double x1, y1, x2, y2; /* control points of a curve */
  double x, y;           /* where the pen ends */
} PerronPathSegment;

#define PERRON_PATH_SEGMENTS_MAX 20000

/* Appends PerronPathSegment to `segments`; FALSE (what was appended so far stays) on anything that is not path data, or too much. */
gboolean perron_svg_path_parse (const char *data, GArray *segments) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
