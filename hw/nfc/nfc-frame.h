/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What perron-nfc says to the terminal, and nothing else goes between them: there is no frame that could carry an identifier, an
 * answer of a card, or a command. One byte: how many follow (1 to PERRON_NFC_FRAME_MAX - 1); one byte: type; then
 *   STATE  2 bytes: reader (0 away, 1 ready), PERRON_NFC_PROTOCOL
 *   TAP    kind, 0 or 1; with 1 a keyed hash of PERRON_NFC_HASH_BYTES follows, which only a badge has
 *   GONE   nothing: what was tapped left
 * Plain data, any thread.
 */
#define PERRON_NFC_PROTOCOL 2
#define PERRON_NFC_HASH_BYTES 32
#define PERRON_NFC_FRAME_MAX (1 + 1 + 2 + PERRON_NFC_HASH_BYTES)

typedef enum {
  PERRON_NFC_FRAME_STATE = 1,
  PERRON_NFC_FRAME_TAP = 3,
  PERRON_NFC_FRAME_GONE,
} PerronNfcFrameType;

typedef enum {
  PERRON_NFC_UNKNOWN,
  PERRON_NFC_BADGE,               /* a plastic badge: Classic, Plus, DESFire */
  PERRON_NFC_TICKET,              /* a paper ticket: Ultralight, NTAG */
  PERRON_NFC_IDENTITY_DOCUMENT,   /* passport, identity card */
  PERRON_NFC_TRANSPORT,           /* Calypso, type B or B' */
  PERRON_NFC_HEALTH_PROFESSIONAL, /* CPS, contactless */
  PERRON_NFC_PHONE,               /* probably; never assert it */
  PERRON_NFC_CARD,                /* some contactless card, a bank card among others: it is not asked */
  PERRON_NFC_SEVERAL,             /* two or more at once */
  PERRON_NFC_PAYMENT,             /* a bank card or meal vouchers, by what it says of itself; never asked */
  PERRON_NFC_KIND_COUNT
} PerronNfcKind;

typedef struct {
  PerronNfcFrameType type;
  gboolean ready;     /* STATE */
  PerronNfcKind kind; /* TAP */
  gboolean has_hash;
  guint8 hash[PERRON_NFC_HASH_BYTES];
} PerronNfcFrame;

/* Writes one frame; the number of bytes, at most PERRON_NFC_FRAME_MAX. */
gsize perron_nfc_frame_encode (const PerronNfcFrame *frame, guint8 ret_bytes[PERRON_NFC_FRAME_MAX]);

/* One frame at the front: bytes it takes, 0 when more must come, -1 when it is no frame (the sender is broken or hostile). */
gssize perron_nfc_frame_decode (const guint8 *data, gsize length, PerronNfcFrame *ret_frame);

/* "badge", "ticket", "identity-document", "transport", "health-professional", "phone", "card", "several", "payment", "unknown": words of
 * kiosk/core/tap.h. */
const char *perron_nfc_kind_to_string (PerronNfcKind kind);

G_END_DECLS
