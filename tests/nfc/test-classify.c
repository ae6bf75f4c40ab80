/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-classify.h"

#include <string.h>

#include "hw/nfc/nfc-hmac.h"
#include "kiosk/core/tap.h"

typedef struct {
  const char *what;
  PerronNfcSight sight;
  PerronNfcProbe probe;
  PerronNfcKind kind;
  gboolean ask;
} Case;

#define A(a, b, s) .type = PERRON_NFC_TYPE_A, .atqa = { a, b }, .sak = s
#define FIXED .uid = { 0x04, 1, 2, 3, 4, 5, 6 }, .uid_length = 7
#define RANDOM .uid = { 0x08, 1, 2, 3 }, .uid_length = 4
#define HISTORY(n, ...) .ats = { 0x78, 0x77, 0x80, 0x02, __VA_ARGS__ }, .ats_length = 4 + n

static const Case cases[] = {
  { "Classic 1K", { A (0, 4, 0x08), FIXED }, 0, PERRON_NFC_BADGE, FALSE },
  { "Classic 4K", { A (0, 2, 0x18), FIXED }, 0, PERRON_NFC_BADGE, FALSE },
  { "Mini", { A (0, 4, 0x09), FIXED }, 0, PERRON_NFC_BADGE, FALSE },
  { "Plus SL2", { A (0, 4, 0x10), FIXED }, 0, PERRON_NFC_BADGE, FALSE },
  { "Plus SL3", { A (0, 0x44, 0x20), FIXED, HISTORY (2, 0xC1, 0x05) }, 0, PERRON_NFC_BADGE, FALSE },
  { "Ultralight", { A (0, 0x44, 0x00), FIXED }, 0, PERRON_NFC_TICKET, FALSE },
  { "DESFire", { A (3, 0x44, 0x20), FIXED, .ats = { 0x75, 0x77, 0x81, 0x02, 0x80 }, .ats_length = 5 }, 0, PERRON_NFC_BADGE, FALSE },
  { "CPS", { A (0, 4, 0x20), FIXED, HISTORY (4, 0x00, 0x31, 0xB8, 0x64) }, 0, PERRON_NFC_HEALTH_PROFESSIONAL, FALSE },
  { "CNIe", { A (0, 8, 0x20), RANDOM, HISTORY (4, 0x00, 0x31, 0xC1, 0x64) }, 0, PERRON_NFC_IDENTITY_DOCUMENT, FALSE },
  { "ISO-DEP, asked first", { A (0, 4, 0x20), FIXED }, PERRON_NFC_PROBE_NOT_ASKED, PERRON_NFC_CARD, TRUE },
  { "ISO-DEP, said no", { A (0, 4, 0x20), FIXED }, PERRON_NFC_PROBE_NO, PERRON_NFC_CARD, FALSE },
  { "ISO-DEP, random, said no", { A (0, 4, 0x20), RANDOM }, PERRON_NFC_PROBE_NO, PERRON_NFC_PHONE, FALSE },
  { "ISO-DEP, said yes", { A (0, 4, 0x20), RANDOM }, PERRON_NFC_PROBE_YES, PERRON_NFC_IDENTITY_DOCUMENT, FALSE },
  { "ISO-DEP, left", { A (0, 4, 0x20), RANDOM }, PERRON_NFC_PROBE_FAILED, PERRON_NFC_UNKNOWN, FALSE },
  { "NFC-DEP", { A (0, 4, 0x40), RANDOM }, 0, PERRON_NFC_PHONE, FALSE },
  { "odd SAK", { A (0, 4, 0x06), FIXED }, 0, PERRON_NFC_UNKNOWN, FALSE },
  { "B, ISO-DEP", { .type = PERRON_NFC_TYPE_B, .protocol = { 0, 0x81, 0 } }, 0, PERRON_NFC_TRANSPORT, TRUE },
  { "B, said yes", { .type = PERRON_NFC_TYPE_B, .protocol = { 0, 0x81, 0 } }, PERRON_NFC_PROBE_YES, PERRON_NFC_IDENTITY_DOCUMENT, FALSE },
  { "B, storage", { .type = PERRON_NFC_TYPE_B }, 0, PERRON_NFC_TRANSPORT, FALSE },
  { "B'", { .type = PERRON_NFC_TYPE_B_PRIME }, 0, PERRON_NFC_TRANSPORT, FALSE },
  { "SRx", { .type = PERRON_NFC_TYPE_SRX, .uid_length = 8 }, 0, PERRON_NFC_TICKET, FALSE },
  { "bank card", { A (0, 0x44, 0x20), FIXED, HISTORY (3, 0x20, 0x63, 0xCB) }, 0, PERRON_NFC_PAYMENT, FALSE },
  { "bank card, random", { A (0, 4, 0x20), RANDOM, HISTORY (3, 0x20, 0x63, 0xCB) }, 0, PERRON_NFC_PAYMENT, FALSE },
  { "identifier of 200 bytes", { A (0, 4, 0x08), .uid_length = 200 }, 0, PERRON_NFC_UNKNOWN, FALSE },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    gboolean ask = !cases[i].ask;
    PerronNfcKind kind = perron_nfc_classify (&cases[i].sight, cases[i].probe, &ask);
    g_test_message ("%s: %s", cases[i].what, perron_nfc_kind_to_string (kind));
    g_assert_cmpint (kind, ==, cases[i].kind);
    g_assert_cmpint (ask, ==, cases[i].ask);
  }
}

