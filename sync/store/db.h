/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <sqlite3.h>

#include "sync/store/outbox.h"

G_BEGIN_DECLS

/*
 * SQLite with GError: opening with the settings of the sync-security facts 2.1, each read back; statements bound in one call.
 * Private to sync/store. A handle belongs to one thread. Blocks for the disk, and at most 5 s for another process.
 */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

#define PERRON_DB_BUSY_TIMEOUT_MS 5000

typedef enum {
  PERRON_DB_CREATE, /* a new file, in synchronous=EXTRA: only for laying down the schema */
  PERRON_DB_USE,    /* the file must be there */
} PerronDbMode;

sqlite3 *perron_db_open (const char *path, PerronDbMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SQLite's code as a PerronStoreError; the message names `what`, the reason and SQLite's extended code. Always FALSE. */
gboolean perron_db_fault (sqlite3 *db, int code, const char *what, GError **error);

/*
 * A statement with its values. `shape` has a letter a "?": 'i' gint64, 't' const char * (NULL: null), 'b' const void * and gsize.
 * Texts and blobs must live until the statement is done.
 */
sqlite3_stmt *perron_db_query (sqlite3 *db, GError **error, const char *sql, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* Next row: TRUE with *ret_row telling whether there is one. */
gboolean perron_db_step (sqlite3_stmt *query, gboolean *ret_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A statement without rows. */
gboolean perron_db_run (sqlite3 *db, GError **error, const char *sql, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* The one number a query gives; 0 when it gives no row. */
gboolean perron_db_number (sqlite3 *db, gint64 *ret_number, GError **error, const char *sql, const char *shape, ...)
  G_GNUC_WARN_UNUSED_RESULT;

/* Several statements without values. */
gboolean perron_db_script (sqlite3 *db, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A text column into a fixed array, cut at its end. NULL gives "". */
void perron_db_copy_text (sqlite3_stmt *query, int column, char *array, gsize array_size);

/* A blob of exactly `size` bytes; anything else is PERRON_STORE_ERROR_CORRUPT. */
gboolean perron_db_copy_blob (sqlite3_stmt *query, int column, guint8 *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
