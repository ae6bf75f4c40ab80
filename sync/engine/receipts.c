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

/*
 * The gateway only carries receipts: the caisse of our configuration must have signed this one, for us. FALSE without an error: it has
 * not, and the state of the request stays as it is.
 */
static gboolean
is_genuine (PerronPass *pass, const PerronWireItem *item, GError **error)
{
  const PerronReceipt *receipt = item->receipt;
  g_autoptr (GError) cause = NULL;

  if (receipt == NULL || g_strcmp0 (receipt->caisse, pass->caisse) != 0 || g_strcmp0 (receipt->terminal, pass->terminal) != 0)
    return FALSE;
  g_autoptr (GBytes) bytes = perron_receipt_dup_signed_bytes (receipt->caisse, receipt->id, receipt->digest, receipt->received_unix_ms);
  if (perron_seal_verify (pass->caisse_certificate, bytes, receipt->signature, &cause))
    return TRUE;
  if (g_error_matches (cause, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY))
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
take_receipt (PerronPass *pass, const PerronWireItem *item, PerronPassResult *result, GError **error)
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
  const PerronReceipt *receipt = item->receipt;
  if (perron_outbox_mark_received (pass->outbox, receipt->id, receipt->digest, receipt->received_unix_ms, receipt->signature, &cause)) {
    result->receipts++;
    return TRUE;
  }
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
      if (!take_receipt (pass, items->pdata[i], result, error))
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
