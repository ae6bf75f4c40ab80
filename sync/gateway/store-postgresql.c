/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/count-sql.h"
#include "sync/gateway/postgresql-envelopes.h"
#include "sync/gateway/postgresql-heads.h"
#include "sync/gateway/postgresql-keeping.h"
#include "sync/gateway/postgresql-schema.h"
#include "sync/gateway/postgresql.h"
#include "sync/gateway/replies.h"
#include "sync/gateway/store.h"

#include <string.h>

/*
 * PostgreSQL for a region: n gateways on one primary, and a synchronous standby when the server names one (sync-security facts 5). Writers
 * of all gateways take turns by an advisory lock, so that the order of `seq` is the order of commits and no reader's cursor passes over a
 * row that is committed later; a turn carries a whole group of batches.
 */
#define IN_FLIGHT 200 /* statements sent before their results are read */

typedef struct {
  PerronGatewayStore store;
  PerronPg *writer;
  PerronPg *reader;
  PerronPg *heads;
  GMutex reading;
  GMutex heading;
} PostgresqlStore;

/* Each answers with one row: the number of a PerronOutcome. An envelope of a time that is no longer remembered is compared, never stored. */
static const char find_envelope[] =
  "SELECT coalesce ((SELECT CASE WHEN terminal = $2::text AND dest = $3::text AND digest = $4::bytea THEN 1 ELSE 2 END FROM task"
  "  WHERE id = $1::bytea), 6)";

static const char put_receipt[] =
  "WITH fit AS (SELECT CASE WHEN terminal <> $2::text OR dest <> $3::text THEN 4 WHEN digest <> $4::bytea THEN 2 ELSE 0 END AS outcome"
  "    FROM task WHERE id = $1::bytea),"
  "  fresh AS (INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature)"
  "    SELECT $1::bytea, $2::text, $3::text, $4::bytea, $5::bigint, $6::bytea FROM fit WHERE outcome = 0 ON CONFLICT (id) DO NOTHING RETURNING 1),"
  "  erased AS (UPDATE task SET received = true, sealed = ''"
  "    WHERE id = $1::bytea AND NOT received AND EXISTS (SELECT 1 FROM fit WHERE outcome = 0))"
  "SELECT CASE WHEN NOT EXISTS (SELECT 1 FROM fit) THEN 3 WHEN (SELECT outcome FROM fit) <> 0 THEN (SELECT outcome FROM fit)"
  "  WHEN EXISTS (SELECT 1 FROM fresh) THEN 0 ELSE 1 END";

static const char put_heartbeat[] =
  "INSERT INTO heartbeat (terminal, seen_ms, body) VALUES ($1::text, $2::bigint, $3::text)"
  " ON CONFLICT (terminal) DO UPDATE SET seen_ms = excluded.seen_ms, body = excluded.body RETURNING 0";

G_STATIC_ASSERT (PERRON_OUTCOME_CREATED == 0 && PERRON_OUTCOME_SAME == 1 && PERRON_OUTCOME_CONFLICT == 2 && PERRON_OUTCOME_UNKNOWN == 3 &&
                 PERRON_OUTCOME_FOREIGN == 4 && PERRON_OUTCOME_FORGOTTEN == 6);

/* --- write ------------------------------------------------------------------------------------------------------------------ */

/* libpq copies what it is given. */
static gboolean
send_heartbeat (PerronPg *pg, const PerronHeartbeat *heartbeat, GError **error)
{
  gsize len;
  g_autofree char *body = perron_heartbeat_encode (heartbeat, &len);
  return perron_pg_send (pg, put_heartbeat, error, "tit", heartbeat->terminal, (gint64) (g_get_real_time () / 1000), body);
}

/* Ids of this time that are not there may have been forgotten. */
typedef struct {
  gint64 low_ms, high_ms;
} Horizon;

static gboolean
is_forgotten (const PerronGatewayWrite *write, const Horizon *horizon)
{
  gint64 time_ms = perron_id_get_time (write->envelope->id);
  return time_ms >= horizon->low_ms && time_ms < horizon->high_ms && !write->even_forgotten;
}

static gboolean
send_one (PerronPg *pg, const PerronGatewayWrite *write, GError **error)
{
  const PerronReceipt *receipt = write->receipt;
  const PerronEnvelope *envelope = write->envelope;
  if (write->heartbeat != NULL)
    return send_heartbeat (pg, write->heartbeat, error);
  if (write->reply != NULL)
    return perron_postgresql_replies_send (pg, write->reply, error);
  if (envelope != NULL)
    return perron_pg_send (pg, find_envelope, error, "bttb", envelope->id, (gsize) PERRON_UUID_BYTES, envelope->terminal, envelope->dest,
                           envelope->digest, (gsize) PERRON_DIGEST_BYTES);
  return perron_pg_send (pg, put_receipt, error, "bttbiB", receipt->id, (gsize) PERRON_UUID_BYTES, receipt->terminal, receipt->caisse,
                         receipt->digest, (gsize) PERRON_DIGEST_BYTES, receipt->received_unix_ms, receipt->signature);
}

