/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * The content scrolls when it is longer than the screen, and says so: two large buttons stand beside it whenever some of it is not
 * seen. A finger may also drag it; the focus brings what it reaches into sight.
 */
#define PERRON_TYPE_SCROLLER (perron_scroller_get_type ())
G_DECLARE_FINAL_TYPE (PerronScroller, perron_scroller, PERRON, SCROLLER, GtkWidget)
GtkWidget *perron_scroller_new (PerronView *view, GtkWidget *content);

/* The part that moves: for audits. */
GtkWidget *perron_scroller_get_viewport (PerronScroller *scroller);

G_END_DECLS
