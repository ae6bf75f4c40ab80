/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/server.h"
#include "sync/gateway/heads.h"
#include "sync/gateway/writer.h"

#include "kiosk/core/log.h"

#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define THREADS 2
#define CONNECTIONS 512
#define IDLE_S 75
#define PAGE_MAX 200
#define PAGE_BYTES (1024 * 1024)

struct PerronServer {
  struct MHD_Daemon *daemon;
  PerronGatewayStore *store;
  PerronWriter *writer;
  guint max_pending;
  char *retry_after;
  GMutex mutex; /* over what follows */
  GCond idle;
  guint pending;
  gboolean ending;
  guint64 batches, created, refused, turned_away;
};

/* One request on its way. */
typedef struct {
  PerronServer *server;
  struct MHD_Connection *connection;
  gboolean counted; /* in server->pending */
  gboolean busy;    /* will be turned away */
  gboolean too_large;
  GByteArray *body;
  PerronBatch *batch;
  gboolean written, stored;
} Exchange;

/* --- answers ---------------------------------------------------------------------------------------------------------------- */

/* Takes `body`. */
static enum MHD_Result
answer (Exchange *exchange, guint status, const char *type, char *body, gsize len)
{
  struct MHD_Response *response = MHD_create_response_from_buffer (len, body, MHD_RESPMEM_MUST_COPY);
  g_free (body);
  if (response == NULL)
    return MHD_NO;
  MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
  if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
    MHD_add_response_header (response, MHD_HTTP_HEADER_RETRY_AFTER, exchange->server->retry_after);
  enum MHD_Result result = MHD_queue_response (exchange->connection, status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
answer_fault (Exchange *exchange, guint status, const char *code, const char *word)
{
  PerronServer *server = exchange->server;
  char *body = g_strdup_printf ("{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\",\"code\":\"%s\","
                                "\"diagnostics\":\"%s\"}]}",
                                code, word);
  g_mutex_lock (&server->mutex);
  *(status == MHD_HTTP_SERVICE_UNAVAILABLE ? &server->turned_away : &server->refused) += 1;
  g_mutex_unlock (&server->mutex);
  return answer (exchange, status, PERRON_WIRE_CONTENT_TYPE, body, strlen (body));
}

static const char *
header (Exchange *exchange, const char *name)
{
  return MHD_lookup_connection_value (exchange->connection, MHD_HEADER_KIND, name);
}

static gboolean
identify (Exchange *exchange, PerronIdentity *ret_who)
{
  return perron_identity_parse (header (exchange, "X-Perron-Client-Verify"), header (exchange, "X-Perron-Client-Subject"), ret_who);
}

/* --- POST / ----------------------------------------------------------------------------------------------------------------- */

static void
on_written (gboolean stored, gpointer data)
{
  Exchange *exchange = data;
  exchange->stored = stored;
  exchange->written = TRUE;
  MHD_resume_connection (exchange->connection);
}

static enum MHD_Result
answer_batch (Exchange *exchange)
{
  PerronServer *server = exchange->server;
  guint created;
  gsize len;

  if (!exchange->stored)
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "transient", "store");
  char *body = perron_batch_answer (exchange->batch, &created, &len);
  if (created > 0)
    perron_log_count (PERRON_LOG_GATEWAY_STORED, created);
  g_mutex_lock (&server->mutex);
  server->batches++;
  server->created += created;
  g_mutex_unlock (&server->mutex);
  return answer (exchange, MHD_HTTP_OK, PERRON_WIRE_CONTENT_TYPE, body, len);
}

static enum MHD_Result
take_batch (Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  PerronIdentity who;

  if (exchange->busy)
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "throttled", "busy");
  if (exchange->too_large)
    return answer_fault (exchange, MHD_HTTP_CONTENT_TOO_LARGE, "too-long", "body");
  if (!identify (exchange, &who))
    return answer_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  if (!perron_wire_is_fhir (header (exchange, MHD_HTTP_HEADER_CONTENT_TYPE)))
    return answer_fault (exchange, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type");
  exchange->batch = perron_batch_new (exchange->body->data, exchange->body->len, &who, &error);
  if (exchange->batch == NULL) {
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
    return answer_fault (exchange, MHD_HTTP_BAD_REQUEST, "structure", "bundle");
  }
  g_clear_pointer (&exchange->body, g_byte_array_unref);
  /* First asleep, then handed over: the writer may be done before this function is. */
  MHD_suspend_connection (exchange->connection);
  perron_writer_submit (exchange->server->writer, exchange->batch, on_written, exchange);
  return MHD_YES;
}

/* --- POST /Basic --------------------------------------------------------------------------------------------------------------- */

static enum MHD_Result
take_head (Exchange *exchange)
{
  PerronIdentity who;
  char *body;
  gsize len;

  if (exchange->busy)
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "throttled", "busy");
  if (exchange->too_large || exchange->body->len > PERRON_HEAD_BODY_MAX)
    return answer_fault (exchange, MHD_HTTP_CONTENT_TOO_LARGE, "too-long", "body");
  if (!identify (exchange, &who))
    return answer_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  if (!perron_wire_is_fhir (header (exchange, MHD_HTTP_HEADER_CONTENT_TYPE)))
    return answer_fault (exchange, MHD_HTTP_UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type");
  guint status = perron_heads_take (exchange->server->store, &who, header (exchange, "X-Perron-Client-Certificate"), exchange->body->data,
                                    exchange->body->len, &body, &len);
  return answer (exchange, status, PERRON_WIRE_CONTENT_TYPE, body, len);
}

/* --- GET -------------------------------------------------------------------------------------------------------------------- */

static gint64
argument_int (Exchange *exchange, const char *name, gint64 fallback, gint64 high)
{
  gint64 value;
  const char *text = MHD_lookup_connection_value (exchange->connection, MHD_GET_ARGUMENT_KIND, name);
  return text != NULL && g_ascii_string_to_signed (text, 10, 0, high, &value, NULL) ? value : fallback;
}

static enum MHD_Result
answer_search (Exchange *exchange, GPtrArray *found, gboolean envelopes, const char *query, gint64 cursor)
{
  gsize len;
  char *body = perron_wire_encode_search (envelopes ? (const PerronEnvelope *const *) found->pdata : NULL,
                                          envelopes ? NULL : (const PerronReceipt *const *) found->pdata, found->len, query, cursor, &len);
  return answer (exchange, MHD_HTTP_OK, PERRON_WIRE_CONTENT_TYPE, body, len);
}

static enum MHD_Result
take_search (Exchange *exchange)
{
  PerronGatewayStore *store = exchange->server->store;
  g_autoptr (GError) error = NULL;
  PerronIdentity who;
  gint64 cursor;

  if (!identify (exchange, &who))
    return answer_fault (exchange, MHD_HTTP_UNAUTHORIZED, "login", "certificate");
  gboolean caisse = who.role == PERRON_ROLE_CAISSE;
  const char *asked = MHD_lookup_connection_value (exchange->connection, MHD_GET_ARGUMENT_KIND, caisse ? "owner" : "requester");
  if (g_strcmp0 (asked, who.name) != 0)
    return answer_fault (exchange, MHD_HTTP_FORBIDDEN, "forbidden", caisse ? "owner" : "requester");
  gint64 since = argument_int (exchange, "_since", 0, G_MAXINT64 - 1);
  guint limit = (guint) argument_int (exchange, "_count", PAGE_MAX, PAGE_MAX);
  GDestroyNotify free_one = caisse ? (GDestroyNotify) perron_envelope_free : (GDestroyNotify) perron_receipt_free;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (free_one);
  gboolean read = caisse ? store->read_waiting (store, who.name, since, limit, PAGE_BYTES, found, &cursor, &error)
                         : store->read_receipts (store, who.name, since, limit, found, &cursor, &error);
  if (!read) {
    perron_log_error (PERRON_LOG_GATEWAY_REFUSED, error);
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "transient", "store");
  }
  g_autofree char *query = g_strdup_printf (caisse ? "owner=%s&status=requested" : "requester=%s", who.name);
  return answer_search (exchange, found, caisse, query, cursor);
}

