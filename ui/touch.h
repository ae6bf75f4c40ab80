/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "ui/view.h"

G_BEGIN_DECLS

/*
 * What a finger means before any button hears of it:
 * - with the voice on, a finger that slides names what it passes and never acts (EN 301 549 5.5.2); to act is to touch and lift on
 *   the same thing;
 * - people tap twice: a second touch on the same place just after the screen changed was meant for the screen before.
 * Main thread; lives as long as the window.
 */
typedef struct PerronTouch PerronTouch;

#define PERRON_TOUCH_GUARD_MS 350

typedef struct {
  void (*named) (GtkWidget *widget, gpointer data); /* what a sliding finger comes to, once for each coming */
  void (*left) (gpointer data);                     /* the finger is no longer on what it touched first; may be told again */
} PerronTouchHeard;

/* `heard` is static; `clock` is borrowed, NULL: that of the system. */
PerronTouch *perron_touch_new (PerronView *view, PerronClock *clock, const PerronTouchHeard *heard, gpointer data);
void perron_touch_free (PerronTouch *touch);

/* Other things stand now where the finger was. */
void perron_touch_guard (PerronTouch *touch);
/* A touch in the middle of `bounds` (window coordinates) would do nothing yet; a frame is drawn when that ends. */
gboolean perron_touch_is_guarded (PerronTouch *touch, const graphene_rect_t *bounds);

G_END_DECLS
