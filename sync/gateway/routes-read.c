/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/exchange.h"
#include "sync/gateway/fleet.h"
#include "sync/gateway/heads.h"

#include <string.h>

#define PAGE_MAX 200
#define PAGE_BYTES (1024 * 1024)

/* --- GET /Task ---------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result
answer_search (PerronExchange *exchange, GPtrArray *found, GPtrArray *replies, gboolean envelopes, const char *query, gint64 cursor)
{
  gsize len;
  char *body = perron_wire_encode_search (envelopes ? (const PerronEnvelope *const *) found->pdata : NULL,
                                          envelopes ? NULL : (const PerronReceipt *const *) found->pdata,
                                          envelopes ? NULL : (const PerronReply *const *) replies->pdata, found->len, query, cursor, &len);
  return perron_exchange_answer (exchange, MHD_HTTP_OK, PERRON_WIRE_CONTENT_TYPE, body, len);
}

enum MHD_Result
perron_route_search (PerronExchange *exchange)
{
  PerronGatewayStore *store = exchange->desk->store;
  g_autoptr (GError) error = NULL;
  PerronIdentity who;
  gint64 cursor;

  if (!perron_exchange_identify (exchange, &who))
    return perron_exchange_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  gboolean caisse = who.role == PERRON_ROLE_CAISSE;
  const char *parameter = caisse ? "owner" : "requester";
  if (who.role == PERRON_ROLE_OPERATOR || g_strcmp0 (perron_exchange_get_argument (exchange, parameter), who.name) != 0)
    return perron_exchange_fault (exchange, MHD_HTTP_FORBIDDEN, "forbidden", parameter);
  gint64 since = perron_exchange_get_number (exchange, "_since", 0, G_MAXINT64 - 1);
  guint limit = (guint) perron_exchange_get_number (exchange, "_count", PAGE_MAX, PAGE_MAX);
  GDestroyNotify free_one = caisse ? (GDestroyNotify) perron_envelope_free : (GDestroyNotify) perron_receipt_free;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (free_one);
  g_autoptr (GPtrArray) replies = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_reply_free);
  gboolean read = caisse ? store->read_waiting (store, who.name, since, limit, PAGE_BYTES, found, &cursor, &error)
                         : store->read_receipts (store, who.name, since, limit, found, replies, &cursor, &error);
  if (!read)
    return perron_exchange_store_fault (exchange, error);
  if (!caisse)
    perron_keeper_note_fetched (exchange->desk->keeper, who.name, since);
  g_autofree char *query = g_strdup_printf (caisse ? "owner=%s&status=requested" : "requester=%s", who.name);
  return answer_search (exchange, found, replies, caisse, query, cursor);
}

/* --- GET /health, /metrics ---------------------------------------------------------------------------------------------------- */

enum MHD_Result
perron_route_health (PerronExchange *exchange)
{
  PerronDesk *desk = exchange->desk;
  g_autoptr (GError) error = NULL;

  if (!desk->store->check (desk->store, &error))
    return perron_exchange_store_fault (exchange, error);
  char *body = g_strdup ("{\"status\":\"ok\"}");
  return perron_exchange_answer (exchange, MHD_HTTP_OK, "application/json", body, strlen (body));
}

static gboolean
append_fleet (PerronGatewayStore *store, GString *out, GError **error)
{
  g_autoptr (GArray) seen = g_array_new (FALSE, FALSE, sizeof (PerronSeen)), alarms = g_array_new (FALSE, FALSE, sizeof (PerronHeadAlarm));
  if (!store->read_seen (store, seen, error) || !store->read_alarms (store, alarms, error))
    return FALSE;
  g_autoptr (GPtrArray) fleet = perron_fleet_new (seen, alarms, g_get_real_time () / 1000);
  perron_fleet_append_metrics (fleet, out);
  return TRUE;
}

static void
append_overdue (PerronKeeper *keeper, GString *out)
{
  g_autoptr (GArray) overdue = perron_keeper_dup_overdue (keeper);
  g_string_append (out, "# HELP perron_tasks_overdue envelopes their caisse has not taken for [receiver] alarm_days\n"
                        "# TYPE perron_tasks_overdue gauge\n");
  for (guint i = 0; i < overdue->len; i++) {
    const PerronOverdue *one = &g_array_index (overdue, PerronOverdue, i);
    g_string_append_printf (out, "perron_tasks_overdue{caisse=\"%s\"} %" G_GINT64_FORMAT "\n", one->caisse, one->count);
  }
}

enum MHD_Result
perron_route_metrics (PerronExchange *exchange)
{
  PerronDesk *desk = exchange->desk;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) out = g_string_new (NULL);
  PerronGatewayCounts counts;
  gint64 counted_ms;

  g_autofree char *heads = perron_heads_metrics (desk->store);
  if (heads == NULL || !perron_counter_read (desk->counter, &counts, &counted_ms, &error))
    return perron_exchange_store_fault (exchange, error);
  gint64 age_s = counts.oldest_waiting_unix_ms > 0 ? g_get_real_time () / 1000000 - counts.oldest_waiting_unix_ms / 1000 : 0;
  g_mutex_lock (&desk->mutex);
  guint pending = desk->pending;
  g_mutex_unlock (&desk->mutex);
  perron_metrics_append_number (out, "perron_tasks_waiting", "gauge", "envelopes no caisse has acknowledged", counts.waiting);
  perron_metrics_append_number (out, "perron_tasks_received", "gauge", "envelopes a caisse has acknowledged, whose receipt is still kept",
                                counts.received);
  perron_metrics_append_number (out, "perron_oldest_waiting_seconds", "gauge", "age of the oldest envelope that waits", MAX (age_s, 0));
  perron_metrics_append_number (out, "perron_counted_seconds", "gauge", "how long ago the store was counted for the three above", counted_ms / 1000);
  perron_metrics_append_number (out, "perron_pending", "gauge", "requests under way", pending);
  perron_metrics_append_number (out, "perron_queue", "gauge", "requests that wait for the writer", perron_writer_get_queue (desk->writer));
  perron_metrics_append (desk->metrics, out);
  append_overdue (desk->keeper, out);
  if (!append_fleet (desk->store, out, &error))
    return perron_exchange_store_fault (exchange, error);
  g_string_append (out, heads);
  gsize len = out->len;
  return perron_exchange_answer (exchange, MHD_HTTP_OK, "text/plain; version=0.0.4", g_string_free (g_steal_pointer (&out), FALSE), len);
}
