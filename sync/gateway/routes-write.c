/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/exchange.h"
#include "sync/gateway/heads.h"

#include "kiosk/core/log.h"

#include <string.h>

/* --- POST / ------------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result
answer_batch (PerronExchange *exchange)
{
  PerronMetrics *metrics = exchange->desk->metrics;
  guint created, conflicts;
  gsize len;

  if (!exchange->stored)
    return perron_exchange_store_fault (exchange, NULL);
  char *body = perron_batch_answer (exchange->batch, &created, &conflicts, &len);
  if (created > 0)
    perron_log_count (PERRON_LOG_GATEWAY_STORED, created);
  perron_metrics_add (metrics, PERRON_METRIC_BATCHES, 1);
  perron_metrics_add (metrics, PERRON_METRIC_CREATED, created);
  perron_metrics_add (metrics, PERRON_METRIC_CONFLICTS, conflicts);
  return perron_exchange_answer (exchange, MHD_HTTP_OK, PERRON_WIRE_CONTENT_TYPE, body, len);
}

enum MHD_Result
perron_route_batch (PerronExchange *exchange)
{
  g_autoptr (GError) error = NULL;
  enum MHD_Result result;
  PerronIdentity who;

  if (!perron_exchange_admit (exchange, PERRON_WIRE_BODY_MAX, perron_wire_is_fhir, &who, &result))
    return result;
  exchange->batch = perron_batch_new (exchange->body->data, exchange->body->len, &who, &error);
  if (exchange->batch == NULL) {
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
    return perron_exchange_fault (exchange, MHD_HTTP_BAD_REQUEST, "structure", "bundle");
  }
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  exchange->answer = answer_batch;
  return perron_exchange_write (exchange, exchange->batch->writes, exchange->batch->write_count);
}

/* --- POST /Basic -------------------------------------------------------------------------------------------------------------- */

enum MHD_Result
perron_route_head (PerronExchange *exchange)
{
  enum MHD_Result result;
  PerronIdentity who;
  char *body;
  gsize len;

  if (!perron_exchange_admit (exchange, PERRON_HEAD_BODY_MAX, perron_wire_is_fhir, &who, &result))
    return result;
  guint status = perron_heads_take (exchange->desk->store, &who, perron_exchange_get_header (exchange, "X-Perron-Client-Certificate"),
                                    exchange->body->data, exchange->body->len, &body, &len);
  return perron_exchange_answer (exchange, status, PERRON_WIRE_CONTENT_TYPE, body, len);
}

/* --- POST /heartbeat ---------------------------------------------------------------------------------------------------------- */

static gboolean
is_json (const char *type)
{
  return type != NULL && g_ascii_strcasecmp (type, PERRON_HEARTBEAT_TYPE) == 0;
}

static enum MHD_Result
answer_heartbeat (PerronExchange *exchange)
{
  if (!exchange->stored)
    return perron_exchange_store_fault (exchange, NULL);
  perron_metrics_add (exchange->desk->metrics, PERRON_METRIC_HEARTBEATS, 1);
  return perron_exchange_answer (exchange, MHD_HTTP_NO_CONTENT, NULL, g_strdup (""), 0);
}

enum MHD_Result
perron_route_heartbeat (PerronExchange *exchange)
{
  g_autoptr (GError) error = NULL;
  enum MHD_Result result;
  PerronIdentity who;

  if (!perron_exchange_admit (exchange, PERRON_HEARTBEAT_BODY_MAX, is_json, &who, &result))
    return result;
  if (!perron_heartbeat_parse (exchange->body->data, exchange->body->len, &exchange->heartbeat, &error)) {
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
    return perron_exchange_fault (exchange, MHD_HTTP_BAD_REQUEST, "structure", "heartbeat");
  }
  if (who.role != PERRON_ROLE_TERMINAL || strcmp (who.name, exchange->heartbeat.terminal) != 0)
    return perron_exchange_fault (exchange, MHD_HTTP_FORBIDDEN, "forbidden", "terminal");
  exchange->heartbeat_write = (PerronGatewayWrite){ .heartbeat = &exchange->heartbeat };
  exchange->answer = answer_heartbeat;
  return perron_exchange_write (exchange, &exchange->heartbeat_write, 1);
}
