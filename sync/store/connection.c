/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/connection.h"

G_DEFINE_QUARK (perron-store-error-quark, perron_store_error)

static PerronStoreError
classify (int code)
{
  switch (code & 0xff) {
  case SQLITE_FULL:
    return PERRON_STORE_ERROR_FULL;
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return PERRON_STORE_ERROR_BUSY;
  case SQLITE_CORRUPT:
  case SQLITE_NOTADB:
  case SQLITE_SCHEMA:
  case SQLITE_CONSTRAINT: /* a rule of the schema does not hold: the file is not what this code wrote */
    return PERRON_STORE_ERROR_CORRUPT;
  default:
    return PERRON_STORE_ERROR_IO;
  }
}

gboolean
perron_store_report (sqlite3 *handle, int code, const char *what, GError **error)
{
  int extended = handle != NULL ? sqlite3_extended_errcode (handle) : code;
  g_set_error (error, PERRON_STORE_ERROR, classify (code), "%s: %s (SQLite %d)", what, sqlite3_errstr (code),
               (extended & 0xff) == (code & 0xff) ? extended : code);
  return FALSE;
}

/* What must hold on every connection, whatever the library was compiled with (sync-security facts 2.1). */
static const struct {
  const char *ask;
  const char *wanted;
} settings[] = {
  { "PRAGMA journal_mode", "wal" }, { "PRAGMA synchronous", "2" },    { "PRAGMA secure_delete", "1" },
  { "PRAGMA foreign_keys", "1" },   { "PRAGMA trusted_schema", "0" }, { "PRAGMA auto_vacuum", "2" },
  { "PRAGMA page_size", "8192" },
};

static gboolean
check_settings (PerronDb *db, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++) {
    gboolean row;
    g_autoptr (PerronDbQuery) query = perron_db_query (db, error, settings[i].ask, "");
    if (query == NULL || !perron_db_step (query, &row, error))
      return FALSE;
    const char *is = row ? perron_db_text (query, 0) : NULL;
    if (g_strcmp0 (is, settings[i].wanted) != 0) {
      g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO, "%s is %s, must be %s", settings[i].ask,
                   is != NULL ? is : "nothing", settings[i].wanted);
      return FALSE;
    }
  }
  return TRUE;
}

/* cache_size: three batches, so that what was leased is still there when it is marked (SQLite's 2 MB: a third more reads and writes).
 * wal_autocheckpoint: 500 pages are 4 MiB, no more than the usual reserve; one flush more in 60 commits (measured 1.05 a commit). */
static gboolean
apply_settings (PerronDb *db, PerronStoreMode mode, GError **error)
{
  if (!perron_db_script (db,
                         "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                         "PRAGMA journal_size_limit=8388608; PRAGMA wal_autocheckpoint=500; PRAGMA temp_store=MEMORY;"
                         "PRAGMA cache_size=-8192",
                         error))
    return FALSE;
  if (mode == PERRON_STORE_CREATE)
    return perron_db_script (db, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL",
                             error);
  return perron_db_script (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", error) && check_settings (db, error);
}

PerronDb *
perron_store_connect (const char *path, PerronStoreMode mode, GError **error)
{
  g_autoptr (sqlite3) handle = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == PERRON_STORE_CREATE ? SQLITE_OPEN_CREATE : 0);

  int code = sqlite3_open_v2 (path, &handle, flags, NULL);
  if (code != SQLITE_OK) {
    perron_store_report (handle, code, path, error);
    return NULL;
  }
  sqlite3_extended_result_codes (handle, 0);
  sqlite3_busy_timeout (handle, PERRON_STORE_BUSY_TIMEOUT_MS);
  sqlite3_db_config (handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  g_autoptr (PerronDb) db = perron_db_new (g_steal_pointer (&handle), perron_store_report);
  if (!apply_settings (db, mode, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer (&db);
}
