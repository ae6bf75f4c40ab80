/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-classify.h"

#include <string.h>

#include "hw/nfc/nfc-hmac.h"

#define SAK_ISO_DEP 0x20
#define SAK_NFC_DEP 0x40

static const guint8 desfire[] = { 0x80 };
static const guint8 mifare_plus[] = { 0xC1, 0x05 };
static const guint8 cps[] = { 0x00, 0x31, 0xB8, 0x64 };
static const guint8 cnie[] = { 0x00, 0x31, 0xC1, 0x64 };
static const guint8 payment[] = { 0x20, 0x63, 0xCB };

gboolean
perron_nfc_uid_is_random (const PerronNfcSight *sight)
{
  return sight->type != PERRON_NFC_TYPE_A || (sight->uid_length == 4 && sight->uid[0] == 0x08);
}

/* ISO/IEC 14443-4 5.2: T0 says which of TA, TB, TC stand before the historical bytes. */
static gboolean
history_begins (const PerronNfcSight *sight, const guint8 *bytes, gsize length)
{
  if (sight->ats_length < 1 || sight->ats_length > sizeof sight->ats)
    return FALSE;
  guint8 t0 = sight->ats[0];
  gsize skip = 1 + ((t0 >> 4) & 1) + ((t0 >> 5) & 1) + ((t0 >> 6) & 1);
  return sight->ats_length >= skip + length && memcmp (sight->ats + skip, bytes, length) == 0;
}

static PerronNfcKind
classify_storage (const PerronNfcSight *sight)
{
  switch (sight->sak) {
  case 0x00: return sight->atqa[0] == 0x00 && sight->atqa[1] == 0x44 ? PERRON_NFC_TICKET : PERRON_NFC_UNKNOWN;
  case 0x01:
  case 0x08:
  case 0x09:
  case 0x10:
  case 0x11:
  case 0x18:
  case 0x88: return PERRON_NFC_BADGE;
  default: return (sight->sak & SAK_NFC_DEP) != 0 ? PERRON_NFC_PHONE : PERRON_NFC_UNKNOWN;
  }
}

static PerronNfcKind
classify_a (const PerronNfcSight *sight, PerronNfcProbe probe, gboolean *ret_ask)
{
  if ((sight->sak & SAK_ISO_DEP) == 0)
    return classify_storage (sight);
  if (sight->atqa[0] == 0x03 && sight->atqa[1] == 0x44 && history_begins (sight, desfire, sizeof desfire))
    return PERRON_NFC_BADGE;
  if (history_begins (sight, mifare_plus, sizeof mifare_plus))
    return PERRON_NFC_BADGE;
  if (history_begins (sight, cps, sizeof cps))
    return PERRON_NFC_HEALTH_PROFESSIONAL;
  if (history_begins (sight, cnie, sizeof cnie) || probe == PERRON_NFC_PROBE_YES)
    return PERRON_NFC_IDENTITY_DOCUMENT;
  if (history_begins (sight, payment, sizeof payment))
    return PERRON_NFC_PAYMENT;
  *ret_ask = probe == PERRON_NFC_PROBE_NOT_ASKED;
  if (probe == PERRON_NFC_PROBE_FAILED)
    return PERRON_NFC_UNKNOWN;
  return perron_nfc_uid_is_random (sight) ? PERRON_NFC_PHONE : PERRON_NFC_CARD;
}

PerronNfcKind
perron_nfc_classify (const PerronNfcSight *sight, PerronNfcProbe probe, gboolean *ret_ask)
{
  *ret_ask = FALSE;
  if (sight->uid_length > sizeof sight->uid)
    return PERRON_NFC_UNKNOWN;
  if (sight->type == PERRON_NFC_TYPE_A)
    return classify_a (sight, probe, ret_ask);
  if (sight->type == PERRON_NFC_TYPE_SRX)
    return PERRON_NFC_TICKET;
  if (sight->type == PERRON_NFC_TYPE_B && probe == PERRON_NFC_PROBE_YES)
    return PERRON_NFC_IDENTITY_DOCUMENT;
  /* ISO/IEC 14443-3 7.9.4.4: bit 0 of the second byte, ISO/IEC 14443-4 is spoken. */
  *ret_ask = sight->type == PERRON_NFC_TYPE_B && (sight->protocol[1] & 0x01) != 0 && probe == PERRON_NFC_PROBE_NOT_ASKED;
  return PERRON_NFC_TRANSPORT;
}

PerronNfcKind
perron_nfc_settle (PerronNfcKind kind, PerronNfcRepeat repeat)
{
  return kind == PERRON_NFC_PHONE && repeat == PERRON_NFC_REPEAT_SAME ? PERRON_NFC_CARD : kind;
}

PerronNfcProbe
perron_nfc_probe_from_answer (const guint8 *answer, gsize length)
{
  if (length < 2)
    return PERRON_NFC_PROBE_FAILED;
  const guint8 *sw = answer + length - 2;
  gboolean here = (sw[0] == 0x90 && sw[1] == 0x00) || sw[0] == 0x61 || (sw[0] == 0x69 && sw[1] == 0x82);
  return here ? PERRON_NFC_PROBE_YES : PERRON_NFC_PROBE_NO;
}

gboolean
perron_nfc_badge_hash (const PerronNfcSight *sight, const guint8 *key, gsize key_length, guint8 ret_hash[PERRON_NFC_HASH_BYTES])
{
  if (key_length == 0 || key_length > 64 || sight->uid_length == 0 || sight->uid_length > sizeof sight->uid || perron_nfc_uid_is_random (sight))
    return FALSE;
  /* The purpose: the key may serve nothing else with the same bytes. */
  perron_nfc_hmac (key, key_length, "perron badge 1", sight->uid, sight->uid_length, ret_hash);
  return TRUE;
}
