/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PERRON_CARD_MAP_NAMES_IT, /* well formed, and the file is in it */
  PERRON_CARD_MAP_DOES_NOT, /* well formed, and the file is not */
  PERRON_CARD_MAP_BAD,      /* not such a map, or two applications with one number */
} PerronCardMapAnswer;

/*
 * Whether the map of a card (file 2001: public facts, section 1.3) names `file` of the application `aid`. Nothing in it is followed: what
 * it points to, itself and the root included, is only compared. At most 16 applications and 64 files. Pure, any thread.
 */
PerronCardMapAnswer perron_card_map_look (const guint8 *data, gsize length, const guint8 *aid, gsize aid_length, guint16 file);

G_END_DECLS
