/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/db/db.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
report (sqlite3 *handle, int code, const char *what, GError **error)
{
  g_set_error (error, G_FILE_ERROR, code & 0xff, "%s: %s", what, sqlite3_errstr (code));
  return FALSE;
}

static PerronDb *
open_memory (void)
{
  sqlite3 *handle = NULL;
  g_assert_cmpint (sqlite3_open (":memory:", &handle), ==, SQLITE_OK);
  PerronDb *db = perron_db_new (handle, report);
  g_assert_true (perron_db_script (db, "CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT, bytes BLOB) STRICT", NULL));
  return db;
}

static gint64
count (PerronDb *db)
{
  gint64 number = -1;
  g_assert_true (perron_db_number (db, &number, NULL, "SELECT count (*) FROM t", ""));
  return number;
}

/* Statements that SQLite holds for this connection. */
static guint
count_prepared (PerronDb *db)
{
  guint prepared = 0;
  for (sqlite3_stmt *at = NULL; (at = sqlite3_next_stmt (perron_db_get_handle (db), at)) != NULL;)
    prepared++;
  return prepared;
}

static void
test_values (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  g_autoptr (GBytes) given = g_bytes_new_static ("\0\1\2", 3);
  g_autoptr (GBytes) none = g_bytes_new_static (NULL, 0);
  guint8 three[3], two[2] = { 9, 9 };
  char small[3];
  gboolean row;

  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t VALUES (?, ?, ?)", "itB", G_GINT64_CONSTANT (1) << 40, "mot", given));
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t VALUES (?, ?, ?)", "itB", G_GINT64_CONSTANT (2), NULL, none));
  g_assert_cmpint (perron_db_changes (db), ==, 1);
  g_autoptr (PerronDbQuery) query = perron_db_query (db, NULL, "SELECT n, word, bytes FROM t ORDER BY n DESC", "");
  g_assert_true (perron_db_step (query, &row, NULL) && row);
  g_assert_cmpint (perron_db_int (query, 0), ==, G_GINT64_CONSTANT (1) << 40);
  perron_db_copy_text (query, 1, small, sizeof small);
  g_assert_cmpstr (small, ==, "mo");
  g_assert_true (perron_db_copy_blob (query, 2, three, sizeof three, NULL));
  g_assert_cmpmem (three, 3, "\0\1\2", 3);
  g_autoptr (GError) error = NULL;
  g_assert_false (perron_db_copy_blob (query, 2, two, sizeof two, &error));
  g_assert_error (error, G_FILE_ERROR, SQLITE_CORRUPT);
  g_assert_nonnull (strstr (error->message, "column bytes: not 2 bytes"));
  g_assert_cmpuint (two[0], ==, 9);
  g_assert_true (perron_db_step (query, &row, NULL) && row);
  g_assert_null (perron_db_text (query, 1));
  g_autoptr (GBytes) read = perron_db_dup_bytes (query, 2);
  g_assert_cmpuint (g_bytes_get_size (read), ==, 0);
  g_assert_true (perron_db_step (query, &row, NULL) && !row);
}

/* Asked a hundred times: parsed once. Nothing of one asking is left to the next: an unbound "?" would be null, and the column refuses that. */
static void
test_kept (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  for (gint64 i = 1; i <= 100; i++)
    g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", i));
  g_assert_cmpuint (count_prepared (db), ==, 1);
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n, word) VALUES (101, ?)", "t", "left"));
  g_assert_true (perron_db_run (db, NULL, "DELETE FROM t WHERE n = 101", ""));
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n, word) VALUES (101, ?)", "")); /* no value: null, not "left" */
  g_autoptr (PerronDbQuery) query = perron_db_query (db, NULL, "SELECT word FROM t WHERE n = 101", "");
  gboolean row;
  g_assert_true (perron_db_step (query, &row, NULL) && row);
  g_assert_null (perron_db_text (query, 0));
}

/* The same text twice at once, as a walk that looks something up on its way does. */
static void
test_nested (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  gboolean row;
  for (gint64 i = 1; i <= 3; i++)
    g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", i));
  for (guint times = 0; times < 2; times++) {
    g_autoptr (PerronDbQuery) outer = perron_db_query (db, NULL, "SELECT n FROM t WHERE n > ? ORDER BY n", "i", (gint64) 0);
    g_assert_true (perron_db_step (outer, &row, NULL) && row);
    {
      g_autoptr (PerronDbQuery) inner = perron_db_query (db, NULL, "SELECT n FROM t WHERE n > ? ORDER BY n", "i", (gint64) 2);
      g_assert_true (perron_db_step (inner, &row, NULL) && row);
      g_assert_cmpint (perron_db_int (inner, 0), ==, 3);
      g_assert_true (perron_db_step (inner, &row, NULL) && !row);
    }
    g_assert_cmpint (perron_db_int (outer, 0), ==, 1);
    g_assert_true (perron_db_step (outer, &row, NULL) && row);
    g_assert_cmpint (perron_db_int (outer, 0), ==, 2);
  }
  g_assert_cmpuint (count_prepared (db), ==, 2); /* the INSERT and one SELECT: the second one went at once */
}

