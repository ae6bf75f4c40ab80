/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/style.h"

#include <string.h>

typedef struct {
  const char *name;
  const char *colours[PERRON_CONTRAST_COUNT];
} Role;

static const Role roles[] = {
#define PERRON_ROLE(name, light, dark, bw, yb) { #name, { light, dark, bw, yb } },
#include "ui/style-roles.def"
#undef PERRON_ROLE
};

/*
 * $name$ is a length in pixels worked out from millimetres. GTK's own theme is not there (perron_ui_prepare chooses "Empty"), so
 * this is all there is. Box shadows make the focus ring: an outline has one colour only, and ours needs a dark edge on both sides
 * to be seen on any ground (WCAG 2.4.13). `:focus:focus-visible`: the plain pseudo-class also matches every ancestor in GTK 4.8.
 * GTK 4.8 paints the last shadow of a list on top (CSS says the first): tests/ui looks for the yellow.
 */
static const char *const sheet[] = {
  "window { background-color: @perron_ground; color: @perron_text; font-size: 1rem; font-feature-settings: \"tnum\"; }",
  "label { line-height: 1.3; }",
  "heading > label { font-size: $title$rem; font-weight: 700; line-height: 1.15; }",
  ".poster heading > label { font-size: $poster$rem; line-height: 1.05; }",
  ".poster button.main { font-size: $poster-main$rem; }",
  ".quiet { color: @perron_quiet; }",
  ".small { font-size: $frame$rem; }",
  ".hint { font-size: 0.8rem; color: @perron_quiet; }",
  ".strong { font-weight: 700; }",
  /* Large beside small: on the line of the small words. */
  ".reference { line-height: 0.8; }",
  ".attention { color: @perron_attention; }",
  ".done { color: @perron_done; }",
  ".stop { color: @perron_stop; }",
  ".big { font-size: 1.5rem; font-weight: 700; letter-spacing: 0.06em; }",
  ".bar, .foot { background-color: @perron_frame; font-size: $frame$rem; }",
  ".bar label, .foot label { line-height: 1.15; }",
  ".bar { border-bottom: $hair$px solid @perron_line; padding: $pad-frame$px $margin-frame$px; }",
  ".foot { border-top: $hair$px solid @perron_line; padding: $gap$px $margin-frame$px; }",
  ".page { padding: $margin-v$px $margin$px; }",
  ".pinned { padding: $gap$px $margin$px $margin-v$px $margin$px; }",
  ".badge { border: $hair$px solid @perron_attention; border-radius: $radius$px; padding: 0 $gap$px; color: @perron_attention; "
  "font-weight: 700; }",
  "button { min-width: $target$px; min-height: $target$px; border-radius: $radius$px; background-color: @perron_surface;",
  "  border: $border$px solid @perron_outline; color: @perron_text; padding: $pad$px $pad-h$px; font-size: $button$rem; }",
  "button.equal, button.holder { font-weight: 700; }",
  /* Letters of other fonts stand on taller lines: one name must not make all of them tall. */
  "button.own-name label { line-height: 0.8; }",
  "button.one-of-many { font-size: 1rem; padding: $pad-tight$px $pad$px; }",
  "button.main { background-color: @perron_main_fill; color: @perron_main_text; border-color: @perron_action; font-weight: 700; }",
  "button.quietly { color: @perron_action; }",
  "button.picked { background-color: @perron_picked; border-color: @perron_action; border-width: $border-picked$px;",
  "  padding: $pad-picked$px $pad-picked-h$px; }",
  "button .detail { font-size: 0.8em; font-weight: 400; }",
  ".bar button, .foot button { font-size: 1em; font-weight: 400; padding: $pad-tight$px $gap$px; border-color: transparent;",
  "  background-color: transparent; }",
  ".foot button { background-color: @perron_surface; border-color: @perron_outline; font-weight: 700; }",
  ".rail button { padding: 0 $gap$px; font-size: $frame$rem; color: @perron_action; font-weight: 700; }",
  ".rail button.more { background-color: @perron_picked; border-color: @perron_action; border-width: $border-picked$px; }",
  ".rail button:disabled { background-color: transparent; border-color: @perron_line; color: @perron_tone; }",
  "button.key { min-width: $target-key$px; padding: 0; font-size: $key$rem; font-weight: 400;",
  "  border-width: $hair$px; border-radius: $radius-key$px; }",
  "button.key label { line-height: 1; }",
  ".pad button.key { font-size: $key-pad$rem; }",
  "button.key.act { font-size: $key-act$rem; background-color: @perron_frame; }",
  ".keys { background-color: @perron_frame; border-top: $hair$px solid @perron_line; padding: $gap$px $margin-frame$px; }",
  ".keys-row { background-color: @perron_frame; border-top: $hair$px solid @perron_line; padding: 0 $margin-frame$px $gap$px 0; }",
  ".keys-row .keys { border-top: none; padding-bottom: 0; }",
  "button:active { background-color: @perron_pressed; color: @perron_text; }",
  "button.still { color: @perron_quiet; border-style: dashed; }",
  "entry { min-height: $target$px; border: $border$px solid @perron_outline; border-radius: $radius$px; padding: 0 $pad-h$px;",
  "  background-color: @perron_surface; color: @perron_text; font-size: 1.15rem; caret-color: @perron_action; }",
  "entry.refused { border-color: @perron_stop; border-width: $border-picked$px; }",
  "entry > text > block-cursor, entry > text > cursor-handle { background-color: @perron_action; }",
  "entry > text > selection { background-color: @perron_action; color: @perron_ground; }",
  ".row { border-bottom: $hair$px solid @perron_line; padding: $pad-tight$px 0; }",
  ".aside { border-left: $border-picked$px solid @perron_action; padding: $pad-tight$px $pad-h$px; background-color: @perron_frame; }",
  ".mark { color: @perron_action; }",
  "heading { border-radius: $radius$px; }",
  "button:focus:focus-visible, heading:focus:focus-visible { box-shadow: 0 0 0 $ring-3$px @perron_ring_edge,",
  "  0 0 0 $ring-2$px @perron_ring, 0 0 0 $ring-1$px @perron_ring_edge; }",
  "heading:focus:focus-visible { box-shadow: none; }",
  "entry:focus-within, .bar button:focus:focus-visible, .foot button:focus:focus-visible, button.key:focus:focus-visible, .rail "
  "button:focus:focus-visible {",
  "  box-shadow: inset 0 0 0 $ring-1$px @perron_ring_edge, 0 0 0 $ring-in-3$px @perron_ring_edge, 0 0 0 $ring-in-2$px @perron_ring; }",
  /* The ring stands around the words and not on them, nor on those of the lines beside: into the margin of the page. */
  "stop { border-radius: $radius$px; margin: 0 -$gap$px; padding: 0 $gap$px; }",
  "stop:focus:focus-visible { box-shadow: inset 0 0 0 $ring-1$px @perron_ring_edge, 0 0 0 $ring-in-3$px @perron_ring_edge,",
  "  0 0 0 $ring-in-2$px @perron_ring; }",
  "stop:focus:focus-visible .row { border-color: transparent; }",
  /* A row of keys that is meant as a whole has one ring, and its keys none; their own outlines are its inner edge. */
  ".scanned:focus-within { border-radius: $radius$px; box-shadow: 0 0 0 $ring-in-3$px @perron_ring_edge, 0 0 0 $ring-in-2$px @perron_ring; }",
  ".scanned button.key:focus:focus-visible { box-shadow: none; }",
};

