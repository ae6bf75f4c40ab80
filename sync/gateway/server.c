/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/server.h"
#include "sync/gateway/exchange.h"
#include "sync/gateway/fleet-page.h"

#include <string.h>
#include <unistd.h>

#define THREADS 2
#define CONNECTIONS_SPARE 512 /* above those that are admitted: they are turned away at once instead of waiting unheard */
#define IDLE_S 75
#define CLERKS 4

struct PerronServer {
  struct MHD_Daemon *daemon;
  PerronDesk desk;
};

/* --- one request ------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *method;
  const char *path;
  PerronRoute take;
  gboolean waits; /* for the store: a clerk's work */
} routes[] = {
  { MHD_HTTP_METHOD_POST, "/", perron_route_batch, FALSE },
  { MHD_HTTP_METHOD_POST, PERRON_HEAD_PATH, perron_route_head, TRUE },
  { MHD_HTTP_METHOD_POST, PERRON_HEARTBEAT_PATH, perron_route_heartbeat, FALSE },
  { MHD_HTTP_METHOD_GET, "/Task", perron_route_search, TRUE },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_PATH, perron_route_fleet, TRUE },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_JSON_PATH, perron_route_fleet_json, TRUE },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_STYLE_PATH, perron_route_fleet_style, FALSE },
  { MHD_HTTP_METHOD_GET, "/health", perron_route_health, TRUE },
  { MHD_HTTP_METHOD_GET, "/metrics", perron_route_metrics, TRUE },
};

static PerronExchange *
begin (PerronDesk *desk, struct MHD_Connection *connection, const char *method)
{
  PerronExchange *exchange = g_new0 (PerronExchange, 1);
  exchange->desk = desk;
  exchange->connection = connection;
  exchange->body = g_byte_array_new ();
  g_mutex_lock (&desk->mutex);
  desk->open++;
  gboolean post = strcmp (method, MHD_HTTP_METHOD_POST) == 0;
  exchange->busy = desk->ending || (post && desk->pending >= desk->max_pending);
  exchange->counted = post && !exchange->busy;
  desk->pending += exchange->counted;
  g_mutex_unlock (&desk->mutex);
  return exchange;
}

static void
take_piece (PerronExchange *exchange, const char *data, size_t len)
{
  if (exchange->busy || exchange->too_large)
    return;
  exchange->too_large = len > PERRON_WIRE_BODY_MAX - exchange->body->len;
  if (!exchange->too_large)
    g_byte_array_append (exchange->body, (const guint8 *) data, (guint) len);
}

/* By the path: an answer, or asleep until there is one. */
static enum MHD_Result
take (PerronExchange *exchange, const char *method, const char *url)
{
  if (exchange->busy)
    return perron_exchange_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "throttled", "busy");
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (strcmp (routes[i].method, method) == 0 && strcmp (routes[i].path, url) == 0)
      return routes[i].waits ? perron_exchange_hand_over (exchange, routes[i].take) : routes[i].take (exchange);
  }
  return perron_exchange_fault (exchange, MHD_HTTP_NOT_FOUND, "not-found", "url");
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version G_GNUC_UNUSED,
            const char *piece, size_t *piece_len, void **state)
{
  PerronExchange *exchange = *state;
  if (exchange == NULL) {
    *state = begin (data, connection, method);
    return MHD_YES;
  }
  if (*piece_len > 0) {
    take_piece (exchange, piece, *piece_len);
    *piece_len = 0;
    return MHD_YES;
  }
  enum MHD_Result result = exchange->clerk_done ? exchange->clerk_result
                           : exchange->written  ? exchange->answer (exchange)
                                                : take (exchange, method, url);
  return result == MHD_YES && exchange->response != NULL ? MHD_queue_response (connection, exchange->status, exchange->response) : result;
}

static void
on_completed (void *data, struct MHD_Connection *connection G_GNUC_UNUSED, void **state,
              enum MHD_RequestTerminationCode why G_GNUC_UNUSED)
{
  PerronDesk *desk = data;
  PerronExchange *exchange = *state;
  if (exchange == NULL)
    return;
  g_mutex_lock (&desk->mutex);
  desk->pending -= exchange->counted;
  desk->open--;
  g_cond_signal (&desk->idle);
  g_mutex_unlock (&desk->mutex);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  perron_batch_free (exchange->batch);
  if (exchange->response != NULL)
    MHD_destroy_response (exchange->response);
  g_free (exchange);
  *state = NULL;
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

PerronServer *
perron_server_new (PerronGatewayStore *store, const PerronServerOptions *options, GError **error)
{
  PerronServer *server = g_new0 (PerronServer, 1);
  PerronDesk *desk = &server->desk;

  desk->store = store;
  desk->max_pending = options->max_pending;
  desk->retry_after = g_strdup_printf ("%u", options->retry_after_s);
  g_mutex_init (&desk->mutex);
  g_cond_init (&desk->idle);
  desk->metrics = perron_metrics_new ();
  desk->writer = perron_writer_new (store, desk->metrics);
  desk->keeper = perron_keeper_new (store, desk->writer, desk->metrics, perron_clock_system (), &options->keeper);
  desk->counter = perron_counter_new (store, perron_clock_system ());
  desk->clerks = g_thread_pool_new (perron_exchange_clerk, desk, CLERKS, FALSE, NULL);
  server->daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, desk,
                                     MHD_OPTION_LISTEN_SOCKET, options->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned) THREADS,
                                     MHD_OPTION_CONNECTION_LIMIT, options->max_pending + CONNECTIONS_SPARE, MHD_OPTION_CONNECTION_TIMEOUT,
                                     (unsigned) IDLE_S, MHD_OPTION_NOTIFY_COMPLETED, on_completed, desk, MHD_OPTION_END);
  if (server->daemon != NULL)
    return server;
  g_set_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "the HTTP server does not start");
  close (options->listen_fd);
  perron_server_free (server);
  return NULL;
}

void
perron_server_free (PerronServer *server)
{
  if (server == NULL)
    return;
  PerronDesk *desk = &server->desk;
  g_mutex_lock (&desk->mutex);
  desk->ending = TRUE;
  while (desk->open > 0)
    g_cond_wait (&desk->idle, &desk->mutex);
  g_mutex_unlock (&desk->mutex);
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  perron_keeper_free (desk->keeper);
  perron_writer_free (desk->writer);
  g_thread_pool_free (desk->clerks, FALSE, TRUE);
  perron_counter_free (desk->counter);
  perron_metrics_free (desk->metrics);
  g_mutex_clear (&desk->mutex);
  g_cond_clear (&desk->idle);
  g_free (desk->retry_after);
  g_free (server);
}
