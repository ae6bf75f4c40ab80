/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql-keeping.h"
#include "sync/gateway/postgresql-schema.h"

#include <string.h>

const char perron_postgresql_keeping_schema[] = "BEGIN; SELECT pg_advisory_xact_lock (726574, 0);"
                                                "CREATE TABLE IF NOT EXISTS keeping ("
                                                "  one integer PRIMARY KEY CHECK (one = 1),"
                                                "  low_ms bigint NOT NULL,"
                                                "  high_ms bigint NOT NULL DEFAULT 0,"
                                                "  wall_ms bigint NOT NULL,"
                                                "  counted_ms bigint NOT NULL DEFAULT 0);"
                                                "CREATE TABLE IF NOT EXISTS milestone ("
                                                "  counted_ms bigint PRIMARY KEY,"
                                                "  wall_ms bigint NOT NULL,"
                                                "  task_seq bigint NOT NULL,"
                                                "  receipt_seq bigint NOT NULL);"
                                                "CREATE TABLE IF NOT EXISTS fetched ("
                                                "  terminal text PRIMARY KEY,"
                                                "  seq bigint NOT NULL);"
                                                "CREATE TABLE IF NOT EXISTS dropped ("
                                                "  id bytea PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,"
                                                "  dropped_ms bigint NOT NULL,"
                                                "  who bigint NOT NULL);"
                                                "COMMIT";

/*
 *   perron_keeper    counts time and rows, and takes away what is over; can read neither an envelope's bytes, nor a receipt, nor a reply, and
 *                    cannot take away an envelope that no caisse has acknowledged, whatever it is told
 */
const char perron_postgresql_keeping_roles[] =
  "BEGIN; SELECT pg_advisory_xact_lock (726574, 0);"
  "DO $$ BEGIN"
  "  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'perron_keeper') THEN CREATE ROLE perron_keeper NOLOGIN; END IF;"
  "  IF NOT pg_has_role (session_user, 'perron_keeper', 'MEMBER') THEN EXECUTE format ('GRANT perron_keeper TO %I', session_user); END IF;"
  "  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'perron_keeper' AND (rolsuper OR rolbypassrls)) THEN"
  "    RAISE EXCEPTION 'perron_keeper: row level security must bind this role'; END IF;"
  "END $$;"
  "GRANT SELECT (low_ms, high_ms, counted_ms) ON keeping TO perron_writer;"
  "GRANT SELECT ON milestone TO perron_writer;"
  "GRANT SELECT, INSERT, UPDATE ON fetched TO perron_writer;"
  "GRANT INSERT ON dropped TO perron_writer;"
  "GRANT SELECT (seq) ON task TO perron_writer;"
  "GRANT SELECT, UPDATE ON keeping TO perron_keeper;"
  "GRANT SELECT, INSERT, DELETE ON milestone TO perron_keeper;"
  "GRANT SELECT, INSERT, UPDATE ON fetched TO perron_keeper;"
  "GRANT SELECT (seq, id, terminal, dest, stored_ms, received), DELETE ON task TO perron_keeper;"
  "GRANT SELECT (seq, id, terminal), DELETE ON receipt TO perron_keeper;"
  "GRANT SELECT (id), DELETE ON reply TO perron_keeper;"
  "DO $$ BEGIN"
  "  IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = current_schema () AND policyname = 'task_keeper') THEN"
  "    CREATE POLICY task_keeper ON task FOR DELETE TO perron_keeper USING (received);"
  "    CREATE POLICY task_keeper_reads ON task FOR SELECT TO perron_keeper USING (true);"
  "    CREATE POLICY receipt_keeper ON receipt FOR DELETE TO perron_keeper USING (true);"
  "    CREATE POLICY receipt_keeper_reads ON receipt FOR SELECT TO perron_keeper USING (true);"
  "    CREATE POLICY reply_keeper ON reply FOR DELETE TO perron_keeper USING (true);"
  "    CREATE POLICY reply_keeper_reads ON reply FOR SELECT TO perron_keeper USING (true);"
  "  END IF;"
  "END $$;"
  "COMMIT";

