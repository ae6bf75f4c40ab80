/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/head-pass.h"
#include "sync/engine/head.h"

#include "kiosk/core/log.h"
#include "sync/seal/seal.h"
#include "sync/store/head-file.h"

#include <string.h>

#define AGAIN_MS G_GINT64_CONSTANT (3600000)

/* The line of this terminal with the number the gateway keeps. One that is not here has no hash: the gateway will see that it does not fit. */
static void
set_after (PerronPass *pass, PerronHead *head, gint64 n)
{
  head->after_n = n;
  memset (head->after_hash, 0, sizeof head->after_hash);
  (void) !perron_outbox_get_audit_line (pass->outbox, n, head->after_hash, NULL);
}

static gboolean
send_head (PerronPass *pass, const PerronHead *head, PerronHttpAnswer *ret_answer, GError **error)
{
  gsize len;
  g_autofree char *body = perron_head_encode (head, &len);
  perron_http_answer_clear (ret_answer);
  return perron_http_exchange (pass->http, PERRON_HEAD_PATH, body, len, ret_answer, error);
}

/* 412: the gateway keeps another number than we thought (its last answer was lost). One more try with that line. */
static gboolean
ask_gateway (PerronPass *pass, PerronHead *head, PerronHttpAnswer *ret_answer, GError **error)
{
  gint64 wanted;
  if (!send_head (pass, head, ret_answer, error))
    return FALSE;
  if (ret_answer->status != 412 || !perron_head_parse_kept (ret_answer->body->data, ret_answer->body->len, &wanted, NULL, NULL))
    return TRUE;
  set_after (pass, head, wanted);
  return send_head (pass, head, ret_answer, error);
}

/* Our own number and hash must come back; a refusal must be one by name. Anything else says nothing about the chain. */
static gboolean
take_answer (const PerronHead *head, const PerronHttpAnswer *answer, PerronHeadFile *file, GError **error)
{
  guint8 hash[PERRON_DIGEST_BYTES];
  gint64 n;
  const char *refusal = answer->status == 409 ? perron_head_parse_refusal (answer->body->data, answer->body->len) : NULL;

  if (refusal != NULL) {
    file->refused_n = head->n;
    g_strlcpy (file->refused, refusal, sizeof file->refused);
    return TRUE;
  }
  if (!perron_http_answer_check (answer, perron_wire_is_fhir (answer->content_type), error) ||
      !perron_head_parse_kept (answer->body->data, answer->body->len, &n, hash, error))
    return FALSE;
  if (n != head->n || memcmp (hash, head->hash, sizeof hash) != 0) {
    g_set_error_literal (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_UNCONFIRMED, "the gateway confirmed another head");
    return FALSE;
  }
  *file = (PerronHeadFile){ .kept_n = n, .kept_unix_ms = head->time_unix_ms };
  memcpy (file->kept_hash, hash, sizeof hash);
  return TRUE;
}

static gboolean
show_head (PerronPass *pass, PerronHead *head, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_autofree char *path = perron_head_file_path (pass->outbox_path);
  PerronHeadFile file;

  g_strlcpy (head->terminal, pass->terminal, sizeof head->terminal);
  head->time_unix_ms = perron_clock_unix_ms (pass->clock);
  g_autoptr (GBytes) bytes = perron_head_dup_signed_bytes (head->terminal, head->n, head->hash, head->time_unix_ms);
  head->signature = pass->client_signer->sign (pass->client_signer, bytes, error);
  if (head->signature == NULL)
    return FALSE;
  perron_head_file_load (path, &file);
  if (file.kept_n > 0)
    set_after (pass, head, file.kept_n);
  if (!ask_gateway (pass, head, &answer, error) || !take_answer (head, &answer, &file, error))
    return FALSE;
  if (*file.refused != '\0')
    perron_log_count (PERRON_LOG_AUDIT_HEAD_REFUSED, head->n);
  return perron_head_file_save (path, &file, error);
}

void
perron_head_pass (PerronPass *pass)
{
  g_autoptr (PerronHead) head = g_new0 (PerronHead, 1);
  g_autoptr (GError) error = NULL;

  if (pass->client_signer == NULL)
    return;
  gint64 now = perron_clock_boot_ms (pass->clock);
  if (!perron_outbox_get_audit_head (pass->outbox, &head->n, head->hash, &error)) {
    perron_log_error (PERRON_LOG_AUDIT_HEAD_UNSENT, error);
    return;
  }
  if (head->n < 1 || (head->n == pass->head_n && now < pass->head_again_ms))
    return;
  if (show_head (pass, head, &error)) {
    pass->head_n = head->n;
    pass->head_again_ms = now + AGAIN_MS;
  } else {
    perron_log_error (PERRON_LOG_AUDIT_HEAD_UNSENT, error);
  }
}
