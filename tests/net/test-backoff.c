/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/backoff.h"

static void
test_doubles_to_the_cap (void)
{
  PerronBackoff backoff;
  gint64 most = 5000;
  perron_backoff_init (&backoff, 5000, 900000);
  for (guint i = 0; i < 200; i++) {
    PerronBackoff same = backoff;
    g_assert_cmpint (perron_backoff_next_ms (&same, 0, 0), ==, 0);
    gint64 delay = perron_backoff_next_ms (&backoff, G_MAXUINT32, 0);
    g_assert_cmpint (delay, ==, most - 1);
    most = MIN (most * 2, 900000);
  }
  perron_backoff_reset (&backoff);
  g_assert_cmpint (perron_backoff_next_ms (&backoff, 1u << 31, 0), ==, 2500);
}

static void
test_retry_after_is_a_floor_with_a_lid (void)
{
  PerronBackoff backoff;
  perron_backoff_init (&backoff, 10, 20);
  g_assert_cmpint (perron_backoff_next_ms (&backoff, 0, 7000), ==, 7000);
  g_assert_cmpint (perron_backoff_next_ms (&backoff, 0, G_MAXINT64), ==, PERRON_RETRY_AFTER_CAP_MS);
  g_assert_cmpint (perron_backoff_next_ms (&backoff, G_MAXUINT32, -5), ==, 19);
}

static void
test_base_above_cap (void)
{
  PerronBackoff backoff;
  perron_backoff_init (&backoff, 3600000, 10);
  g_assert_cmpint (perron_backoff_next_ms (&backoff, G_MAXUINT32, 0), ==, 9);
}

static void
test_spread (void)
{
  gint64 now = G_GINT64_CONSTANT (1795300000000), hour = 3600000;
  g_assert_cmpint (perron_backoff_spread_ms (300000, G_MAXUINT32, 0, now), ==, 0); /* nothing waits */
  g_assert_cmpint (perron_backoff_spread_ms (300000, G_MAXUINT32, now - hour + 1, now), ==, 0);
  g_assert_cmpint (perron_backoff_spread_ms (300000, G_MAXUINT32, now - hour, now), ==, 299999);
  g_assert_cmpint (perron_backoff_spread_ms (300000, 1u << 31, now - 900 * hour, now), ==, 150000);
  g_assert_cmpint (perron_backoff_spread_ms (300000, 0, now - hour, now), ==, 0);
  g_assert_cmpint (perron_backoff_spread_ms (300000, 1u << 31, now + hour, now), ==, 150000); /* made under a wrong clock */
  g_assert_cmpint (perron_backoff_spread_ms (0, G_MAXUINT32, now - hour, now), ==, 0);
}

static void
test_batch_size (void)
{
  PerronBatchSize size;
  perron_batch_size_init (&size, 200, 512 * 1024);
  perron_batch_size_halve (&size, 30); /* only thirty were due: half of those */
  g_assert_cmpuint (size.rows, ==, 15);
  for (guint i = 0; i < 40; i++)
    perron_batch_size_halve (&size, size.rows);
  g_assert_cmpuint (size.rows, ==, 1);
  g_assert_cmpuint (size.bytes, >=, 1);
  for (guint i = 0; i < 40; i++)
    perron_batch_size_grow (&size);
  g_assert_cmpuint (size.rows, ==, 200);
  g_assert_cmpuint (size.bytes, ==, 512 * 1024);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/backoff/doubles-to-the-cap", test_doubles_to_the_cap);
  g_test_add_func ("/backoff/retry-after", test_retry_after_is_a_floor_with_a_lid);
  g_test_add_func ("/backoff/base-above-cap", test_base_above_cap);
  g_test_add_func ("/backoff/spread", test_spread);
  g_test_add_func ("/backoff/batch-size", test_batch_size);
  return g_test_run ();
}
