/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include <string.h>

#include "sync/store/outbox-private.h"

static const char *const state_words[] = {
  [PERRON_ITEM_WAITING] = "waiting", [PERRON_ITEM_SENT] = "sent",           [PERRON_ITEM_RECEIVED] = "received",
  [PERRON_ITEM_DEAD] = "dead",       [PERRON_ITEM_WITHDRAWN] = "withdrawn",
};

const char *
perron_item_state_to_string (PerronItemState state)
{
  g_return_val_if_fail ((guint) state < PERRON_ITEM_STATE_COUNT, "waiting");
  return state_words[state];
}

char *
perron_outbox_clean_code (const char *code)
{
  char *clean = g_strndup (code, 63);
  return g_strcanon (clean, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", '?');
}

#define ITEM_COLUMNS "seq, id, reference, dest, created_ms, state, attempts, sealed_len, changed_ms, last_fault," \
                     " reply_code, reply_number, replied_ms"

static gboolean
read_item (PerronDbQuery *query, PerronItem *item, GError **error)
{
  memset (item, 0, sizeof *item);
  item->seq = perron_db_int (query, 0);
  perron_db_copy_text (query, 2, item->reference, sizeof item->reference);
  perron_db_copy_text (query, 3, item->dest, sizeof item->dest);
  item->created_unix_ms = perron_db_int (query, 4);
  item->state = (PerronItemState) perron_db_int (query, 5);
  item->attempts = (guint) perron_db_int (query, 6);
  item->sealed_bytes = perron_db_int (query, 7);
  item->changed_unix_ms = perron_db_int (query, 8);
  perron_db_copy_text (query, 9, item->last_fault, sizeof item->last_fault);
  if (perron_db_int (query, 11) > 0 &&
      perron_reply_code_from_string (perron_db_text (query, 10), &item->reply)) {
    item->reply_number = perron_db_int (query, 11);
    item->replied_unix_ms = perron_db_int (query, 12);
  }
  if ((guint) item->state >= PERRON_ITEM_STATE_COUNT) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT, "request %" G_GINT64_FORMAT ": no such state", item->seq);
    return FALSE;
  }
  return perron_db_copy_blob (query, 1, item->id, PERRON_UUID_BYTES, error);
}

gboolean
perron_outbox_find (PerronOutbox *outbox, const char *reference, PerronItem *ret_item, GError **error)
{
  gboolean row;
  PerronItem item;

  if (!perron_outbox_check_usable (outbox, error))
    return FALSE;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error, "SELECT " ITEM_COLUMNS " FROM outbox WHERE reference = ?", "t", reference);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "there is no such reference here");
    return FALSE;
  }
  if (!read_item (query, &item, error))
    return FALSE;
  *ret_item = item;
  return TRUE;
}

