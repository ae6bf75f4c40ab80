/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql-heads.h"

static gboolean
write_verdict (PerronPg *pg, const PerronHead *head, PerronHeadVerdict verdict, gint64 kept_n, GError **error)
{
  if (verdict == PERRON_HEAD_ASK)
    return TRUE;
  /* The same head signed at a later time is kept with that time: until then nothing was cut. */
  g_autoptr (PGresult) written =
    verdict == PERRON_HEAD_KEPT || verdict == PERRON_HEAD_SAME
      ? perron_pg_ask (pg,
                       "INSERT INTO head (terminal, n, hash, time_ms, signature) VALUES ($1::text, $2::bigint, $3::bytea, $4::bigint, $5::bytea)"
                       " ON CONFLICT (terminal) DO UPDATE SET n = excluded.n, hash = excluded.hash, time_ms = excluded.time_ms,"
                       " signature = excluded.signature WHERE excluded.n > head.n OR excluded.time_ms > head.time_ms",
                       error, "tibiB", head->terminal, head->n, head->hash, (gsize) PERRON_DIGEST_BYTES, head->time_unix_ms, head->signature)
      : perron_pg_ask (pg,
                       "INSERT INTO head_alarm AS a (terminal, word, kept_n, seen_n, last_ms)"
                       " VALUES ($1::text, $2::text, $3::bigint, $4::bigint, $5::bigint) ON CONFLICT (terminal) DO UPDATE SET"
                       " word = excluded.word, kept_n = excluded.kept_n, seen_n = excluded.seen_n, last_ms = excluded.last_ms,"
                       " count = a.count + 1",
                       error, "ttiii", head->terminal, perron_head_verdict_word (verdict), kept_n, head->n,
                       (gint64) (g_get_real_time () / 1000));
  return written != NULL;
}

gboolean
perron_postgresql_heads_judge (PerronPg *pg, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  guint8 hash[PERRON_DIGEST_BYTES] = { 0 };
  gint64 kept_n = 0;

  /* Two gateways asked at once by one terminal take turns, also for its first head. */
  g_autoptr (PGresult) turn = perron_pg_ask (pg, "SELECT pg_advisory_xact_lock (726575, hashtext ($1::text))::text", error, "t", head->terminal);
  g_autoptr (PGresult) kept =
    turn != NULL ? perron_pg_ask (pg, "SELECT n, hash FROM head WHERE terminal = $1::text", error, "t", head->terminal) : NULL;
  if (kept == NULL)
    return FALSE;
  if (PQntuples (kept) == 1) {
    kept_n = perron_pg_get_number (kept, 0, 0);
    if (!perron_pg_copy (kept, 0, 1, hash, sizeof hash, error))
      return FALSE;
  }
  PerronHeadVerdict verdict = perron_head_judge (head, kept_n, hash);
  if (!write_verdict (pg, head, verdict, kept_n, error))
    return FALSE;
  *ret_verdict = verdict;
  *ret_kept_n = verdict == PERRON_HEAD_KEPT ? head->n : kept_n;
  return TRUE;
}

gboolean
perron_postgresql_heads_read_alarms (PerronPg *pg, GArray *alarms, GError **error)
{
  g_autoptr (PGresult) found = perron_pg_ask (
    pg, "SELECT terminal, word, kept_n, seen_n, count, last_ms FROM head_alarm ORDER BY terminal", error, "");
  for (int row = 0; found != NULL && row < PQntuples (found); row++) {
    g_autofree char *terminal = perron_pg_dup_text (found, row, 0), *word = perron_pg_dup_text (found, row, 1);
    PerronHeadAlarm alarm = { .kept_n = perron_pg_get_number (found, row, 2), .seen_n = perron_pg_get_number (found, row, 3),
                              .count = perron_pg_get_number (found, row, 4), .last_unix_ms = perron_pg_get_number (found, row, 5) };
    g_strlcpy (alarm.terminal, terminal, sizeof alarm.terminal);
    g_strlcpy (alarm.word, word, sizeof alarm.word);
    g_array_append_val (alarms, alarm);
  }
  return found != NULL;
}
