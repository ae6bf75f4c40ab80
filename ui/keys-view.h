/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * The on-screen keyboard of i18n/keyboards: always left to right, keys of at least 15 mm, in the walk of the focus like everything
 * else; a touch on a key leaves the focus where it is.
 */
#define PERRON_TYPE_KEYS_VIEW (perron_keys_view_get_type ())
G_DECLARE_FINAL_TYPE (PerronKeysView, perron_keys_view, PERRON, KEYS_VIEW, GtkWidget)

/* `text` NULL: delete the character before the caret. */
typedef void (*PerronKeyTyped) (const char *text, gpointer data);

/* As wide as `room_px` allows. NULL when there is no such keyboard (warned): the keyboard of the machine still types. */
GtkWidget *perron_keys_view_new (PerronView *view, const char *id, int room_px, PerronKeyTyped typed, gpointer data);

/* The layer of that name; the first one when there is none. */
void perron_keys_view_show_layer (PerronKeysView *keys, const char *layer);

G_END_DECLS