/* The words the screens know are those the reader has, and one for a badge with a name. */
static void
test_words (void)
{
  guint words = 0;
  for (guint kind = 0; kind < PERRON_NFC_KIND_COUNT; kind++)
    g_assert_true (perron_is_tap_word (perron_nfc_kind_to_string ((PerronNfcKind) kind)));
  while (perron_tap_word (words) != NULL)
    words++;
  g_assert_cmpuint (words, ==, PERRON_NFC_KIND_COUNT + 1);
  g_assert_true (perron_is_tap_word ("badge-known"));
  g_assert_false (perron_is_tap_word ("gone"));
}

/* A second tap may only take the phone away, never make one. */
static void
test_settle (void)
{
  for (guint kind = 0; kind < PERRON_NFC_KIND_COUNT; kind++) {
    g_assert_cmpint (perron_nfc_settle ((PerronNfcKind) kind, PERRON_NFC_REPEAT_NONE), ==, kind);
    g_assert_cmpint (perron_nfc_settle ((PerronNfcKind) kind, PERRON_NFC_REPEAT_CHANGED), ==, kind);
    g_assert_cmpint (perron_nfc_settle ((PerronNfcKind) kind, PERRON_NFC_REPEAT_SAME), ==, kind == PERRON_NFC_PHONE ? PERRON_NFC_CARD : kind);
  }
}

static void
test_answer (void)
{
  g_assert_cmpint (perron_nfc_probe_from_answer ((const guint8 *) "\x90", 1), ==, PERRON_NFC_PROBE_FAILED);
  g_assert_cmpint (perron_nfc_probe_from_answer ((const guint8 *) "", 0), ==, PERRON_NFC_PROBE_FAILED);
  g_assert_cmpint (perron_nfc_probe_from_answer ((const guint8 *) "\x90\x00", 2), ==, PERRON_NFC_PROBE_YES);
  g_assert_cmpint (perron_nfc_probe_from_answer ((const guint8 *) "\x69\x82", 2), ==, PERRON_NFC_PROBE_YES);
  g_assert_cmpint (perron_nfc_probe_from_answer ((const guint8 *) "\x6A\x82", 2), ==, PERRON_NFC_PROBE_NO);
}

