/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync/store-fixture.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

void
fixture_set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->folder = g_dir_make_tmp ("perron-store-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "outbox.db", NULL);
  perron_fake_clock_init (&fixture->clock, G_GINT64_CONSTANT (1795300000000), 50000);
  fixture->options = (PerronOutboxOptions){ fixture->path, 1000, 0, 0, TRUE, { 0 } };
  g_assert_false (fixture_reopen (fixture));
}

void
fixture_tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  fixture_remove_folder (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

gboolean
fixture_reopen (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gboolean was_broken = FALSE;

  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  fixture->outbox = perron_outbox_open (&fixture->options, &fixture->clock.clock, &was_broken, &error);
  g_assert_no_error (error);
  return was_broken;
}

PerronOutbox *
fixture_open_second (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxOptions options = fixture->options;

  options.create = FALSE;
  PerronOutbox *outbox = perron_outbox_open (&options, &fixture->clock.clock, NULL, &error);
  g_assert_no_error (error);
  return outbox;
}

void
fixture_make_id (Fixture *fixture, guint8 id[PERRON_UUID_BYTES])
{
  perron_uuid7_generate (fixture->clock.now_unix_ms, id);
  fixture->made++;
}

PerronEnvelope *
fixture_seal (gpointer id, gint64 counter, const char *reference, GError **error)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  guint8 bytes[1500];

  memset (bytes, (int) (counter % 251) + 1, sizeof bytes);
  memcpy (envelope->id, id, PERRON_UUID_BYTES);
  memcpy (envelope->digest, id, PERRON_UUID_BYTES);
  envelope->terminal = g_strdup ("borne-0001");
  envelope->dest = g_strdup ("000");
  envelope->suite = PERRON_SUITE_CMS_P256_A256GCM;
  envelope->sealed = g_bytes_new (bytes, sizeof bytes);
  envelope->signature = g_bytes_new ("signature", 9);
  return envelope;
}

gint64
fixture_enqueue (Fixture *fixture, char reference[PERRON_REFERENCE_BYTES])
{
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES];
  char kept[PERRON_REFERENCE_BYTES];
  gint64 seq = 0;

  fixture_make_id (fixture, id);
  gboolean ok = perron_outbox_enqueue (fixture->outbox, id, fixture_seal, id, kept, &seq, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  if (reference != NULL)
    memcpy (reference, kept, PERRON_REFERENCE_BYTES);
  return seq;
}

PerronItem
fixture_find (Fixture *fixture, const char *reference)
{
  g_autoptr (GError) error = NULL;
  PerronItem item = { 0 };
  gboolean ok = perron_outbox_find (fixture->outbox, reference, &item, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  return item;
}

gint64
fixture_ask (Fixture *fixture, const char *sql)
{
  sqlite3 *db = NULL;
  sqlite3_stmt *query = NULL;

  g_assert_cmpint (sqlite3_open_v2 (fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &query, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_step (query), ==, SQLITE_ROW);
  gint64 answer = sqlite3_column_int64 (query, 0);
  sqlite3_finalize (query);
  sqlite3_close (db);
  return answer;
}

void
fixture_change (Fixture *fixture, const char *sql)
{
  sqlite3 *db = NULL;
  g_assert_cmpint (sqlite3_open_v2 (fixture->path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

void
fixture_remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      fixture_remove_folder (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}
