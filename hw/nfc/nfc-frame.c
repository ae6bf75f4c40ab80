/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-frame.h"

#include <string.h>

static const char *const kind_words[PERRON_NFC_KIND_COUNT] = {
  [PERRON_NFC_UNKNOWN] = "unknown",
  [PERRON_NFC_BADGE] = "badge",
  [PERRON_NFC_TICKET] = "ticket",
  [PERRON_NFC_IDENTITY_DOCUMENT] = "identity-document",
  [PERRON_NFC_TRANSPORT] = "transport",
  [PERRON_NFC_HEALTH_PROFESSIONAL] = "health-professional",
  [PERRON_NFC_PHONE] = "phone",
  [PERRON_NFC_CARD] = "card",
  [PERRON_NFC_SEVERAL] = "several",
  [PERRON_NFC_PAYMENT] = "payment",
};

const char *
perron_nfc_kind_to_string (PerronNfcKind kind)
{
  return (guint) kind < PERRON_NFC_KIND_COUNT ? kind_words[kind] : kind_words[PERRON_NFC_UNKNOWN];
}

gsize
perron_nfc_frame_encode (const PerronNfcFrame *frame, guint8 ret_bytes[PERRON_NFC_FRAME_MAX])
{
  gsize length = 2;
  ret_bytes[1] = (guint8) frame->type;
  if (frame->type == PERRON_NFC_FRAME_STATE) {
    ret_bytes[length++] = frame->ready ? 1 : 0;
    ret_bytes[length++] = PERRON_NFC_PROTOCOL;
  } else if (frame->type == PERRON_NFC_FRAME_TAP) {
    gboolean hash = frame->has_hash && frame->kind == PERRON_NFC_BADGE;
    ret_bytes[length++] = (guint8) frame->kind;
    ret_bytes[length++] = hash ? 1 : 0;
    if (hash)
      memcpy (ret_bytes + length, frame->hash, PERRON_NFC_HASH_BYTES);
    length += hash ? PERRON_NFC_HASH_BYTES : 0;
  }
  ret_bytes[0] = (guint8) (length - 1);
  return length;
}

static gboolean
decode_state (const guint8 *body, gsize length, PerronNfcFrame *frame)
{
  if (length != 2 || body[0] > 1 || body[1] != PERRON_NFC_PROTOCOL)
    return FALSE;
  frame->ready = body[0] == 1;
  return TRUE;
}

static gboolean
decode_tap (const guint8 *body, gsize length, PerronNfcFrame *frame)
{
  if (length < 2 || body[0] >= PERRON_NFC_KIND_COUNT || body[1] > 1 || length != (body[1] == 1 ? 2 + PERRON_NFC_HASH_BYTES : 2))
    return FALSE;
  frame->kind = (PerronNfcKind) body[0];
  frame->has_hash = body[1] == 1;
  if (frame->has_hash)
    memcpy (frame->hash, body + 2, PERRON_NFC_HASH_BYTES);
  return !frame->has_hash || frame->kind == PERRON_NFC_BADGE;
}

gssize
perron_nfc_frame_decode (const guint8 *data, gsize length, PerronNfcFrame *ret_frame)
{
  PerronNfcFrame frame = { 0 };
  gboolean good = FALSE;
  if (length == 0)
    return 0;
  gsize size = data[0];
  if (size < 1 || size > PERRON_NFC_FRAME_MAX - 1)
    return -1;
  if (length < 1 + size)
    return 0;
  frame.type = (PerronNfcFrameType) data[1];
  if (data[1] == PERRON_NFC_FRAME_STATE)
    good = decode_state (data + 2, size - 1, &frame);
  else if (data[1] == PERRON_NFC_FRAME_TAP)
    good = decode_tap (data + 2, size - 1, &frame);
  else if (data[1] == PERRON_NFC_FRAME_GONE)
    good = size == 1;
  if (!good)
    return -1;
  *ret_frame = frame;
  return (gssize) (1 + size);
}