/* RFC 4231 says what HMAC-SHA256 is; here: the key matters, the identifier matters, and a random one has none. */
static void
test_hash (void)
{
  PerronNfcSight badge = { A (0, 4, 0x08), FIXED };
  const PerronNfcSight phone = { A (0, 4, 0x20), RANDOM };
  guint8 key[32] = { 1 }, first[PERRON_NFC_HASH_BYTES], second[PERRON_NFC_HASH_BYTES];
  g_assert_true (perron_nfc_badge_hash (&badge, key, sizeof key, first));
  g_assert_true (perron_nfc_badge_hash (&badge, key, sizeof key, second));
  g_assert_cmpmem (first, sizeof first, second, sizeof second);
  key[31] = 1;
  g_assert_true (perron_nfc_badge_hash (&badge, key, sizeof key, second));
  g_assert_true (memcmp (first, second, sizeof first) != 0);
  key[31] = 0;
  badge.uid[6] ^= 1;
  g_assert_true (perron_nfc_badge_hash (&badge, key, sizeof key, second));
  g_assert_true (memcmp (first, second, sizeof first) != 0);
  g_assert_false (perron_nfc_badge_hash (&phone, key, sizeof key, second));
  g_assert_false (perron_nfc_badge_hash (&badge, key, 0, second));
}

/* The same as GLib's, at every length around the blocks. */
static void
test_hmac (void)
{
  for (gsize length = 0; length < 200; length++) {
    guint8 key[64], data[200], ours[PERRON_NFC_HASH_BYTES], theirs[PERRON_NFC_HASH_BYTES];
    gsize size = sizeof theirs, key_length = 1 + length % sizeof key;
    memset (key, (int) length + 1, sizeof key);
    memset (data, 'd', sizeof data);
    g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, key_length);
    g_hmac_update (hmac, (const guchar *) "purpose", sizeof "purpose");
    g_hmac_update (hmac, data, (gssize) length);
    g_hmac_get_digest (hmac, theirs, &size);
    perron_nfc_hmac (key, key_length, "purpose", data, length, ours);
    g_assert_cmpmem (ours, sizeof ours, theirs, sizeof theirs);
  }
}

static void
test_frames (void)
{
  static const PerronNfcFrame frames[] = {
    { .type = PERRON_NFC_FRAME_STATE, .ready = TRUE },
    { .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_BADGE, .has_hash = TRUE, .hash = { 1, 2, 3 } },
    { .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_PHONE },
    { .type = PERRON_NFC_FRAME_GONE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (frames); i++) {
    guint8 bytes[PERRON_NFC_FRAME_MAX];
    PerronNfcFrame back;
    gsize length = perron_nfc_frame_encode (&frames[i], bytes);
    for (gsize cut = 0; cut < length; cut++)
      g_assert_cmpint (perron_nfc_frame_decode (bytes, cut, &back), ==, 0);
    g_assert_cmpint (perron_nfc_frame_decode (bytes, length, &back), ==, length);
    g_assert_cmpmem (&back, sizeof back, &frames[i], sizeof frames[i]);
  }
}

static void
test_refused_frames (void)
{
  static const guint8 bad[][4] = { { 0 }, { 36, 3 }, { 255, 1 }, { 1, 0 }, { 1, 2 }, { 1, 5 }, { 2, 2, 0 }, { 3, 1, 2, 1 }, { 3, 1, 1, 9 },
                                   { 2, 1, 1 }, { 3, 3, 10, 0 }, { 3, 3, 1, 1 }, { 3, 3, 1, 2 } };
  PerronNfcFrame frame;
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_cmpint (perron_nfc_frame_decode (bad[i], sizeof bad[i], &frame), ==, -1);
  guint8 phone_with_hash[PERRON_NFC_FRAME_MAX] = { PERRON_NFC_FRAME_MAX - 1, 3, PERRON_NFC_PHONE, 1 };
  g_assert_cmpint (perron_nfc_frame_decode (phone_with_hash, sizeof phone_with_hash, &frame), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nfc/classify/cases", test_cases);
  g_test_add_func ("/nfc/classify/words", test_words);
  g_test_add_func ("/nfc/classify/settle", test_settle);
  g_test_add_func ("/nfc/classify/answer", test_answer);
  g_test_add_func ("/nfc/classify/hash", test_hash);
  g_test_add_func ("/nfc/hmac", test_hmac);
  g_test_add_func ("/nfc/frame/round", test_frames);
  g_test_add_func ("/nfc/frame/refused", test_refused_frames);
  return g_test_run ();
}
