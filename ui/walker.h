/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * What a press of the keypad, or of a switch, does to the window: the ways of the hardware keyboard (Tab, Return), without an event of
 * the toolkit, so that it works whatever has the focus of the desktop. Inside ui/ only; main thread.
 */
void perron_walker_press (PerronView *view, PerronWindowPress press);

/* "Volume : 3 sur 5." Interrupts what is being said, which is the very thing that was too loud or too low. */
void perron_walker_tell_volume (PerronView *view, guint level, guint count);

G_END_DECLS
