/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hw/nfc/nfc-classify.h"
#include "hw/nfc/nfc-serial.h"

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

/* The fuzzer is the chip on its line: what is taken lies within what came, and the answer within what is taken. */
static void
be_chip (const guint8 *data, gsize size)
{
  for (;;) {
    gsize taken = 0, length = 0;
    const guint8 *answer = NULL;
    PerronNfcSerial kind = perron_nfc_serial_read (data, size, 0x60, &taken, &answer, &length);
    if (kind == PERRON_NFC_SERIAL_MORE || kind == PERRON_NFC_SERIAL_WRONG)
      return;
    g_assert (taken > 0 && taken <= size);
    g_assert (kind == PERRON_NFC_SERIAL_ACKNOWLEDGED || (answer > data && answer + length < data + taken));
    data += taken;
    size -= taken;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size == 0)
    return 0;
  if (data[0] % 3 == 0)
    be_helper (data + 1, size - 1);
  else if (data[0] % 3 == 1)
    be_chip (data + 1, size - 1);
  else
    be_tag (data + 1, size - 1);
  return 0;
}