/* High contrasts: 2 mm outlines instead of fills (LOOK). */
static const char *const bold_sheet[] = {
  "button { border-width: $bold-thin$px; }",
  "button.main, button.picked { border-width: $bold$px; }",
  ".bar button { border-color: transparent; }",
  "button.key { border-width: $hair$px; }",
  ".row, .bar, .foot, .keys { border-color: @perron_line; }",
};

typedef struct {
  const char *name;
  double mm;
} Length;

#define HAIR_MM 0.3

static const Length lengths[] = {
  { "hair", HAIR_MM },  { "border", 0.6 },    { "border-picked", 1.2 }, { "bold", 2 },          { "bold-thin", 0.9 },
  { "radius", 2.5 },    { "radius-key", 1.5 }, { "target", PERRON_TARGET_MM }, { "gap", 3 },     { "pad", 2.6 },
  { "pad-h", 5 },       { "pad-picked", 2 },  { "pad-picked-h", 4.4 },  { "pad-tight", 1.2 },   { "pad-frame", 2 },
  { "margin-frame", PERRON_FRAME_MARGIN_MM }, { "ring-1", 1 },     { "ring-2", 4 },          { "ring-3", 5 },        { "ring-in-2", 2 },
  { "ring-in-3", 2.8 },
};

static void
replace (GString *css, const char *name, const char *format, double value)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *token = g_strdup_printf ("$%s$", name);
  g_string_replace (css, token, g_ascii_formatd (digits, sizeof digits, format, value), 0);
}