gboolean
perron_postgresql_keeping_begin (PerronPg *pg, GError **error)
{
  g_autoptr (PGresult) begun = perron_pg_ask (
    pg,
    "INSERT INTO keeping (one, low_ms, wall_ms) SELECT 1, least ($1::bigint, (SELECT stored_ms FROM task ORDER BY seq LIMIT 1)) - $2::bigint,"
    " $1::bigint ON CONFLICT DO NOTHING",
    error, "ii", (gint64) (g_get_real_time () / 1000), PERRON_GATEWAY_BEFORE_MS);
  return begun != NULL;
}

gboolean
perron_postgresql_keeping_read (PerronPg *pg, gint64 *ret_low_ms, gint64 *ret_high_ms, GError **error)
{
  g_autoptr (PGresult) found = perron_pg_ask (pg, "SELECT low_ms, high_ms FROM keeping", error, "");
  if (found == NULL)
    return FALSE;
  *ret_low_ms = PQntuples (found) == 1 ? perron_pg_get_number (found, 0, 0) : 0;
  *ret_high_ms = PQntuples (found) == 1 ? perron_pg_get_number (found, 0, 1) : 0;
  return TRUE;
}

/* As the keeper, when it is this gateway's turn: nobody writes meanwhile, in none of them. */
static gboolean
begin (PerronPg *pg, GError **error)
{
  return perron_pg_begin_as (pg, PERRON_PG_KEEPER, "", error) && perron_pg_run (pg, "SELECT pg_advisory_xact_lock (726574, 1)", error);
}

static gboolean
end (PerronPg *pg, gboolean ok, GError **error)
{
  if (ok && perron_pg_run (pg, "COMMIT", error))
    return TRUE;
  perron_pg_give_up (pg);
  return FALSE;
}

static gboolean
ask_number (PGresult *taken, gint64 *ret_number)
{
  g_autoptr (PGresult) found = taken;
  if (found == NULL)
    return FALSE;
  *ret_number = PQntuples (found) == 1 ? perron_pg_get_number (found, 0, 0) : 0;
  return TRUE;
}

/* --- time ------------------------------------------------------------------------------------------------------------------------ */

/* More than there is was asked with a cursor of another life of this store. */
static gboolean
note_fetched (PerronPg *pg, const PerronFetched *fetched, guint count, GError **error)
{
  for (guint i = 0; i < count; i++) {
    g_autoptr (PGresult) noted = perron_pg_ask (
      pg,
      "INSERT INTO fetched (terminal, seq) VALUES ($1::text, least ($2::bigint, (SELECT coalesce (max (seq), 0) FROM receipt)))"
      " ON CONFLICT (terminal) DO UPDATE SET seq = excluded.seq",
      error, "ti", fetched[i].terminal, fetched[i].since);
    if (noted == NULL)
      return FALSE;
  }
  return TRUE;
}

static gboolean
note_time (PerronPg *pg, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, GError **error)
{
  gint64 longest = MAX (MAX (days->remember, days->decide), MAX (days->answers, days->unfetched));
  g_autoptr (PGresult) counted = NULL, milestone = NULL, horizon = NULL, old = NULL;

  counted = perron_pg_ask (
    pg, "UPDATE keeping SET counted_ms = counted_ms + greatest (least ($1::bigint - wall_ms, $2::bigint), 0), wall_ms = $1::bigint", error, "ii",
    now_ms, passed_ms);
  if (counted != NULL)
    milestone = perron_pg_ask (pg,
                               "INSERT INTO milestone SELECT counted_ms, wall_ms, (SELECT coalesce (max (seq), 0) FROM task),"
                               " (SELECT coalesce (max (seq), 0) FROM receipt) FROM keeping AS k"
                               " WHERE NOT EXISTS (SELECT 1 FROM milestone AS m WHERE m.counted_ms > k.counted_ms - $1::bigint)",
                               error, "i", PERRON_GATEWAY_DAY_MS);
  if (milestone != NULL)
    horizon = perron_pg_ask (pg,
                             "UPDATE keeping SET high_ms = greatest (high_ms, least (wall_ms - $1::bigint, coalesce ((SELECT m.wall_ms FROM milestone"
                             " AS m WHERE m.counted_ms <= keeping.counted_ms - $1::bigint ORDER BY m.counted_ms DESC LIMIT 1), 0)))",
                             error, "i", days->remember * PERRON_GATEWAY_DAY_MS);
  if (horizon != NULL)
    old = perron_pg_ask (pg,
                         "DELETE FROM milestone WHERE counted_ms < (SELECT max (m.counted_ms) FROM milestone AS m, keeping AS k"
                         " WHERE m.counted_ms <= k.counted_ms - $1::bigint)",
                         error, "i", longest * PERRON_GATEWAY_DAY_MS);
  return old != NULL;
}

