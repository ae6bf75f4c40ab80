/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/idle.h"

typedef struct {
  PerronFakeClock clock;
  PerronIdle *idle;
  guint asked, expired;
} Fixture;

static void
on_moment (PerronIdleMoment moment, gpointer data)
{
  Fixture *fixture = data;
  if (moment == PERRON_IDLE_ASK)
    fixture->asked++;
  else
    fixture->expired++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  perron_fake_clock_init (&fixture->clock, 0, 1000);
  fixture->idle = perron_idle_new (&fixture->clock.clock, 150000, 45000, on_moment, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  perron_idle_free (fixture->idle);
}

static void
test_nobody_is_never_asked (Fixture *fixture, gconstpointer data)
{
  perron_fake_clock_advance (&fixture->clock, 10 * 150000);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, -1);
  g_assert_cmpuint (fixture->asked, ==, 0);
}

static void
test_asks_then_expires (Fixture *fixture, gconstpointer data)
{
  perron_idle_start (fixture->idle);
  perron_fake_clock_advance (&fixture->clock, 149999);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, 1);
  perron_fake_clock_advance (&fixture->clock, 1);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, 45000);
  g_assert_cmpuint (fixture->asked, ==, 1);
  perron_fake_clock_advance (&fixture->clock, 44999);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, 1);
  g_assert_cmpuint (fixture->expired, ==, 0);
  perron_fake_clock_advance (&fixture->clock, 1);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, -1);
  g_assert_cmpuint (fixture->expired, ==, 1);
  /* Once: a wiped terminal does not wipe again. */
  perron_fake_clock_advance (&fixture->clock, 1000000);
  perron_idle_look (fixture->idle);
  g_assert_cmpuint (fixture->expired, ==, 1);
}

/* WCAG 2.2.1: at least ten extensions; here as many as one likes. */
static void
test_extends_for_ever (Fixture *fixture, gconstpointer data)
{
  perron_idle_start (fixture->idle);
  for (guint i = 1; i <= 25; i++) {
    perron_fake_clock_advance (&fixture->clock, 150000);
    perron_idle_look (fixture->idle);
    g_assert_cmpuint (fixture->asked, ==, i);
    perron_fake_clock_advance (&fixture->clock, 44000);
    perron_idle_touch (fixture->idle);
    g_assert_cmpint (perron_idle_look (fixture->idle), ==, 150000);
  }
  g_assert_cmpuint (fixture->expired, ==, 0);
}

/* The question itself is spoken: its end gives the whole time to answer, but is no answer. */
static void
test_listening_is_no_answer (Fixture *fixture, gconstpointer data)
{
  perron_idle_start (fixture->idle);
  perron_fake_clock_advance (&fixture->clock, 100000);
  perron_idle_listen (fixture->idle);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, 150000);
  perron_fake_clock_advance (&fixture->clock, 150000);
  perron_idle_look (fixture->idle);
  g_assert_cmpuint (fixture->asked, ==, 1);
  perron_fake_clock_advance (&fixture->clock, 8000);
  perron_idle_listen (fixture->idle);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, 45000);
  perron_fake_clock_advance (&fixture->clock, 45000);
  perron_idle_look (fixture->idle);
  g_assert_cmpuint (fixture->expired, ==, 1);
}

static void
test_stopped_is_nobody (Fixture *fixture, gconstpointer data)
{
  perron_idle_start (fixture->idle);
  perron_idle_stop (fixture->idle);
  perron_idle_touch (fixture->idle);
  perron_fake_clock_advance (&fixture->clock, 1000000);
  g_assert_cmpint (perron_idle_look (fixture->idle), ==, -1);
  g_assert_cmpuint (fixture->asked + fixture->expired, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/app/idle/nobody", Fixture, NULL, set_up, test_nobody_is_never_asked, tear_down);
  g_test_add ("/app/idle/asks-then-expires", Fixture, NULL, set_up, test_asks_then_expires, tear_down);
  g_test_add ("/app/idle/extends", Fixture, NULL, set_up, test_extends_for_ever, tear_down);
  g_test_add ("/app/idle/listening", Fixture, NULL, set_up, test_listening_is_no_answer, tear_down);
  g_test_add ("/app/idle/stopped", Fixture, NULL, set_up, test_stopped_is_nobody, tear_down);
  return g_test_run ();
}
