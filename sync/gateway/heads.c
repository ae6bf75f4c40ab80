/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/heads.h"

#include "kiosk/core/log.h"
#include "sync/seal/seal.h"

#include <string.h>

PerronHeadVerdict
perron_head_judge (const PerronHead *head, gint64 kept_n, const guint8 *kept_hash)
{
  if (kept_n == 0)
    return PERRON_HEAD_KEPT;
  if (head->n < kept_n)
    return PERRON_HEAD_BACK;
  if (head->n == kept_n)
    return memcmp (head->hash, kept_hash, PERRON_DIGEST_BYTES) == 0 ? PERRON_HEAD_SAME : PERRON_HEAD_FORKED;
  /* An old disk image that was used again may have more lines than the kept head: what counts is the line both must have. */
  if (head->after_n != kept_n)
    return PERRON_HEAD_ASK;
  return memcmp (head->after_hash, kept_hash, PERRON_DIGEST_BYTES) == 0 ? PERRON_HEAD_KEPT : PERRON_HEAD_FORKED;
}

const char *
perron_head_verdict_word (PerronHeadVerdict verdict)
{
  static const char *const words[] = {
    [PERRON_HEAD_KEPT] = "kept", [PERRON_HEAD_SAME] = "same",     [PERRON_HEAD_ASK] = "ask",
    [PERRON_HEAD_BACK] = "back", [PERRON_HEAD_FORKED] = "forked",
  };
  return words[verdict];
}

static guint
outcome (guint status, const char *code, const char *word, char **ret_body, gsize *ret_len)
{
  *ret_body = g_strdup_printf ("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"%s\","
                               "\"diagnostics\":\"%s\"}]}",
                               code, word);
  *ret_len = strlen (*ret_body);
  return status;
}

/* nginx has checked whose certificate it is; the signature makes the head a proof that the gateway cannot make up. */
static gboolean
is_signed (const PerronHead *head, const char *certificate)
{
  g_autofree char *pem = certificate != NULL ? g_uri_unescape_string (certificate, NULL) : NULL;
  g_autoptr (GBytes) bytes = perron_head_dup_signed_bytes (head->terminal, head->n, head->hash, head->time_unix_ms);
  return pem != NULL && perron_seal_verify_text (pem, bytes, head->signature, NULL);
}

guint
perron_heads_take (PerronGatewayStore *store, const PerronIdentity *who, const char *certificate, const guint8 *data, gsize len,
                   char **ret_body, gsize *ret_len)
{
  g_autoptr (GError) error = NULL;
  PerronHeadVerdict verdict;
  gint64 kept_n;

  g_autoptr (PerronHead) head = perron_head_parse (data, len, &error);
  if (head == NULL)
    return outcome (400, "structure", "basic", ret_body, ret_len);
  if (who->role != PERRON_ROLE_TERMINAL || strcmp (who->name, head->terminal) != 0)
    return outcome (403, "forbidden", "subject", ret_body, ret_len);
  if (!is_signed (head, certificate))
    return outcome (422, "invalid", "extension.signature", ret_body, ret_len);
  if (!store->keep_head (store, head, &verdict, &kept_n, &error)) {
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
    return outcome (503, "transient", "store", ret_body, ret_len);
  }
  if (verdict == PERRON_HEAD_BACK || verdict == PERRON_HEAD_FORKED) {
    perron_log_count (PERRON_LOG_AUDIT_HEAD_REFUSED, head->n);
    return outcome (409, "conflict", perron_head_verdict_word (verdict), ret_body, ret_len);
  }
  *ret_body = perron_head_encode_kept (head->terminal, kept_n, verdict == PERRON_HEAD_ASK ? NULL : head->hash, ret_len);
  return verdict == PERRON_HEAD_ASK ? 412 : verdict == PERRON_HEAD_KEPT ? 201 : 200;
}

char *
perron_heads_metrics (PerronGatewayStore *store)
{
  g_autoptr (GArray) alarms = g_array_new (FALSE, TRUE, sizeof (PerronHeadAlarm));
  g_autoptr (GString) out = g_string_new (NULL);

  if (!store->read_alarms (store, alarms, NULL))
    return NULL;
  for (guint i = 0; i < alarms->len; i++) {
    const PerronHeadAlarm *alarm = &g_array_index (alarms, PerronHeadAlarm, i);
    g_string_append_printf (out,
                            "perron_audit_head_refused_total{terminal=\"%s\",why=\"%s\",kept=\"%" G_GINT64_FORMAT "\",seen=\"%" G_GINT64_FORMAT
                            "\"} %" G_GINT64_FORMAT "\n",
                            alarm->terminal, alarm->word, alarm->kept_n, alarm->seen_n, alarm->count);
  }
  return g_string_free (g_steal_pointer (&out), FALSE);
}
