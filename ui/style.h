/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/settings.h"
#include "ui/measure.h"

G_BEGIN_DECLS

/* The whole style sheet for a size and a contrast. Texts in rem, what is touched in millimetres. Transfer full. */
char *perron_style_new_css (const PerronMeasure *measure, PerronContrast contrast);

/* Left and right of the content. */
double perron_style_get_margin_mm (const PerronMeasure *measure);

/* "#RRGGBB" of a role of style-roles.def; NULL when there is no such role. */
const char *perron_style_get_colour (const char *role, PerronContrast contrast);

G_END_DECLS
