/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite.h"
#include "sync/gateway/store.h"

static gboolean
refuse (const char *what, const char *why, GError **error)
{
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: %s", what, why);
  return FALSE;
}

static gboolean
report (sqlite3 *handle, int code, const char *what, GError **error)
{
  g_autofree char *why = g_strdup_printf ("%s (%s)", sqlite3_errmsg (handle), what);
  return refuse ("database", why, error);
}

/* A build of SQLite may answer a PRAGMA with silence: what durability rests on is read back. */
static gboolean
check_durable (PerronDb *db, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT j.journal_mode = 'wal' AND s.synchronous = 2 FROM pragma_journal_mode j, pragma_synchronous s", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  return (row && perron_db_int (query, 0) == 1) || refuse ("database", "does not take WAL with synchronous=FULL", error);
}

static gboolean
is_empty (PerronDb *db, gboolean *ret_empty, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "PRAGMA page_count", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_empty = !row || perron_db_int (query, 0) == 0;
  return TRUE;
}

/* What counts before the first page is written, and for ever (auto_vacuum said again would be a write at each opening). Pages of 8 KiB: three
 * envelopes of 2 KiB fit in one; in the 4 KiB that SQLite takes by itself, one, and nearly half of the file would be empty. */
static gboolean
shape_pages (PerronDb *db, GError **error)
{
  gboolean empty;
  return is_empty (db, &empty, error) && (!empty || perron_db_script (db, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL", error));
}

PerronDb *
perron_sqlite_open (const char *path, GError **error)
{
  g_autoptr (sqlite3) handle = NULL;
  int code = sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  if (code != SQLITE_OK) {
    (void) refuse (path, sqlite3_errstr (code), error);
    return NULL;
  }
  sqlite3_busy_timeout (handle, PERRON_SQLITE_BUSY_TIMEOUT_MS);
  g_autoptr (PerronDb) db = perron_db_new (g_steal_pointer (&handle), report);
  if (!shape_pages (db, error) ||
      !perron_db_script (db,
                         "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
                         "PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=8388608",
                         error) ||
      !check_durable (db, error))
    return NULL;
  return g_steal_pointer (&db);
}

gboolean
perron_sqlite_transact (PerronDb *db, PerronSqliteWork work, gpointer data, GError **error)
{
  return perron_db_begin (db, error) && perron_db_end (db, work (db, data, error), error);
}
