/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite-keeping.h"
#include "sync/gateway/sqlite.h"

#include <string.h>

/* Pages given back in one slice: about a megabyte moves. */
#define PAGES 256

const char perron_sqlite_keeping_schema[] = "CREATE TABLE IF NOT EXISTS keeping ("
                                            "  one INTEGER PRIMARY KEY CHECK (one = 1),"
                                            "  low_ms INTEGER NOT NULL,"
                                            "  high_ms INTEGER NOT NULL DEFAULT 0,"
                                            "  wall_ms INTEGER NOT NULL,"
                                            "  counted_ms INTEGER NOT NULL DEFAULT 0"
                                            ") STRICT;"
                                            "CREATE TABLE IF NOT EXISTS milestone ("
                                            "  counted_ms INTEGER PRIMARY KEY,"
                                            "  wall_ms INTEGER NOT NULL,"
                                            "  task_seq INTEGER NOT NULL,"
                                            "  receipt_seq INTEGER NOT NULL"
                                            ") STRICT;"
                                            "CREATE TABLE IF NOT EXISTS fetched ("
                                            "  terminal TEXT PRIMARY KEY,"
                                            "  seq INTEGER NOT NULL"
                                            ") STRICT;"
                                            "CREATE TABLE IF NOT EXISTS dropped ("
                                            "  id BLOB PRIMARY KEY REFERENCES task (id) ON DELETE CASCADE,"
                                            "  dropped_ms INTEGER NOT NULL,"
                                            "  who INTEGER NOT NULL"
                                            ") STRICT;";

static gboolean
ask_number (PerronDbQuery *query, gint64 *ret_number, GError **error)
{
  gboolean row;
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_number = row ? perron_db_int (query, 0) : 0;
  return TRUE;
}

gboolean
perron_sqlite_keeping_begin (PerronDb *db, GError **error)
{
  return perron_db_run (db, error,
                        "INSERT OR IGNORE INTO keeping (one, low_ms, wall_ms)"
                        " SELECT 1, min (?1, coalesce ((SELECT stored_ms FROM task ORDER BY seq LIMIT 1), ?1)) - ?2, ?1",
                        "ii", (gint64) (g_get_real_time () / 1000), PERRON_GATEWAY_BEFORE_MS);
}

gboolean
perron_sqlite_keeping_read (PerronDb *db, gint64 *ret_low_ms, gint64 *ret_high_ms, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "SELECT low_ms, high_ms FROM keeping", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_low_ms = row ? perron_db_int (query, 0) : 0;
  *ret_high_ms = row ? perron_db_int (query, 1) : 0;
  return TRUE;
}

/* --- time ------------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  const PerronGatewayDays *days;
  gint64 now_ms, passed_ms;
  const PerronFetched *fetched;
  guint count;
} Look;

/* More than there is was asked with a cursor of another life of this store. */
static gboolean
note_fetched (PerronDb *db, const Look *look, GError **error)
{
  for (guint i = 0; i < look->count; i++) {
    if (!perron_db_run (db, error,
                        "INSERT OR REPLACE INTO fetched (terminal, seq) VALUES (?, min (?, (SELECT coalesce (max (seq), 0) FROM receipt)))",
                        "ti", look->fetched[i].terminal, look->fetched[i].since))
      return FALSE;
  }
  return TRUE;
}

static gboolean
note (PerronDb *db, gpointer data, GError **error)
{
  const Look *look = data;
  const PerronGatewayDays *days = look->days;
  gint64 longest = MAX (MAX (days->remember, days->decide), MAX (days->answers, days->unfetched));

  return note_fetched (db, look, error) &&
         perron_db_run (db, error, "UPDATE keeping SET counted_ms = counted_ms + max (min (?1 - wall_ms, ?2), 0), wall_ms = ?1", "ii",
                        look->now_ms, look->passed_ms) &&
         perron_db_run (db, error,
                        "INSERT INTO milestone SELECT counted_ms, wall_ms, (SELECT coalesce (max (seq), 0) FROM task),"
                        " (SELECT coalesce (max (seq), 0) FROM receipt) FROM keeping"
                        " WHERE NOT EXISTS (SELECT 1 FROM milestone WHERE milestone.counted_ms > keeping.counted_ms - ?)",
                        "i", PERRON_GATEWAY_DAY_MS) &&
         perron_db_run (db, error,
                        "UPDATE keeping SET high_ms = max (high_ms, min (wall_ms - ?1, coalesce ((SELECT wall_ms FROM milestone"
                        " WHERE milestone.counted_ms <= keeping.counted_ms - ?1 ORDER BY milestone.counted_ms DESC LIMIT 1), 0)))",
                        "i", days->remember * PERRON_GATEWAY_DAY_MS) &&
         perron_db_run (db, error,
                        "DELETE FROM milestone WHERE counted_ms < (SELECT max (counted_ms) FROM milestone"
                        " WHERE counted_ms <= (SELECT counted_ms FROM keeping) - ?)",
                        "i", longest * PERRON_GATEWAY_DAY_MS);
}

