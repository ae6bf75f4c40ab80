/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/ca-server.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#include "sync/enrol/est-service.h"

#define CONNECTIONS 64
#define IDLE_S 30

struct PerronCaServer {
  PerronAuthority *authority;
  char *path;
  struct MHD_Daemon *daemon;
};

typedef struct {
  GByteArray *body;
  gboolean too_large;
} Exchange;

static const char *
header (struct MHD_Connection *connection, const char *name)
{
  return MHD_lookup_connection_value (connection, MHD_HEADER_KIND, name);
}

/* Takes the body. */
static enum MHD_Result
answer (struct MHD_Connection *connection, PerronEstAnswer *what)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (strlen (what->body), what->body, MHD_RESPMEM_MUST_COPY);
  g_free (what->body);
  if (response == NULL)
    return MHD_NO;
  MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, what->type);
  if (what->status == MHD_HTTP_OK)
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TRANSFER_ENCODING, "base64");
  if (what->status == MHD_HTTP_UNAUTHORIZED)
    MHD_add_response_header (response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Basic realm=\"perron\"");
  enum MHD_Result result = MHD_queue_response (connection, what->status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version G_GNUC_UNUSED,
            const char *piece, size_t *piece_len, void **state)
{
  PerronCaServer *server = data;
  Exchange *exchange = *state;
  if (exchange == NULL) {
    exchange = g_new0 (Exchange, 1);
    exchange->body = g_byte_array_new ();
    *state = exchange;
    return MHD_YES;
  }
  if (*piece_len > 0) {
    exchange->too_large |= *piece_len > PERRON_EST_BODY_MAX - exchange->body->len;
    if (!exchange->too_large)
      g_byte_array_append (exchange->body, (const guint8 *) piece, (guint) *piece_len);
    *piece_len = 0;
    return MHD_YES;
  }
  PerronEstAnswer what = { MHD_HTTP_CONTENT_TOO_LARGE, "text/plain", NULL };
  const PerronEstRequest request = { .method = method,
                                     .path = url,
                                     .content_type = header (connection, MHD_HTTP_HEADER_CONTENT_TYPE),
                                     .authorization = header (connection, MHD_HTTP_HEADER_AUTHORIZATION),
                                     .verify = header (connection, "X-Perron-Client-Verify"),
                                     .certificate = header (connection, "X-Perron-Client-Certificate"),
                                     .body = (const char *) exchange->body->data,
                                     .len = exchange->body->len };
  if (exchange->too_large)
    what.body = g_strdup ("too-large");
  else
    perron_est_serve (server->authority, &request, &what);
  return answer (connection, &what);
}

static void
on_completed (void *data G_GNUC_UNUSED, struct MHD_Connection *connection G_GNUC_UNUSED, void **state,
              enum MHD_RequestTerminationCode why G_GNUC_UNUSED)
{
  Exchange *exchange = *state;
  if (exchange == NULL)
    return;
  g_byte_array_unref (exchange->body);
  g_free (exchange);
  *state = NULL;
}

PerronCaServer *
perron_ca_server_new (PerronAuthority *authority, int fd, const char *socket_path, GError **error)
{
  g_autoptr (PerronCaServer) server = g_new0 (PerronCaServer, 1);
  server->authority = authority;
  server->path = g_strdup (socket_path);
  server->daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, fd,
                                     MHD_OPTION_CONNECTION_LIMIT, (unsigned) CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) IDLE_S,
                                     MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_END);
  if (server->daemon != NULL)
    return g_steal_pointer (&server);
  close (fd);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "the HTTP server does not start");
  return NULL;
}

void
perron_ca_server_free (PerronCaServer *server)
{
  if (server == NULL)
    return;
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  if (server->path != NULL)
    g_unlink (server->path);
  g_free (server->path);
  g_free (server);
}
