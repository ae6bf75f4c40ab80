/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/sqlite-heads.h"

#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

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
refuse (sqlite3 *db, GError **error)
{
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "head: %s", sqlite3_errmsg (db));
  return FALSE;
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql, const char *terminal, GError **error)
{
  sqlite3_stmt *query = NULL;
  if (sqlite3_prepare_v2 (db, sql, -1, &query, NULL) != SQLITE_OK)
    (void) refuse (db, error);
  else
    sqlite3_bind_text (query, 1, terminal, -1, SQLITE_STATIC);
  return query;
}

static gboolean
read_kept (sqlite3 *db, const char *terminal, gint64 *ret_n, guint8 hash[PERRON_DIGEST_BYTES], GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (db, "SELECT n, hash FROM head WHERE terminal = ?", terminal, error);
  if (query == NULL)
    return FALSE;
  int code = sqlite3_step (query);
  if (code != SQLITE_ROW && code != SQLITE_DONE)
    return refuse (db, error);
  *ret_n = code == SQLITE_ROW ? sqlite3_column_int64 (query, 0) : 0;
  if (code == SQLITE_ROW)
    memcpy (hash, sqlite3_column_blob (query, 1), PERRON_DIGEST_BYTES);
  return TRUE;
}

static gboolean
write_head (sqlite3 *db, const PerronHead *head, GError **error)
{
  g_autoptr (sqlite3_stmt) query = prepare (
    db, "INSERT OR REPLACE INTO head (terminal, n, hash, time_ms, signature) VALUES (?, ?, ?, ?, ?)", head->terminal, error);
  if (query == NULL)
    return FALSE;
  sqlite3_bind_int64 (query, 2, head->n);
  sqlite3_bind_blob (query, 3, head->hash, sizeof head->hash, SQLITE_STATIC);
  sqlite3_bind_int64 (query, 4, head->time_unix_ms);
  sqlite3_bind_blob64 (query, 5, g_bytes_get_data (head->signature, NULL), g_bytes_get_size (head->signature), SQLITE_STATIC);
  return sqlite3_step (query) == SQLITE_DONE || refuse (db, error);
}

static gboolean
write_alarm (sqlite3 *db, const PerronHead *head, PerronHeadVerdict verdict, gint64 kept_n, GError **error)
{
  g_autoptr (sqlite3_stmt) query =
    prepare (db,
             "INSERT INTO head_alarm (terminal, word, kept_n, seen_n, last_ms) VALUES (?, ?, ?, ?, ?) ON CONFLICT (terminal) DO UPDATE SET"
             " word = excluded.word, kept_n = excluded.kept_n, seen_n = excluded.seen_n, last_ms = excluded.last_ms, count = count + 1",
             head->terminal, error);
  if (query == NULL)
    return FALSE;
  sqlite3_bind_text (query, 2, perron_head_verdict_word (verdict), -1, SQLITE_STATIC);
  sqlite3_bind_int64 (query, 3, kept_n);
  sqlite3_bind_int64 (query, 4, head->n);
  sqlite3_bind_int64 (query, 5, g_get_real_time () / 1000);
  return sqlite3_step (query) == SQLITE_DONE || refuse (db, error);
}

static gboolean
judge_and_write (sqlite3 *db, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  guint8 hash[PERRON_DIGEST_BYTES] = { 0 };
  gint64 kept_n;

  if (!read_kept (db, head->terminal, &kept_n, hash, error))
    return FALSE;
  PerronHeadVerdict verdict = perron_head_judge (head, kept_n, hash);
  if (verdict == PERRON_HEAD_KEPT && !write_head (db, head, error))
    return FALSE;
  if ((verdict == PERRON_HEAD_BACK || verdict == PERRON_HEAD_FORKED) && !write_alarm (db, head, verdict, kept_n, error))
    return FALSE;
  *ret_verdict = verdict;
  *ret_kept_n = verdict == PERRON_HEAD_KEPT ? head->n : kept_n;
  return TRUE;
}

gboolean
perron_sqlite_heads_keep (sqlite3 *db, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n, GError **error)
{
  if (sqlite3_exec (db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
    return refuse (db, error);
  if (judge_and_write (db, head, ret_verdict, ret_kept_n, error)) {
    if (sqlite3_exec (db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
      return TRUE;
    (void) refuse (db, error);
  }
  if (sqlite3_get_autocommit (db) == 0)
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return FALSE;
}

gboolean
perron_sqlite_heads_read_alarms (sqlite3 *db, GArray *alarms, GError **error)
{
  int code;
  g_autoptr (sqlite3_stmt) query = prepare (
    db, "SELECT terminal, word, kept_n, seen_n, count, last_ms FROM head_alarm WHERE terminal != ? ORDER BY terminal", "", error);
  if (query == NULL)
    return FALSE;
  while ((code = sqlite3_step (query)) == SQLITE_ROW) {
    PerronHeadAlarm alarm = { .kept_n = sqlite3_column_int64 (query, 2), .seen_n = sqlite3_column_int64 (query, 3),
                              .count = sqlite3_column_int64 (query, 4), .last_unix_ms = sqlite3_column_int64 (query, 5) };
    g_strlcpy (alarm.terminal, (const char *) sqlite3_column_text (query, 0), sizeof alarm.terminal);
    g_strlcpy (alarm.word, (const char *) sqlite3_column_text (query, 1), sizeof alarm.word);
    g_array_append_val (alarms, alarm);
  }
  return code == SQLITE_DONE || refuse (db, error);
}

gboolean
perron_sqlite_heads_forget (sqlite3 *db, const char *terminal, GError **error)
{
  static const char *const scripts[] = { "DELETE FROM head WHERE terminal = ?", "DELETE FROM head_alarm WHERE terminal = ?" };
  for (gsize i = 0; i < G_N_ELEMENTS (scripts); i++) {
    g_autoptr (sqlite3_stmt) query = prepare (db, scripts[i], terminal, error);
    if (query == NULL)
      return FALSE;
    if (sqlite3_step (query) != SQLITE_DONE)
      return refuse (db, error);
  }
  return TRUE;
}
