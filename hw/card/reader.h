/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "hw/card/holder.h"

G_BEGIN_DECLS

#define PERRON_CARD_TRIES 4 /* of one reading when the line fails: public facts, section 1.5 rule 5 */

/* What one card gave. Holders only with READ: on any other status nothing of a person is left anywhere. */
typedef struct {
  PerronCardStatus status; /* never READING */
  const char *card;        /* static or of the profiles: profile name with READ, family word with NOT_VITALE and VITALE_1, or NULL */
  PerronHolders *holders;
  guint warnings;          /* PerronCardWarning bits; with UNREADABLE only MAP */
  GError *error;           /* why, for the operator; NULL with READ. Never holds a byte of the card */
} PerronCardReading;

/* Wipes and empties. */
void perron_card_reading_clear (PerronCardReading *reading);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronCardReading, perron_card_reading_clear)

/*
 * Reads the card behind `channel` whole: families that decide by ATR alone get no command; then SELECT decides; then the files of the
 * profile; then, with `production`, a card with a made-up person is REFUSED. Public facts, section 1.9.
 * A fault of the line begins the reading again from its first command, at most PERRON_CARD_TRIES times in all: a reader that polls
 * may have another card by then behind the same handle (hardware facts, section 1.4, trap 4), and two people are never mixed.
 * Blocks for every APDU. `ret_reading` is overwritten.
 * `ret_again` TRUE: the card was reset under us, gave up (6F 00) or fell silent; a new channel may do better.
 */
void perron_card_read (PerronChannel *channel, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading,
                       gboolean *ret_again);

/*
 * The same from a source that said READING: opens, reads, and opens once more when that may help (a reset, or a line that failed
 * although the card is there). A card that turns out to have left while the line failed is REMOVED, not READER_FAULT.
 */
void perron_card_read_from (PerronCardSource *source, const PerronProfiles *profiles, gboolean production, PerronCardReading *ret_reading);

G_END_DECLS
