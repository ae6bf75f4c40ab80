/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Steps done and to come, as filled and empty dots. The words beside it say the same. */
#define PERRON_TYPE_DOTS (perron_dots_get_type ())
G_DECLARE_FINAL_TYPE (PerronDots, perron_dots, PERRON, DOTS, GtkWidget)
GtkWidget *perron_dots_new (double dot_px);
void perron_dots_set (PerronDots *dots, guint done, guint count);

G_END_DECLS
