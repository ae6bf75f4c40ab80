/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A pictogram or drawing of ui/pictures in the colours of the contrast. Decoration for a screen reader: the words say it all. */
#define PERRON_TYPE_PICTURE (perron_picture_get_type ())
G_DECLARE_FINAL_TYPE (PerronPicture, perron_picture, PERRON, PICTURE, GtkWidget)

/*
 * `height_px` is the size at which it stands; its width follows from its shape. `may_shrink`: takes the room left to it, at least
 * three fifths of that. NULL when `folder`/pictures has no such picture (warned once): a missing picture never costs a screen.
 */
GtkWidget *perron_picture_new (const char *folder, const char *name, double height_px, gboolean may_shrink);

G_END_DECLS
