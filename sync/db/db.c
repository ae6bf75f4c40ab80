/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/db/db.h"

#include <stdarg.h>
#include <string.h>

/* More texts than any program here has: a text made at run time can't make the keeping grow. */
#define KEPT_MAX 128

struct PerronDb {
  sqlite3 *handle;
  PerronDbReport report;
  GHashTable *kept; /* text, the statement's own → PerronDbQuery */
};

struct PerronDbQuery {
  PerronDb *db;
  sqlite3_stmt *statement;
  gboolean kept;
  gboolean used; /* when kept: somebody has it */
};

static void
query_free (PerronDbQuery *query)
{
  sqlite3_finalize (query->statement);
  g_free (query);
}

PerronDb *
perron_db_new (sqlite3 *handle, PerronDbReport report)
{
  PerronDb *db = g_new0 (PerronDb, 1);
  db->handle = handle;
  db->report = report;
  db->kept = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) query_free);
  return db;
}

void
perron_db_free (PerronDb *db)
{
  if (db == NULL)
    return;
  g_hash_table_unref (db->kept);
  if (sqlite3_close (db->handle) != SQLITE_OK)
    g_critical ("a query outlives its database");
  g_free (db);
}

sqlite3 *
perron_db_get_handle (PerronDb *db)
{
  return db->handle;
}

gboolean
perron_db_fault (PerronDb *db, int code, const char *what, GError **error)
{
  return db->report (db->handle, code, what, error);
}

/* --- statements ----------------------------------------------------------------------------------------------------------------- */

static int
bind_bytes (sqlite3_stmt *statement, int at, GBytes *bytes)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  return sqlite3_bind_blob64 (statement, at, data != NULL ? data : "", length, SQLITE_STATIC);
}

static int
bind_all (sqlite3_stmt *statement, const char *shape, va_list values)
{
  int code = SQLITE_OK;
  for (int at = 1; shape[at - 1] != '\0' && code == SQLITE_OK; at++) {
    if (shape[at - 1] == 'i') {
      code = sqlite3_bind_int64 (statement, at, va_arg (values, gint64));
    } else if (shape[at - 1] == 't') {
      code = sqlite3_bind_text (statement, at, va_arg (values, const char *), -1, SQLITE_STATIC);
    } else if (shape[at - 1] == 'B') {
      code = bind_bytes (statement, at, va_arg (values, GBytes *));
    } else {
      const void *data = va_arg (values, const void *);
      code = sqlite3_bind_blob64 (statement, at, data, va_arg (values, gsize), SQLITE_STATIC);
    }
  }
  return code;
}

/* Many a PRAGMA gives what it found when it was prepared (sqlite.org/pragma.html): asked again, it is prepared again. */
static gboolean
may_be_kept (PerronDb *db, const char *sql)
{
  return g_hash_table_size (db->kept) < KEPT_MAX && g_ascii_strncasecmp (sql, "PRAGMA", 6) != 0;
}

static PerronDbQuery *
prepare (PerronDb *db, const char *sql, gboolean keep, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int code = sqlite3_prepare_v3 (db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK) {
    (void) perron_db_fault (db, code, "cannot prepare", error);
    return NULL;
  }
  PerronDbQuery *query = g_new (PerronDbQuery, 1);
  *query = (PerronDbQuery){ db, statement, keep, TRUE };
  if (keep)
    g_hash_table_insert (db->kept, (char *) sqlite3_sql (statement), query);
  return query;
}

static PerronDbQuery *
query_values (PerronDb *db, GError **error, const char *sql, const char *shape, va_list values)
{
  PerronDbQuery *kept = g_hash_table_lookup (db->kept, sql);
  if (kept != NULL && !kept->used)
    kept->used = TRUE;
  else
    kept = prepare (db, sql, kept == NULL && may_be_kept (db, sql), error); /* asked for while it is in use: a second one, for once */
  g_autoptr (PerronDbQuery) query = kept;
  if (query == NULL)
    return NULL;
  int code = bind_all (query->statement, shape, values);
  if (code == SQLITE_OK)
    return g_steal_pointer (&query);
  (void) perron_db_fault (db, code, "cannot bind", error);
  return NULL;
}