gboolean
perron_postgresql_keeping_note (PerronPg *pg, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, const PerronFetched *fetched,
                                guint count, GError **error)
{
  gboolean ok = begin (pg, error) && note_fetched (pg, fetched, count, error) && note_time (pg, days, now_ms, passed_ms, error);
  return end (pg, ok, error);
}

/* The end of the receipts `days` ago; 0: that long nobody has counted. */
static gboolean
find_line (PerronPg *pg, gint64 days, gint64 *ret_seq, GError **error)
{
  return ask_number (perron_pg_ask (pg,
                                    "SELECT coalesce (max (m.receipt_seq), 0) FROM milestone AS m, keeping AS k"
                                    " WHERE m.counted_ms <= k.counted_ms - $1::bigint",
                                    error, "i", days * PERRON_GATEWAY_DAY_MS),
                     ret_seq);
}

/* --- forgetting ------------------------------------------------------------------------------------------------------------------ */

/* Parameters: after, last, unfetched. */
#define OVER                                                                                                                                 \
  " FROM receipt AS r LEFT JOIN fetched AS f USING (terminal) WHERE r.seq > $1::bigint AND r.seq <= $2::bigint"                              \
  " AND (r.seq <= f.seq OR r.seq <= $3::bigint)"

static gboolean
erase_answers (PerronPg *pg, gint64 last, gint64 unfetched, PerronForgetting *forgetting, GError **error)
{
  gint64 gone, lost, after = forgetting->after_seq;
  if (!ask_number (perron_pg_ask (pg,
                                  "SELECT count (*) FROM receipt AS r LEFT JOIN fetched AS f USING (terminal) WHERE r.seq > $1::bigint"
                                  " AND r.seq <= $2::bigint AND r.seq > coalesce (f.seq, 0)",
                                  error, "ii", after, MIN (last, unfetched)),
                   &lost))
    return FALSE;
  g_autoptr (PGresult) replies = perron_pg_ask (pg, "DELETE FROM reply WHERE id IN (SELECT r.id" OVER ")", error, "iii", after, last, unfetched);
  if (replies == NULL ||
      !ask_number (perron_pg_ask (pg,
                                  "WITH gone AS (DELETE FROM receipt WHERE seq IN (SELECT r.seq" OVER ") RETURNING 1) SELECT count (*) FROM gone",
                                  error, "iii", after, last, unfetched),
                   &gone))
    return FALSE;
  forgetting->ret_answers += gone;
  forgetting->ret_unfetched += lost;
  return TRUE;
}

static gboolean
forget_answers (PerronPg *pg, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error)
{
  gint64 fetched, unfetched, last;

  if (!find_line (pg, days->answers, &fetched, error) || !find_line (pg, days->unfetched, &unfetched, error) ||
      !ask_number (perron_pg_ask (pg,
                                  "SELECT coalesce (max (seq), 0) FROM (SELECT seq FROM receipt WHERE seq > $1::bigint AND seq <= $2::bigint"
                                  " ORDER BY seq LIMIT $3::bigint) AS page",
                                  error, "iii", forgetting->after_seq, MAX (fetched, unfetched), (gint64) rows),
                   &last))
    return FALSE;
  if (last == 0) {
    forgetting->step++;
    return TRUE;
  }
  if (!erase_answers (pg, last, unfetched, forgetting, error))
    return FALSE;
  forgetting->after_seq = last;
  return TRUE;
}

