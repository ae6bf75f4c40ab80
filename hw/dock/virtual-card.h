/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A chip card described in a JSON file, answering as a T=0 Vitale 2 does (facts/carte-vitale.md 1.4, 1.5): SELECT says 61xx and
 * GET RESPONSE fetches, a wrong Le gets 6Cxx, a read past the end 6B00. It can misbehave at a chosen APDU. The format is told in
 * hw/dock/README.md. One thread at a time, nothing blocks but the loading of the file.
 */
typedef struct PerronVirtualCard PerronVirtualCard;

typedef enum {
  PERRON_VIRTUAL_CARD_ERROR_FILE,  /* cannot be read, larger than PERRON_VIRTUAL_CARD_FILE_MAX, or not JSON */
  PERRON_VIRTUAL_CARD_ERROR_VALUE, /* the message names file and JSON path */
} PerronVirtualCardError;

#define PERRON_VIRTUAL_CARD_ERROR (perron_virtual_card_error_quark ())
GQuark perron_virtual_card_error_quark (void);

#define PERRON_VIRTUAL_CARD_FILE_MAX (256 * 1024)

typedef enum {
  PERRON_VIRTUAL_FAULT_NONE,
  PERRON_VIRTUAL_FAULT_PULL,      /* leaves the slot instead of answering */
  PERRON_VIRTUAL_FAULT_MUTE,      /* never answers */
  PERRON_VIRTUAL_FAULT_HALF,      /* half of the answer */
  PERRON_VIRTUAL_FAULT_ZERO,      /* an answer of no byte */
  PERRON_VIRTUAL_FAULT_GARBAGE,   /* as many wrong bytes */
  PERRON_VIRTUAL_FAULT_TRANSPORT, /* the reader did not understand the card */
  PERRON_VIRTUAL_FAULT_SWAP,      /* another card is in its place instead of an answer */
  PERRON_VIRTUAL_FAULT_SW,        /* these status words alone */
} PerronVirtualFault;

/* Loads and checks the whole file. Transfer full, or NULL with PERRON_VIRTUAL_CARD_ERROR. */
PerronVirtualCard *perron_virtual_card_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from memory; `name` stands in the errors, `folder` is where cards of "swap:" are. Hostile text is the normal case. */
PerronVirtualCard *perron_virtual_card_parse (const char *name, const char *folder, const char *text, gsize length,
                                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_virtual_card_free (PerronVirtualCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronVirtualCard, perron_virtual_card_free)

/* What a person calls it. Borrowed. */
const char *perron_virtual_card_get_title (const PerronVirtualCard *card);
const char *perron_virtual_card_get_name (const PerronVirtualCard *card);
/* Place on a shelf of cards, small first; 50 unless the file says otherwise. */
guint perron_virtual_card_get_order (const PerronVirtualCard *card);
guint perron_virtual_card_get_think_ms (const PerronVirtualCard *card);

/* APDUs received since the card was loaded. */
guint perron_virtual_card_get_apdus (const PerronVirtualCard *card);

/*
 * Adds a fault: `what` is pull, mute, half, zero, garbage, transport, swap:FILE or sw:XXXX, at the `at`-th APDU (from 1), `times` in a
 * row.
 */
gboolean perron_virtual_card_add_fault (PerronVirtualCard *card, const char *what, guint at, guint times,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Power: forgets what was selected. Borrowed ATR; no byte for a mute card. */
GBytes *perron_virtual_card_reset (PerronVirtualCard *card);

/*
 * One command. `answer` is emptied, then filled; not to be sent after PULL, MUTE, TRANSPORT and SWAP. HALF, ZERO, GARBAGE and SW are
 * already in `answer`.
 */
PerronVirtualFault perron_virtual_card_exchange (PerronVirtualCard *card, const guint8 *command, gsize length, GByteArray *answer);

/* After SWAP: the other card. Transfer full. */
PerronVirtualCard *perron_virtual_card_take_swap (PerronVirtualCard *card);

G_END_DECLS
