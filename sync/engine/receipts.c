/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/receipts.h"
#include "sync/engine/wire.h"
#include "sync/seal/seal.h"

#include "kiosk/core/log.h"

#define PAGE 200

gint64
perron_receipts_load_cursor (const char *path)
{
  g_autofree char *text = NULL;
  gint64 cursor;
  if (!g_file_get_contents (path, &text, NULL, NULL) || !g_ascii_string_to_signed (g_strstrip (text), 10, 0, G_MAXINT64, &cursor, NULL))
    return 0;
  return cursor;
}

static GPtrArray *
ask (PerronPass *pass, gint64 *ret_cursor, PerronPassResult *result, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_autoptr (GError) cause = NULL;
  g_autofree char *path = g_strdup_printf ("/Task?requester=%s&_since=%" G_GINT64_FORMAT "&_count=%u", pass->terminal, pass->cursor, PAGE);

  if (!perron_http_exchange (pass->http, path, NULL, 0, &answer, error))
    return NULL;
  result->retry_after_ms = answer.retry_after_ms;
  if (!perron_http_answer_check (&answer, perron_wire_is_fhir (answer.content_type), error))
    return NULL;
  result->retry_after_ms = 0;
  GPtrArray *items = perron_wire_parse_search (answer.body->data, answer.body->len, ret_cursor, &cause);
  if (items == NULL)
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_ANSWER, "receipts of the gateway: %s", cause->message);
  return items;
}

/* Bytes that the caisse of our configuration must have signed. FALSE without an error: it has not. */
static gboolean
is_signed (const PerronPass *pass, GBytes *bytes, GBytes *signature, GError **error)
{
  g_autoptr (GError) cause = NULL;
  if (perron_seal_verify (pass->caisse_certificate, bytes, signature, &cause))
    return TRUE;
  if (g_error_matches (cause, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY))
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* The gateway only carries what is said: it must be said by our caisse, of a request of ours, and be signed by it. */
static gboolean
is_genuine (const PerronPass *pass, const PerronWireItem *item, GError **error)
{
  const PerronReceipt *receipt = item->receipt;
  const PerronReply *reply = item->reply;

  if (receipt == NULL && reply == NULL)
    return FALSE;
  const char *caisse = receipt != NULL ? receipt->caisse : reply->caisse, *terminal = receipt != NULL ? receipt->terminal : reply->terminal;
  if (g_strcmp0 (caisse, pass->caisse) != 0 || g_strcmp0 (terminal, pass->terminal) != 0)
    return FALSE;
  if (receipt != NULL) {
    g_autoptr (GBytes) bytes = perron_receipt_dup_signed_bytes (caisse, receipt->id, receipt->digest, receipt->received_unix_ms);
    if (!is_signed (pass, bytes, receipt->signature, error))
      return FALSE;
  }
  if (reply == NULL)
    return TRUE;
  g_autoptr (GBytes) bytes =
    perron_reply_dup_signed_bytes (caisse, terminal, reply->code, reply->id, reply->digest, reply->number, reply->replied_unix_ms);
  return is_signed (pass, bytes, reply->signature, error);
}

static gboolean
mark (PerronPass *pass, const PerronWireItem *item, PerronPassResult *result, GError **error)
{
  const PerronReceipt *receipt = item->receipt;
  const PerronReply *reply = item->reply;
  gboolean news = FALSE;

  if (receipt != NULL) {
    if (!perron_outbox_mark_received (pass->outbox, receipt->id, receipt->digest, receipt->received_unix_ms, receipt->signature, error))
      return FALSE;
    result->receipts++;
  }
  if (reply != NULL && !perron_outbox_mark_reply (pass->outbox, reply->id, reply->digest, reply->code, reply->number, reply->replied_unix_ms,
                                                  reply->signature, &news, error))
    return FALSE;
  result->replies += news;
  return TRUE;
}

/* What is not genuine changes nothing, and the state of the request stays as it is. */
gboolean
perron_receipts_take (PerronPass *pass, const PerronWireItem *item, PerronPassResult *result, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (!is_genuine (pass, item, &cause)) {
    if (cause != NULL) {
      g_propagate_error (error, g_steal_pointer (&cause));
      return FALSE;
    }
    perron_log (PERRON_LOG_RECEIPT_REFUSED);
    result->forged++;
    return TRUE;
  }
  if (mark (pass, item, result, &cause))
    return TRUE;
  /* An older life of this terminal, or a line already past its retention: true, and no longer of interest. */
  if (g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

/* A receipt that was not genuine keeps the file where it is: after the next start the gateway is asked for it once more. */
static gboolean
keep_cursor (PerronPass *pass, gint64 cursor, gboolean durable, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n", cursor);
  pass->cursor = cursor;
  return !durable || g_file_set_contents (pass->cursor_path, text, -1, error);
}

gboolean
perron_receipts_fetch (PerronPass *pass, PerronPassResult *result, GError **error)
{
  for (;;) {
    gint64 cursor;
    g_autoptr (GPtrArray) items = ask (pass, &cursor, result, error);
    if (items == NULL)
      return FALSE;
    for (guint i = 0; i < items->len; i++) {
      if (!perron_receipts_take (pass, items->pdata[i], result, error))
        return FALSE;
    }
    if (cursor <= pass->cursor)
      return TRUE;
    if (!keep_cursor (pass, cursor, result->forged == 0, error))
      return FALSE;
    if (items->len < PAGE)
      return TRUE;
  }
}
