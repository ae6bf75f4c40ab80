/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/reference.h"

#define SAMPLES 200
static const char alphabet[] = "23456789AHJKLQRUXYZ";

static void
test_generated_is_read_back (void)
{
  for (guint i = 0; i < 10000; i++) {
    char made[PERRON_REFERENCE_BYTES], read[PERRON_REFERENCE_BYTES];
    perron_reference_generate (made);
    g_assert_cmpuint (strlen (made), ==, 9);
    g_assert_cmpint (made[4], ==, '-');
    g_assert_cmpuint (strspn (made, "23456789AHJKLQRUXYZ-"), ==, 9);
    g_assert_true (perron_reference_parse (made, read));
    g_assert_cmpstr (read, ==, made);
  }
}

static void
test_every_substitution_is_caught (void)
{
  for (guint sample = 0; sample < SAMPLES; sample++) {
    char made[PERRON_REFERENCE_BYTES], read[PERRON_REFERENCE_BYTES];
    perron_reference_generate (made);
    for (guint at = 0; at < 9; at++) {
      const char right = made[at];
      for (const char *wrong = alphabet; right != '-' && *wrong != '\0'; wrong++) {
        made[at] = *wrong;
        g_assert_cmpint (perron_reference_parse (made, read), ==, *wrong == right);
      }
      made[at] = right;
    }
  }
}

static void
test_every_exchange_of_neighbours_is_caught (void)
{
  for (guint sample = 0; sample < SAMPLES * 10; sample++) {
    char made[PERRON_REFERENCE_BYTES], read[PERRON_REFERENCE_BYTES];
    perron_reference_generate (made);
    for (guint at = 0; at < 8; at++) {
      const guint next = made[at + 1] == '-' ? at + 2 : at + 1;
      if (made[at] == '-')
        continue;
      char swapped[PERRON_REFERENCE_BYTES];
      memcpy (swapped, made, sizeof made);
      swapped[at] = made[next];
      swapped[next] = made[at];
      g_assert_cmpint (perron_reference_parse (swapped, read), ==, made[at] == made[next]);
    }
  }
}

static void
test_reads_what_people_write (void)
{
  char made[PERRON_REFERENCE_BYTES], read[PERRON_REFERENCE_BYTES];
  perron_reference_generate (made);
  g_autofree char *lower = g_ascii_strdown (made, -1);
  g_autofree char *bare = g_strdup_printf ("%.4s%s", made, made + 5);
  g_autofree char *spaced = g_strdup_printf ("  %.2s %.2s  - %s ", made, made + 2, made + 5);
  const char *const ways[] = { lower, bare, spaced };
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_assert_true (perron_reference_parse (ways[i], read));
    g_assert_cmpstr (read, ==, made);
  }
}

static void
test_refused_leaves_nothing (void)
{
  char made[PERRON_REFERENCE_BYTES];
  perron_reference_generate (made);
  g_autofree char *longer = g_strconcat (made, "2", NULL);
  g_autofree char *shorter = g_strndup (made, 8);
  const char *const wrong[] = { "", "-", "    ", longer, shorter, "K7RA-42X0", "K7RA-42XÉ", "K7RA/42XU", "\xff\xfe", "OOOO-IIII" };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    char read[PERRON_REFERENCE_BYTES] = "untouched";
    g_assert_false (perron_reference_parse (wrong[i], read));
    g_assert_cmpstr (read, ==, "untouched");
  }
}

/* 19 symbols, seven free places: a bent die would show. Chi-square with 18 degrees, far beyond p = 1e-6 (60). */
static void
test_symbols_are_as_likely (void)
{
  enum { DRAWS = 7 * 19 * 400 };
  guint count[128] = { 0 };
  for (guint i = 0; i < DRAWS / 7; i++) {
    char made[PERRON_REFERENCE_BYTES];
    perron_reference_generate (made);
    for (guint at = 0; at < 8; at++)
      count[(guint8) made[at]]++;
  }
  double chi = 0;
  for (const char *symbol = alphabet; *symbol != '\0'; symbol++) {
    const double expected = (double) DRAWS / 19;
    chi += ((double) count[(guint8) *symbol] - expected) * ((double) count[(guint8) *symbol] - expected) / expected;
  }
  g_assert_cmpfloat (chi, <, 80);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reference/generated-is-read-back", test_generated_is_read_back);
  g_test_add_func ("/reference/every-substitution-is-caught", test_every_substitution_is_caught);
  g_test_add_func ("/reference/every-exchange-of-neighbours-is-caught", test_every_exchange_of_neighbours_is_caught);
  g_test_add_func ("/reference/reads-what-people-write", test_reads_what_people_write);
  g_test_add_func ("/reference/refused-leaves-nothing", test_refused_leaves_nothing);
  g_test_add_func ("/reference/symbols-are-as-likely", test_symbols_are_as_likely);
  return g_test_run ();
}
