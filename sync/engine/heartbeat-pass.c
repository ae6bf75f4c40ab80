/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/heartbeat-pass.h"
#include "sync/engine/heartbeat.h"

#include "kiosk/core/log.h"
#include "sync/http/validity.h"
#include "sync/store/ready-file.h"

#include <string.h>

G_STATIC_ASSERT (PERRON_HEARTBEAT_ATTEMPTS == PERRON_OUTBOX_ATTEMPTS);

static void
describe_readiness (const PerronPass *pass, PerronHeartbeat *heartbeat)
{
  g_autofree char *path = perron_ready_file_path (pass->outbox_path);
  PerronReadyFile file;

  perron_ready_file_load (path, &file);
  heartbeat->ready_ms = file.at_unix_ms;
  for (guint i = 0; i < file.count && heartbeat->check_count < PERRON_HEARTBEAT_CHECKS_MAX; i++) {
    PerronCheck *check = &heartbeat->checks[heartbeat->check_count];
    if (!perron_wire_token_ok (file.rows[i].id) || !perron_check_state_parse (file.rows[i].word, &check->state))
      continue;
    g_strlcpy (check->id, file.rows[i].id, sizeof check->id);
    heartbeat->check_count++;
  }
}

static gboolean
describe_queue (PerronPass *pass, PerronHeartbeat *heartbeat, GError **error)
{
  PerronOutboxStats stats;
  PerronOutboxHealth health;
  guint8 hash[PERRON_DIGEST_BYTES];

  if (!perron_outbox_stats (pass->outbox, &stats, error) || !perron_outbox_get_health (pass->outbox, &health, error) ||
      !perron_outbox_get_audit_head (pass->outbox, &heartbeat->audit_n, hash, error))
    return FALSE;
  heartbeat->waiting = stats.count[PERRON_ITEM_WAITING];
  heartbeat->dead = stats.count[PERRON_ITEM_DEAD];
  if (stats.oldest_waiting_unix_ms > 0)
    heartbeat->oldest_s = CLAMP ((heartbeat->time_ms - stats.oldest_waiting_unix_ms) / 1000, 0, G_MAXINT32);
  memcpy (heartbeat->attempts, health.attempts, sizeof heartbeat->attempts);
  heartbeat->receipt_ms = health.last_receipt_unix_ms;
  heartbeat->free_kib = health.free_bytes / 1024;
  heartbeat->wal_kib = health.wal_bytes / 1024;
  return TRUE;
}

static gboolean
send_heartbeat (PerronPass *pass, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  PerronHeartbeat heartbeat = { .time_ms = perron_clock_unix_ms (pass->clock) };
  g_autofree char *content = pass->describe_content != NULL ? pass->describe_content (pass->describe_data) : NULL;
  gsize len;

  g_strlcpy (heartbeat.terminal, pass->terminal, sizeof heartbeat.terminal);
  g_strlcpy (heartbeat.program, PERRON_VERSION, sizeof heartbeat.program);
  g_strlcpy (heartbeat.content, content != NULL ? content : "", sizeof heartbeat.content);
  g_strlcpy (heartbeat.protocol, perron_http_get_protocol (pass->http), sizeof heartbeat.protocol);
  heartbeat.recipients = perron_certificate_is_current (pass->caisse_certificate) ? PERRON_RECIPIENTS_CAISSE : PERRON_RECIPIENTS_ESCROW;
  describe_readiness (pass, &heartbeat);
  if (!describe_queue (pass, &heartbeat, error))
    return FALSE;
  g_autofree char *body = perron_heartbeat_encode (&heartbeat, &len);
  if (!perron_http_post (pass->http, PERRON_HEARTBEAT_PATH, PERRON_HEARTBEAT_TYPE, NULL, body, len, &answer, error))
    return FALSE;
  if (answer.status == 204)
    return TRUE;
  g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_STATUS, "heartbeat: HTTP %u", answer.status);
  return FALSE;
}

/* One that was not taken is told anew in time: it is the last one that counts. */
void
perron_heartbeat_pass (PerronPass *pass, const PerronPassResult *result)
{
  g_autoptr (GError) error = NULL;
  gint64 now = perron_clock_boot_ms (pass->clock);
  gboolean changed = result->accepted + result->refused + result->receipts + result->forged > 0;

  if (pass->heartbeat_ms == 0 || (!changed && now < pass->heartbeat_again_ms))
    return;
  pass->heartbeat_again_ms = now + pass->heartbeat_ms;
  if (!send_heartbeat (pass, &error))
    perron_log_error (PERRON_LOG_HEARTBEAT_UNSENT, error);
}