gboolean
perron_sqlite_keeping_note (PerronDb *db, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, const PerronFetched *fetched,
                            guint count, GError **error)
{
  Look look = { days, now_ms, passed_ms, fetched, count };
  return perron_sqlite_transact (db, note, &look, error);
}

/* The end of the receipts `days` ago; 0: that long nobody has counted. */
static gboolean
find_line (PerronDb *db, gint64 days, gint64 *ret_seq, GError **error)
{
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT max (receipt_seq) FROM milestone WHERE counted_ms <= (SELECT counted_ms FROM keeping) - ?", "i",
                     days * PERRON_GATEWAY_DAY_MS);
  return ask_number (query, ret_seq, error);
}

/* --- forgetting ------------------------------------------------------------------------------------------------------------------ */

typedef struct {
  const PerronGatewayDays *days;
  gint64 rows;
  PerronForgetting *forgetting;
} Slice;

/* Parameters: after, last, unfetched. */
#define OVER " FROM receipt AS r LEFT JOIN fetched AS f USING (terminal) WHERE r.seq > ? AND r.seq <= ? AND (r.seq <= f.seq OR r.seq <= ?)"

static gboolean
erase_answers (PerronDb *db, gint64 last, gint64 unfetched, PerronForgetting *forgetting, GError **error)
{
  gint64 lost = 0, after = forgetting->after_seq;
  g_autoptr (PerronDbQuery) query = perron_db_query (
    db, error,
    "SELECT count (*) FROM receipt AS r LEFT JOIN fetched AS f USING (terminal) WHERE r.seq > ? AND r.seq <= ? AND r.seq > coalesce (f.seq, 0)",
    "ii", after, MIN (last, unfetched));
  if (!ask_number (query, &lost, error) ||
      !perron_db_run (db, error, "DELETE FROM reply WHERE id IN (SELECT r.id" OVER ")", "iii", after, last, unfetched) ||
      !perron_db_run (db, error, "DELETE FROM receipt WHERE seq IN (SELECT r.seq" OVER ")", "iii", after, last, unfetched))
    return FALSE;
  forgetting->ret_answers += perron_db_changes (db);
  forgetting->ret_unfetched += lost;
  return TRUE;
}

static gboolean
forget_answers (PerronDb *db, gpointer data, GError **error)
{
  const Slice *slice = data;
  PerronForgetting *forgetting = slice->forgetting;
  gint64 fetched, unfetched, last;

  if (!find_line (db, slice->days->answers, &fetched, error) || !find_line (db, slice->days->unfetched, &unfetched, error))
    return FALSE;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT max (seq) FROM (SELECT seq FROM receipt WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?)", "iii",
                     forgetting->after_seq, MAX (fetched, unfetched), slice->rows);
  if (!ask_number (query, &last, error))
    return FALSE;
  if (last == 0) {
    forgetting->step++;
    return TRUE;
  }
  if (!erase_answers (db, last, unfetched, forgetting, error))
    return FALSE;
  forgetting->after_seq = last;
  return TRUE;
}

