/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "hw/card/profile.h"

G_BEGIN_DECLS

/*
 * Watches a card source from a thread of its own, reads what comes in, and tells the main context. One status at a time, in order,
 * the last one wins: a status that is already out of date when the main loop gets to it is dropped, except READ and REMOVED.
 * A card that stops answering is told MUTE within a second, even while the thread is still held by it; one that another program keeps in a
 * transaction is told HELD, and read when that ends.
 */
typedef struct PerronCardWatch PerronCardWatch;

typedef struct {
  PerronCardStatus status;
  const char *card;             /* word of the card family for NOT_VITALE: "health-professional", "identity", "payment" … NULL unknown */
  const PerronHolders *holders; /* with READ; borrowed, copy what is kept; wiped after the call */
  gboolean count_mismatch;      /* names and numbers could not be paired: numbers are absent */
} PerronCardNews;

typedef void (*PerronCardCallback) (const PerronCardNews *news, gpointer data);

/* `source` and `profiles` are taken. `production` refuses test and simulated identities. Starts at once. Transfer full. */
PerronCardWatch *perron_card_watch_new (PerronCardSource *source, PerronProfiles *profiles, gboolean production,
                                        PerronCardCallback callback, gpointer data);

/* Joins the thread (at most 1 s, even with a card that never answers: the thread is then abandoned with its context). */
void perron_card_watch_free (PerronCardWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronCardWatch, perron_card_watch_free)

/* Tells the current status again, reading the card again when one is there. */
void perron_card_watch_ask (PerronCardWatch *watch);

/*
 * Nobody's card is read before they asked for it. FALSE: a card that comes is neither opened nor told; one that is being read now is asked
 * nothing more, and what it said is dropped and wiped, also when TRUE follows at once; other statuses are told as ever. TRUE (as at the
 * start): cards that come are read; for one that is already there, ask. Owner's thread, like all functions here.
 */
void perron_card_watch_set_reading (PerronCardWatch *watch, gboolean reading);

G_END_DECLS
