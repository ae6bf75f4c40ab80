/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/*
 * The part of SVG that our pictures use: a viewBox and filled or stroked <path>s. Drawn by cairo in the colours of the current
 * contrast, so that a drawing is as legible in yellow on black as on paper, and without an image library.
 *
 * A path names its tone by class="ink|tone|paper|accent" (filled) or "ink-line" … (stroked with stroke-width); without a class it
 * is ink. The fill and stroke attributes are there for other viewers only.
 */

typedef enum {
  PERRON_INK_INK,    /* text colour of the place where the picture stands */
  PERRON_INK_TONE,   /* the middle grey of the contrast */
  PERRON_INK_PAPER,  /* the ground */
  PERRON_INK_ACCENT, /* the colour of action */
  PERRON_INK_COUNT
} PerronInk;

typedef enum {
  PERRON_SVG_ERROR_FILE,   /* missing, unreadable or over 64 KiB */
  PERRON_SVG_ERROR_FORMAT, /* not XML, no viewBox, a path we cannot read, over 20 000 segments; message names the file */
} PerronSvgError;

#define PERRON_SVG_ERROR (perron_svg_error_quark ())
GQuark perron_svg_error_quark (void);

typedef struct PerronSvg PerronSvg;

/* Blocks for one small file. Immutable afterwards. Transfer full. */
PerronSvg *perron_svg_load (const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronSvg *perron_svg_parse (const char *name, const char *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_svg_free (PerronSvg *svg);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSvg, perron_svg_free)

/* Width divided by height of the viewBox. */
double perron_svg_get_aspect (const PerronSvg *svg);

/* Fits the viewBox into width × height from the origin, keeping its shape. */
void perron_svg_draw (const PerronSvg *svg, cairo_t *cr, double width, double height, const GdkRGBA inks[PERRON_INK_COUNT]);

G_END_DECLS
