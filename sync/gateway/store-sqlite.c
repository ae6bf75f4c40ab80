/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite-heads.h"
#include "sync/gateway/store.h"

#include <sqlite3.h>
#include <string.h>

G_DEFINE_QUARK (perron-gateway-error-quark, perron_gateway_error)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

/* Three connections: the writer's thread never waits for a reader (WAL), readers take turns at theirs, audit heads are written by theirs. */
typedef struct {
  PerronGatewayStore store;
  sqlite3 *writer;
  sqlite3 *reader;
  sqlite3 *heads;
  GMutex reading;
  GMutex heading;
} SqliteStore;

/* task.sealed is emptied when the caisse has acknowledged; id and digest stay, so that a late copy is still recognised. */
static const char schema[] = "CREATE TABLE IF NOT EXISTS task ("
                             "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                             "  id BLOB NOT NULL UNIQUE CHECK (length (id) = 16),"
                             "  terminal TEXT NOT NULL,"
                             "  dest TEXT NOT NULL,"
                             "  suite INTEGER NOT NULL,"
                             "  digest BLOB NOT NULL CHECK (length (digest) = 32),"
                             "  signature BLOB NOT NULL,"
                             "  sealed BLOB NOT NULL,"
                             "  stored_ms INTEGER NOT NULL,"
                             "  received INTEGER NOT NULL DEFAULT 0"
                             ") STRICT;"
                             "CREATE INDEX IF NOT EXISTS task_waiting ON task (dest, seq) WHERE received = 0;"
                             "CREATE TABLE IF NOT EXISTS receipt ("
                             "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
                             "  id BLOB NOT NULL UNIQUE REFERENCES task (id),"
                             "  terminal TEXT NOT NULL,"
                             "  caisse TEXT NOT NULL,"
                             "  digest BLOB NOT NULL,"
                             "  received_ms INTEGER NOT NULL,"
                             "  signature BLOB NOT NULL"
                             ") STRICT;"
                             "CREATE INDEX IF NOT EXISTS receipt_terminal ON receipt (terminal, seq);";

static gboolean
refuse (sqlite3 *db, const char *what, GError **error)
{
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: %s", what, sqlite3_errmsg (db));
  return FALSE;
}

static gboolean
run_script (sqlite3 *db, const char *sql, GError **error)
{
  return sqlite3_exec (db, sql, NULL, NULL, NULL) == SQLITE_OK || refuse (db, "database", error);
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2 (db, sql, -1, &query, NULL) != SQLITE_OK)
    (void) refuse (db, "database", error);
  return query;
}

static void
bind_blob (sqlite3_stmt *query, int at, const void *data, gsize len)
{
  sqlite3_bind_blob64 (query, at, data, len, SQLITE_STATIC);
}

static void
bind_bytes (sqlite3_stmt *query, int at, GBytes *bytes)
{
  gsize len;
  const void *data = g_bytes_get_data (bytes, &len);
  bind_blob (query, at, data, len);
}

static void
bind_text (sqlite3_stmt *query, int at, const char *text)
{
  sqlite3_bind_text (query, at, text, -1, SQLITE_STATIC);
}

static gboolean
same_blob (sqlite3_stmt *query, int column, const guint8 *bytes, gsize len)
{
  return (gsize) sqlite3_column_bytes (query, column) == len && memcmp (sqlite3_column_blob (query, column), bytes, len) == 0;
}

static gboolean
same_text (sqlite3_stmt *query, int column, const char *text)
{
  return g_strcmp0 ((const char *) sqlite3_column_text (query, column), text) == 0;
}

/* --- write ------------------------------------------------------------------------------------------------------------------ */

