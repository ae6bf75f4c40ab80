/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/count-sql.h"
#include "sync/gateway/replies.h"
#include "sync/gateway/sqlite-heads.h"
#include "sync/gateway/sqlite-keeping.h"
#include "sync/gateway/sqlite.h"
#include "sync/gateway/store.h"

/* Three connections: the writer's thread never waits for a reader (WAL), readers take turns at theirs, audit heads are written by theirs. */
typedef struct {
  PerronGatewayStore store;
  PerronDb *writer;
  PerronDb *reader;
  PerronDb *heads;
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
                             "CREATE INDEX IF NOT EXISTS receipt_terminal ON receipt (terminal, seq);"
                             "CREATE TABLE IF NOT EXISTS heartbeat ("
                             "  terminal TEXT PRIMARY KEY,"
                             "  seen_ms INTEGER NOT NULL,"
                             "  body TEXT NOT NULL"
                             ") STRICT;";

/* --- write ------------------------------------------------------------------------------------------------------------------ */

static gboolean
insert_envelope (SqliteStore *store, const PerronEnvelope *envelope, gboolean *ret_created, GError **error)
{
  if (!perron_db_run (store->writer, error,
                      "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms) VALUES (?,?,?,?,?,?,?,?)"
                      " ON CONFLICT DO NOTHING",
                      "bttibBBi", envelope->id, (gsize) PERRON_UUID_BYTES, envelope->terminal, envelope->dest, (gint64) envelope->suite,
                      envelope->digest, (gsize) PERRON_DIGEST_BYTES, envelope->signature, envelope->sealed,
                      (gint64) (g_get_real_time () / 1000)))
    return FALSE;
  *ret_created = perron_db_changes (store->writer) == 1;
  return TRUE;
}

/* What a task that is there says to one with these: CREATED when there is none. */
static gboolean
compare (PerronDb *db, const guint8 *id, const char *terminal, const char *dest, const guint8 *digest, gboolean *ret_there,
         gboolean *ret_same_parties, gboolean *ret_same_digest, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT terminal = ? AND dest = ?, digest = ? FROM task WHERE id = ?", "ttbb", terminal, dest, digest,
                     (gsize) PERRON_DIGEST_BYTES, id, (gsize) PERRON_UUID_BYTES);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_there = row;
  *ret_same_parties = row && perron_db_int (query, 0) == 1;
  *ret_same_digest = row && perron_db_int (query, 1) == 1;
  return TRUE;
}

typedef struct {
  SqliteStore *store;
  PerronGatewayWrite *writes;
  guint count;
  gint64 low_ms, high_ms; /* ids of this time that are not there may have been forgotten */
} Group;

static gboolean
write_envelope (const Group *group, PerronGatewayWrite *write, GError **error)
{
  const PerronEnvelope *envelope = write->envelope;
  gint64 time_ms = perron_id_get_time (envelope->id);
  gboolean forgettable = time_ms >= group->low_ms && time_ms < group->high_ms && !write->even_forgotten;
  gboolean created = FALSE, there, parties, digest;

  if (!forgettable && !insert_envelope (group->store, envelope, &created, error))
    return FALSE;
  if (created) {
    write->ret_outcome = PERRON_OUTCOME_CREATED;
    return TRUE;
  }
  if (!compare (group->store->writer, envelope->id, envelope->terminal, envelope->dest, envelope->digest, &there, &parties, &digest, error))
    return FALSE;
  write->ret_outcome = !there ? PERRON_OUTCOME_FORGOTTEN : parties && digest ? PERRON_OUTCOME_SAME : PERRON_OUTCOME_CONFLICT;
  return TRUE;
}

