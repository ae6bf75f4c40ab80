/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/*
 * SQLite with GError: one connection, used by one thread at a time. `shape` has a letter a parameter, as in postgresql.h: 'i' gint64,
 * 't' const char *, 'b' const void * and gsize, 'B' GBytes *; all must live until the statement is done. Errors are
 * PERRON_GATEWAY_ERROR_STORE. Everything blocks. Private to sync/gateway.
 */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

#define PERRON_SQLITE_BUSY_TIMEOUT_MS 5000

/* WAL, synchronous=FULL: set, and read back. Made when missing, then so that freed pages can be given back. */
sqlite3 *perron_sqlite_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Statements without parameters and without rows of interest. */
gboolean perron_sqlite_run (sqlite3 *db, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One statement, bound, before its first row. Transfer full. */
sqlite3_stmt *perron_sqlite_ask (sqlite3 *db, const char *sql, GError **error, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* The next row; `ret_row` FALSE: there is none. */
gboolean perron_sqlite_step (sqlite3_stmt *query, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One statement without rows of interest. */
gboolean perron_sqlite_do (sqlite3 *db, const char *sql, GError **error, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* The same, with a statement kept from call to call (NULL at first): for what is written by the thousand. Finalize it before the connection. */
gboolean perron_sqlite_redo (sqlite3 *db, sqlite3_stmt **kept, const char *sql, GError **error, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* `work` between BEGIN IMMEDIATE and COMMIT; rolled back when it or the commit fails. */
typedef gboolean (*PerronSqliteWork) (sqlite3 *db, gpointer data, GError **error);
gboolean perron_sqlite_transact (sqlite3 *db, PerronSqliteWork work, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

char *perron_sqlite_dup_text (sqlite3_stmt *query, int column);
GBytes *perron_sqlite_dup_bytes (sqlite3_stmt *query, int column);
gboolean perron_sqlite_copy (sqlite3_stmt *query, int column, guint8 *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
