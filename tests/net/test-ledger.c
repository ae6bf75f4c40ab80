/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/ledger.h"

#include <glib/gstdio.h>
#include <string.h>

static PerronCountVerdict
note (PerronLedger *ledger, gint64 counter, guint8 id)
{
  guint8 bytes[PERRON_UUID_BYTES] = { id };
  return perron_ledger_note (ledger, "borne-0001", counter, bytes);
}

static void
on_gap (const char *terminal, gint64 first, gint64 last, gpointer data)
{
  g_string_append_printf (data, "%s:%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT " ", terminal, first, last);
}

static void
assert_gaps (PerronLedger *ledger, const char *wanted)
{
  g_autoptr (GString) gaps = g_string_new (NULL);
  perron_ledger_foreach_new_gap (ledger, on_gap, gaps);
  g_assert_cmpstr (gaps->str, ==, wanted);
}

static void
test_counting (void)
{
  g_autoptr (PerronLedger) ledger = perron_ledger_load (NULL, NULL);
  g_assert_cmpint (note (ledger, 1, 1), ==, PERRON_COUNT_NEXT);
  g_assert_cmpint (note (ledger, 2, 2), ==, PERRON_COUNT_NEXT);
  g_assert_cmpint (note (ledger, 2, 2), ==, PERRON_COUNT_AGAIN);
  g_assert_cmpint (note (ledger, 2, 9), ==, PERRON_COUNT_REUSED);
  assert_gaps (ledger, "");
  g_assert_cmpint (note (ledger, 8, 8), ==, PERRON_COUNT_NEXT);
  assert_gaps (ledger, "borne-0001:3-7 ");
  g_assert_cmpint (note (ledger, 5, 5), ==, PERRON_COUNT_LATE);
  assert_gaps (ledger, "borne-0001:3-4 borne-0001:6-7 ");
  g_assert_cmpint (note (ledger, 3, 3), ==, PERRON_COUNT_LATE);
  g_assert_cmpint (note (ledger, 4, 4), ==, PERRON_COUNT_LATE);
  g_assert_cmpint (note (ledger, 7, 7), ==, PERRON_COUNT_LATE);
  assert_gaps (ledger, "borne-0001:6-6 ");
  g_assert_cmpint (note (ledger, 7, 6), ==, PERRON_COUNT_REUSED);
}

static void
test_kept (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-ledger-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "counters.json", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronLedger) ledger = perron_ledger_load (path, NULL);

  note (ledger, 1, 1);
  note (ledger, 4, 4);
  g_assert_true (perron_ledger_save (ledger, NULL));
  g_autoptr (PerronLedger) later = perron_ledger_load (path, NULL);
  assert_gaps (later, ""); /* named once, in the run that saw it */
  g_assert_cmpint (note (later, 4, 4), ==, PERRON_COUNT_AGAIN);
  g_assert_cmpint (note (later, 2, 2), ==, PERRON_COUNT_LATE);
  g_assert_cmpint (note (later, 5, 5), ==, PERRON_COUNT_NEXT);

  static const char *const bad[] = { "", "[]", "{\"borne-0001\":{}}",
                                     "{\"b\":{\"last\":1,\"gaps\":[{}],\"seen\":[]}}",
                                     "{\"a/b\":{\"last\":1,\"gaps\":[],\"seen\":[]}}",
                                     "{\"b\":{\"last\":1,\"gaps\":[],\"seen\":[{\"id\":\"x\",\"counter\":1}]}}" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_assert_true (g_file_set_contents (path, bad[i], -1, NULL));
    g_assert_null (perron_ledger_load (path, &error));
    g_assert_error (error, PERRON_LEDGER_ERROR, PERRON_LEDGER_ERROR_FILE);
    g_assert_true (strstr (error->message, "counters.json") != NULL);
    g_clear_error (&error);
  }
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger/counting", test_counting);
  g_test_add_func ("/ledger/kept", test_kept);
  return g_test_run ();
}
