/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks into the store (its private headers): files of every older shape are made by the old steps themselves, filled, and opened; a file of a
 * newer program is left as it is, byte for byte. The way back: tests/net/test_import.py.
 */
#include "tests/sync/store-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/store/audit.h"
#include "sync/store/schema.h"

#define ROWS 5

/* Plain SQL in the words of the first shape, as the first program wrote it: row i + 1 is in state i. */
static void
fill_old (PerronDb *db)
{
  static const char row[] =
    "INSERT INTO outbox (seq, id, reference, terminal, dest, suite, digest, sealed_len, created_ms, changed_ms, state, attempts)"
    " VALUES (?1, CAST (printf ('id-of-row-%06d', ?1) AS BLOB), printf ('2222-222%d', ?1), 'borne-0001', '000', 1, zeroblob (32), 3,"
    " 1795300000000, 1795300000000, ?1 - 1, ?1)";
  static const char bytes[] = "INSERT INTO sealed SELECT seq, CAST (printf ('b%d!', seq) AS BLOB), x'73' FROM outbox WHERE state IN (0, 3)";
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES] = "id-of-row-000001";

  g_assert_true (perron_audit_append (db, 1795300000000, PERRON_AUDIT_BEGUN, NULL, 0, NULL));
  for (gint64 i = 1; i <= ROWS; i++) {
    g_assert_true (perron_db_run (db, &error, row, "i", i));
    id[15] = (guint8) ('0' + i);
    g_assert_true (perron_audit_append (db, 1795300000000, PERRON_AUDIT_REGISTERED, id, i, NULL));
  }
  g_assert_true (perron_db_run (db, &error, bytes, ""));
  g_assert_true (perron_db_run (db, &error, "UPDATE terminal SET counter = 5, contact_ms = 7, link = 'online'", ""));
  g_assert_no_error (error);
}

static void
make_old (Fixture *fixture, gint64 version)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_autoptr (PerronDb) db = perron_store_connect (fixture->path, PERRON_STORE_CREATE, &error);
  g_assert_no_error (error);
  g_assert_true (perron_schema_migrate_to (db, TRUE, version, &error));
  fill_old (db);
}

static char *
read_file (Fixture *fixture, gsize *ret_size)
{
  char *text = NULL;
  g_assert_true (g_file_get_contents (fixture->path, &text, ret_size, NULL));
  return text;
}

static void
assert_refused_and_untouched (Fixture *fixture, gboolean create, const char *words)
{
  g_autoptr (GError) error = NULL;
  gsize before_size, after_size;
  g_autofree char *before = read_file (fixture, &before_size);
  PerronOutboxOptions options = fixture->options;

  options.create = create;
  g_assert_null (perron_outbox_open (&options, &fixture->clock.clock, NULL, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_VERSION);
  g_assert_nonnull (strstr (error->message, words));
  g_autofree char *after = read_file (fixture, &after_size);
  g_assert_cmpmem (after, after_size, before, before_size);
}

static void
assert_all_there (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 lines;

  for (guint i = 0; i < ROWS; i++) {
    g_autofree char *reference = g_strdup_printf ("2222-222%u", i + 1);
    PerronItem item = fixture_find (fixture, reference);
    g_assert_cmpint (item.seq, ==, i + 1);
    g_assert_cmpint (item.state, ==, i);
    g_assert_cmpuint (item.attempts, ==, i + 1);
    g_assert_cmpint (item.created_unix_ms, ==, G_GINT64_CONSTANT (1795300000000));
  }
  g_assert_true (perron_outbox_verify_audit (fixture->outbox, &lines, &error));
  g_assert_no_error (error);
  g_assert_cmpint (lines, ==, ROWS + 1);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (fixture->outbox, 10, G_MAXSIZE, 60000, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  const PerronEnvelope *envelope = ((PerronLeased *) g_ptr_array_index (rows, 0))->envelope;
  g_assert_cmpmem (g_bytes_get_data (envelope->sealed, NULL), g_bytes_get_size (envelope->sealed), "b1!", 3);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 2);
}

/* And everything of today works on it: registering, sending, deciding, forgetting. */
static void
assert_in_use (Fixture *fixture)
{
  g_assert_cmpint (fixture_enqueue (fixture, NULL), ==, 6);
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, 1, "created", NULL));
  g_assert_true (perron_outbox_decide (fixture->outbox, "2222-2224", PERRON_DECISION_KEEP, NULL));
  g_assert_true (perron_outbox_mark_time (fixture->outbox, fixture->clock.now_unix_ms, NULL));
  g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM outbox"), ==, 6);
}

