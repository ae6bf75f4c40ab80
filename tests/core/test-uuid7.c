/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/uuid7.h"

static void
test_layout (void)
{
  guint8 uuid[PERRON_UUID_BYTES];
  char text[PERRON_UUID_CHARS];
  /* RFC 9562 appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F is of 1645557742000 ms. */
  perron_uuid7_generate (1645557742000, uuid);
  perron_uuid_format (uuid, text);
  g_assert_true (g_str_has_prefix (text, "017f22e2-79b0-7"));
  g_assert_nonnull (strchr ("89ab", text[19]));
  g_assert_cmpuint (strlen (text), ==, 36);
}

static void
test_order_follows_time (void)
{
  guint8 before[PERRON_UUID_BYTES], after[PERRON_UUID_BYTES];
  for (gint64 ms = 0; ms < (1LL << 47); ms = ms * 3 + 1) {
    perron_uuid7_generate (ms, before);
    perron_uuid7_generate (ms + 1, after);
    g_assert_cmpint (memcmp (before, after, sizeof before), <, 0);
  }
}

static void
test_never_twice (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < 20000; i++) {
    guint8 uuid[PERRON_UUID_BYTES];
    char text[PERRON_UUID_CHARS];
    perron_uuid7_generate (1, uuid);
    perron_uuid_format (uuid, text);
    g_assert_true (g_hash_table_add (seen, g_strdup (text)));
  }
}

static void
test_read_back (void)
{
  for (guint i = 0; i < 1000; i++) {
    guint8 uuid[PERRON_UUID_BYTES], read[PERRON_UUID_BYTES];
    char text[PERRON_UUID_CHARS];
    perron_uuid7_generate (i * 7919, uuid);
    perron_uuid_format (uuid, text);
    g_assert_true (perron_uuid_parse (text, read));
    g_assert_cmpmem (uuid, sizeof uuid, read, sizeof read);
  }
}

static void
test_only_canonical (void)
{
  static const char *const wrong[] = {
    "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0", "017F22E2-79b0-7cc3-98c4-dc0c0c07398f",
    "017f22e279b0-7cc3-98c4-dc0c0c07398f-", "017f22e2-79b0-7cc3-98c4_dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}", " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "------------------------------------",
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    guint8 uuid[PERRON_UUID_BYTES];
    memset (uuid, 0xEE, sizeof uuid);
    g_assert_false (perron_uuid_parse (wrong[i], uuid));
    for (guint at = 0; at < sizeof uuid; at++)
      g_assert_cmpuint (uuid[at], ==, 0xEE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/uuid7/layout", test_layout);
  g_test_add_func ("/uuid7/order-follows-time", test_order_follows_time);
  g_test_add_func ("/uuid7/never-twice", test_never_twice);
  g_test_add_func ("/uuid7/read-back", test_read_back);
  g_test_add_func ("/uuid7/only-canonical", test_only_canonical);
  return g_test_run ();
}
