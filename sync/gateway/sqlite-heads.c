/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite-heads.h"
#include "sync/gateway/sqlite.h"

const char perron_sqlite_heads_schema[] = "CREATE TABLE IF NOT EXISTS head ("
                                          "  terminal TEXT PRIMARY KEY,"
                                          "  n INTEGER NOT NULL,"
                                          "  hash BLOB NOT NULL CHECK (length (hash) = 32),"
                                          "  time_ms INTEGER NOT NULL,"
                                          "  signature BLOB NOT NULL"
                                          ") STRICT;"
                                          "CREATE TABLE IF NOT EXISTS head_alarm ("
                                          "  terminal TEXT PRIMARY KEY,"
                                          "  word TEXT NOT NULL,"
                                          "  kept_n INTEGER NOT NULL,"
                                          "  seen_n INTEGER NOT NULL,"
                                          "  count INTEGER NOT NULL DEFAULT 1,"
                                          "  last_ms INTEGER NOT NULL"
                                          ") STRICT;";

static gboolean
read_kept (PerronDb *db, const char *terminal, gint64 *ret_n, guint8 hash[PERRON_DIGEST_BYTES], GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (db, error, "SELECT n, hash FROM head WHERE terminal = ?", "t", terminal);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  *ret_n = row ? perron_db_int (query, 0) : 0;
  return !row || perron_db_copy_blob (query, 1, hash, PERRON_DIGEST_BYTES, error);
}

/* The same head signed at a later time is kept with that time: until then nothing was cut. One replayed does not turn the time back. */
static gboolean
write_head (PerronDb *db, const PerronHead *head, GError **error)
{
  return perron_db_run (
    db, error,
    "INSERT INTO head (terminal, n, hash, time_ms, signature) VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal) DO UPDATE SET"
    " n = excluded.n, hash = excluded.hash, time_ms = excluded.time_ms, signature = excluded.signature"
    " WHERE excluded.n > head.n OR excluded.time_ms > head.time_ms",
    "tibiB", head->terminal, head->n, head->hash, (gsize) PERRON_DIGEST_BYTES, head->time_unix_ms, head->signature);
}

static gboolean
write_alarm (PerronDb *db, const PerronHead *head, PerronHeadVerdict verdict, gint64 kept_n, GError **error)
{
  return perron_db_run (
    db, error,
    "INSERT INTO head_alarm (terminal, word, kept_n, seen_n, last_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal) DO UPDATE SET"
    " word = excluded.word, kept_n = excluded.kept_n, seen_n = excluded.seen_n, last_ms = excluded.last_ms, count = count + 1",
    "ttiii", head->terminal, perron_head_verdict_word (verdict), kept_n, head->n, (gint64) (g_get_real_time () / 1000));
}

typedef struct {
  const PerronHead *head;
  PerronHeadVerdict verdict;
  gint64 kept_n;
} Judgement;

static gboolean
judge_and_write (PerronDb *db, gpointer data, GError **error)
{
  Judgement *judgement = data;
  const PerronHead *head = judgement->head;
  guint8 hash[PERRON_DIGEST_BYTES] = { 0 };

  if (!read_kept (db, head->terminal, &judgement->kept_n, hash, error))
    return FALSE;
  PerronHeadVerdict verdict = judgement->verdict = perron_head_judge (head, judgement->kept_n, hash);
  if ((verdict == PERRON_HEAD_KEPT || verdict == PERRON_HEAD_SAME) && !write_head (db, head, error))
    return FALSE;
  if ((verdict == PERRON_HEAD_BACK || verdict == PERRON_HEAD_FORKED) && !write_alarm (db, head, verdict, judgement->kept_n, error))
    return FALSE;
  if (verdict == PERRON_HEAD_KEPT)
    judgement->kept_n = head->n;
  return TRUE;
}

gboolean
perron_sqlite_heads_keep (PerronDb *db, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  Judgement judgement = { .head = head };
  if (!perron_sqlite_transact (db, judge_and_write, &judgement, error))
    return FALSE;
  *ret_verdict = judgement.verdict;
  *ret_kept_n = judgement.kept_n;
  return TRUE;
}

gboolean
perron_sqlite_heads_read_alarms (PerronDb *db, GArray *alarms, GError **error)
{
  gboolean row = TRUE;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (db, error, "SELECT terminal, word, kept_n, seen_n, count, last_ms FROM head_alarm ORDER BY terminal", "");
  while (query != NULL && row) {
    if (!perron_db_step (query, &row, error))
      return FALSE;
    if (!row)
      break;
    PerronHeadAlarm alarm = { .kept_n = perron_db_int (query, 2),
                              .seen_n = perron_db_int (query, 3),
                              .count = perron_db_int (query, 4),
                              .last_unix_ms = perron_db_int (query, 5) };
    g_strlcpy (alarm.terminal, perron_db_text (query, 0), sizeof alarm.terminal);
    g_strlcpy (alarm.word, perron_db_text (query, 1), sizeof alarm.word);
    g_array_append_val (alarms, alarm);
  }
  return query != NULL;
}

gboolean
perron_sqlite_heads_forget (PerronDb *db, const char *terminal, GError **error)
{
  return perron_db_run (db, error, "DELETE FROM head WHERE terminal = ?", "t", terminal) &&
         perron_db_run (db, error, "DELETE FROM head_alarm WHERE terminal = ?", "t", terminal);
}