/* A query left in the middle holds no lock, and one that failed can be asked again. */
static void
test_after_fault (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  g_autoptr (GError) error = NULL;
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 1));
  g_assert_false (perron_db_run (db, &error, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 1));
  g_assert_error (error, G_FILE_ERROR, SQLITE_CONSTRAINT);
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 2));
  {
    gboolean row;
    g_autoptr (PerronDbQuery) half = perron_db_query (db, NULL, "SELECT n FROM t", "");
    g_assert_true (perron_db_step (half, &row, NULL) && row);
  }
  g_assert_true (perron_db_script (db, "DROP TABLE t", NULL)); /* "locked" while a query stands in it */
  g_clear_error (&error);
  g_assert_null (perron_db_query (db, &error, "SELECT FROM", ""));
  g_assert_error (error, G_FILE_ERROR, SQLITE_ERROR);
  g_clear_error (&error);
  g_assert_false (perron_db_run (db, &error, "SELECT 1", "i", (gint64) 1)); /* a value too many */
  g_assert_error (error, G_FILE_ERROR, SQLITE_RANGE);
}

/* The schema changes under kept statements: SQLite prepares them again by itself. */
static void
test_schema_change (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  g_assert_cmpint (count (db), ==, 0);
  g_assert_true (perron_db_script (db, "ALTER TABLE t ADD COLUMN more INTEGER NOT NULL DEFAULT 7; INSERT INTO t (n) VALUES (1)", NULL));
  g_assert_cmpint (count (db), ==, 1);
}

/* A PRAGMA kept would go on telling what it told first. */
static void
test_pragma (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  gint64 is = -1;
  g_assert_true (perron_db_script (db, "PRAGMA foreign_keys = OFF", NULL));
  g_assert_true (perron_db_number (db, &is, NULL, "PRAGMA foreign_keys", "") && is == 0);
  g_assert_true (perron_db_script (db, "PRAGMA foreign_keys = ON", NULL));
  g_assert_true (perron_db_number (db, &is, NULL, "PRAGMA foreign_keys", "") && is == 1);
  g_assert_cmpuint (count_prepared (db), ==, 0);
}

static void
test_transaction (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  g_assert_true (perron_db_begin (db, NULL));
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 1));
  g_assert_false (perron_db_end (db, FALSE, NULL));
  g_assert_cmpint (count (db), ==, 0);
  g_assert_true (perron_db_begin (db, NULL));
  g_assert_true (perron_db_run (db, NULL, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 1));
  g_assert_true (perron_db_end (db, TRUE, NULL));
  g_assert_cmpint (count (db), ==, 1);
  g_assert_false (perron_db_end (db, FALSE, NULL)); /* outside a transaction: nothing to undo */
}

/* What is looked at twice is the same twice, though another program has written between, and was not kept waiting. */
static void
test_looking (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-db-XXXXXX", NULL), *path = g_build_filename (folder, "t.db", NULL);
  static const char *const files[] = { "t.db", "t.db-wal", "t.db-shm" };
  sqlite3 *handles[2];
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (sqlite3_open (path, &handles[i]), ==, SQLITE_OK);
  {
    g_autoptr (PerronDb) db = perron_db_new (handles[0], report), other = perron_db_new (handles[1], report);
    g_assert_true (perron_db_script (db, "PRAGMA journal_mode = WAL; CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT", NULL));
    g_assert_true (perron_db_begin_looking (db, NULL));
    g_assert_cmpint (count (db), ==, 0);
    g_assert_true (perron_db_run (other, NULL, "INSERT INTO t (n) VALUES (?)", "i", (gint64) 1));
    g_assert_cmpint (count (db), ==, 0);
    g_assert_true (perron_db_end (db, TRUE, NULL));
    g_assert_cmpint (count (db), ==, 1);
  }
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *file = g_build_filename (folder, files[i], NULL);
    (void) g_remove (file);
  }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* Texts made at run time: the keeping has an end. */
static void
test_bounded (void)
{
  g_autoptr (PerronDb) db = open_memory ();
  for (guint i = 0; i < 1000; i++) {
    gint64 is;
    g_autofree char *sql = g_strdup_printf ("SELECT %u", i);
    g_assert_true (perron_db_number (db, &is, NULL, sql, "") && is == i);
  }
  g_assert_cmpuint (count_prepared (db), <=, 128);
  g_assert_cmpint (count (db), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/values", test_values);
  g_test_add_func ("/db/kept", test_kept);
  g_test_add_func ("/db/nested", test_nested);
  g_test_add_func ("/db/after-fault", test_after_fault);
  g_test_add_func ("/db/schema-change", test_schema_change);
  g_test_add_func ("/db/pragma", test_pragma);
  g_test_add_func ("/db/transaction", test_transaction);
  g_test_add_func ("/db/looking", test_looking);
  g_test_add_func ("/db/bounded", test_bounded);
  return g_test_run ();
}