static enum MHD_Result
take_health (Exchange *exchange)
{
  g_autoptr (GError) error = NULL;
  PerronGatewayCounts counts;
  if (!exchange->server->store->count (exchange->server->store, &counts, &error))
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "transient", "store");
  char *body = g_strdup ("{\"status\":\"ok\"}");
  return answer (exchange, MHD_HTTP_OK, "application/json", body, strlen (body));
}

static enum MHD_Result
take_metrics (Exchange *exchange)
{
  PerronServer *server = exchange->server;
  g_autoptr (GError) error = NULL;
  PerronGatewayCounts counts;

  g_autofree char *heads = perron_heads_metrics (server->store);
  if (heads == NULL || !server->store->count (server->store, &counts, &error))
    return answer_fault (exchange, MHD_HTTP_SERVICE_UNAVAILABLE, "transient", "store");
  gint64 age_s = counts.oldest_waiting_unix_ms > 0 ? g_get_real_time () / 1000000 - counts.oldest_waiting_unix_ms / 1000 : 0;
  g_mutex_lock (&server->mutex);
  char *body = g_strdup_printf ("perron_tasks_waiting %" G_GINT64_FORMAT "\nperron_tasks_received %" G_GINT64_FORMAT
                                "\nperron_oldest_waiting_seconds %" G_GINT64_FORMAT "\nperron_batches_total %" G_GUINT64_FORMAT
                                "\nperron_tasks_created_total %" G_GUINT64_FORMAT "\nperron_refused_total %" G_GUINT64_FORMAT
                                "\nperron_turned_away_total %" G_GUINT64_FORMAT "\nperron_pending %u\n%s",
                                counts.waiting, counts.received, MAX (age_s, 0), server->batches, server->created, server->refused,
                                server->turned_away, server->pending, heads);
  g_mutex_unlock (&server->mutex);
  return answer (exchange, MHD_HTTP_OK, "text/plain; version=0.0.4", body, strlen (body));
}

