/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/words.h"

static void
check (const char *text, guint position, guint start, guint length)
{
  guint got_start = 0, got_length = 0;
  g_assert_true (perron_word_widen (text, position, &got_start, &got_length));
  g_assert_cmpuint (got_start, ==, start);
  g_assert_cmpuint (got_length, ==, length);
}

static void
test_runs (void)
{
  check ("un deux", 1, 0, 2);
  check ("un deux", 2, 0, 2);
  check ("un deux", 4, 3, 4);
  check ("un deux", 7, 3, 4);
  check ("à l'hôpital, été", 3, 2, 10);      /* elision: the engine names one letter, and no "hôpital" */
  check ("à l'hôpital, été", 14, 13, 3);     /* characters, not bytes */
  check ("a\u00a0b", 3, 2, 1);               /* no-break space */
  check ("  un", 3, 2, 2);
  check ("1 234,50", 3, 2, 6);
}

static void
test_space_leads_to_next (void)
{
  check ("un deux", 3, 3, 4);
}

static void
test_outside (void)
{
  guint start = 77, length = 77;
  g_assert_false (perron_word_widen ("", 1, &start, &length));
  g_assert_false (perron_word_widen ("un", 0, &start, &length));
  g_assert_false (perron_word_widen ("un", 3, &start, &length));
  g_assert_false (perron_word_widen ("   ", 2, &start, &length));
  g_assert_cmpuint (start, ==, 77);
  g_assert_cmpuint (length, ==, 77);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/runs", test_runs);
  g_test_add_func ("/words/space-leads-to-next", test_space_leads_to_next);
  g_test_add_func ("/words/outside", test_outside);
  return g_test_run ();
}