static gboolean
forget_tasks (PerronPg *pg, guint rows, PerronForgetting *forgetting, GError **error)
{
  guint8 low[PERRON_UUID_BYTES], high[PERRON_UUID_BYTES], last[PERRON_UUID_BYTES];
  gint64 low_ms, high_ms, gone;

  if (!perron_postgresql_keeping_read (pg, &low_ms, &high_ms, error))
    return FALSE;
  perron_id_of_time (low_ms, low);
  perron_id_of_time (high_ms, high);
  const guint8 *after = memcmp (low, forgetting->after_id, sizeof low) > 0 ? low : forgetting->after_id;
  g_autoptr (PGresult) found = perron_pg_ask (
    pg,
    "SELECT id FROM (SELECT id FROM task WHERE id > $1::bytea AND id < $2::bytea ORDER BY id LIMIT $3::bigint) AS page"
    " ORDER BY id DESC LIMIT 1",
    error, "bbi", after, (gsize) PERRON_UUID_BYTES, high, (gsize) PERRON_UUID_BYTES, (gint64) rows);
  if (found == NULL)
    return FALSE;
  if (PQntuples (found) == 0) {
    forgetting->step++;
    return TRUE;
  }
  if (!perron_pg_copy (found, 0, 0, last, sizeof last, error) ||
      !ask_number (perron_pg_ask (pg,
                                  "WITH gone AS (DELETE FROM task WHERE id > $1::bytea AND id <= $2::bytea AND received"
                                  " AND NOT EXISTS (SELECT 1 FROM receipt AS r WHERE r.id = task.id) RETURNING 1) SELECT count (*) FROM gone",
                                  error, "bb", after, (gsize) PERRON_UUID_BYTES, last, (gsize) sizeof last),
                   &gone))
    return FALSE;
  forgetting->ret_tasks += gone;
  memcpy (forgetting->after_id, last, sizeof last);
  return TRUE;
}

/* Its file is the database's own business: VACUUM, and the age of its log. */
gboolean
perron_postgresql_keeping_forget (PerronPg *pg, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error)
{
  PerronForgetting next = *forgetting;

  if (next.step >= PERRON_FORGET_SPACE) {
    forgetting->step = PERRON_FORGET_DONE;
    return TRUE;
  }
  gboolean ok = begin (pg, error) && (next.step == PERRON_FORGET_ANSWERS ? forget_answers (pg, days, rows, &next, error)
                                                                         : forget_tasks (pg, rows, &next, error));
  if (!end (pg, ok, error))
    return FALSE;
  *forgetting = next;
  return TRUE;
}

gboolean
perron_postgresql_keeping_read_overdue (PerronPg *pg, gint64 before_unix_ms, GArray *overdue, GError **error)
{
  /* The index alone says which came first; only of a caisse that is late the others are looked at. */
  g_autoptr (PGresult) found =
    perron_pg_begin_as (pg, PERRON_PG_KEEPER, "", error)
      ? perron_pg_ask (pg,
                       "SELECT w.dest, (SELECT count (*) FROM task AS t WHERE NOT t.received AND t.dest = w.dest AND t.stored_ms < $1::bigint),"
                       " o.stored_ms FROM (SELECT dest, min (seq) AS first FROM task WHERE NOT received GROUP BY dest) AS w"
                       " JOIN task AS o ON o.seq = w.first WHERE o.stored_ms < $1::bigint ORDER BY w.dest",
                       error, "i", before_unix_ms)
      : NULL;
  if (!end (pg, found != NULL, error))
    return FALSE;
  for (int row = 0; row < PQntuples (found); row++) {
    g_autofree char *caisse = perron_pg_dup_text (found, row, 0);
    PerronOverdue one = { .count = perron_pg_get_number (found, row, 1), .oldest_unix_ms = perron_pg_get_number (found, row, 2) };
    g_strlcpy (one.caisse, caisse, sizeof one.caisse);
    g_array_append_val (overdue, one);
  }
  return TRUE;
}

/* --- what a human decides --------------------------------------------------------------------------------------------------------- */