static gboolean
forget_tasks (PerronDb *db, gpointer data, GError **error)
{
  const Slice *slice = data;
  PerronForgetting *forgetting = slice->forgetting;
  guint8 low[PERRON_UUID_BYTES], high[PERRON_UUID_BYTES], last[PERRON_UUID_BYTES];
  gint64 low_ms, high_ms;
  gboolean row;

  if (!perron_sqlite_keeping_read (db, &low_ms, &high_ms, error))
    return FALSE;
  perron_id_of_time (low_ms, low);
  perron_id_of_time (high_ms, high);
  g_autoptr (PerronDbQuery) query = perron_db_query (
    db, error, "SELECT max (id) FROM (SELECT id FROM task WHERE id > ?1 AND id > ?2 AND id < ?3 ORDER BY id LIMIT ?4)", "bbbi", low,
    (gsize) sizeof low, forgetting->after_id, (gsize) sizeof forgetting->after_id, high, (gsize) sizeof high, slice->rows);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row || perron_db_is_null (query, 0)) {
    forgetting->step++;
    return TRUE;
  }
  if (!perron_db_copy_blob (query, 0, last, sizeof last, error) ||
      !perron_db_run (db, error,
                      "DELETE FROM task WHERE id > ? AND id > ? AND id <= ? AND received = 1"
                      " AND NOT EXISTS (SELECT 1 FROM receipt WHERE receipt.id = task.id)",
                      "bbb", low, (gsize) sizeof low, forgetting->after_id, (gsize) sizeof forgetting->after_id, last, (gsize) sizeof last))
    return FALSE;
  forgetting->ret_tasks += perron_db_changes (db);
  memcpy (forgetting->after_id, last, sizeof last);
  return TRUE;
}

/* A file of before incremental vacuum has no page to give back: freed ones, zeroed, are used again. */
static gboolean
give_back (PerronDb *db, PerronForgetting *forgetting, GError **error)
{
  gint64 before, after;
  gboolean row = TRUE;
  g_autofree char *sql = g_strdup_printf ("PRAGMA incremental_vacuum (%d)", PAGES);
  g_autoptr (PerronDbQuery) vacuum = NULL;
  {
    g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "PRAGMA freelist_count", "");
    if (!ask_number (query, &before, error))
      return FALSE;
  }
  vacuum = perron_db_query (db, error, sql, "");
  while (vacuum != NULL && row) {
    if (!perron_db_step (vacuum, &row, error))
      return FALSE;
  }
  g_autoptr (PerronDbQuery) again = vacuum != NULL ? perron_db_query (db, error, "PRAGMA freelist_count", "") : NULL;
  if (!ask_number (again, &after, error))
    return FALSE;
  if (after == 0 || after == before)
    forgetting->step++;
  return TRUE;
}

/* secure_delete leaves the deleted bytes in the log until this (measured, sync-security facts 2.1). While somebody reads it answers "busy" in a
 * row, not as an error; it must not wait, batches do. */
static gboolean
cut_log (PerronDb *db, GError **error)
{
  gboolean row;
  sqlite3_busy_timeout (perron_db_get_handle (db), 0);
  g_autoptr (PerronDbQuery) checkpoint = perron_db_query (db, error, "PRAGMA wal_checkpoint (TRUNCATE)", "");
  gboolean cut = checkpoint != NULL && perron_db_step (checkpoint, &row, error);
  sqlite3_busy_timeout (perron_db_get_handle (db), PERRON_SQLITE_BUSY_TIMEOUT_MS);
  return cut;
}

gboolean
perron_sqlite_keeping_forget (PerronDb *db, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting, GError **error)
{
  PerronForgetting next = *forgetting;
  Slice slice = { days, rows, &next };
  gboolean done = TRUE;

  if (next.step == PERRON_FORGET_ANSWERS)
    done = perron_sqlite_transact (db, forget_answers, &slice, error);
  else if (next.step == PERRON_FORGET_TASKS)
    done = perron_sqlite_transact (db, forget_tasks, &slice, error);
  else if (next.step == PERRON_FORGET_SPACE)
    done = give_back (db, &next, error) && (next.step != PERRON_FORGET_DONE || cut_log (db, error));
  if (done)
    *forgetting = next;
  return done;
}

gboolean
perron_sqlite_keeping_read_overdue (PerronDb *db, gint64 before_unix_ms, GArray *overdue, GError **error)
{
  gboolean row = TRUE;
  /* The index alone says which came first; only of a caisse that is late the others are looked at. */
  g_autoptr (PerronDbQuery) query = perron_db_query (
    db, error,
    "SELECT w.dest, (SELECT count (*) FROM task AS t WHERE t.received = 0 AND t.dest = w.dest AND t.stored_ms < ?1), o.stored_ms"
    " FROM (SELECT dest, min (seq) AS first FROM task WHERE received = 0 GROUP BY dest) AS w JOIN task AS o ON o.seq = w.first"
    " WHERE o.stored_ms < ?1 ORDER BY w.dest",
    "i", before_unix_ms);
  while (query != NULL) {
    if (!perron_db_step (query, &row, error))
      return FALSE;
    if (!row)
      break;
    PerronOverdue one = { .count = perron_db_int (query, 1), .oldest_unix_ms = perron_db_int (query, 2) };
    g_strlcpy (one.caisse, perron_db_text (query, 0), sizeof one.caisse);
    g_array_append_val (overdue, one);
  }
  return query != NULL;
}

