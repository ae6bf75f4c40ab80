/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/page.h"

G_BEGIN_DECLS

/* How high a widget wants to be at the width of the window; 0 for NULL. */
int perron_arrange_height (PerronView *view, GtkWidget *widget);

/*
 * What stands between bar and foot, in `room_px`: content, actions and keyboard, one under the other; a pad of digits beside. Takes the
 * widgets of `page`. Floating.
 */
GtkWidget *perron_arrange_page (PerronView *view, PerronPage *page, int room_px);

G_END_DECLS
