/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

/*
 * SQLite with GError: a connection, and the statements it has prepared, kept by their text: what is done for each of a thousand requests
 * is parsed once (preparing took half of the sender's processor time, tests/bench/drain). A connection and its queries are used by one
 * thread at a time. Everything may block for the disk and, as long as sqlite3_busy_timeout() allows, for another process.
 */
typedef struct PerronDb PerronDb;

/* A statement with its values, out of the connection's keeping until it is done. It must be done before the connection is freed. */
typedef struct PerronDbQuery PerronDbQuery;

/* How a room says that SQLite answered `code`: sets its own error, whose message begins with `what`. Always FALSE. */
typedef gboolean (*PerronDbReport) (sqlite3 *handle, int code, const char *what, GError **error);

/* Takes `handle`, open. */
PerronDb *perron_db_new (sqlite3 *handle, PerronDbReport report);
void perron_db_free (PerronDb *db);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDb, perron_db_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)

/* For what has no function here: settings, checkpoints, hooks. Statements are prepared through this header. Transfer none. */
sqlite3 *perron_db_get_handle (PerronDb *db);

/* As PerronDbReport, by the room that opened this. */
gboolean perron_db_fault (PerronDb *db, int code, const char *what, GError **error);

/*
 * A query before its first row. `shape` has a letter a "?": 'i' gint64, 't' const char * (NULL: null), 'b' const void * and gsize
 * (NULL: null), 'B' GBytes *. Texts and blobs must live until the query is done.
 */
PerronDbQuery *perron_db_query (PerronDb *db, GError **error, const char *sql, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;
void perron_db_query_done (PerronDbQuery *query);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDbQuery, perron_db_query_done)

/* Next row: TRUE with *ret_row telling whether there is one. */
gboolean perron_db_step (PerronDbQuery *query, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A statement without rows of interest. */
gboolean perron_db_run (PerronDb *db, GError **error, const char *sql, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* The one number a query gives; 0 when it gives no row. */
gboolean perron_db_number (PerronDb *db, gint64 *ret_number, GError **error, const char *sql, const char *shape, ...)
  G_GNUC_WARN_UNUSED_RESULT;

/* Several statements without values; not kept. */
gboolean perron_db_script (PerronDb *db, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A transaction that may write; `begin` takes the lock, `end` commits it when `keep`, and rolls it back else or when that fails: FALSE. */
gboolean perron_db_begin (PerronDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* One that only looks: all that is read until `end` is of one moment, whoever else writes, and (in WAL) nobody waits for it. */
gboolean perron_db_begin_looking (PerronDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_db_end (PerronDb *db, gboolean keep, GError **error);

/* Rows that the last statement changed. */
gint perron_db_changes (PerronDb *db);

/* --- columns of the row a query stands at ------------------------------------------------------------------------------------- */

gboolean perron_db_is_null (PerronDbQuery *query, int column);
gint64 perron_db_int (PerronDbQuery *query, int column);

/* NULL for null. Until the next step. Transfer none. */
const char *perron_db_text (PerronDbQuery *query, int column);

char *perron_db_dup_text (PerronDbQuery *query, int column);
GBytes *perron_db_dup_bytes (PerronDbQuery *query, int column);
gsize perron_db_size (PerronDbQuery *query, int column);

/* A text column into a fixed array, cut at its end. NULL gives "". */
void perron_db_copy_text (PerronDbQuery *query, int column, char *array, gsize array_size);

/* A blob of exactly `size` bytes; anything else is reported as SQLITE_CORRUPT, with the column's name. */
gboolean perron_db_copy_blob (PerronDbQuery *query, int column, guint8 *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