static gboolean
insert_envelope (sqlite3 *db, const PerronEnvelope *envelope, gboolean *ret_created, GError **error)
{
  g_autoptr (sqlite3_stmt) insert = prepare (
    db, "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
    error);
  if (insert == NULL)
    return FALSE;
  bind_blob (insert, 1, envelope->id, sizeof envelope->id);
  bind_text (insert, 2, envelope->terminal);
  bind_text (insert, 3, envelope->dest);
  sqlite3_bind_int (insert, 4, envelope->suite);
  bind_blob (insert, 5, envelope->digest, sizeof envelope->digest);
  bind_bytes (insert, 6, envelope->signature);
  bind_bytes (insert, 7, envelope->sealed);
  sqlite3_bind_int64 (insert, 8, g_get_real_time () / 1000);
  if (sqlite3_step (insert) != SQLITE_DONE)
    return refuse (db, "task", error);
  *ret_created = sqlite3_changes (db) == 1;
  return TRUE;
}

/* terminal, dest, digest of a task. `ret_query` stands on its row, or is NULL when there is none. */
static gboolean
find_task (sqlite3 *db, const guint8 *id, sqlite3_stmt **ret_query, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "SELECT terminal, dest, digest FROM task WHERE id = ?", error);
  if (query == NULL)
    return FALSE;
  bind_blob (query, 1, id, PERRON_UUID_BYTES);
  int code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return refuse (db, "task", error);
  *ret_query = code == SQLITE_ROW ? g_steal_pointer (&query) : NULL;
  return TRUE;
}

static gboolean
write_envelope (sqlite3 *db, const PerronEnvelope *envelope, PerronOutcome *ret_outcome, GError **error)
{
  gboolean created;
  sqlite3_stmt *there = NULL;

  if (!insert_envelope (db, envelope, &created, error))
    return FALSE;
  if (created) {
    *ret_outcome = PERRON_OUTCOME_CREATED;
    return TRUE;
  }
  if (!find_task (db, envelope->id, &there, error))
    return FALSE;
  g_autoptr (sqlite3_stmt) task = there;
  gboolean same = task != NULL && same_text (task, 0, envelope->terminal) && same_text (task, 1, envelope->dest) &&
                  same_blob (task, 2, envelope->digest, sizeof envelope->digest);
  *ret_outcome = same ? PERRON_OUTCOME_SAME : PERRON_OUTCOME_CONFLICT;
  return TRUE;
}

static gboolean
insert_receipt (sqlite3 *db, const PerronReceipt *receipt, PerronOutcome *ret_outcome, GError **error)
{
  g_autoptr (sqlite3_stmt) insert =
    prepare (db, "INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING", error);
  g_autoptr (sqlite3_stmt) erase = prepare (db, "UPDATE task SET received = 1, sealed = x'' WHERE id = ? AND received = 0", error);
  if (insert == NULL || erase == NULL)
    return FALSE;
  bind_blob (insert, 1, receipt->id, sizeof receipt->id);
  bind_text (insert, 2, receipt->terminal);
  bind_text (insert, 3, receipt->caisse);
  bind_blob (insert, 4, receipt->digest, sizeof receipt->digest);
  sqlite3_bind_int64 (insert, 5, receipt->received_unix_ms);
  bind_bytes (insert, 6, receipt->signature);
  if (sqlite3_step (insert) != SQLITE_DONE)
    return refuse (db, "receipt", error);
  *ret_outcome = sqlite3_changes (db) == 1 ? PERRON_OUTCOME_CREATED : PERRON_OUTCOME_SAME;
  bind_blob (erase, 1, receipt->id, sizeof receipt->id);
  return sqlite3_step (erase) == SQLITE_DONE || refuse (db, "task", error);
}

static gboolean
write_receipt (sqlite3 *db, const PerronReceipt *receipt, PerronOutcome *ret_outcome, GError **error)
{
  sqlite3_stmt *there = NULL;
  if (!find_task (db, receipt->id, &there, error))
    return FALSE;
  g_autoptr (sqlite3_stmt) task = there;
  if (task == NULL)
    *ret_outcome = PERRON_OUTCOME_UNKNOWN;
  else if (!same_text (task, 0, receipt->terminal) || !same_text (task, 1, receipt->caisse))
    *ret_outcome = PERRON_OUTCOME_FOREIGN;
  else if (!same_blob (task, 2, receipt->digest, sizeof receipt->digest))
    *ret_outcome = PERRON_OUTCOME_CONFLICT;
  else
    return insert_receipt (db, receipt, ret_outcome, error);
  return TRUE;
}