double
perron_style_get_margin_mm (const PerronMeasure *measure)
{
  return measure->size >= 3 ? 8 : measure->compact ? 11 : 14;
}

char *
perron_style_new_css (const PerronMeasure *measure, PerronContrast contrast)
{
  GString *css = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    g_string_append_printf (css, "@define-color perron_%s %s;\n", roles[i].name, roles[i].colours[contrast]);
  for (guint i = 0; i < G_N_ELEMENTS (sheet); i++)
    g_string_append_printf (css, "%s\n", sheet[i]);
  if (contrast >= PERRON_CONTRAST_BLACK_ON_WHITE)
    for (guint i = 0; i < G_N_ELEMENTS (bold_sheet); i++)
      g_string_append_printf (css, "%s\n", bold_sheet[i]);
  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    replace (css, lengths[i].name, "%.0f", perron_measure_px (measure, lengths[i].mm));
  /* CSS counts a border beside the least width: ten keys in a row have no room to give away. */
  replace (css, "target-key", "%.0f", perron_measure_px (measure, PERRON_TARGET_MM) - 2 * perron_measure_px (measure, HAIR_MM));
  /* A title is large because it is alone: it grows less than what is read. */
  static const double titles[PERRON_SIZE_COUNT] = { 1.5, 1.4, 1.25, 1.15 };
  /* White space is generous until the words need the room. */
  replace (css, "margin", "%.0f", perron_measure_px (measure, perron_style_get_margin_mm (measure)));
  replace (css, "margin-v", "%.0f", perron_measure_px (measure, measure->compact ? 5 : 9));
  replace (css, "title", "%.2f", MIN (titles[measure->size], measure->compact ? 1.3 : 1.5));
  /* Read at three metres where there is room for it. */
  static const double posters[PERRON_SIZE_COUNT] = { 2.3, 1.8, 1.4, 1.15 }, mains[PERRON_SIZE_COUNT] = { 1.6, 1.4, 1.2, 1.0 };
  replace (css, "poster", "%.2f", MIN (posters[measure->size], measure->compact ? 1.8 : 2.3));
  replace (css, "poster-main", "%.2f", MIN (mains[measure->size], measure->compact ? 1.3 : 1.6));
  replace (css, "frame", "%.3f", perron_measure_frame_rem (measure));
  replace (css, "button", "%.2f", measure->compact ? 1.0 : 1.1);
  /* A key keeps its place and size whatever the text size: its letter grows as far as the key allows. */
  double key_em_mm = 9.2;
  double letter = MIN (key_em_mm * measure->px_per_mm * (measure->size >= 2 ? 1.2 : 1), 11.5 * measure->px_per_mm);
  replace (css, "key", "%.3f", letter / measure->rem_px);
  replace (css, "key-pad", "%.3f", 12.5 * measure->px_per_mm / measure->rem_px);
  replace (css, "key-act", "%.3f", 6.6 * measure->px_per_mm / measure->rem_px);
  return g_string_free (css, FALSE);
}

const char *
perron_style_get_colour (const char *role, PerronContrast contrast)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (strcmp (roles[i].name, role) == 0)
      return roles[i].colours[contrast];
  return NULL;
}
