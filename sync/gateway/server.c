/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/server.h"
#include "sync/gateway/exchange.h"
#include "sync/gateway/fleet-page.h"

#include <string.h>
#include <unistd.h>

#define THREADS 2
#define CONNECTIONS_SPARE 512 /* above those that are admitted: they are turned away at once instead of waiting unheard */
#define IDLE_S 75

struct PerronServer {
  struct MHD_Daemon *daemon;
  PerronDesk desk;
};

/* --- one request ------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *method;
  const char *path;
  enum MHD_Result (*take) (PerronExchange *exchange);
} routes[] = {
  { MHD_HTTP_METHOD_POST, "/", perron_route_batch },
  { MHD_HTTP_METHOD_POST, PERRON_HEAD_PATH, perron_route_head },
  { MHD_HTTP_METHOD_POST, PERRON_HEARTBEAT_PATH, perron_route_heartbeat },
  { MHD_HTTP_METHOD_GET, "/Task", perron_route_search },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_PATH, perron_route_fleet },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_JSON_PATH, perron_route_fleet_json },
  { MHD_HTTP_METHOD_GET, PERRON_FLEET_STYLE_PATH, perron_route_fleet_style },
  { MHD_HTTP_METHOD_GET, "/health", perron_route_health },
  { MHD_HTTP_METHOD_GET, "/metrics", perron_route_metrics },
};

static PerronExchange *
begin (PerronDesk *desk, struct MHD_Connection *connection, const char *method)
{
  PerronExchange *exchange = g_new0 (PerronExchange, 1);
  exchange->desk = desk;
  exchange->connection = connection;
  exchange->body = g_byte_array_new ();
  if (strcmp (method, MHD_HTTP_METHOD_POST) != 0)
    return exchange;
  g_mutex_lock (&desk->mutex);
  exchange->busy = desk->ending || desk->pending >= desk->max_pending;
  exchange->counted = !exchange->busy;
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
  if (exchange->written)
    return exchange->answer (exchange);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (strcmp (routes[i].method, method) == 0 && strcmp (routes[i].path, url) == 0)
      return routes[i].take (exchange);
  }
  return perron_exchange_fault (exchange, MHD_HTTP_NOT_FOUND, "not-found", "url");
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
  g_cond_signal (&desk->idle);
  g_mutex_unlock (&desk->mutex);
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  perron_batch_free (exchange->batch);
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
  while (desk->pending > 0)
    g_cond_wait (&desk->idle, &desk->mutex);
  g_mutex_unlock (&desk->mutex);
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  perron_writer_free (desk->writer);
  perron_metrics_free (desk->metrics);
  g_mutex_clear (&desk->mutex);
  g_cond_clear (&desk->idle);
  g_free (desk->retry_after);
  g_free (server);
}
