/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox.h"

#include "sync/store/outbox-private.h"

/* What the caisse said of a request, already verified: its receipt, then its replies. */

typedef struct {
  gint64 seq;
  gint64 state;
  gint64 reply_number;
} Found;

static gboolean
find_ours (PerronOutbox *outbox, const guint8 *id, const guint8 *digest, Found *ret_found, GError **error)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query =
    perron_db_query (outbox->db, error, "SELECT seq, state, reply_number FROM outbox WHERE id = ? AND digest = ?", "bb", id,
                     (gsize) PERRON_UUID_BYTES, digest, (gsize) PERRON_DIGEST_BYTES);
  if (query == NULL || !perron_db_step (query, &row, error))
    return FALSE;
  if (!row) {
    g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND, "a word about something that is not ours");
    return FALSE;
  }
  *ret_found = (Found){ perron_db_int (query, 0), perron_db_int (query, 1), perron_db_int (query, 2) };
  return TRUE;
}

/* The request is at the caisse: nothing of it is kept here any longer. */
static gboolean
set_received (PerronOutbox *outbox, const guint8 *id, const Found *found, GError **error)
{
  gint64 now = perron_outbox_now (outbox);
  if (found->state == PERRON_ITEM_RECEIVED)
    return TRUE;
  return perron_db_run (outbox->db, error, "UPDATE outbox SET state = ?, changed_ms = ?, lease_boot = NULL WHERE seq = ?", "iii",
                        (gint64) PERRON_ITEM_RECEIVED, now, found->seq) &&
         perron_db_run (outbox->db, error, "DELETE FROM sealed WHERE seq = ?", "i", found->seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_RECEIVED, id, found->state, error);
}

typedef struct {
  const guint8 *id;
  const guint8 *digest;
  gint64 received_ms;
  GBytes *signature;
  gboolean news;
} Receipt;

static gboolean
mark_received (PerronOutbox *outbox, gpointer data, GError **error)
{
  Receipt *receipt = data;
  gsize signature_len;
  const void *signature = g_bytes_get_data (receipt->signature, &signature_len);
  Found found;

  /* The first receipt stays; one that comes after a reply still adds what it proves. */
  if (!find_ours (outbox, receipt->id, receipt->digest, &found, error) || !set_received (outbox, receipt->id, &found, error) ||
      !perron_db_run (outbox->db, error, "UPDATE outbox SET received_ms = ?, receipt_signature = ? WHERE seq = ? AND received_ms IS NULL", "ibi",
                      receipt->received_ms, signature, signature_len, found.seq))
    return FALSE;
  receipt->news = perron_db_changes (outbox->db) == 1;
  return TRUE;
}

gboolean
perron_outbox_mark_received (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                             gint64 received_unix_ms, GBytes *signature, gboolean *ret_news, GError **error)
{
  Receipt receipt = { id, digest, received_unix_ms, signature, FALSE };
  if (!perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, mark_received, &receipt, error))
    return FALSE;
  if (ret_news != NULL)
    *ret_news = receipt.news;
  return TRUE;
}

typedef struct {
  const guint8 *id;
  const guint8 *digest;
  const char *code;
  gint64 number;
  gint64 replied_ms;
  GBytes *signature;
  gboolean news;
} Reply;

static gboolean
mark_reply (PerronOutbox *outbox, gpointer data, GError **error)
{
  Reply *reply = data;
  gsize signature_len;
  const void *signature = g_bytes_get_data (reply->signature, &signature_len);
  gint64 now = perron_outbox_now (outbox);
  Found found;

  if (!find_ours (outbox, reply->id, reply->digest, &found, error) || !set_received (outbox, reply->id, &found, error))
    return FALSE;
  reply->news = reply->number > found.reply_number;
  if (!reply->news)
    return TRUE;
  return perron_db_run (outbox->db, error,
                        "UPDATE outbox SET reply_number = ?, reply_code = ?, replied_ms = ?, reply_signature = ?, changed_ms = ? WHERE seq = ?",
                        "itibii", reply->number, reply->code, reply->replied_ms, signature, signature_len, now, found.seq) &&
         perron_audit_append (outbox->db, now, PERRON_AUDIT_REPLIED, reply->id, reply->number, error);
}

gboolean
perron_outbox_mark_reply (PerronOutbox *outbox, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                          PerronReplyCode code, gint64 number, gint64 replied_unix_ms, GBytes *signature, gboolean *ret_news, GError **error)
{
  Reply reply = { id, digest, perron_reply_code_to_string (code), number, replied_unix_ms, signature, FALSE };
  if (!perron_outbox_transact (outbox, PERRON_OUTBOX_DRAIN, mark_reply, &reply, error))
    return FALSE;
  *ret_news = reply.news;
  return TRUE;
}
