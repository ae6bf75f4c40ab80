/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/text.h"

#include <string.h>

#include "kiosk/core/person.h"

#define BYTES(text) text, sizeof text - 1

static const struct {
  const char *bytes;
  gsize length;
  PerronTextResult result;
  const char *text;
} rows[] = {
  { BYTES ("DUPONT"), PERRON_TEXT_OK, "DUPONT" },
  { BYTES ("D'ALMEIDA--ROCHA"), PERRON_TEXT_OK, "D'ALMEIDA--ROCHA" },
  { BYTES ("  JEAN   MARIE      "), PERRON_TEXT_OK, "JEAN MARIE" },
  { BYTES ("DUPONT\0\0\0\0"), PERRON_TEXT_OK, "DUPONT" },
  { BYTES ("DU\0PONT\0"), PERRON_TEXT_OK, "DU PONT" },
  { BYTES (""), PERRON_TEXT_OK, "" },
  { BYTES ("\0\0 "), PERRON_TEXT_OK, "" },
  { BYTES ("L\xC9V\xCAQUE-\xC7" "ELIK"), PERRON_TEXT_OK, "LÉVÊQUE-ÇELIK" },
  { BYTES ("\xC5\x92UVR\xC3\x89"), PERRON_TEXT_NEUTRAL, "ŒUVRÉ" },
  { BYTES ("L\xC9V\xC3\x8AQUE"), PERRON_TEXT_NEUTRAL, "L?VÊQUE" },
  { BYTES ("A\x92\x93" "B"), PERRON_TEXT_NEUTRAL, "A?B" },
  { BYTES ("\xE2\x80\xAE" "EVIL"), PERRON_TEXT_NEUTRAL, "?EVIL" }, /* right-to-left override */
  { BYTES ("A\x1B[2J"), PERRON_TEXT_REFUSED, "" },
  { BYTES ("A\nB"), PERRON_TEXT_REFUSED, "" },
  { BYTES ("A\x7F"), PERRON_TEXT_REFUSED, "" },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    char text[PERRON_NAME_BYTES];
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpint (perron_text_decode ((const guint8 *) rows[i].bytes, rows[i].length, text, sizeof text), ==, rows[i].result);
    g_assert_cmpstr (text, ==, rows[i].text);
    g_assert_true (g_utf8_validate (text, -1, NULL));
  }
}

static void
test_room (void)
{
  guint8 bytes[128];
  char text[PERRON_NAME_BYTES];

  memset (bytes, 0xC9, sizeof bytes);
  g_assert_cmpint (perron_text_decode (bytes, 60, text, sizeof text), ==, PERRON_TEXT_OK);
  g_assert_cmpuint (strlen (text), ==, 120);
  g_assert_cmpint (perron_text_decode (bytes, 63, text, sizeof text), ==, PERRON_TEXT_OK);
  g_assert_cmpint (perron_text_decode (bytes, 64, text, sizeof text), ==, PERRON_TEXT_REFUSED);
  g_assert_cmpstr (text, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/table", test_table);
  g_test_add_func ("/text/room", test_room);
  return g_test_run ();
}