static void
test_up_from_every_older_shape (Fixture *fixture, gconstpointer data)
{
  g_assert_cmpint (perron_schema_get_newest (), >, 1);
  for (gint64 version = 1; version < perron_schema_get_newest (); version++) {
    make_old (fixture, version);
    /* perron-sync and the command never change a shape. */
    assert_refused_and_untouched (fixture, FALSE, "perron-kiosk brings it up");
    g_assert_false (fixture_reopen (fixture));
    g_assert_cmpint (fixture_ask (fixture, "SELECT user_version FROM pragma_user_version"), ==, perron_schema_get_newest ());
    assert_all_there (fixture);
    assert_in_use (fixture);
  }
}

/* An upgraded file has the very shape of a new one. */
static void
test_upgraded_is_as_new (Fixture *fixture, gconstpointer data)
{
  static const char shape[] = "SELECT group_concat (s, char (10)) FROM (SELECT m.name || ':' || group_concat (c.name || c.type || c.\"notnull\") AS s"
                              " FROM sqlite_master AS m, pragma_table_info (m.name) AS c WHERE m.type = 'table' GROUP BY m.name ORDER BY m.name)";
  g_autofree char *fresh = NULL;

  for (gint64 version = 0; version < perron_schema_get_newest (); version++) {
    gboolean row;
    if (version > 0)
      make_old (fixture, version);
    g_assert_false (fixture_reopen (fixture));
    g_clear_pointer (&fixture->outbox, perron_outbox_free);
    g_autoptr (PerronDb) db = perron_store_connect (fixture->path, PERRON_STORE_USE, NULL);
    g_autoptr (PerronDbQuery) query = perron_db_query (db, NULL, shape, "");
    g_assert_true (perron_db_step (query, &row, NULL) && row);
    if (fresh == NULL)
      fresh = g_strdup (perron_db_text (query, 0));
    g_assert_cmpstr (perron_db_text (query, 0), ==, fresh);
  }
}

static void
test_a_newer_file_is_left_as_it_is (Fixture *fixture, gconstpointer data)
{
  make_old (fixture, perron_schema_get_newest ());
  fixture_change (fixture, "PRAGMA user_version=99; CREATE TABLE of_tomorrow (a INTEGER) STRICT");
  assert_refused_and_untouched (fixture, TRUE, "left as it is");
  assert_refused_and_untouched (fixture, FALSE, "left as it is");
}

/* Set aside as it is, whatever its shape, and only while nobody uses it; what is begun then counts far above. */
static void
test_aside (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  make_old (fixture, perron_schema_get_newest ());
  g_assert_false (fixture_reopen (fixture));
  g_assert_false (perron_outbox_set_aside (fixture->path, &fixture->clock.clock, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_BUSY);
  g_clear_error (&error);
  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  fixture_change (fixture, "PRAGMA user_version=99");
  g_assert_true (perron_outbox_set_aside (fixture->path, &fixture->clock.clock, NULL));
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_false (perron_outbox_set_aside (fixture->path, &fixture->clock.clock, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);
  g_assert_false (fixture_reopen (fixture));
  g_assert_cmpint (fixture_enqueue (fixture, NULL), >, fixture->clock.now_unix_ms / 1000);
}

#define ADD(path, function) g_test_add ("/migration/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("up-from-every-older-shape", test_up_from_every_older_shape);
  ADD ("upgraded-is-as-new", test_upgraded_is_as_new);
  ADD ("a-newer-file-is-left-as-it-is", test_a_newer_file_is_left_as_it_is);
  ADD ("aside", test_aside);
  return g_test_run ();
}
