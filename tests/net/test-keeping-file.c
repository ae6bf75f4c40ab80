/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/place.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

/* What a gateway has forgotten is gone from the file of SQLite, and a file of before is read. */

typedef struct {
  char *folder;
  char *path;
} File;

static void
file_begin (File *file)
{
  file->folder = g_dir_make_tmp ("perron-keeping-XXXXXX", NULL);
  file->path = g_build_filename (file->folder, "gateway.db", NULL);
}

static void
file_end (File *file)
{
  g_assert_cmpint (g_unlink (file->path), ==, 0);
  g_assert_cmpint (g_rmdir (file->folder), ==, 0);
  g_free (file->path);
  g_free (file->folder);
}

static guint
count_in_file (const char *path, const guint8 *bytes, gsize len)
{
  g_autofree char *data = NULL;
  gsize size;
  guint found = 0;
  if (!g_file_get_contents (path, &data, &size, NULL))
    return 0;
  for (const char *at = data; at != NULL && (at = memmem (at, size - (gsize) (at - data), bytes, len)) != NULL; at++)
    found++;
  return found;
}

static guint
count_in_store (const File *file, const guint8 *bytes, gsize len)
{
  g_autofree char *wal = g_strconcat (file->path, "-wal", NULL);
  return count_in_file (file->path, bytes, len) + count_in_file (wal, bytes, len);
}

static gsize
file_size (const char *path)
{
  GStatBuf info;
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  return (gsize) info.st_size;
}

/* Bytes of what was forgotten are in no page and in no frame of the log, while the gateway runs; nor is the room they took. */
static void
test_gone_from_the_disk (void)
{
  enum { COUNT = 4000, KEPT = 40 };
  File file;
  file_begin (&file);
  Place place = { perron_gateway_store_sqlite_new (file.path, NULL), g_get_real_time () / 1000 };
  gint64 made_ms = place.now_ms, cursor;
  guint8 id[PERRON_UUID_BYTES];

  for (guint i = 0; i < COUNT; i++) {
    g_assert_cmpint (place_put (&place, made_ms + i, i), ==, PERRON_OUTCOME_CREATED);
    if (i % (COUNT / KEPT) != 0)
      g_assert_cmpint (place_acknowledge (&place, made_ms + i, i), ==, PERRON_OUTCOME_CREATED);
  }
  place_count_answers (&place, &cursor);
  place_look (&place, place.now_ms, 0, cursor);
  place_fill_id (id, made_ms + 1, 1);
  g_assert_cmpuint (count_in_store (&file, id, sizeof id), >, 0);
  g_assert_cmpuint (count_in_store (&file, (const guint8 *) "receipt-signature", 17), >, COUNT / 2);
  place_pass (&place, 800);
  gsize before = file_size (file.path);
  g_assert_cmpint (place_forget (&place, 500).ret_tasks, ==, COUNT - KEPT);

  for (guint i = 0; i < COUNT; i++) {
    place_fill_id (id, made_ms + i, i);
    if (i % (COUNT / KEPT) != 0)
      g_assert_cmpuint (count_in_store (&file, id, sizeof id), ==, 0);
    else
      g_assert_cmpuint (count_in_store (&file, id, sizeof id), >, 0);
  }
  g_assert_cmpuint (count_in_store (&file, (const guint8 *) "receipt-signature", 17), ==, 0);
  g_test_message ("%" G_GSIZE_FORMAT " bytes before, %" G_GSIZE_FORMAT " after", before, file_size (file.path));
  g_assert_cmpuint (file_size (file.path), <, before / 4);
  perron_gateway_store_free (place.store);
  file_end (&file);
}

/* A store of before: its rows count, nothing of it is old before time has been counted, and its pages, which cannot be given back, are clean. */
static void
test_an_older_store (void)
{
  File file;
  gint64 long_ago_ms = g_get_real_time () / 1000 - 4 * YEAR, cursor;
  sqlite3 *db;
  file_begin (&file);
  g_autofree char *rows = g_strdup_printf ("UPDATE task SET stored_ms = %" G_GINT64_FORMAT ";"
                                           "DROP TABLE keeping; DROP TABLE milestone; DROP TABLE fetched;"
                                           "PRAGMA journal_mode=DELETE; PRAGMA auto_vacuum=NONE; VACUUM",
                                           long_ago_ms);
  Place place = { perron_gateway_store_sqlite_new (file.path, NULL), g_get_real_time () / 1000 };
  g_assert_cmpint (place_put (&place, long_ago_ms, 1), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (&place, long_ago_ms, 1), ==, PERRON_OUTCOME_CREATED);
  perron_gateway_store_free (place.store);
  g_assert_cmpint (sqlite3_open (file.path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, rows, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);

  place.store = perron_gateway_store_sqlite_new (file.path, NULL);
  place_look (&place, place.now_ms, DAY, 1);
  place_check_forgot (&place, 0, 0, 0);
  g_assert_cmpuint (place_count_answers (&place, &cursor), ==, 1);
  g_assert_cmpint (place_put (&place, long_ago_ms, 1), ==, PERRON_OUTCOME_SAME);
  place_pass (&place, 130);
  place_check_forgot (&place, 1, 0, 0);
  place_pass (&place, 600);
  place_check_forgot (&place, 0, 0, 1);
  g_assert_cmpint (place_put (&place, long_ago_ms, 1), ==, PERRON_OUTCOME_FORGOTTEN);
  guint8 id[PERRON_UUID_BYTES];
  place_fill_id (id, long_ago_ms, 1);
  g_assert_cmpuint (count_in_store (&file, id, sizeof id), ==, 0);
  perron_gateway_store_free (place.store);
  file_end (&file);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keeping/gone-from-the-disk", test_gone_from_the_disk);
  g_test_add_func ("/keeping/an-older-store", test_an_older_store);
  return g_test_run ();
}
