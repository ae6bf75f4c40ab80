/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/head-file.h"

#include <glib/gstdio.h>
#include <string.h>

/* What the gateway said of the audit head, kept in a small file: read back as written; anything else counts as nothing kept. */

static void
test_round_trip (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-head-XXXXXX", NULL);
  g_autofree char *outbox = g_build_filename (folder, "outbox.db", NULL);
  g_autofree char *path = perron_head_file_path (outbox);
  PerronHeadFile file = { .kept_n = 60, .kept_unix_ms = G_GINT64_CONSTANT (1795300000123), .refused_n = 50, .refused = "back" }, read;

  memset (file.kept_hash, 0x3c, sizeof file.kept_hash);
  perron_head_file_load (path, &read);
  g_assert_cmpint (read.kept_n, ==, 0);
  g_assert_cmpstr (read.refused, ==, "");
  g_assert_true (perron_head_file_save (path, &file, NULL));
  perron_head_file_load (path, &read);
  g_assert_cmpint (read.kept_n, ==, 60);
  g_assert_cmpint (read.kept_unix_ms, ==, file.kept_unix_ms);
  g_assert_cmpmem (read.kept_hash, sizeof read.kept_hash, file.kept_hash, sizeof file.kept_hash);
  g_assert_cmpint (read.refused_n, ==, 50);
  g_assert_cmpstr (read.refused, ==, "back");
  g_unlink (path);
  g_rmdir (folder);
}

static void
test_rubbish (void)
{
  static const char *const texts[] = { "", "rubbish", "[kept]\nn=60\n", "[kept]\nn=60\nsha256=3c\n", "[kept]\nn=-1\nsha256=x\n",
                                       "[refused]\nword=rm -rf\nn=1\n" };
  g_autofree char *folder = g_dir_make_tmp ("perron-head-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "outbox.db.head", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    PerronHeadFile read;
    g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
    perron_head_file_load (path, &read);
    g_assert_cmpint (read.kept_n, ==, 0);
    g_assert_cmpstr (read.refused, ==, "");
  }
  g_unlink (path);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head-file/round-trip", test_round_trip);
  g_test_add_func ("/head-file/rubbish", test_rubbish);
  return g_test_run ();
}