/* How many from the first on go in one statement, as envelopes to be stored; 0: the first is something else. */
static guint
count_together (const PerronGatewayWrite *writes, guint count, const Horizon *horizon)
{
  guint together = 0;
  while (together < count && writes[together].envelope != NULL && !is_forgotten (&writes[together], horizon))
    together++;
  return together > 0 ? perron_postgresql_envelopes_fit (writes, together) : 0;
}

static gboolean
write_piece (PerronPg *pg, PerronGatewayWrite *writes, guint count, const Horizon *horizon, GError **error)
{
  guint statements[IN_FLIGHT], sent = 0; /* how many writes each is for */
  gint64 outcomes[IN_FLIGHT];

  for (guint at = 0; at < count; at += statements[sent++]) {
    guint together = count_together (writes + at, count - at, horizon);
    if (!(together > 0 ? perron_postgresql_envelopes_send (pg, writes + at, together, error) : send_one (pg, &writes[at], error)))
      return FALSE;
    statements[sent] = MAX (together, 1);
  }
  if (!perron_pg_send_end (pg, error))
    return FALSE;
  for (guint i = 0, at = 0; i < sent; at += statements[i++]) {
    if (!perron_pg_take_numbers (pg, outcomes + at, statements[i], error))
      return FALSE;
  }
  for (guint i = 0; i < count; i++)
    writes[i].ret_outcome = (PerronOutcome) outcomes[i];
  return perron_pg_take_end (pg, error);
}

static gboolean
store_write (PerronGatewayStore *base, PerronGatewayWrite *writes, guint count, GError **error)
{
  PerronPg *pg = ((PostgresqlStore *) base)->writer;
  Horizon horizon;
  gboolean ok = perron_pg_prepare (pg, perron_postgresql_put_envelopes, error) && perron_pg_prepare (pg, put_receipt, error) &&
                perron_pg_prepare (pg, put_heartbeat, error) && perron_pg_run (pg, "BEGIN", error) &&
                perron_pg_run (pg, "SELECT pg_advisory_xact_lock (726574, 1)", error) &&
                perron_postgresql_keeping_read (pg, &horizon.low_ms, &horizon.high_ms, error);

  for (guint at = 0; ok && at < count; at += IN_FLIGHT)
    ok = write_piece (pg, writes + at, MIN (IN_FLIGHT, count - at), &horizon, error);
  if (ok && perron_pg_run (pg, "COMMIT", error))
    return TRUE;
  perron_pg_give_up (pg);
  return FALSE;
}

/* --- read ------------------------------------------------------------------------------------------------------------------- */

/* What was asked in a transaction of its own; `found` NULL: it failed. Takes `found`. */
static PGresult *
end_ask (PerronPg *pg, PGresult *found, GError **error)
{
  if (found != NULL && perron_pg_run (pg, "COMMIT", error))
    return found;
  PQclear (found);
  perron_pg_give_up (pg);
  return NULL;
}

static PGresult *
ask_waiting (PerronPg *pg, const char *caisse, gint64 since, guint limit, gsize max_bytes, GError **error)
{
  return !perron_pg_begin_as (pg, PERRON_PG_CAISSE, caisse, error)
           ? NULL
           : perron_pg_ask (
               pg,
               "SELECT seq, id, terminal, dest, suite, digest, signature, sealed FROM (SELECT *, sum (octet_length (sealed)) OVER (ORDER BY seq) AS"
               " bytes, row_number () OVER (ORDER BY seq) AS number FROM (SELECT * FROM task WHERE dest = $1::text AND seq > $2::bigint AND NOT"
               " received ORDER BY seq LIMIT $3::bigint) AS page) AS counted WHERE bytes <= $4::bigint OR number = 1 ORDER BY seq",
               error, "tiii", caisse, since, (gint64) limit, (gint64) max_bytes);
}

static PGresult *
ask_receipts (PerronPg *pg, const char *terminal, gint64 since, guint limit, GError **error)
{
  return !perron_pg_begin_as (pg, PERRON_PG_TERMINAL, terminal, error)
           ? NULL
           : perron_pg_ask (pg,
                            "SELECT r.seq, r.id, r.caisse, r.digest, r.received_ms, r.signature, a.number, a.code,"
                            " a.replied_ms, a.signature FROM receipt AS r LEFT JOIN reply AS a USING (id)"
                            " WHERE r.terminal = $1::text AND r.seq > $2::bigint ORDER BY r.seq LIMIT $3::bigint",
                            error, "tii", terminal, since, (gint64) limit);
}

