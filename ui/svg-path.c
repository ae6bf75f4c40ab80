/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/svg-path.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *at;
  GArray *segments;
  double x, y;             /* pen */
  double start_x, start_y; /* of the current sub-path */
  double ctl_x, ctl_y;     /* last control point, for S and T */
  char last;               /* last command, upper case */
} Reader;

static void
skip_space (Reader *reader)
{
  while (*reader->at == ' ' || *reader->at == ',' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r')
    reader->at++;
}

static gboolean
read_number (Reader *reader, double *ret_number)
{
  skip_space (reader);
  if (strchr ("+-.0123456789", *reader->at) == NULL || *reader->at == '\0')
    return FALSE;
  char *end = NULL;
  double number = g_ascii_strtod (reader->at, &end);
  if (end == reader->at || !isfinite (number) || fabs (number) > 1e6)
    return FALSE;
  reader->at = end;
  *ret_number = number;
  return TRUE;
}

/* The two flags of an arc may be written without a space: "a1,1,0,011,1". */
static gboolean
read_flag (Reader *reader, double *ret_flag)
{
  skip_space (reader);
  if (*reader->at != '0' && *reader->at != '1')
    return FALSE;
  *ret_flag = *reader->at++ - '0';
  return TRUE;
}

static gboolean
append (Reader *reader, PerronPathSegment segment)
{
  if (reader->segments->len >= PERRON_PATH_SEGMENTS_MAX)
    return FALSE;
  g_array_append_val (reader->segments, segment);
  reader->x = segment.x;
  reader->y = segment.y;
  return TRUE;
}

static gboolean
append_curve (Reader *reader, double x1, double y1, double x2, double y2, double x, double y)
{
  reader->ctl_x = x2;
  reader->ctl_y = y2;
  return append (reader, (PerronPathSegment){ PERRON_PATH_CURVE, x1, y1, x2, y2, x, y });
}

/* One piece of an ellipse of at most a quarter turn, from angle a to b, as a cubic. */
static gboolean
append_arc_piece (Reader *reader, double cx, double cy, double rx, double ry, double turn, double a, double b)
{
  double k = 4.0 / 3.0 * tan ((b - a) / 4);
  double co = cos (turn), si = sin (turn);
  double px[3] = { cos (a) - k * sin (a), cos (b) + k * sin (b), cos (b) };
  double py[3] = { sin (a) + k * cos (a), sin (b) - k * cos (b), sin (b) };
  double x[3], y[3];
  for (guint i = 0; i < 3; i++) {
    x[i] = cx + co * rx * px[i] - si * ry * py[i];
    y[i] = cy + si * rx * px[i] + co * ry * py[i];
  }
  return append_curve (reader, x[0], y[0], x[1], y[1], x[2], y[2]);
}

/* End points to centre: SVG 1.1 appendix F.6. */
static gboolean
append_arc (Reader *reader, double rx, double ry, double degrees, gboolean large, gboolean sweep, double x, double y)
{
  rx = fabs (rx);
  ry = fabs (ry);
  if (rx < 1e-9 || ry < 1e-9 || (x == reader->x && y == reader->y))
    return append (reader, (PerronPathSegment){ .op = PERRON_PATH_LINE, .x = x, .y = y });
  double turn = degrees * G_PI / 180, co = cos (turn), si = sin (turn);
  double dx = (reader->x - x) / 2, dy = (reader->y - y) / 2;
  double ux = co * dx + si * dy, uy = -si * dx + co * dy;
  double scale = (ux * ux) / (rx * rx) + (uy * uy) / (ry * ry);
  if (scale > 1) {
    rx *= sqrt (scale);
    ry *= sqrt (scale);
  }
  double below = rx * rx * uy * uy + ry * ry * ux * ux;
  double root = sqrt (MAX (0, (rx * rx * ry * ry - below) / below)) * (large == sweep ? -1 : 1);
  double vx = root * rx * uy / ry, vy = -root * ry * ux / rx;
  double cx = co * vx - si * vy + (reader->x + x) / 2, cy = si * vx + co * vy + (reader->y + y) / 2;
  double from = atan2 ((uy - vy) / ry, (ux - vx) / rx), to = atan2 ((-uy - vy) / ry, (-ux - vx) / rx);
  if (sweep && to < from)
    to += 2 * G_PI;
  else if (!sweep && to > from)
    to -= 2 * G_PI;
  guint pieces = MAX (1, (guint) ceil (fabs (to - from) / (G_PI / 2) - 1e-9));
  for (guint i = 0; i < pieces; i++) {
    double a = from + (to - from) * i / pieces, b = from + (to - from) * (i + 1) / pieces;
    if (!append_arc_piece (reader, cx, cy, rx, ry, turn, a, b))
      return FALSE;
  }
  reader->x = x;
  reader->y = y;
  return TRUE;
}

static const char *
argument_shape (char command)
{
  switch (command) {
  case 'M':
  case 'L':
  case 'T':
    return "xy";
  case 'H':
    return "x";
  case 'V':
    return "y";
  case 'C':
    return "xyxyxy";
  case 'S':
  case 'Q':
    return "xyxy";
  case 'A':
    return "nnnffxy";
  default:
    return NULL;
  }
}

static gboolean
read_arguments (Reader *reader, char command, gboolean relative, double args[8])
{
  const char *shape = argument_shape (command);
  for (guint i = 0; shape[i] != '\0'; i++) {
    if (shape[i] == 'f' ? !read_flag (reader, &args[i]) : !read_number (reader, &args[i]))
      return FALSE;
    if (relative && shape[i] == 'x')
      args[i] += reader->x;
    if (relative && shape[i] == 'y')
      args[i] += reader->y;
  }
  return TRUE;
}

static gboolean
apply_curve (Reader *reader, char command, const double a[8])
{
  gboolean smooth = command == 'S' ? strchr ("CS", reader->last) != NULL : strchr ("QT", reader->last) != NULL;
  double mx = smooth ? 2 * reader->x - reader->ctl_x : reader->x, my = smooth ? 2 * reader->y - reader->ctl_y : reader->y;
  if (command == 'C')
    return append_curve (reader, a[0], a[1], a[2], a[3], a[4], a[5]);
  if (command == 'S')
    return append_curve (reader, mx, my, a[0], a[1], a[2], a[3]);
  double qx = command == 'Q' ? a[0] : mx, qy = command == 'Q' ? a[1] : my;
  double x = command == 'Q' ? a[2] : a[0], y = command == 'Q' ? a[3] : a[1];
  double px = reader->x, py = reader->y;
  gboolean done = append_curve (reader, px + 2.0 / 3 * (qx - px), py + 2.0 / 3 * (qy - py), x + 2.0 / 3 * (qx - x),
                                y + 2.0 / 3 * (qy - y), x, y);
  reader->ctl_x = qx;
  reader->ctl_y = qy;
  return done;
}

static gboolean
apply (Reader *reader, char command, const double a[8])
{
  switch (command) {
  case 'M':
    reader->start_x = a[0];
    reader->start_y = a[1];
    return append (reader, (PerronPathSegment){ .op = PERRON_PATH_MOVE, .x = a[0], .y = a[1] });
  case 'L':
    return append (reader, (PerronPathSegment){ .op = PERRON_PATH_LINE, .x = a[0], .y = a[1] });
  case 'H':
    return append (reader, (PerronPathSegment){ .op = PERRON_PATH_LINE, .x = a[0], .y = reader->y });
  case 'V':
    return append (reader, (PerronPathSegment){ .op = PERRON_PATH_LINE, .x = reader->x, .y = a[0] });
  case 'A':
    return append_arc (reader, a[0], a[1], a[2], a[3] != 0, a[4] != 0, a[5], a[6]);
  default:
    return apply_curve (reader, command, a);
  }
}

gboolean
perron_svg_path_parse (const char *data, GArray *segments)
{
  Reader reader = { .at = data, .segments = segments, .last = 'Z' };
  char command = '\0';
  for (skip_space (&reader); *reader.at != '\0'; skip_space (&reader)) {
    if (g_ascii_isalpha (*reader.at))
      command = *reader.at++;
    else if (command == '\0' || g_ascii_toupper (command) == 'Z')
      return FALSE;
    char upper = g_ascii_toupper (command);
    if (segments->len == 0 && reader.last == 'Z' && upper != 'M')
      return FALSE;
    double args[8] = { 0 };
    if (upper == 'Z') {
      if (!append (&reader, (PerronPathSegment){ .op = PERRON_PATH_CLOSE, .x = reader.start_x, .y = reader.start_y }))
        return FALSE;
    } else if (argument_shape (upper) == NULL || !read_arguments (&reader, upper, command != upper, args) ||
               !apply (&reader, upper, args)) {
      return FALSE;
    }
    reader.last = upper;
    /* Pairs that follow a move are lines (SVG 1.1 section 8.3.2). */
    if (upper == 'M')
      command = command == 'M' ? 'L' : 'l';
  }
  return segments->len > 0;
}
