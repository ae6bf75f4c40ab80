/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * The on-screen keyboard for who has two switches or a keypad: a keyboard of letters is gone through by rows (next, next, choose: the
 * row opens; next, next, choose: the key is typed, and the rows begin again), so that a letter takes some eight presses instead of
 * some thirty-five. After the last key of a row comes the row itself again: nobody is caught in it. A pad of digits is short enough
 * to go through key by key. A row that is meant as a whole has the class "scanned"; nothing else is remembered. Main thread.
 */

/* One press onward or back. FALSE: the focus is not in such a keyboard, or leaves it: the ordinary walk goes on. */
gboolean perron_key_scan_move (PerronView *view, gboolean forward);

/* The walk came to `focus`: in a keyboard of letters, its row is meant. */
void perron_key_scan_arrive (PerronView *view);

/* Opens the row that is meant. FALSE: none is, the key itself is chosen. */
gboolean perron_key_scan_open (PerronView *view);

/* A key was typed, or the layer is another: the rows begin again, said after what the key says. */
void perron_key_scan_again (PerronView *view);

/* The focus came to `focus` by another way (a key of the machine, a finger): its row is not meant. */
void perron_key_scan_forget (GtkWidget *focus);

/* From a field to its keyboard. FALSE: it has none. */
gboolean perron_key_scan_begin (PerronView *view);

G_END_DECLS
