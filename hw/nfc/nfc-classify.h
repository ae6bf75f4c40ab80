/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/nfc/nfc-frame.h"

G_BEGIN_DECLS

/*
 * What lies on the reader, told from what it says by itself, least intrusive first (facts/carte-vitale.md 6). Pure. At most one thing
 * is ever asked of it: to select the application of travel documents, which reads nothing. No other application is named here, and
 * none of payment may be.
 */
typedef enum {
  PERRON_NFC_TYPE_A,
  PERRON_NFC_TYPE_B,
  PERRON_NFC_TYPE_B_PRIME,
  PERRON_NFC_TYPE_SRX, /* ST SRx, ST25TB: paper tickets */
} PerronNfcType;

typedef struct {
  PerronNfcType type;
  guint8 atqa[2];
  guint8 sak;
  guint8 uid[10];
  gsize uid_length;
  guint8 ats[254]; /* without its length byte */
  gsize ats_length;
  guint8 protocol[3]; /* type B */
} PerronNfcSight;

typedef enum {
  PERRON_NFC_PROBE_NOT_ASKED,
  PERRON_NFC_PROBE_YES, /* a travel document */
  PERRON_NFC_PROBE_NO,
  PERRON_NFC_PROBE_FAILED, /* it left, or is mute */
} PerronNfcProbe;

/* SELECT by AID of the eMRTD application, no answer data wanted (ICAO Doc 9303-10 3.6.1). */
#define PERRON_NFC_SELECT_EMRTD "\x00\xA4\x04\x0C\x07\xA0\x00\x00\x02\x47\x10\x01"

/* `*ret_ask`: whether the probe would tell more; ask, then come again with its outcome. */
PerronNfcKind perron_nfc_classify (const PerronNfcSight *sight, PerronNfcProbe probe, gboolean *ret_ask);

/* The thing that was there before it, within a minute and with the same answers to the reader but for its identifier. */
typedef enum {
  PERRON_NFC_REPEAT_NONE,
  PERRON_NFC_REPEAT_SAME,    /* the same identifier again: it lasts */
  PERRON_NFC_REPEAT_CHANGED, /* another one: drawn anew */
} PerronNfcRepeat;

/*
 * What a second tap adds (facts/carte-vitale.md 6 e): an identifier that begins like a random one and yet comes again is no phone's.
 * A changed one makes a phone likelier and nothing else: documents and bank cards may draw theirs too.
 */
PerronNfcKind perron_nfc_settle (PerronNfcKind kind, PerronNfcRepeat repeat);

/* What the answer to that SELECT means. */
PerronNfcProbe perron_nfc_probe_from_answer (const guint8 *answer, gsize length);

/* Drawn anew at each tap: tells nobody apart (ISO/IEC 14443-3 6.5.4). */
gboolean perron_nfc_uid_is_random (const PerronNfcSight *sight);

/* HMAC-SHA256 of the identifier of a badge; FALSE when it has none that lasts. */
gboolean perron_nfc_badge_hash (const PerronNfcSight *sight, const guint8 *key, gsize key_length,
                                guint8 ret_hash[PERRON_NFC_HASH_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
