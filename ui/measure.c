/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/measure.h"

#include "kiosk/core/settings.h"

#include <math.h>

/* Atkinson Hyperlegible: capital height 668 of 1000 units. 7.33 / 0.668 = 10.97 mm, and one half pixel for the rounding of glyphs. */
#define BODY_EM_MM 11.15
#define FALLBACK_PX_PER_M 3780

/* Half of the smallest screen there is for people; a surface may be of any size for a moment. */
#define LEAST_WIDTH_MM 150
#define LEAST_HEIGHT_MM 110

int
perron_measure_px (const PerronMeasure *measure, double mm)
{
  return (int) ceil (mm * measure->px_per_mm - 1e-6);
}

double
perron_measure_frame_rem (const PerronMeasure *measure)
{
  return MIN (PERRON_FRAME_REM, 1 / measure->scale);
}

PerronMeasure
perron_measure (int width_px, int height_px, guint px_per_m, guint size)
{
  static const double scales[PERRON_SIZE_COUNT] = { 1, 1.25, 1.5, 2 };
  PerronMeasure measure = { .size = MIN (size, PERRON_SIZE_COUNT - 1) };
  measure.px_per_mm = (px_per_m >= 1000 && px_per_m <= 20000 ? px_per_m : FALLBACK_PX_PER_M) / 1000.0;
  measure.width_px = width_px = MAX (width_px, perron_measure_px (&measure, LEAST_WIDTH_MM));
  measure.height_px = height_px = MAX (height_px, perron_measure_px (&measure, LEAST_HEIGHT_MM));
  measure.scale = scales[measure.size];
  measure.rem_px = ceil (BODY_EM_MM * measure.px_per_mm) * measure.scale;
  measure.em_chars = width_px / (0.52 * measure.rem_px);
  measure.portrait = height_px > width_px;
  double frame_ems = width_px / (perron_measure_frame_rem (&measure) * measure.rem_px);
  measure.bar_tight = !measure.portrait && (frame_ems < 38 || (measure.size >= 2 && frame_ems < 54));
  measure.bar_two_rows = measure.portrait && frame_ems < 38;
  measure.bar_stacked = !measure.bar_tight && !measure.bar_two_rows && frame_ems < 54;
  measure.bar_words = !measure.bar_tight && frame_ems >= (measure.bar_two_rows ? 30 : measure.bar_stacked ? 50 : 66);
  measure.compact = height_px < 25 * measure.rem_px;
  return measure;
}
