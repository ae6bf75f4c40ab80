/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/exchange.h"
#include "sync/gateway/fleet-page.h"

#include <string.h>

typedef char *(*Write) (const GPtrArray *fleet, const GArray *overdue, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len);

static enum MHD_Result
answer_page (PerronExchange *exchange, const char *type, char *body, gsize len)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (len, body, MHD_RESPMEM_MUST_FREE);
  if (response == NULL) {
    free (body);
    return MHD_NO;
  }
  MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  MHD_add_response_header (response, "Content-Security-Policy", PERRON_FLEET_POLICY);
  MHD_add_response_header (response, "X-Content-Type-Options", "nosniff");
  MHD_add_response_header (response, "Referrer-Policy", "no-referrer");
  MHD_add_response_header (response, "Cache-Control", "no-store");
  return perron_exchange_respond (exchange, MHD_HTTP_OK, response);
}

/* FALSE: not an operator; `ret_result` is what was answered. */
static gboolean
is_operator (PerronExchange *exchange, enum MHD_Result *ret_result)
{
  PerronIdentity who;
  if (!perron_exchange_identify (exchange, &who))
    *ret_result = perron_exchange_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  else if (who.role != PERRON_ROLE_OPERATOR)
    *ret_result = perron_exchange_fault (exchange, MHD_HTTP_FORBIDDEN, "forbidden", "certificate");
  else
    return TRUE;
  return FALSE;
}

static enum MHD_Result
answer_fleet (PerronExchange *exchange, const char *type, Write write)
{
  PerronGatewayStore *store = exchange->desk->store;
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (PerronSeen)), alarms = g_array_new (FALSE, FALSE, sizeof (PerronHeadAlarm));
  g_autoptr (GArray) overdue = perron_keeper_dup_overdue (exchange->desk->keeper);
  g_autoptr (GError) error = NULL;
  enum MHD_Result result;
  PerronFleetQuery query;
  gint64 now_ms = g_get_real_time () / 1000;
  gsize len;

  if (!is_operator (exchange, &result))
    return result;
  if (!store->read_seen (store, seen, &error) || !store->read_alarms (store, alarms, &error))
    return perron_exchange_store_fault (exchange, error);
  perron_fleet_query_read (&query, perron_exchange_get_argument (exchange, "etat"), perron_exchange_get_argument (exchange, "nom"),
                           perron_exchange_get_number (exchange, "page", 1, G_MAXINT32));
  g_autoptr (GPtrArray) fleet = perron_fleet_new (seen, alarms, now_ms);
  char *body = write (fleet, overdue, &query, now_ms, &len);
  return answer_page (exchange, type, body, len);
}

enum MHD_Result
perron_route_fleet (PerronExchange *exchange)
{
  return answer_fleet (exchange, "text/html; charset=utf-8", perron_fleet_page);
}

enum MHD_Result
perron_route_fleet_json (PerronExchange *exchange)
{
  return answer_fleet (exchange, "application/json", perron_fleet_json);
}

enum MHD_Result
perron_route_fleet_style (PerronExchange *exchange)
{
  enum MHD_Result result;
  if (!is_operator (exchange, &result))
    return result;
  return answer_page (exchange, "text/css; charset=utf-8", g_strdup (perron_fleet_style), strlen (perron_fleet_style));
}