/* --- what a human decides --------------------------------------------------------------------------------------------------------- */

gboolean
perron_sqlite_keeping_list_overdue (PerronDb *db, gint64 before_unix_ms, guint limit, GArray *items, GError **error)
{
  gboolean row = TRUE;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT id, terminal, dest, stored_ms FROM task WHERE received = 0 AND stored_ms < ? ORDER BY seq LIMIT ?",
                     "ii", before_unix_ms, (gint64) limit);
  while (query != NULL) {
    PerronWaitingItem one = { 0 };
    if (!perron_db_step (query, &row, error) || (row && !perron_db_copy_blob (query, 0, one.id, sizeof one.id, error)))
      return FALSE;
    if (!row)
      break;
    g_strlcpy (one.terminal, perron_db_text (query, 1), sizeof one.terminal);
    g_strlcpy (one.caisse, perron_db_text (query, 2), sizeof one.caisse);
    one.stored_unix_ms = perron_db_int (query, 3);
    g_array_append_val (items, one);
  }
  return query != NULL;
}

typedef struct {
  const PerronGatewayDays *days;
  const guint8 *id;
  gint64 who;
  PerronDropOutcome outcome;
} Drop;

static gboolean
judge_drop (PerronDb *db, Drop *drop, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (
    db, error,
    "SELECT received, seq <= coalesce ((SELECT max (task_seq) FROM milestone WHERE counted_ms <= (SELECT counted_ms FROM keeping) - ?), 0)"
    " FROM task WHERE id = ?",
    "ib", drop->days->decide * PERRON_GATEWAY_DAY_MS, drop->id, (gsize) PERRON_UUID_BYTES);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  drop->outcome = !row                            ? PERRON_DROP_UNKNOWN
                  : perron_db_int (query, 0) != 0 ? PERRON_DROP_NOT_WAITING
                  : perron_db_int (query, 1) == 0 ? PERRON_DROP_TOO_YOUNG
                                                  : PERRON_DROP_DONE;
  return TRUE;
}

static gboolean
judge_and_drop (PerronDb *db, gpointer data, GError **error)
{
  Drop *drop = data;
  if (!judge_drop (db, drop, error))
    return FALSE;
  return drop->outcome != PERRON_DROP_DONE ||
         (perron_db_run (db, error, "UPDATE task SET received = 1, sealed = x'' WHERE id = ?", "b", drop->id, (gsize) PERRON_UUID_BYTES) &&
          perron_db_run (db, error, "INSERT INTO dropped (id, dropped_ms, who) VALUES (?, ?, ?)", "bii", drop->id,
                         (gsize) PERRON_UUID_BYTES, (gint64) (g_get_real_time () / 1000), drop->who));
}

gboolean
perron_sqlite_keeping_drop (PerronDb *db, const PerronGatewayDays *days, const guint8 *id, gint64 who, PerronDropOutcome *ret_outcome,
                            GError **error)
{
  Drop drop = { .days = days, .id = id, .who = who };
  if (!perron_sqlite_transact (db, judge_and_drop, &drop, error))
    return FALSE;
  *ret_outcome = drop.outcome;
  return TRUE;
}

static gboolean
forget_terminal (PerronDb *db, gpointer data, GError **error)
{
  const char *terminal = data;
  return perron_db_run (db, error, "DELETE FROM heartbeat WHERE terminal = ?", "t", terminal) &&
         perron_db_run (db, error, "DELETE FROM head WHERE terminal = ?", "t", terminal) &&
         perron_db_run (db, error, "DELETE FROM head_alarm WHERE terminal = ?", "t", terminal) &&
         perron_db_run (db, error, "INSERT OR REPLACE INTO fetched (terminal, seq) VALUES (?, ?)", "ti", terminal, G_MAXINT64);
}

gboolean
perron_sqlite_keeping_forget_terminal (PerronDb *db, const char *terminal, GError **error)
{
  g_autofree char *name = g_strdup (terminal);
  return perron_sqlite_transact (db, forget_terminal, name, error);
}
