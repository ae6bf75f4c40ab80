/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/nir.h"

#include <string.h>

/* Public facts, sections 3.6 and 9: public test identities and made-up numbers (commune 000). */
static const struct {
  const char *value;
  PerronNumberKind kind;
  gboolean key_ok;
} rows[] = {
  { "290017500000176", PERRON_NUMBER_NIR, TRUE },         { "276062A00000324", PERRON_NUMBER_NIR, TRUE },
  { "183122B00000447", PERRON_NUMBER_NIR, TRUE },         { "154209935000563", PERRON_NUMBER_NIR_PSEUDO, TRUE },
  { "261319935100609", PERRON_NUMBER_NIR_PSEUDO, TRUE },  { "170509935200785", PERRON_NUMBER_NIR_PSEUDO, TRUE },
  { "270999935300812", PERRON_NUMBER_NIR_PSEUDO, TRUE },  { "786079935000920", PERRON_NUMBER_TEMPORARY, TRUE },
  { "886079935001066", PERRON_NUMBER_TEMPORARY, TRUE },   { "5100100000011", PERRON_NUMBER_MIGRANT, FALSE },
  { "5555550000012", PERRON_NUMBER_MIGRANT, FALSE },      { "365017500002068", PERRON_NUMBER_PROVISIONAL, TRUE },
  { "465017500002117", PERRON_NUMBER_PROVISIONAL, TRUE }, { "190017500003097", PERRON_NUMBER_NIR, TRUE },
  { "190017500002901", PERRON_NUMBER_NIR, TRUE },         { "224017500001892", PERRON_NUMBER_NIR, TRUE },
  { "124017500001944", PERRON_NUMBER_NIR, TRUE },         { "117097500001633", PERRON_NUMBER_NIR, TRUE },
  { "275126322074974", PERRON_NUMBER_NIR, TRUE },         { "180032B02040123", PERRON_NUMBER_NIR, TRUE },
  { "109076322083489", PERRON_NUMBER_NIR, TRUE },         { "110086322083060", PERRON_NUMBER_NIR, TRUE },
  { "236066322083656", PERRON_NUMBER_NIR, TRUE },         { "290017500000177", PERRON_NUMBER_NIR, FALSE },
  { "290017500000100", PERRON_NUMBER_NIR, FALSE },        { "2900175000001", PERRON_NUMBER_NIR, FALSE },
  { "155125555555555", PERRON_NUMBER_NIR, FALSE },        { "290007500000176", PERRON_NUMBER_INVALID, FALSE },
  { "290137500000176", PERRON_NUMBER_INVALID, FALSE },    { "290197500000176", PERRON_NUMBER_INVALID, FALSE },
  { "090017500000176", PERRON_NUMBER_INVALID, FALSE },    { "990017500000176", PERRON_NUMBER_INVALID, FALSE },
  { "5300100000011", PERRON_NUMBER_INVALID, FALSE },      { "29001750000017", PERRON_NUMBER_INVALID, FALSE },
  { "123", PERRON_NUMBER_INVALID, FALSE },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronNumber number;
    perron_nir_parse (rows[i].value, strlen (rows[i].value), &number);
    g_test_message ("%s", rows[i].value);
    g_assert_cmpstr (number.value, ==, rows[i].value);
    g_assert_cmpint (number.kind, ==, rows[i].kind);
    g_assert_cmpint (number.key_ok, ==, rows[i].key_ok);
  }
}

static void
test_key (void)
{
  g_assert_cmpuint (perron_nir_key ("1900175000030"), ==, 97);
  g_assert_cmpuint (perron_nir_key ("1900175000029"), ==, 1);
  g_assert_cmpuint (perron_nir_key ("276062A000003"), ==, perron_nir_key ("2760619000003"));
  g_assert_cmpuint (perron_nir_key ("183122B000004"), ==, perron_nir_key ("1831218000004"));
  g_assert_cmpuint (perron_nir_key ("290017500000"), ==, 0);
  g_assert_cmpuint (perron_nir_key ("2A00175000001"), ==, 0);
  g_assert_cmpuint (perron_nir_key ("276063A000003"), ==, 0);
}

static void
test_padding_and_rubbish (void)
{
  static const struct {
    const char *text;
    gsize length;
    PerronNumberKind kind;
    const char *value;
  } texts[] = {
    { "", 0, PERRON_NUMBER_NONE, "" },
    { "               ", 15, PERRON_NUMBER_NONE, "" },
    { "\0\0\0\0", 4, PERRON_NUMBER_NONE, "" },
    { " 290017500000176\0\0", 18, PERRON_NUMBER_NIR, "290017500000176" },
    { "2900175\000000176", 14, PERRON_NUMBER_INVALID, "" },
    { "29001750000017\xC9", 15, PERRON_NUMBER_INVALID, "" },
    { "2900175000001760", 16, PERRON_NUMBER_INVALID, "" },
    { "290012C00000176", 15, PERRON_NUMBER_INVALID, "" },
    { "29001A500000176", 15, PERRON_NUMBER_INVALID, "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    PerronNumber number;
    perron_nir_parse (texts[i].text, texts[i].length, &number);
    g_assert_cmpint (number.kind, ==, texts[i].kind);
    g_assert_cmpstr (number.value, ==, texts[i].value);
  }
}

static void
test_simulated (void)
{
  static const struct {
    const char *value;
    gboolean simulated;
  } numbers[] = {
    { "290017500000176", TRUE },  { "276062A00000324", TRUE },  { "290017599900100", TRUE },
    { "275126322074974", FALSE }, /* public test identity: known by its number, not by its commune */
    { "154209935000563", FALSE }, { "290019999900100", FALSE }, { "290017599000100", FALSE },
    { "786077500000920", FALSE }, /* a provisional number has no commune */
    { "510010000001100", FALSE }, { "", FALSE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    PerronNumber number;
    perron_nir_parse (numbers[i].value, strlen (numbers[i].value), &number);
    g_test_message ("%s", numbers[i].value);
    g_assert_cmpint (perron_nir_is_simulated (&number), ==, numbers[i].simulated);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/nir/table", test_table);
  g_test_add_func ("/nir/key", test_key);
  g_test_add_func ("/nir/padding-and-rubbish", test_padding_and_rubbish);
  g_test_add_func ("/nir/simulated", test_simulated);
  return g_test_run ();
}