static gboolean
store_read_waiting (PerronGatewayStore *base, const char *caisse, gint64 since, guint limit, gsize max_bytes, GPtrArray *envelopes,
                    gint64 *ret_cursor, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (PGresult) found = end_ask (store->reader, ask_waiting (store->reader, caisse, since, limit, max_bytes, error), error);
  gint64 cursor = since;

  for (int row = 0; found != NULL && row < PQntuples (found); row++) {
    g_autoptr (PerronEnvelope) envelope = g_new0 (PerronEnvelope, 1);
    envelope->terminal = perron_pg_dup_text (found, row, 2);
    envelope->dest = perron_pg_dup_text (found, row, 3);
    envelope->suite = (guint8) perron_pg_get_number (found, row, 4);
    envelope->signature = perron_pg_dup_bytes (found, row, 6);
    envelope->sealed = perron_pg_dup_bytes (found, row, 7);
    if (!perron_pg_copy (found, row, 1, envelope->id, PERRON_UUID_BYTES, error) ||
        !perron_pg_copy (found, row, 5, envelope->digest, PERRON_DIGEST_BYTES, error))
      return FALSE;
    cursor = perron_pg_get_number (found, row, 0);
    g_ptr_array_add (envelopes, g_steal_pointer (&envelope));
  }
  if (found != NULL)
    *ret_cursor = cursor;
  return found != NULL;
}

static gboolean
store_read_receipts (PerronGatewayStore *base, const char *terminal, gint64 since, guint limit, GPtrArray *receipts, GPtrArray *replies,
                     gint64 *ret_cursor, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (PGresult) found = end_ask (store->reader, ask_receipts (store->reader, terminal, since, limit, error), error);
  gint64 cursor = since;

  for (int row = 0; found != NULL && row < PQntuples (found); row++) {
    g_autoptr (PerronReceipt) receipt = g_new0 (PerronReceipt, 1);
    receipt->terminal = g_strdup (terminal);
    receipt->caisse = perron_pg_dup_text (found, row, 2);
    receipt->received_unix_ms = perron_pg_get_number (found, row, 4);
    receipt->signature = perron_pg_dup_bytes (found, row, 5);
    if (!perron_pg_copy (found, row, 1, receipt->id, PERRON_UUID_BYTES, error) ||
        !perron_pg_copy (found, row, 3, receipt->digest, PERRON_DIGEST_BYTES, error))
      return FALSE;
    cursor = perron_pg_get_number (found, row, 0);
    g_ptr_array_add (replies, perron_postgresql_replies_read (found, row, 6, receipt));
    g_ptr_array_add (receipts, g_steal_pointer (&receipt));
  }
  if (found != NULL)
    *ret_cursor = cursor;
  return found != NULL;
}

static gboolean
store_check (PerronGatewayStore *base, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (PGresult) found = perron_pg_ask (store->reader, "SELECT 1 FROM heartbeat WHERE terminal = ''", error, "");
  return found != NULL;
}

static gboolean
store_count (PerronGatewayStore *base, PerronGatewayCounts *ret_counts, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  PGresult *counted = perron_pg_begin_as (store->reader, PERRON_PG_KEEPER, "", error)
                        ? perron_pg_ask (store->reader, PERRON_COUNT_SQL ("NOT received"), error, "")
                        : NULL;
  g_autoptr (PGresult) found = end_ask (store->reader, counted, error);
  if (found == NULL)
    return FALSE;
  *ret_counts = (PerronGatewayCounts){ perron_pg_get_number (found, 0, 0), perron_pg_get_number (found, 0, 1),
                                       perron_pg_get_number (found, 0, 2) };
  return TRUE;
}

static gboolean
store_read_seen (PerronGatewayStore *base, GArray *seen, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  g_autoptr (PGresult) found = perron_pg_ask (store->reader, "SELECT seen_ms, body FROM heartbeat", error, "");
  for (int row = 0; found != NULL && row < PQntuples (found); row++)
    perron_seen_append (seen, perron_pg_get_number (found, row, 0), PQgetvalue (found, row, 1), (gsize) PQgetlength (found, row, 1));
  return found != NULL;
}

/* --- audit heads ------------------------------------------------------------------------------------------------------------ */

static gboolean
store_keep_head (PerronGatewayStore *base, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  if (perron_pg_run (store->heads, "BEGIN", error) && perron_postgresql_heads_judge (store->heads, head, ret_verdict, ret_kept_n, error) &&
      perron_pg_run (store->heads, "COMMIT", error))
    return TRUE;
  perron_pg_give_up (store->heads);
  return FALSE;
}

