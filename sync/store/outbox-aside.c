/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include "sync/store/file.h"
#include "sync/store/outbox-private.h"

/* Leaving WAL needs the file for oneself: SQLite answers "locked" while anybody else has it open, and what stood in the WAL is then in the
 * database itself. No schema is asked for: a file of a newer program goes the same way. */
static gboolean
close_the_log (const char *path, GError **error)
{
  g_autoptr (sqlite3) handle = NULL;
  gboolean row;

  int code = sqlite3_open_v2 (path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    return perron_store_report (handle, code, path, error);
  g_autoptr (PerronDb) db = perron_db_new (g_steal_pointer (&handle), perron_store_report);
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "PRAGMA journal_mode=DELETE", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (row && g_strcmp0 (perron_db_text (query, 0), "delete") == 0)
    return TRUE;
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_BUSY, "%s: in use: stop perron-kiosk and perron-sync first", path);
  return FALSE;
}

gboolean
perron_outbox_set_aside (const char *path, PerronClock *clock, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "%s: there is no outbox", path);
    return FALSE;
  }
  return close_the_log (path, error) && perron_file_set_aside (path, perron_clock_unix_ms (clock), error);
}
