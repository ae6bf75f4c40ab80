/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite.h"
#include "sync/gateway/store.h"

#include <stdarg.h>
#include <string.h>

static gboolean
refuse (const char *what, const char *why, GError **error)
{
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: %s", what, why);
  return FALSE;
}

static gboolean
refuse_database (sqlite3 *db, GError **error)
{
  return refuse ("database", sqlite3_errmsg (db), error);
}

/* --- connection ----------------------------------------------------------------------------------------------------------------- */

/* A build of SQLite may answer a PRAGMA with silence: what durability rests on is read back. */
static gboolean
check_durable (sqlite3 *db, GError **error)
{
  gboolean row;
  g_autoptr (sqlite3_stmt) query =
    perron_sqlite_ask (db, "SELECT j.journal_mode = 'wal' AND s.synchronous = 2 FROM pragma_journal_mode j, pragma_synchronous s", error, "");
  if (query == NULL || !perron_sqlite_step (query, &row, error))
    return FALSE;
  return (row && sqlite3_column_int (query, 0) == 1) || refuse ("database", "does not take WAL with synchronous=FULL", error);
}

static gboolean
is_empty (sqlite3 *db, gboolean *ret_empty, GError **error)
{
  gboolean row;
  g_autoptr (sqlite3_stmt) query = perron_sqlite_ask (db, "PRAGMA page_count", error, "");
  if (query == NULL || !perron_sqlite_step (query, &row, error))
    return FALSE;
  *ret_empty = !row || sqlite3_column_int64 (query, 0) == 0;
  return TRUE;
}

/* What counts before the first page is written, and for ever (auto_vacuum said again would be a write at each opening). Pages of 8 KiB: three
 * envelopes of 2 KiB fit in one; in the 4 KiB that SQLite takes by itself, one, and nearly half of the file would be empty. */
static gboolean
shape_pages (sqlite3 *db, GError **error)
{
  gboolean empty;
  return is_empty (db, &empty, error) && (!empty || perron_sqlite_run (db, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL", error));
}

sqlite3 *
perron_sqlite_open (const char *path, GError **error)
{
  sqlite3 *made = NULL;
  int code = sqlite3_open_v2 (path, &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  g_autoptr (sqlite3) db = made;

  if (code != SQLITE_OK) {
    (void) refuse (path, sqlite3_errstr (code), error);
    return NULL;
  }
  sqlite3_busy_timeout (db, PERRON_SQLITE_BUSY_TIMEOUT_MS);
  if (!shape_pages (db, error) ||
      !perron_sqlite_run (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                              "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=8388608",
                          error) ||
      !check_durable (db, error))
    return NULL;
  return g_steal_pointer (&db);
}

/* --- statements ----------------------------------------------------------------------------------------------------------------- */

gboolean
perron_sqlite_run (sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || refuse_database (db, error);
}

static void
bind_bytes (sqlite3_stmt *query, int at, GBytes *bytes)
{
  gsize len;
  const void *data = g_bytes_get_data (bytes, &len);
  sqlite3_bind_blob64 (query, at, data != NULL ? data : "", len, SQLITE_STATIC);
}

static void
bind_all (sqlite3_stmt *query, const char *shape, va_list list)
{
  for (int at = 1; shape[at - 1] != '\0'; at++) {
    if (shape[at - 1] == 'i') {
      sqlite3_bind_int64 (query, at, va_arg (list, gint64));
    } else if (shape[at - 1] == 't') {
      sqlite3_bind_text (query, at, va_arg (list, const char *), -1, SQLITE_STATIC);
    } else if (shape[at - 1] == 'b') {
      const void *data = va_arg (list, const void *);
      sqlite3_bind_blob64 (query, at, data, va_arg (list, gsize), SQLITE_STATIC);
    } else {
      bind_bytes (query, at, va_arg (list, GBytes *));
    }
  }
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, const char *shape, va_list list, GError **error)
{
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2 (db, sql, -1, &query, NULL) == SQLITE_OK)
    bind_all (query, shape, list);
  else
    (void) refuse_database (db, error);
  return query;
}

sqlite3_stmt *
perron_sqlite_ask (sqlite3 *db, const char *sql, GError **error, const char *shape, ...)
{
  va_list list;
  va_start (list, shape);
  sqlite3_stmt *query = prepare (db, sql, shape, list, error);
  va_end (list);
  return query;
}

gboolean
perron_sqlite_step (sqlite3_stmt *query, gboolean *ret_row, GError **error)
{
  int code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return refuse_database (sqlite3_db_handle (query), error);
  *ret_row = code == SQLITE_ROW;
  return TRUE;
}

gboolean
perron_sqlite_do (sqlite3 *db, const char *sql, GError **error, const char *shape, ...)
{
  gboolean row;
  va_list list;
  va_start (list, shape);
  g_autoptr (sqlite3_stmt) query = prepare (db, sql, shape, list, error);
  va_end (list);
  return query != NULL && perron_sqlite_step (query, &row, error);
}

gboolean
perron_sqlite_redo (sqlite3 *db, sqlite3_stmt **kept, const char *sql, GError **error, const char *shape, ...)
{
  gboolean row;
  va_list list;

  va_start (list, shape);
  if (*kept == NULL)
    *kept = prepare (db, sql, shape, list, error);
  else
    bind_all (*kept, shape, list);
  va_end (list);
  if (*kept == NULL)
    return FALSE;
  gboolean done = perron_sqlite_step (*kept, &row, error);
  sqlite3_reset (*kept);
  return done;
}

gboolean
perron_sqlite_transact (sqlite3 *db, PerronSqliteWork work, gpointer data, GError **error)
{
  if (!perron_sqlite_run (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (work (db, data, error) && perron_sqlite_run (db, "COMMIT", error))
    return TRUE;
  if (sqlite3_get_autocommit (db) == 0)
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* --- columns -------------------------------------------------------------------------------------------------------------------- */

char *
perron_sqlite_dup_text (sqlite3_stmt *query, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (query, column));
}

GBytes *
perron_sqlite_dup_bytes (sqlite3_stmt *query, int column)
{
  const void *data = sqlite3_column_blob (query, column);
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (query, column));
}

gboolean
perron_sqlite_copy (sqlite3_stmt *query, int column, guint8 *bytes, gsize size, GError **error)
{
  const void *data = sqlite3_column_blob (query, column);
  if ((gsize) sqlite3_column_bytes (query, column) != size)
    return refuse (sqlite3_column_name (query, column), "of another length than agreed", error);
  memcpy (bytes, data, size);
  return TRUE;
}
