/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * The content scrolls when it is longer than the screen, and says so: two large buttons stand beside it whenever some of it is not
 * seen, and what is cut fades. The first frame is the last: nothing moves by itself afterwards. A finger may also drag the content; the
 * focus brings what it reaches into sight. Who goes by keys is told where they are.
 */
#define PERRON_TYPE_SCROLLER (perron_scroller_get_type ())
G_DECLARE_FINAL_TYPE (PerronScroller, perron_scroller, PERRON, SCROLLER, GtkWidget)
#define PERRON_SCROLLER_FADE_REM 0.9 /* how much of it fades, at an end where it goes on */
/* `words`: the way down is also written, where there is height for it. */
GtkWidget *perron_scroller_new (PerronView *view, GtkWidget *content, gboolean words);

/* A screenful down (1) or up (-1), as the keys of a page do. */
void perron_scroller_step (PerronScroller *scroller, int steps);

/* When all else is said: that there is more than is seen, if so. It is known when the content has its place, and not before. */
void perron_scroller_say_more (PerronScroller *scroller);

/* The part that moves: for audits. */
GtkWidget *perron_scroller_get_viewport (PerronScroller *scroller);

G_END_DECLS
