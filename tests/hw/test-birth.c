/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/birth.h"

#include <string.h>

static void
test_table (void)
{
  static const struct {
    const char *raw;
    gint year, month, day;
  } rows[] = {
    { "19900115", 1990, 1, 15 }, { "20240229", 2024, 2, 29 }, { "19240630", 1924, 6, 30 },
    { "19540000", 1954, 0, 0 },  { "19542031", 1954, 0, 0 },  { "19549999", 1954, 0, 0 },
    { "19540230", 1954, 2, 0 },  { "19550229", 1955, 2, 0 },  { "19540400", 1954, 4, 0 },
    { "19540431", 1954, 4, 0 },  { "540902", 0, 9, 2 },       { "540229", 0, 2, 29 },
    { "549902", 0, 0, 0 },       { "00000000", 0, 0, 0 },     { "99991231", 0, 0, 0 },
    { "", 0, 0, 0 },             { "1990", 0, 0, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronBirth birth;
    g_test_message ("%s", rows[i].raw);
    g_assert_true (perron_birth_parse (rows[i].raw, strlen (rows[i].raw), &birth));
    g_assert_cmpstr (birth.raw, ==, rows[i].raw);
    g_assert_cmpint (birth.year, ==, rows[i].year);
    g_assert_cmpint (birth.month, ==, rows[i].month);
    g_assert_cmpint (birth.day, ==, rows[i].day);
    g_assert_cmpint (perron_birth_is_whole (&birth), ==, rows[i].year != 0 && rows[i].month != 0 && rows[i].day != 0);
  }
}

static void
test_padding (void)
{
  PerronBirth birth;
  g_assert_true (perron_birth_parse ("19900115 \0", 10, &birth));
  g_assert_cmpstr (birth.raw, ==, "19900115");
  g_assert_true (perron_birth_parse ("        ", 8, &birth));
  g_assert_cmpstr (birth.raw, ==, "");
}

static void
test_refused (void)
{
  static const char *const texts[] = { "1990-01-15", "199O0115", "\x19\x90\x01\x15", "1234567890123456" };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    PerronBirth birth;
    g_assert_false (perron_birth_parse (texts[i], strlen (texts[i]), &birth));
    g_assert_cmpstr (birth.raw, ==, "");
    g_assert_cmpint (birth.year, ==, 0);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/birth/table", test_table);
  g_test_add_func ("/birth/padding", test_padding);
  g_test_add_func ("/birth/refused", test_refused);
  return g_test_run ();
}
