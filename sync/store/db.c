/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/db.h"

#include <stdarg.h>
#include <string.h>

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
perron_db_fault (sqlite3 *db, int code, const char *what, GError **error)
{
  int extended = db != NULL ? sqlite3_extended_errcode (db) : code;
  g_set_error (error, PERRON_STORE_ERROR, classify (code), "%s: %s (SQLite %d)", what, sqlite3_errstr (code),
               (extended & 0xff) == (code & 0xff) ? extended : code);
  return FALSE;
}

static gboolean
bind_all (sqlite3_stmt *query, const char *shape, va_list values)
{
  int code = SQLITE_OK;
  for (int i = 0; shape[i] != '\0' && code == SQLITE_OK; i++) {
    if (shape[i] == 'i') {
      code = sqlite3_bind_int64 (query, i + 1, va_arg (values, gint64));
    } else if (shape[i] == 't') {
      code = sqlite3_bind_text (query, i + 1, va_arg (values, const char *), -1, SQLITE_STATIC);
    } else {
      const void *bytes = va_arg (values, const void *);
      code = sqlite3_bind_blob64 (query, i + 1, bytes, va_arg (values, gsize), SQLITE_STATIC);
    }
  }
  return code == SQLITE_OK;
}

static sqlite3_stmt *
query_values (sqlite3 *db, GError **error, const char *sql, const char *shape, va_list values)
{
  g_autoptr (sqlite3_stmt) query = NULL;
  int code = sqlite3_prepare_v2 (db, sql, -1, &query, NULL);
  if (code != SQLITE_OK || !bind_all (query, shape, values)) {
    perron_db_fault (db, code != SQLITE_OK ? code : SQLITE_MISUSE, "cannot prepare", error);
    return NULL;
  }
  return g_steal_pointer (&query);
}

sqlite3_stmt *
perron_db_query (sqlite3 *db, GError **error, const char *sql, const char *shape, ...)
{
  va_list values;
  va_start (values, shape);
  sqlite3_stmt *query = query_values (db, error, sql, shape, values);
  va_end (values);
  return query;
}

gboolean
perron_db_step (sqlite3_stmt *query, gboolean *ret_row, GError **error)
{
  int code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return perron_db_fault (sqlite3_db_handle (query), code, "cannot read or write the outbox", error);
  *ret_row = code == SQLITE_ROW;
  return TRUE;
}

gboolean
perron_db_run (sqlite3 *db, GError **error, const char *sql, const char *shape, ...)
{
  gboolean row;
  va_list values;
  va_start (values, shape);
  g_autoptr (sqlite3_stmt) query = query_values (db, error, sql, shape, values);
  va_end (values);
  return query != NULL && perron_db_step (query, &row, error);
}

gboolean
perron_db_number (sqlite3 *db, gint64 *ret_number, GError **error, const char *sql, const char *shape, ...)
{
  gboolean row;
  va_list values;
  va_start (values, shape);
  g_autoptr (sqlite3_stmt) query = query_values (db, error, sql, shape, values);
  va_end (values);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_number = row ? sqlite3_column_int64 (query, 0) : 0;
  return TRUE;
}

gboolean
perron_db_script (sqlite3 *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db, sql, NULL, NULL, NULL);
  return code == SQLITE_OK || perron_db_fault (db, code, "cannot change the outbox", error);
}

void
perron_db_copy_text (sqlite3_stmt *query, int column, char *array, gsize array_size)
{
  const char *text = (const char *) sqlite3_column_text (query, column);
  g_strlcpy (array, text != NULL ? text : "", array_size);
}

gboolean
perron_db_copy_blob (sqlite3_stmt *query, int column, guint8 *bytes, gsize size, GError **error)
{
  const void *blob = sqlite3_column_blob (query, column);
  if (blob == NULL || (gsize) sqlite3_column_bytes (query, column) != size) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT, "column %s: not %" G_GSIZE_FORMAT " bytes",
                 sqlite3_column_name (query, column), size);
    return FALSE;
  }
  memcpy (bytes, blob, size);
  return TRUE;
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
check_settings (sqlite3 *db, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++) {
    gboolean row;
    g_autoptr (sqlite3_stmt) query = perron_db_query (db, error, settings[i].ask, "");
    if (query == NULL || !perron_db_step (query, &row, error))
      return FALSE;
    const char *is = row ? (const char *) sqlite3_column_text (query, 0) : NULL;
    if (g_strcmp0 (is, settings[i].wanted) != 0) {
      g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO, "%s is %s, must be %s", settings[i].ask,
                   is != NULL ? is : "nothing", settings[i].wanted);
      return FALSE;
    }
  }
  return TRUE;
}

/* wal_autocheckpoint: 500 pages are 4 MiB, no more than the usual reserve; one flush more in 60 commits (measured 1.05 a commit). */
static gboolean
apply_settings (sqlite3 *db, PerronDbMode mode, GError **error)
{
  if (!perron_db_script (db,
                         "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
                         "PRAGMA journal_size_limit=8388608; PRAGMA wal_autocheckpoint=500; PRAGMA temp_store=MEMORY",
                         error))
    return FALSE;
  if (mode == PERRON_DB_CREATE)
    return perron_db_script (db, "PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL",
                             error);
  return perron_db_script (db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL", error) && check_settings (db, error);
}

sqlite3 *
perron_db_open (const char *path, PerronDbMode mode, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (mode == PERRON_DB_CREATE ? SQLITE_OPEN_CREATE : 0);

  int code = sqlite3_open_v2 (path, &db, flags, NULL);
  if (code != SQLITE_OK) {
    perron_db_fault (db, code, path, error);
    return NULL;
  }
  sqlite3_extended_result_codes (db, 0);
  sqlite3_busy_timeout (db, PERRON_DB_BUSY_TIMEOUT_MS);
  sqlite3_db_config (db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (!apply_settings (db, mode, error)) {
    g_prefix_error (error, "%s: ", path);
    return NULL;
  }
  return g_steal_pointer (&db);
}