gboolean
perron_postgresql_keeping_list_overdue (PerronPg *pg, gint64 before_unix_ms, guint limit, GArray *items, GError **error)
{
  g_autoptr (PGresult) found = perron_pg_begin_as (pg, PERRON_PG_KEEPER, "", error)
                                 ? perron_pg_ask (pg,
                                                  "SELECT id, terminal, dest, stored_ms FROM task WHERE NOT received AND stored_ms < $1::bigint"
                                                  " ORDER BY seq LIMIT $2::bigint",
                                                  error, "ii", before_unix_ms, (gint64) limit)
                                 : NULL;
  if (!end (pg, found != NULL, error))
    return FALSE;
  for (int row = 0; row < PQntuples (found); row++) {
    g_autofree char *terminal = perron_pg_dup_text (found, row, 1), *caisse = perron_pg_dup_text (found, row, 2);
    PerronWaitingItem one = { .stored_unix_ms = perron_pg_get_number (found, row, 3) };
    if (!perron_pg_copy (found, row, 0, one.id, sizeof one.id, error))
      return FALSE;
    g_strlcpy (one.terminal, terminal, sizeof one.terminal);
    g_strlcpy (one.caisse, caisse, sizeof one.caisse);
    g_array_append_val (items, one);
  }
  return TRUE;
}

static gboolean
judge_and_drop (PerronPg *pg, const PerronGatewayDays *days, const guint8 *id, gint64 who, PerronDropOutcome *ret_outcome, GError **error)
{
  gint64 outcome;
  if (!ask_number (perron_pg_ask (pg,
                                  "SELECT coalesce ((SELECT CASE WHEN received THEN 2 WHEN seq <= coalesce ((SELECT max (m.task_seq) FROM milestone"
                                  " AS m, keeping AS k WHERE m.counted_ms <= k.counted_ms - $2::bigint), 0) THEN 0 ELSE 3 END FROM task"
                                  " WHERE id = $1::bytea), 1)",
                                  error, "bi", id, (gsize) PERRON_UUID_BYTES, days->decide * PERRON_GATEWAY_DAY_MS),
                   &outcome))
    return FALSE;
  *ret_outcome = (PerronDropOutcome) outcome;
  if (outcome != PERRON_DROP_DONE)
    return TRUE;
  g_autoptr (PGresult) dropped = perron_pg_ask (
    pg,
    "WITH erased AS (UPDATE task SET received = true, sealed = '' WHERE id = $1::bytea)"
    " INSERT INTO dropped (id, dropped_ms, who) VALUES ($1::bytea, $2::bigint, $3::bigint)",
    error, "bii", id, (gsize) PERRON_UUID_BYTES, (gint64) (g_get_real_time () / 1000), who);
  return dropped != NULL;
}

G_STATIC_ASSERT (PERRON_DROP_DONE == 0 && PERRON_DROP_UNKNOWN == 1 && PERRON_DROP_NOT_WAITING == 2 && PERRON_DROP_TOO_YOUNG == 3);

gboolean
perron_postgresql_keeping_drop (PerronPg *pg, const PerronGatewayDays *days, const guint8 *id, gint64 who, PerronDropOutcome *ret_outcome,
                                GError **error)
{
  gboolean ok = perron_pg_run (pg, "BEGIN", error) && perron_pg_run (pg, "SELECT pg_advisory_xact_lock (726574, 1)", error) &&
                judge_and_drop (pg, days, id, who, ret_outcome, error);
  return end (pg, ok, error);
}

gboolean
perron_postgresql_keeping_forget_terminal (PerronPg *pg, const char *terminal, GError **error)
{
  g_autoptr (PGresult) gone = perron_pg_ask (pg,
                                             "WITH a AS (DELETE FROM heartbeat WHERE terminal = $1::text), b AS (DELETE FROM head WHERE terminal ="
                                             " $1::text), c AS (DELETE FROM head_alarm WHERE terminal = $1::text)"
                                             " INSERT INTO fetched (terminal, seq) VALUES ($1::text, $2::bigint)"
                                             " ON CONFLICT (terminal) DO UPDATE SET seq = excluded.seq",
                                             error, "ti", terminal, G_MAXINT64);
  return gone != NULL;
}
