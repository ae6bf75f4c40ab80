/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/clock.h"

static void
test_system (void)
{
  PerronClock *clock = perron_clock_system ();
  const gint64 before = perron_clock_boot_ms (clock);
  const gint64 wall = g_get_real_time () / 1000;
  g_assert_cmpint (perron_clock_boot_ms (clock), >=, before);
  g_assert_cmpint (perron_clock_unix_ms (clock), >=, wall);
  g_assert_cmpuint (strlen (clock->boot_id), ==, 36);
  g_assert_true (clock == perron_clock_system ());
}

static void
test_fake_stands_still (void)
{
  PerronFakeClock fake;
  perron_fake_clock_init (&fake, 1000, 5);
  g_assert_cmpint (perron_clock_unix_ms (&fake.clock), ==, 1000);
  g_assert_cmpint (perron_clock_unix_ms (&fake.clock), ==, 1000);
  perron_fake_clock_advance (&fake, 250);
  g_assert_cmpint (perron_clock_unix_ms (&fake.clock), ==, 1250);
  g_assert_cmpint (perron_clock_boot_ms (&fake.clock), ==, 255);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/clock/system", test_system);
  g_test_add_func ("/clock/fake-stands-still", test_fake_stands_still);
  return g_test_run ();
}