static gboolean
insert_receipt (PerronDb *db, const PerronReceipt *receipt, PerronOutcome *ret_outcome, GError **error)
{
  if (!perron_db_run (
        db, error, "INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature) VALUES (?,?,?,?,?,?) ON CONFLICT DO NOTHING",
        "bttbiB", receipt->id, (gsize) PERRON_UUID_BYTES, receipt->terminal, receipt->caisse, receipt->digest, (gsize) PERRON_DIGEST_BYTES,
        receipt->received_unix_ms, receipt->signature))
    return FALSE;
  *ret_outcome = perron_db_changes (db) == 1 ? PERRON_OUTCOME_CREATED : PERRON_OUTCOME_SAME;
  return perron_db_run (db, error, "UPDATE task SET received = 1, sealed = x'' WHERE id = ? AND received = 0", "b", receipt->id,
                        (gsize) PERRON_UUID_BYTES);
}

static gboolean
write_receipt (PerronDb *db, const PerronReceipt *receipt, PerronOutcome *ret_outcome, GError **error)
{
  gboolean there, parties, digest;
  if (!compare (db, receipt->id, receipt->terminal, receipt->caisse, receipt->digest, &there, &parties, &digest, error))
    return FALSE;
  if (there && parties && digest)
    return insert_receipt (db, receipt, ret_outcome, error);
  *ret_outcome = !there ? PERRON_OUTCOME_UNKNOWN : !parties ? PERRON_OUTCOME_FOREIGN : PERRON_OUTCOME_CONFLICT;
  return TRUE;
}

static gboolean
write_heartbeat (PerronDb *db, const PerronHeartbeat *heartbeat, PerronOutcome *ret_outcome, GError **error)
{
  gsize len;
  g_autofree char *body = perron_heartbeat_encode (heartbeat, &len);
  *ret_outcome = PERRON_OUTCOME_CREATED;
  return perron_db_run (db, error, "INSERT OR REPLACE INTO heartbeat (terminal, seen_ms, body) VALUES (?, ?, ?)", "tit",
                        heartbeat->terminal, (gint64) (g_get_real_time () / 1000), body);
}

static gboolean
write_all (PerronDb *db, gpointer data, GError **error)
{
  Group *group = data;
  if (!perron_sqlite_keeping_read (db, &group->low_ms, &group->high_ms, error))
    return FALSE;
  for (guint i = 0; i < group->count; i++) {
    PerronGatewayWrite *one = &group->writes[i];
    gboolean written = one->envelope != NULL  ? write_envelope (group, one, error)
                       : one->receipt != NULL ? write_receipt (db, one->receipt, &one->ret_outcome, error)
                       : one->reply != NULL   ? perron_sqlite_replies_write (db, one->reply, &one->ret_outcome, error)
                                              : write_heartbeat (db, one->heartbeat, &one->ret_outcome, error);
    if (!written)
      return FALSE;
  }
  return TRUE;
}

static gboolean
store_write (PerronGatewayStore *store, PerronGatewayWrite *writes, guint count, GError **error)
{
  Group group = { (SqliteStore *) store, writes, count, 0, 0 };
  return perron_sqlite_transact (((SqliteStore *) store)->writer, write_all, &group, error);
}

/* --- read ------------------------------------------------------------------------------------------------------------------- */

static PerronEnvelope *
read_envelope (PerronDbQuery *query, GError **error)
{
  g_autoptr (PerronEnvelope) envelope = g_new0 (PerronEnvelope, 1);
  envelope->terminal = perron_db_dup_text (query, 2);
  envelope->dest = perron_db_dup_text (query, 3);
  envelope->suite = (guint8) perron_db_int (query, 4);
  envelope->signature = perron_db_dup_bytes (query, 6);
  envelope->sealed = perron_db_dup_bytes (query, 7);
  if (!perron_db_copy_blob (query, 1, envelope->id, sizeof envelope->id, error) ||
      !perron_db_copy_blob (query, 5, envelope->digest, sizeof envelope->digest, error))
    return NULL;
  return g_steal_pointer (&envelope);
}

