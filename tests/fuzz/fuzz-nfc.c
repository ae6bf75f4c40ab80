/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hw/nfc/nfc-classify.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The fuzzer is perron-nfc: what decodes encodes to the same bytes, and only a badge carries a hash. */
static void
be_helper (const guint8 *data, gsize size)
{
  while (size > 0) {
    guint8 again[PERRON_NFC_FRAME_MAX];
    PerronNfcFrame frame;
    gssize taken = perron_nfc_frame_decode (data, size, &frame);
    if (taken <= 0)
      return;
    g_assert ((gsize) taken <= MIN (size, PERRON_NFC_FRAME_MAX));
    g_assert (frame.kind < PERRON_NFC_KIND_COUNT && (!frame.has_hash || frame.kind == PERRON_NFC_BADGE));
    g_assert (perron_nfc_frame_encode (&frame, again) == (gsize) taken && memcmp (again, data, (gsize) taken) == 0);
    data += taken;
    size -= (gsize) taken;
  }
}

/* The fuzzer is a tag: one question at most, a word at the end, and a hash only of what lasts. */
static void
be_tag (const guint8 *data, gsize size)
{
  PerronNfcSight sight = { 0 };
  guint8 key[32] = { 1 }, hash[PERRON_NFC_HASH_BYTES];
  gboolean ask;
  memcpy (&sight, data, MIN (size, sizeof sight));
  PerronNfcKind kind = perron_nfc_classify (&sight, PERRON_NFC_PROBE_NOT_ASKED, &ask);
  if (ask)
    kind = perron_nfc_classify (&sight, perron_nfc_probe_from_answer (data, size), &ask);
  g_assert (!ask && kind < PERRON_NFC_KIND_COUNT && kind != PERRON_NFC_SEVERAL);
  g_assert (!perron_nfc_badge_hash (&sight, key, sizeof key, hash) || (sight.uid_length <= sizeof sight.uid && !perron_nfc_uid_is_random (&sight)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size == 0)
    return 0;
  if (data[0] % 2 == 0)
    be_helper (data + 1, size - 1);
  else
    be_tag (data + 1, size - 1);
  return 0;
}
