/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/svg.h"

#include "ui/svg-path.h"

#include <math.h>

#define SVG_BYTES_MAX (64 * 1024)

G_DEFINE_QUARK (perron-svg-error-quark, perron_svg_error)

typedef struct {
  PerronInk ink;
  double line_width; /* 0: filled */
  guint first, count;
} Shape;

struct PerronSvg {
  double x, y, width, height;
  GArray *segments;
  GArray *shapes;
};

static gboolean
read_class (const char *word, Shape *shape)
{
  static const char *const names[PERRON_INK_COUNT] = { "ink", "tone", "paper", "accent" };
  for (guint i = 0; i < PERRON_INK_COUNT; i++) {
    gboolean line = g_str_has_suffix (word, "-line");
    g_autofree char *wanted = g_strconcat (names[i], line ? "-line" : "", NULL);
    if (g_str_equal (word, wanted)) {
      shape->ink = i;
      shape->line_width = line ? 4 : 0;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_view_box (PerronSvg *svg, const char *text)
{
  double box[4];
  char *at = (char *) text;
  for (guint i = 0; i < 4; i++) {
    char *end = NULL;
    while (*at == ' ' || *at == ',')
      at++;
    box[i] = g_ascii_strtod (at, &end);
    if (end == at || !isfinite (box[i]) || fabs (box[i]) > 1e5)
      return FALSE;
    at = end;
  }
  svg->x = box[0];
  svg->y = box[1];
  svg->width = box[2];
  svg->height = box[3];
  return box[2] > 0 && box[3] > 0;
}

static gboolean
read_path (PerronSvg *svg, const char **names, const char **values)
{
  const char *data = NULL, *class = NULL, *width = NULL;
  for (guint i = 0; names[i] != NULL; i++) {
    if (g_str_equal (names[i], "d"))
      data = values[i];
    else if (g_str_equal (names[i], "class"))
      class = values[i];
    else if (g_str_equal (names[i], "stroke-width"))
      width = values[i];
  }
  Shape shape = { .ink = PERRON_INK_INK, .first = svg->segments->len };
  if (class != NULL && !read_class (class, &shape))
    return FALSE;
  if (shape.line_width > 0 && width != NULL)
    shape.line_width = CLAMP (g_ascii_strtod (width, NULL), 0.1, 1000);
  if (data == NULL || !perron_svg_path_parse (data, svg->segments))
    return FALSE;
  shape.count = svg->segments->len - shape.first;
  g_array_append_val (svg->shapes, shape);
  return TRUE;
}

static void
on_element (GMarkupParseContext *context, const char *element, const char **names, const char **values, gpointer data, GError **error)
{
  PerronSvg *svg = data;
  gboolean good = TRUE;
  if (g_str_equal (element, "svg")) {
    for (guint i = 0; names[i] != NULL; i++)
      if (g_str_equal (names[i], "viewBox"))
        good = read_view_box (svg, values[i]);
  } else if (g_str_equal (element, "path")) {
    good = read_path (svg, names, values);
  }
  if (!good)
    g_set_error (error, PERRON_SVG_ERROR, PERRON_SVG_ERROR_FORMAT, "<%s> is not one we can draw", element);
}

PerronSvg *
perron_svg_parse (const char *name, const char *data, gsize len, GError **error)
{
  g_autoptr (PerronSvg) svg = g_new0 (PerronSvg, 1);
  svg->segments = g_array_new (FALSE, FALSE, sizeof (PerronPathSegment));
  svg->shapes = g_array_new (FALSE, FALSE, sizeof (Shape));
  static const GMarkupParser parser = { .start_element = on_element };
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, svg, NULL);
  if (!g_markup_parse_context_parse (context, data, len, error) || !g_markup_parse_context_end_parse (context, error)) {
    g_prefix_error (error, "%s: ", name);
    return NULL;
  }
  if (svg->width <= 0) {
    g_set_error (error, PERRON_SVG_ERROR, PERRON_SVG_ERROR_FORMAT, "%s: no viewBox", name);
    return NULL;
  }
  return g_steal_pointer (&svg);
}

PerronSvg *
perron_svg_load (const char *file, GError **error)
{
  g_autofree char *data = NULL;
  gsize len = 0;
  g_autoptr (GError) cause = NULL;
  if (!g_file_get_contents (file, &data, &len, &cause)) {
    g_set_error (error, PERRON_SVG_ERROR, PERRON_SVG_ERROR_FILE, "%s", cause->message);
    return NULL;
  }
  if (len > SVG_BYTES_MAX) {
    g_set_error (error, PERRON_SVG_ERROR, PERRON_SVG_ERROR_FILE, "%s: over %d bytes", file, SVG_BYTES_MAX);
    return NULL;
  }
  return perron_svg_parse (file, data, len, error);
}

void
perron_svg_free (PerronSvg *svg)
{
  if (svg == NULL)
    return;
  g_array_unref (svg->segments);
  g_array_unref (svg->shapes);
  g_free (svg);
}

double
perron_svg_get_aspect (const PerronSvg *svg)
{
  return svg->width / svg->height;
}

static void
trace (const PerronSvg *svg, const Shape *shape, cairo_t *cr)
{
  cairo_new_path (cr);
  for (guint i = shape->first; i < shape->first + shape->count; i++) {
    const PerronPathSegment *s = &g_array_index (svg->segments, PerronPathSegment, i);
    if (s->op == PERRON_PATH_MOVE)
      cairo_move_to (cr, s->x, s->y);
    else if (s->op == PERRON_PATH_LINE)
      cairo_line_to (cr, s->x, s->y);
    else if (s->op == PERRON_PATH_CURVE)
      cairo_curve_to (cr, s->x1, s->y1, s->x2, s->y2, s->x, s->y);
    else
      cairo_close_path (cr);
  }
}

void
perron_svg_draw (const PerronSvg *svg, cairo_t *cr, double width, double height, const GdkRGBA inks[PERRON_INK_COUNT])
{
  double scale = MIN (width / svg->width, height / svg->height);
  cairo_save (cr);
  cairo_translate (cr, (width - scale * svg->width) / 2, (height - scale * svg->height) / 2);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, -svg->x, -svg->y);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
  for (guint i = 0; i < svg->shapes->len; i++) {
    const Shape *shape = &g_array_index (svg->shapes, Shape, i);
    gdk_cairo_set_source_rgba (cr, &inks[shape->ink]);
    trace (svg, shape, cr);
    if (shape->line_width > 0) {
      cairo_set_line_width (cr, shape->line_width);
      cairo_stroke (cr);
    } else {
      cairo_fill (cr);
    }
  }
  cairo_restore (cr);
}
