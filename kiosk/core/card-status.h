/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What is known of the card slot. Each value is a screen and a sentence for the person. The log counts in them: a new one comes last. */
typedef enum {
  PERRON_CARD_NO_READER,    /* no reader, or pcscd is away */
  PERRON_CARD_NO_CARD,
  PERRON_CARD_READING,      /* noticed, being read */
  PERRON_CARD_READ,
  PERRON_CARD_MUTE,         /* upside-down, dirty, dead: no answer to reset */
  PERRON_CARD_REMOVED,      /* pulled while it was being read */
  PERRON_CARD_NOT_VITALE,   /* another kind of card; which: a family word */
  PERRON_CARD_VITALE_1,     /* old model */
  PERRON_CARD_UNREADABLE,   /* a Vitale whose content makes no sense */
  PERRON_CARD_REFUSED,      /* test or simulated identity in production */
  PERRON_CARD_READER_FAULT, /* reader keeps failing */
  PERRON_CARD_HELD,         /* another program has the slot for itself; read without a hand when it lets go */
} PerronCardStatus;

#define PERRON_CARD_STATUS_COUNT (PERRON_CARD_HELD + 1)

/* "no-reader", "no-card", "reading", "read", "mute", "removed", "not-vitale", "vitale-1", "unreadable", "refused", "reader-fault", "held". */
const char *perron_card_status_to_string (PerronCardStatus status);
gboolean perron_card_status_from_string (const char *word, PerronCardStatus *ret_status) G_GNUC_WARN_UNUSED_RESULT;

/* A hand at the slot is somebody there; a reader that fails, or that another program takes, is not. */
gboolean perron_card_status_is_a_hand (PerronCardStatus status);

/*
 * The closed set of what a card that is no Vitale 2 may be: "vitale-1", "health-professional", "staff", "identity", "payment", "student",
 * "transport", "health-foreign", "sim", "unknown". Static; NULL for any other word, and for NULL.
 */
const char *perron_card_family_from_string (const char *word);

G_END_DECLS