PerronDbQuery *
perron_db_query (PerronDb *db, GError **error, const char *sql, const char *shape, ...)
{
  va_list values;
  va_start (values, shape);
  PerronDbQuery *query = query_values (db, error, sql, shape, values);
  va_end (values);
  return query;
}

/* Reset, or an unfinished query would hold its lock; its values belong to the caller and go with him. */
void
perron_db_query_done (PerronDbQuery *query)
{
  if (query == NULL)
    return;
  if (!query->kept) {
    query_free (query);
    return;
  }
  sqlite3_reset (query->statement);
  sqlite3_clear_bindings (query->statement);
  query->used = FALSE;
}

gboolean
perron_db_step (PerronDbQuery *query, gboolean *ret_row, GError **error)
{
  int code = sqlite3_step (query->statement);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return perron_db_fault (query->db, code, "cannot read or write the database", error);
  *ret_row = code == SQLITE_ROW;
  return TRUE;
}

gboolean
perron_db_run (PerronDb *db, GError **error, const char *sql, const char *shape, ...)
{
  gboolean row;
  va_list values;
  va_start (values, shape);
  g_autoptr (PerronDbQuery) query = query_values (db, error, sql, shape, values);
  va_end (values);
  return query != NULL && perron_db_step (query, &row, error);
}

gboolean
perron_db_number (PerronDb *db, gint64 *ret_number, GError **error, const char *sql, const char *shape, ...)
{
  gboolean row;
  va_list values;
  va_start (values, shape);
  g_autoptr (PerronDbQuery) query = query_values (db, error, sql, shape, values);
  va_end (values);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_number = row ? perron_db_int (query, 0) : 0;
  return TRUE;
}

gboolean
perron_db_script (PerronDb *db, const char *sql, GError **error)
{
  int code = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
  return code == SQLITE_OK || perron_db_fault (db, code, "cannot change the database", error);
}

gboolean
perron_db_begin (PerronDb *db, GError **error)
{
  return perron_db_run (db, error, "BEGIN IMMEDIATE", "");
}

gboolean
perron_db_begin_looking (PerronDb *db, GError **error)
{
  return perron_db_run (db, error, "BEGIN DEFERRED", "");
}

gboolean
perron_db_end (PerronDb *db, gboolean keep, GError **error)
{
  if (keep && perron_db_run (db, error, "COMMIT", ""))
    return TRUE;
  if (!sqlite3_get_autocommit (db->handle))
    sqlite3_exec (db->handle, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

gint
perron_db_changes (PerronDb *db)
{
  return sqlite3_changes (db->handle);
}

/* --- columns -------------------------------------------------------------------------------------------------------------------- */

gboolean
perron_db_is_null (PerronDbQuery *query, int column)
{
  return sqlite3_column_type (query->statement, column) == SQLITE_NULL;
}

gint64
perron_db_int (PerronDbQuery *query, int column)
{
  return sqlite3_column_int64 (query->statement, column);
}

const char *
perron_db_text (PerronDbQuery *query, int column)
{
  return (const char *) sqlite3_column_text (query->statement, column);
}

char *
perron_db_dup_text (PerronDbQuery *query, int column)
{
  return g_strdup (perron_db_text (query, column));
}

gsize
perron_db_size (PerronDbQuery *query, int column)
{
  return (gsize) sqlite3_column_bytes (query->statement, column);
}

GBytes *
perron_db_dup_bytes (PerronDbQuery *query, int column)
{
  const void *data = sqlite3_column_blob (query->statement, column);
  return g_bytes_new (data, perron_db_size (query, column));
}

void
perron_db_copy_text (PerronDbQuery *query, int column, char *array, gsize array_size)
{
  const char *text = perron_db_text (query, column);
  g_strlcpy (array, text != NULL ? text : "", array_size);
}

gboolean
perron_db_copy_blob (PerronDbQuery *query, int column, guint8 *bytes, gsize size, GError **error)
{
  const void *blob = sqlite3_column_blob (query->statement, column);
  if (blob != NULL && perron_db_size (query, column) == size) {
    memcpy (bytes, blob, size);
    return TRUE;
  }
  g_autofree char *what = g_strdup_printf ("column %s: not %" G_GSIZE_FORMAT " bytes", sqlite3_column_name (query->statement, column), size);
  return perron_db_fault (query->db, SQLITE_CORRUPT, what, error);
}