static gboolean
store_read_waiting (PerronGatewayStore *base, const char *caisse, gint64 since, guint limit, gsize max_bytes, GPtrArray *envelopes,
                    gint64 *ret_cursor, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gint64 cursor = since;
  gsize bytes = 0;
  gboolean row;

  g_autoptr (PerronDbQuery) query = perron_db_query (store->reader, error,
                                                     "SELECT seq, id, terminal, dest, suite, digest, signature, sealed FROM task"
                                                     " WHERE dest = ? AND seq > ? AND received = 0 ORDER BY seq LIMIT ?",
                                                     "tii", caisse, since, (gint64) limit);
  while (query != NULL) {
    if (!perron_db_step (query, &row, error))
      return FALSE;
    bytes += row ? perron_db_size (query, 7) : 0;
    if (!row || (bytes > max_bytes && cursor > since))
      break;
    PerronEnvelope *envelope = read_envelope (query, error);
    if (envelope == NULL)
      return FALSE;
    g_ptr_array_add (envelopes, envelope);
    cursor = perron_db_int (query, 0);
  }
  if (query != NULL)
    *ret_cursor = cursor;
  return query != NULL;
}

static PerronReceipt *
read_receipt (PerronDbQuery *query, const char *terminal, GError **error)
{
  g_autoptr (PerronReceipt) receipt = g_new0 (PerronReceipt, 1);
  receipt->terminal = g_strdup (terminal);
  receipt->caisse = perron_db_dup_text (query, 2);
  receipt->received_unix_ms = perron_db_int (query, 4);
  receipt->signature = perron_db_dup_bytes (query, 5);
  if (!perron_db_copy_blob (query, 1, receipt->id, sizeof receipt->id, error) ||
      !perron_db_copy_blob (query, 3, receipt->digest, sizeof receipt->digest, error))
    return NULL;
  return g_steal_pointer (&receipt);
}

static gboolean
store_read_receipts (PerronGatewayStore *base, const char *terminal, gint64 since, guint limit, GPtrArray *receipts, GPtrArray *replies,
                     gint64 *ret_cursor, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gint64 cursor = since;
  gboolean row = TRUE;

  g_autoptr (PerronDbQuery) query = perron_db_query (store->reader, error,
                                                     "SELECT r.seq, r.id, r.caisse, r.digest, r.received_ms, r.signature,"
                                                     " a.number, a.code, a.replied_ms, a.signature FROM receipt AS r"
                                                     " LEFT JOIN reply AS a USING (id) WHERE r.terminal = ? AND r.seq > ?"
                                                     " ORDER BY r.seq LIMIT ?",
                                                     "tii", terminal, since, (gint64) limit);
  while (query != NULL && row) {
    if (!perron_db_step (query, &row, error))
      return FALSE;
    PerronReceipt *receipt = row ? read_receipt (query, terminal, error) : NULL;
    if (row && receipt == NULL)
      return FALSE;
    cursor = row ? perron_db_int (query, 0) : cursor;
    if (row) {
      g_ptr_array_add (receipts, receipt);
      g_ptr_array_add (replies, perron_sqlite_replies_read (query, 6, receipt));
    }
  }
  if (query != NULL)
    *ret_cursor = cursor;
  return query != NULL;
}

static gboolean
store_read_seen (PerronGatewayStore *base, GArray *seen, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (PerronDbQuery) query = perron_db_query (store->reader, error, "SELECT seen_ms, body FROM heartbeat", "");
  gboolean row = TRUE;

  while (query != NULL && row) {
    if (!perron_db_step (query, &row, error))
      return FALSE;
    if (row)
      perron_seen_append (seen, perron_db_int (query, 0), perron_db_text (query, 1), perron_db_size (query, 1));
  }
  return query != NULL;
}

static gboolean
store_check (PerronGatewayStore *base, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gint64 low_ms, high_ms;
  return perron_sqlite_keeping_read (store->reader, &low_ms, &high_ms, error);
}