/* --- one request ------------------------------------------------------------------------------------------------------------ */

static const struct {
  const char *method;
  const char *path;
  enum MHD_Result (*take) (Exchange *exchange);
} routes[] = {
  { MHD_HTTP_METHOD_POST, "/", take_batch },
  { MHD_HTTP_METHOD_POST, PERRON_HEAD_PATH, take_head },
  { MHD_HTTP_METHOD_GET, "/Task", take_search },
  { MHD_HTTP_METHOD_GET, "/health", take_health },
  { MHD_HTTP_METHOD_GET, "/metrics", take_metrics },
};

static Exchange *
begin (PerronServer *server, struct MHD_Connection *connection, const char *method)
{
  Exchange *exchange = g_new0 (Exchange, 1);
  exchange->server = server;
  exchange->connection = connection;
  exchange->body = g_byte_array_new ();
  if (strcmp (method, MHD_HTTP_METHOD_POST) != 0)
    return exchange;
  g_mutex_lock (&server->mutex);
  exchange->busy = server->ending || server->pending >= server->max_pending;
  exchange->counted = !exchange->busy;
  server->pending += exchange->counted;
  g_mutex_unlock (&server->mutex);
  return exchange;
}

static void
take_piece (Exchange *exchange, const char *data, size_t len)
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
  Exchange *exchange = *state;
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
    return answer_batch (exchange);
  for (gsize i = 0; i < G_N_ELEMENTS (routes); i++) {
    if (strcmp (routes[i].method, method) == 0 && strcmp (routes[i].path, url) == 0)
      return routes[i].take (exchange);
  }
  return answer_fault (exchange, MHD_HTTP_NOT_FOUND, "not-found", "url");
}

static void
on_completed (void *data, struct MHD_Connection *connection G_GNUC_UNUSED, void **state,
              enum MHD_RequestTerminationCode why G_GNUC_UNUSED)
{
  PerronServer *server = data;
  Exchange *exchange = *state;
  if (exchange == NULL)
    return;
  g_mutex_lock (&server->mutex);
  server->pending -= exchange->counted;
  g_cond_signal (&server->idle);
  g_mutex_unlock (&server->mutex);
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
  server->store = store;
  server->max_pending = options->max_pending;
  server->retry_after = g_strdup_printf ("%u", options->retry_after_s);
  g_mutex_init (&server->mutex);
  g_cond_init (&server->idle);
  server->writer = perron_writer_new (store);
  server->daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
                                     MHD_OPTION_LISTEN_SOCKET, options->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned) THREADS,
                                     MHD_OPTION_CONNECTION_LIMIT, (unsigned) CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) IDLE_S,
                                     MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_END);
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
  g_mutex_lock (&server->mutex);
  server->ending = TRUE;
  while (server->pending > 0)
    g_cond_wait (&server->idle, &server->mutex);
  g_mutex_unlock (&server->mutex);
  if (server->daemon != NULL)
    MHD_stop_daemon (server->daemon);
  perron_writer_free (server->writer);
  g_mutex_clear (&server->mutex);
  g_cond_clear (&server->idle);
  g_free (server->retry_after);
  g_free (server);
}
