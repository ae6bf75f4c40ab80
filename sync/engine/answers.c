/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/answers.h"

#include "kiosk/core/log.h"
#include "sync/seal/seal.h"

/* Bytes that the caisse of our configuration must have signed. FALSE without an error: it has not. */
static gboolean
is_signed (const PerronAnswers *answers, GBytes *bytes, GBytes *signature, GError **error)
{
  g_autoptr (GError) cause = NULL;
  if (perron_seal_verify (answers->caisse_certificate, bytes, signature, &cause))
    return TRUE;
  if (g_error_matches (cause, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY))
    g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}

static gboolean
is_genuine (const PerronAnswers *answers, const PerronWireItem *item, GError **error)
{
  const PerronReceipt *receipt = item->receipt;
  const PerronReply *reply = item->reply;

  if (g_strcmp0 (receipt != NULL ? receipt->caisse : reply->caisse, answers->caisse) != 0)
    return FALSE;
  if (receipt != NULL) {
    g_autoptr (GBytes) bytes = perron_receipt_dup_signed_bytes (answers->caisse, receipt->id, receipt->digest, receipt->received_unix_ms);
    if (!is_signed (answers, bytes, receipt->signature, error))
      return FALSE;
  }
  if (reply == NULL)
    return TRUE;
  g_autoptr (GBytes) bytes = perron_reply_dup_signed_bytes (answers->caisse, answers->terminal, reply->code, reply->id, reply->digest,
                                                            reply->number, reply->replied_unix_ms);
  return is_signed (answers, bytes, reply->signature, error);
}

static gboolean
mark (const PerronAnswers *answers, const PerronWireItem *item, PerronAnswersCounts *counts, GError **error)
{
  const PerronReceipt *receipt = item->receipt;
  const PerronReply *reply = item->reply;
  gboolean news = FALSE, more = FALSE;

  if (receipt != NULL && !perron_outbox_mark_received (answers->outbox, receipt->id, receipt->digest, receipt->received_unix_ms,
                                                       receipt->signature, &news, error))
    return FALSE;
  if (reply != NULL && !perron_outbox_mark_reply (answers->outbox, reply->id, reply->digest, reply->code, reply->number,
                                                  reply->replied_unix_ms, reply->signature, &more, error))
    return FALSE;
  counts->receipts += receipt != NULL;
  counts->replies += reply != NULL;
  counts->news += (guint) news + (guint) more;
  return TRUE;
}

static gboolean
refuse (PerronAnswersCounts *counts)
{
  perron_log (PERRON_LOG_RECEIPT_REFUSED);
  counts->forged++;
  return TRUE;
}

gboolean
perron_answers_take (const PerronAnswers *answers, const PerronWireItem *item, PerronAnswersCounts *counts, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (item->receipt == NULL && item->reply == NULL)
    return refuse (counts);
  if (g_strcmp0 (item->receipt != NULL ? item->receipt->terminal : item->reply->terminal, answers->terminal) != 0) {
    counts->others++;
    return TRUE;
  }
  if (!is_genuine (answers, item, &cause)) {
    if (cause == NULL)
      return refuse (counts);
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  if (mark (answers, item, counts, &cause))
    return TRUE;
  /* An older life of this terminal, or a line already past its retention: true, and no longer of interest. */
  if (g_error_matches (cause, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&cause));
  return FALSE;
}
