/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/field.h"

#include <string.h>

/* Numbers and people are synthetic: communes 000 and 999, telephone numbers of the range kept for fiction (06 39 98). */

static const struct {
  PerronFieldType type;
  const char *typed;
  const char *normal; /* NULL: refused */
  const char *shown;
} cases[] = {
  { PERRON_FIELD_PHONE, "06 39 98 00 01", "0639980001", "06 39 98 00 01" },
  { PERRON_FIELD_PHONE, "+33 6 39 98 00 01", "0639980001", "06 39 98 00 01" },
  { PERRON_FIELD_PHONE, "+33 (0)6.39.98.00.01", "0639980001", "06 39 98 00 01" },
  { PERRON_FIELD_PHONE, "0033639980001", "0639980001", "06 39 98 00 01" },
  { PERRON_FIELD_PHONE, "06 39 98 00", NULL, "06 39 98 00" },
  { PERRON_FIELD_PHONE, "06 39 98 00 011", NULL, NULL },
  { PERRON_FIELD_PHONE, "1639980001", NULL, NULL },
  { PERRON_FIELD_PHONE, "0039980001", NULL, NULL },
  { PERRON_FIELD_PHONE, "+34639980001", NULL, NULL },
  { PERRON_FIELD_PHONE, "+33", NULL, NULL },
  { PERRON_FIELD_PHONE, "06 39 98 0O 01", NULL, NULL },
  { PERRON_FIELD_DATE, "05/03/1950", "19500305", "05/03/1950" },
  { PERRON_FIELD_DATE, "05031950", "19500305", "05/03/1950" },
  { PERRON_FIELD_DATE, "00 00 1954", "19540000", "00/00/1954" },
  { PERRON_FIELD_DATE, "31201954", "19542031", "31/20/1954" },
  { PERRON_FIELD_DATE, "99 99 1954", "19549999", "99/99/1954" },
  { PERRON_FIELD_DATE, "050350", NULL, NULL },
  { PERRON_FIELD_DATE, "05031750", NULL, NULL },
  { PERRON_FIELD_DATE, "0503195O", NULL, NULL },
  { PERRON_FIELD_NUMBER, "2 90 01 99 000 001", "2900199000001", "2 90 01 99 000 001" },
  { PERRON_FIELD_NUMBER, "2 90 01 2a 000 001 11", "290012A00000111", "2 90 01 2A 000 001 11" },
  { PERRON_FIELD_NUMBER, "2 90 01 3A 000 001", NULL, NULL },
  { PERRON_FIELD_NUMBER, "A900199000001", NULL, NULL },
  { PERRON_FIELD_NUMBER, "29001990000011", NULL, NULL },
  { PERRON_FIELD_NAME, "  d’Été-Noël  ", "d’Été-Noël", "d’Été-Noël" },
  { PERRON_FIELD_NAME, "ÉLODIE", "ÉLODIE", "ÉLODIE" },
  { PERRON_FIELD_NAME, "R2D2", NULL, NULL },
  { PERRON_FIELD_NAME, "-", NULL, NULL },
  { PERRON_FIELD_EMAIL, "camille@exemple.fr", "camille@exemple.fr", "camille@exemple.fr" },
  { PERRON_FIELD_EMAIL, "camille@exemple", NULL, NULL },
  { PERRON_FIELD_EMAIL, "@exemple.fr", NULL, NULL },
  { PERRON_FIELD_EMAIL, "a@b@c.fr", NULL, NULL },
  { PERRON_FIELD_EMAIL, "a@b..fr", NULL, NULL },
  { PERRON_FIELD_EMAIL, "a@.fr", NULL, NULL },
  { PERRON_FIELD_REFERENCE, "2222 222", NULL, NULL },
  { PERRON_FIELD_REFERENCE, "0OIL-BDPT", NULL, NULL },
};

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const PerronField field = { .type = cases[i].type, .max_chars = 40, .required = TRUE };
    char normal[PERRON_TYPED_BYTES], shown[PERRON_TYPED_BYTES];
    gboolean ok = perron_field_check (&field, cases[i].typed, normal);
    if (ok != (cases[i].normal != NULL))
      g_error ("\"%s\" was %s", cases[i].typed, ok ? "accepted" : "refused");
    g_assert_cmpstr (normal, ==, ok ? cases[i].normal : "");
    perron_field_show (&field, cases[i].typed, shown);
    if (cases[i].shown != NULL)
      g_assert_cmpstr (shown, ==, cases[i].shown);
  }
}

static void
test_required (void)
{
  PerronField field = { .type = PERRON_FIELD_PHONE, .max_chars = 10 };
  char normal[PERRON_TYPED_BYTES];
  g_assert_true (perron_field_check (&field, "  ", normal));
  g_assert_cmpstr (normal, ==, "");
  field.required = TRUE;
  g_assert_false (perron_field_check (&field, "  ", normal));
  g_assert_true (perron_field_accepts (&field, "éééééééééé")); /* ten characters, twenty bytes */
  g_assert_false (perron_field_accepts (&field, "ééééééééééé"));
  g_assert_false (perron_field_accepts (&field, "a\tb"));
  g_assert_false (perron_field_accepts (&field, "\xc3"));
  g_assert_false (perron_field_accepts (&field, NULL));
}

/* Keys: facts of the Vitale card, 3.2 and 3.3. Never a reason to refuse: only to ask again. */
static void
test_birth (void)
{
  static const struct {
    const char *raw;
    gint year, month, day;
  } births[] = {
    { "19500305", 1950, 3, 5 }, { "19540000", 1954, 0, 0 }, { "19542031", 1954, 0, 0 },
    { "19540230", 1954, 2, 0 }, { "20000229", 2000, 2, 29 }, { "19000229", 1900, 2, 0 }, { "", 0, 0, 0 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (births); i++) {
    PerronBirth birth;
    perron_field_read_birth (births[i].raw, &birth);
    g_assert_cmpstr (birth.raw, ==, births[i].raw);
    g_assert_cmpint (birth.year, ==, births[i].year);
    g_assert_cmpint (birth.month, ==, births[i].month);
    g_assert_cmpint (birth.day, ==, births[i].day);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journey/field/cases", test_cases);
  g_test_add_func ("/journey/field/required", test_required);
  g_test_add_func ("/journey/field/birth", test_birth);
  return g_test_run ();
}
