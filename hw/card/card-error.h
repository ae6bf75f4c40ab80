/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is wrong with data, as opposed to the line to the card (PERRON_CHANNEL_ERROR). No message ever holds a byte of a card. */
typedef enum {
  PERRON_CARD_ERROR_FILE,    /* a profile or recording cannot be read or written */
  PERRON_CARD_ERROR_SYNTAX,  /* it is not JSON, or too large or too deep; the message names file and line */
  PERRON_CARD_ERROR_VALUE,   /* a member is missing, unknown or wrong; the message names file and JSON path */
  PERRON_CARD_ERROR_CLASH,   /* two ATR masks of equal priority claim the same card */
  PERRON_CARD_ERROR_CONTENT, /* what the card holds makes no sense */
} PerronCardError;

#define PERRON_CARD_ERROR (perron_card_error_quark ())
GQuark perron_card_error_quark (void);

G_END_DECLS
