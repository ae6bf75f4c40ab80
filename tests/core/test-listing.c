/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/listing.h"

#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define DAY_MS (24 * HOUR_MS)

/* By the calendar of this place: at 8 in the morning, 22 o'clock was yesterday. */
static void
test_moments (void)
{
  g_autoptr (GDateTime) morning = g_date_time_new_local (2026, 11, 22, 8, 15, 0);
  gint64 now = g_date_time_to_unix (morning) * 1000;
  static const struct {
    gint64 before_ms;
    guint days, hour, minute;
  } rows[] = {
    { 0, 0, 8, 15 }, { 8 * HOUR_MS, 0, 0, 15 }, { 9 * HOUR_MS, 1, 23, 15 }, { 10 * HOUR_MS, 1, 22, 15 }, { 5 * DAY_MS, 5, 8, 15 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronMoment moment = perron_moment_from_unix_ms (now - rows[i].before_ms, now);
    g_assert_true (moment.known);
    g_assert_cmpuint (moment.days, ==, rows[i].days);
    g_assert_cmpuint (moment.hour, ==, rows[i].hour);
    g_assert_cmpuint (moment.minute, ==, rows[i].minute);
  }
}

/* Never, and what a wrong clock wrote, is not made into a day. */
static void
test_unknown (void)
{
  const gint64 now = G_GINT64_CONSTANT (1795334400000);
  static const gint64 odd[] = { 0, -1, G_MININT64, G_MAXINT64 };
  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    g_assert_false (perron_moment_from_unix_ms (odd[i], now).known);
  g_assert_false (perron_moment_from_unix_ms (now + 2 * DAY_MS, now).known);
  g_assert_false (perron_moment_from_unix_ms (now - 20000 * DAY_MS, now).known);
  g_assert_false (perron_moment_from_unix_ms (now, 0).known);
}

int
main (int argc, char **argv)
{
  g_setenv ("TZ", "Europe/Paris", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listing/moments", test_moments);
  g_test_add_func ("/listing/unknown", test_unknown);
  return g_test_run ();
}