/* Takes `query`. */
static gboolean
read_items (PerronDbQuery *statement, GArray *items, GError **error)
{
  g_autoptr (PerronDbQuery) query = statement;
  gboolean row;

  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    PerronItem item;
    if (!read_item (query, &item, error))
      return FALSE;
    g_array_append_val (items, item);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_outbox_list (PerronOutbox *outbox, gint64 after_seq, guint limit, GArray *items, GError **error)
{
  return perron_outbox_check_usable (outbox, error) &&
         read_items (perron_db_query (outbox->db, error, "SELECT " ITEM_COLUMNS " FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", "ii",
                                      after_seq, (gint64) limit),
                     items, error);
}

#define IS_OPEN " WHERE state IN (0, 1, 3) OR (state = 2 AND reply_code <> 'done')"
G_STATIC_ASSERT (PERRON_ITEM_WAITING == 0 && PERRON_ITEM_SENT == 1 && PERRON_ITEM_RECEIVED == 2 && PERRON_ITEM_DEAD == 3);

gboolean
perron_outbox_list_open (PerronOutbox *outbox, guint offset, guint limit, GArray *items, gint64 *ret_total, GError **error)
{
  return perron_outbox_check_usable (outbox, error) &&
         perron_db_number (outbox->db, ret_total, error, "SELECT count (*) FROM outbox" IS_OPEN, "") &&
         read_items (perron_db_query (outbox->db, error, "SELECT " ITEM_COLUMNS " FROM outbox" IS_OPEN " ORDER BY seq LIMIT ? OFFSET ?", "ii",
                                      (gint64) limit, (gint64) offset),
                     items, error);
}

static gboolean
read_counts (PerronOutbox *outbox, PerronOutboxStats *stats, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (outbox->db, error, "SELECT state, count (*) FROM outbox GROUP BY state", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  while (row) {
    gint64 state = perron_db_int (query, 0);
    if (state >= 0 && state < PERRON_ITEM_STATE_COUNT)
      stats->count[state] = perron_db_int (query, 1);
    if (!perron_db_step (query, &row, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_ages (PerronOutbox *outbox, PerronOutboxStats *stats, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  gint64 alarm = now - outbox->retention.alarm_days * PERRON_DAY_MS, decide = now - outbox->retention.decide_days * PERRON_DAY_MS;
  static const char undelivered[] = "SELECT count (*) FROM outbox WHERE state IN (0, 3) AND max (created_ms, decided_ms) < ?";
  return perron_db_number (outbox->db, &stats->overdue, error, undelivered, "i", alarm) &&
         perron_db_number (outbox->db, &stats->undecided, error, undelivered, "i", decide) &&
         perron_db_number (outbox->db, &stats->unacknowledged, error, "SELECT count (*) FROM outbox WHERE state = 1 AND changed_ms < ?", "i",
                           alarm);
}

gboolean
perron_outbox_stats (PerronOutbox *outbox, PerronOutboxStats *ret_stats, GError **error)
{
  PerronOutboxStats stats = { 0 };
  gboolean row;

  if (!perron_outbox_check_usable (outbox, error) || !read_counts (outbox, &stats, error) ||
      !perron_db_number (outbox->db, &stats.oldest_waiting_unix_ms, error,
                         "SELECT created_ms FROM outbox WHERE state = 0 ORDER BY seq LIMIT 1", "") ||
      !perron_db_number (outbox->db, &stats.sealed_bytes_waiting, error,
                         "SELECT coalesce (sum (sealed_len), 0) FROM outbox WHERE state = 0", "") ||
      !read_ages (outbox, &stats, error))
    return FALSE;
  g_autoptr (PerronDbQuery) query = perron_db_query (outbox->db, error, "SELECT contact_ms, link, link_fault FROM terminal", "");
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  stats.last_contact_unix_ms = perron_db_int (query, 0);
  perron_db_copy_text (query, 1, stats.link, sizeof stats.link);
  perron_db_copy_text (query, 2, stats.link_fault, sizeof stats.link_fault);
  *ret_stats = stats;
  return TRUE;
}

gint64
perron_outbox_get_change_mark (PerronOutbox *outbox)
{
  gint64 mark = 0;
  g_autoptr (GError) error = NULL;
  /* Unreadable: -1, so that a watcher looks, and meets the error there. */
  return perron_db_number (outbox->db, &mark, &error, "PRAGMA data_version", "") ? mark : -1;
}

gboolean
perron_outbox_verify_audit (PerronOutbox *outbox, gint64 *ret_lines, GError **error)
{
  return perron_outbox_check_usable (outbox, error) && perron_audit_verify (outbox->db, ret_lines, error);
}

PerronEnvelope *
perron_outbox_read_envelope (PerronDbQuery *query, GError **error)
{
  g_autoptr (PerronEnvelope) envelope = g_new0 (PerronEnvelope, 1);

  envelope->terminal = perron_db_dup_text (query, 2);
  envelope->dest = perron_db_dup_text (query, 3);
  envelope->suite = (guint8) perron_db_int (query, 4);
  envelope->sealed = perron_db_dup_bytes (query, 6);
  envelope->signature = perron_db_dup_bytes (query, 7);
  if (!perron_db_copy_blob (query, 1, envelope->id, PERRON_UUID_BYTES, error) ||
      !perron_db_copy_blob (query, 5, envelope->digest, PERRON_DIGEST_BYTES, error))
    return NULL;
  return g_steal_pointer (&envelope);
}

PerronEnvelope *
perron_outbox_dup_envelope (PerronOutbox *outbox, gint64 seq, GError **error)
{
  gboolean row;
  if (!perron_outbox_check_usable (outbox, error))
    return NULL;
  g_autoptr (PerronDbQuery) query = perron_db_query (
    outbox->db, error, "SELECT " PERRON_ENVELOPE_COLUMNS " FROM outbox AS o JOIN sealed AS s USING (seq) WHERE o.seq = ?", "i", seq);
  if (query == NULL || !perron_db_step (query, &row, error))
    return NULL;
  if (!row) {
    g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "request %" G_GINT64_FORMAT " does not wait here", seq);
    return NULL;
  }
  return perron_outbox_read_envelope (query, error);
}

gboolean
perron_outbox_get_audit_head (PerronOutbox *outbox, gint64 *ret_n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error)
{
  return perron_outbox_check_usable (outbox, error) && perron_audit_get_head (outbox->db, ret_n, ret_hash, error);
}

gboolean
perron_outbox_get_audit_line (PerronOutbox *outbox, gint64 n, guint8 ret_hash[PERRON_DIGEST_BYTES], GError **error)
{
  return perron_outbox_check_usable (outbox, error) && perron_audit_get_line (outbox->db, n, ret_hash, error);
}