static gboolean
store_count (PerronGatewayStore *base, PerronGatewayCounts *ret_counts, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (store->reader, error, PERRON_COUNT_SQL ("received = 0"), "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_counts = (PerronGatewayCounts){ perron_db_int (query, 0), perron_db_int (query, 1), perron_db_int (query, 2) };
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

/* --- how long --------------------------------------------------------------------------------------------------------------- */

static gboolean
store_note_time (PerronGatewayStore *base, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, const PerronFetched *fetched, guint count,
                 GError **error)
{
  return perron_sqlite_keeping_note (((SqliteStore *) base)->writer, days, now_ms, passed_ms, fetched, count, error);
}

static gboolean
store_forget (PerronGatewayStore *base, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error)
{
  return perron_sqlite_keeping_forget (((SqliteStore *) base)->writer, days, rows, forgetting, error);
}

static gboolean
store_read_overdue (PerronGatewayStore *base, gint64 before_unix_ms, GArray *overdue, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  return perron_sqlite_keeping_read_overdue (store->reader, before_unix_ms, overdue, error);
}

static gboolean
store_list_overdue (PerronGatewayStore *base, gint64 before_unix_ms, guint limit, GArray *items, GError **error)
{
  SqliteStore *store = (SqliteStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  return perron_sqlite_keeping_list_overdue (store->reader, before_unix_ms, limit, items, error);
}

static gboolean
store_drop (PerronGatewayStore *base, const PerronGatewayDays *days, const guint8 id[PERRON_UUID_BYTES], gint64 who,
            PerronDropOutcome *ret_outcome, GError **error)
{
  return perron_sqlite_keeping_drop (((SqliteStore *) base)->writer, days, id, who, ret_outcome, error);
}

static gboolean
store_forget_terminal (PerronGatewayStore *base, const char *terminal, GError **error)
{
  return perron_sqlite_keeping_forget_terminal (((SqliteStore *) base)->writer, terminal, error);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static void
store_free (PerronGatewayStore *base)
{
  SqliteStore *store = (SqliteStore *) base;
  perron_db_free (store->heads);
  perron_db_free (store->reader);
  perron_db_free (store->writer);
  g_mutex_clear (&store->reading);
  g_mutex_clear (&store->heading);
  g_free (store);
}

PerronGatewayStore *
perron_gateway_store_sqlite_new (const char *path, GError **error)
{
  SqliteStore *store = g_new0 (SqliteStore, 1);
  g_mutex_init (&store->reading);
  g_mutex_init (&store->heading);
  store->store = (PerronGatewayStore){ .write = store_write, .read_waiting = store_read_waiting, .read_receipts = store_read_receipts,
                                       .check = store_check, .count = store_count, .read_seen = store_read_seen, .keep_head = store_keep_head,
                                       .read_alarms = store_read_alarms, .forget_head = store_forget_head, .note_time = store_note_time,
                                       .forget = store_forget, .read_overdue = store_read_overdue,
                                       .list_overdue = store_list_overdue, .drop = store_drop, .forget_terminal = store_forget_terminal,
                                       .free = store_free };
  g_autoptr (PerronGatewayStore) base = &store->store;

  store->writer = perron_sqlite_open (path, error);
  if (store->writer == NULL || !perron_db_script (store->writer, schema, error) ||
      !perron_db_script (store->writer, perron_sqlite_replies_schema, error) ||
      !perron_db_script (store->writer, perron_sqlite_heads_schema, error) ||
      !perron_db_script (store->writer, perron_sqlite_keeping_schema, error) || !perron_sqlite_keeping_begin (store->writer, error))
    return NULL;
  store->reader = perron_sqlite_open (path, error);
  store->heads = store->reader != NULL ? perron_sqlite_open (path, error) : NULL;
  return store->heads != NULL ? g_steal_pointer (&base) : NULL;
}