static gboolean
store_read_alarms (PerronGatewayStore *base, GArray *alarms, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  return perron_postgresql_heads_read_alarms (store->heads, alarms, error);
}

static gboolean
store_forget_head (PerronGatewayStore *base, const char *terminal, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->heading);
  g_autoptr (PGresult) done = perron_pg_ask (
    store->heads, "WITH gone AS (DELETE FROM head WHERE terminal = $1::text) DELETE FROM head_alarm WHERE terminal = $1::text", error, "t", terminal);
  return done != NULL;
}

/* --- how long --------------------------------------------------------------------------------------------------------------- */

static gboolean
store_note_time (PerronGatewayStore *base, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, const PerronFetched *fetched, guint count,
                 GError **error)
{
  return perron_postgresql_keeping_note (((PostgresqlStore *) base)->writer, days, now_ms, passed_ms, fetched, count, error);
}

static gboolean
store_forget (PerronGatewayStore *base, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error)
{
  return perron_postgresql_keeping_forget (((PostgresqlStore *) base)->writer, days, rows, forgetting, error);
}

static gboolean
store_read_overdue (PerronGatewayStore *base, gint64 before_unix_ms, GArray *overdue, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  return perron_postgresql_keeping_read_overdue (store->reader, before_unix_ms, overdue, error);
}

static gboolean
store_list_overdue (PerronGatewayStore *base, gint64 before_unix_ms, guint limit, GArray *items, GError **error)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&store->reading);
  return perron_postgresql_keeping_list_overdue (store->reader, before_unix_ms, limit, items, error);
}

static gboolean
store_drop (PerronGatewayStore *base, const PerronGatewayDays *days, const guint8 id[PERRON_UUID_BYTES], gint64 who,
            PerronDropOutcome *ret_outcome, GError **error)
{
  return perron_postgresql_keeping_drop (((PostgresqlStore *) base)->writer, days, id, who, ret_outcome, error);
}

static gboolean
store_forget_terminal (PerronGatewayStore *base, const char *terminal, GError **error)
{
  return perron_postgresql_keeping_forget_terminal (((PostgresqlStore *) base)->writer, terminal, error);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static void
store_free (PerronGatewayStore *base)
{
  PostgresqlStore *store = (PostgresqlStore *) base;
  perron_pg_free (store->writer);
  perron_pg_free (store->reader);
  perron_pg_free (store->heads);
  g_mutex_clear (&store->reading);
  g_mutex_clear (&store->heading);
  g_free (store);
}

/* As the login itself, for once: what is missing is made. */
static gboolean
open_store (const char *connection, GError **error)
{
  PerronPg *pg = perron_pg_new (connection, NULL, error);
  gboolean made = pg != NULL && perron_pg_run (pg, perron_pg_schema, error) && perron_pg_run (pg, perron_postgresql_replies_schema, error) &&
                  perron_pg_run (pg, perron_postgresql_keeping_schema, error) && perron_postgresql_keeping_begin (pg, error) &&
                  perron_pg_run (pg, perron_pg_roles, error) && perron_pg_run (pg, perron_postgresql_keeping_roles, error);
  perron_pg_free (pg);
  return made;
}

PerronGatewayStore *
perron_gateway_store_postgresql_new (const char *connection, GError **error)
{
  PostgresqlStore *store = g_new0 (PostgresqlStore, 1);
  g_mutex_init (&store->reading);
  g_mutex_init (&store->heading);
  store->store = (PerronGatewayStore){ .write = store_write, .read_waiting = store_read_waiting, .read_receipts = store_read_receipts,
                                       .check = store_check, .count = store_count, .read_seen = store_read_seen, .keep_head = store_keep_head,
                                       .read_alarms = store_read_alarms, .forget_head = store_forget_head, .note_time = store_note_time,
                                       .forget = store_forget, .read_overdue = store_read_overdue,
                                       .list_overdue = store_list_overdue, .drop = store_drop, .forget_terminal = store_forget_terminal,
                                       .free = store_free };
  g_autoptr (PerronGatewayStore) base = &store->store;

  store->writer = open_store (connection, error) ? perron_pg_new (connection, PERRON_PG_WRITER, error) : NULL;
  store->heads = store->writer != NULL ? perron_pg_new (connection, PERRON_PG_WRITER, error) : NULL;
  store->reader = store->heads != NULL ? perron_pg_new (connection, PERRON_PG_OPERATOR, error) : NULL;
  return store->reader != NULL ? g_steal_pointer (&base) : NULL;
}