static gboolean
write_all (sqlite3 *db, PerronGatewayWrite *writes, guint count, GError **error)
{
  for (guint i = 0; i < count; i++) {
    PerronGatewayWrite *one = &writes[i];
    gboolean written = one->envelope != NULL ? write_envelope (db, one->envelope, &one->ret_outcome, error)
                                             : write_receipt (db, one->receipt, &one->ret_outcome, error);
    if (!written)
      return FALSE;
  }
  return TRUE;
}

static gboolean
store_write (PerronGatewayStore *store, PerronGatewayWrite *writes, guint count, GError **error)
{
  sqlite3 *db = ((SqliteStore *) store)->writer;
  if (!run_script (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  if (write_all (db, writes, count, error) && run_script (db, "COMMIT", error))
    return TRUE;
  if (sqlite3_get_autocommit (db) == 0)
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

/* --- read ------------------------------------------------------------------------------------------------------------------- */

static GBytes *
column_bytes (sqlite3_stmt *query, int column)
{
  const void *data = sqlite3_column_blob (query, column);
  return g_bytes_new (data, (gsize) sqlite3_column_bytes (query, column));
}

static PerronEnvelope *
read_envelope (sqlite3_stmt *query)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  memcpy (envelope->id, sqlite3_column_blob (query, 1), sizeof envelope->id);
  envelope->terminal = g_strdup ((const char *) sqlite3_column_text (query, 2));
  envelope->dest = g_strdup ((const char *) sqlite3_column_text (query, 3));
  envelope->suite = (guint8) sqlite3_column_int (query, 4);
  memcpy (envelope->digest, sqlite3_column_blob (query, 5), sizeof envelope->digest);
  envelope->signature = column_bytes (query, 6);
  envelope->sealed = column_bytes (query, 7);
  return envelope;
}

static gboolean
store_read_waiting (PerronGatewayStore *base, const char *caisse, gint64 since, guint limit, gsize max_bytes, GPtrArray *envelopes,
                    gint64 *ret_cursor, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gint64 cursor = since;
  gsize bytes = 0;
  int code;

  g_autoptr (sqlite3_stmt) query = prepare (store->reader,
                                            "SELECT seq, id, terminal, dest, suite, digest, signature, sealed FROM task"
                                            " WHERE dest = ? AND seq > ? AND received = 0 ORDER BY seq LIMIT ?",
                                            error);
  if (query == NULL)
    return FALSE;
  bind_text (query, 1, caisse);
  sqlite3_bind_int64 (query, 2, since);
  sqlite3_bind_int64 (query, 3, limit);
  while ((code = sqlite3_step (query)) == SQLITE_ROW) {
    bytes += (gsize) sqlite3_column_bytes (query, 7);
    if (bytes > max_bytes && cursor > since)
      break;
    g_ptr_array_add (envelopes, read_envelope (query));
    cursor = sqlite3_column_int64 (query, 0);
  }
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return refuse (store->reader, "task", error);
  *ret_cursor = cursor;
  return TRUE;
}

static gboolean
store_read_receipts (PerronGatewayStore *base, const char *terminal, gint64 since, guint limit, GPtrArray *receipts, gint64 *ret_cursor,
                     GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gint64 cursor = since;
  int code;

  g_autoptr (sqlite3_stmt) query = prepare (
    store->reader, "SELECT seq, id, caisse, digest, received_ms, signature FROM receipt WHERE terminal = ? AND seq > ? ORDER BY seq LIMIT ?", error);
  if (query == NULL)
    return FALSE;
  bind_text (query, 1, terminal);
  sqlite3_bind_int64 (query, 2, since);
  sqlite3_bind_int64 (query, 3, limit);
  while ((code = sqlite3_step (query)) == SQLITE_ROW) {
    PerronReceipt *receipt = g_new0 (PerronReceipt, 1);
    cursor = sqlite3_column_int64 (query, 0);
    memcpy (receipt->id, sqlite3_column_blob (query, 1), sizeof receipt->id);
    receipt->terminal = g_strdup (terminal);
    receipt->caisse = g_strdup ((const char *) sqlite3_column_text (query, 2));
    memcpy (receipt->digest, sqlite3_column_blob (query, 3), sizeof receipt->digest);
    receipt->received_unix_ms = sqlite3_column_int64 (query, 4);
    receipt->signature = column_bytes (query, 5);
    g_ptr_array_add (receipts, receipt);
  }
  if (code != SQLITE_DONE)
    return refuse (store->reader, "receipt", error);
  *ret_cursor = cursor;
  return TRUE;
}

static gboolean
store_count (PerronGatewayStore *base, PerronGatewayCounts *ret_counts, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (sqlite3_stmt) query = prepare (store->reader,
                                            "SELECT (SELECT count (*) FROM task WHERE received = 0), (SELECT count (*) FROM receipt),"
                                            " (SELECT coalesce (min (stored_ms), 0) FROM task WHERE received = 0)",
                                            error);
  if (query == NULL)
    return FALSE;
  if (sqlite3_step (query) != SQLITE_ROW)
    return refuse (store->reader, "count", error);
  *ret_counts = (PerronGatewayCounts){ sqlite3_column_int64 (query, 0), sqlite3_column_int64 (query, 1), sqlite3_column_int64 (query, 2) };
  return TRUE;
}

static gboolean
store_keep_head (PerronGatewayStore *base, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  return perron_sqlite_heads_keep (store->heads, head, ret_verdict, ret_kept_n, error);
}

static gboolean
store_read_alarms (PerronGatewayStore *base, GArray *alarms, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  return perron_sqlite_heads_read_alarms (store->heads, alarms, error);
}

static gboolean
store_forget_head (PerronGatewayStore *base, const char *terminal, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  return perron_sqlite_heads_forget (store->heads, terminal, error);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static void
store_free (PerronGatewayStore *base)
{
  SqliteStore *store = (SqliteStore *) base;
  sqlite3_close (store->heads);
  sqlite3_close (store->reader);
  sqlite3_close (store->writer);
  g_mutex_clear (&store->reading);
  g_mutex_clear (&store->heading);
  g_free (store);
}

static sqlite3 *
open_connection (const char *path, GError **error)
{
  sqlite3 *db = NULL;
  int code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code == SQLITE_OK &&
      run_script (db, "PRAGMA busy_timeout=5000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;"
                      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=8388608",
                  error))
    return db;
  if (code != SQLITE_OK)
    g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "%s: %s", path, sqlite3_errstr (code));
  sqlite3_close (db);
  return NULL;
}

/* A build of SQLite may answer a PRAGMA with silence: what durability rests on is read back. */
static gboolean
check_durable (sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "SELECT j.journal_mode, s.synchronous FROM pragma_journal_mode j, pragma_synchronous s", error);
  if (query == NULL)
    return FALSE;
  if (sqlite3_step (query) != SQLITE_ROW)
    return refuse (db, "journal", error);
  if (same_text (query, 0, "wal") && sqlite3_column_int (query, 1) == 2)
    return TRUE;
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "the database does not take WAL with synchronous=FULL");
  return FALSE;
}

PerronGatewayStore *
perron_gateway_store_sqlite_new (const char *path, GError **error)
{
  SqliteStore *store = g_new0 (SqliteStore, 1);
  g_mutex_init (&store->reading);
  g_mutex_init (&store->heading);
  store->store = (PerronGatewayStore){ .write = store_write, .read_waiting = store_read_waiting, .read_receipts = store_read_receipts,
                                       .count = store_count, .keep_head = store_keep_head, .read_alarms = store_read_alarms,
                                       .forget_head = store_forget_head, .free = store_free };
  g_autoptr (PerronGatewayStore) base = &store->store;

  store->writer = open_connection (path, error);
  if (store->writer == NULL || !run_script (store->writer, schema, error) ||
      !run_script (store->writer, perron_sqlite_heads_schema, error) || !check_durable (store->writer, error))
    return NULL;
  store->reader = open_connection (path, error);
  store->heads = store->reader != NULL ? open_connection (path, error) : NULL;
  return store->heads != NULL ? g_steal_pointer (&base) : NULL;
}
