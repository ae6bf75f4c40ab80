/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/exchange.h"

#include "kiosk/core/log.h"

#include <string.h>

enum MHD_Result
perron_exchange_respond (PerronExchange *exchange, guint status, struct MHD_Response *response)
{
  exchange->status = status;
  exchange->response = response;
  return response != NULL ? MHD_YES : MHD_NO;
}

enum MHD_Result
perron_exchange_answer (PerronExchange *exchange, guint status, const char *type, char *body, gsize len)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (len, body, MHD_RESPMEM_MUST_COPY);
  g_free (body);
  if (response == NULL)
    return MHD_NO;
  if (type != NULL)
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
    MHD_add_response_header (response, MHD_HTTP_HEADER_RETRY_AFTER, exchange->desk->retry_after);
  return perron_exchange_respond (exchange, status, response);
}

enum MHD_Result
perron_exchange_fault (PerronExchange *exchange, guint status, const char *code, const char *word)
{
  char *body = g_strdup_printf ("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"%s\","
                                "\"diagnostics\":\"%s\"}]}",
                                code, word);
  perron_metrics_add (exchange->desk->metrics, status == MHD_HTTP_SERVICE_UNAVAILABLE ? PERRON_METRIC_TURNED_AWAY : PERRON_METRIC_REFUSED, 1);
  return perron_exchange_answer (exchange, status, PERRON_WIRE_CONTENT_TYPE, body, strlen (body));
}

enum MHD_Result
perron_exchange_store_fault (PerronExchange *exchange, const GError *error)
{
  if (error != NULL)
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
  return perron_exchange_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "transient", "store");
}

const char *
perron_exchange_get_header (PerronExchange *exchange, const char *name)
{
  return MHD_lookup_connection_value (exchange->connection, MHD_HEADER_KIND, name);
}

const char *
perron_exchange_get_argument (PerronExchange *exchange, const char *name)
{
  return MHD_lookup_connection_value (exchange->connection, MHD_GET_ARGUMENT_KIND, name);
}

gint64
perron_exchange_get_number (PerronExchange *exchange, const char *name, gint64 fallback, gint64 high)
{
  gint64 value;
  const char *text = perron_exchange_get_argument (exchange, name);
  return text != NULL && g_ascii_string_to_signed (text, 10, 0, high, &value, NULL) ? value : fallback;
}

gboolean
perron_exchange_identify (PerronExchange *exchange, PerronIdentity *ret_who)
{
  return perron_identity_parse (perron_exchange_get_header (exchange, "X-Perron-Client-Verify"),
                                perron_exchange_get_header (exchange, "X-Perron-Client-Subject"), ret_who);
}

gboolean
perron_exchange_admit (PerronExchange *exchange, gsize max, gboolean (*type_ok) (const char *type), PerronIdentity *ret_who,
                       enum MHD_Result *ret_result)
{
  if (exchange->too_large || exchange->body->len > max)
    *ret_result = perron_exchange_fault (exchange, MHD_HTTP_CONTENT_TOO_LARGE, "too-long", "body");
  else if (!perron_exchange_identify (exchange, ret_who))
    *ret_result = perron_exchange_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  else if (!type_ok (perron_exchange_get_header (exchange, MHD_HTTP_HEADER_CONTENT_TYPE)))
    *ret_result = perron_exchange_fault (exchange, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type");
  else
    return TRUE;
  return FALSE;
}

static void
on_written (gboolean stored, gpointer data)
{
  PerronExchange *exchange = data;
  exchange->stored = stored;
  exchange->written = TRUE;
  MHD_resume_connection (exchange->connection);
}

enum MHD_Result
perron_exchange_write (PerronExchange *exchange, PerronGatewayWrite *writes, guint count)
{
  /* First asleep, then handed over: the writer may be done before this function is. */
  MHD_suspend_connection (exchange->connection);
  perron_writer_submit (exchange->desk->writer, writes, count, on_written, exchange);
  return MHD_YES;
}

enum MHD_Result
perron_exchange_hand_over (PerronExchange *exchange, PerronRoute route)
{
  exchange->route = route;
  MHD_suspend_connection (exchange->connection);
  g_thread_pool_push (exchange->desk->clerks, exchange, NULL);
  return MHD_YES;
}

void
perron_exchange_clerk (gpointer data, gpointer desk G_GNUC_UNUSED)
{
  PerronExchange *exchange = data;
  exchange->clerk_result = exchange->route (exchange);
  exchange->clerk_done = TRUE;
  MHD_resume_connection (exchange->connection);
}
