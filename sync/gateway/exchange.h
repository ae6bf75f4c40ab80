/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/batch.h"
#include "sync/gateway/counter.h"
#include "sync/gateway/keeper.h"
#include "sync/gateway/metrics.h"
#include "sync/gateway/writer.h"

#include <microhttpd.h>

G_BEGIN_DECLS

/* One request on its way through the server, and what its answers have in common. Private to server.c and the routes. */
typedef struct {
  PerronGatewayStore *store;
  PerronWriter *writer;
  PerronMetrics *metrics;
  PerronKeeper *keeper;
  PerronCounter *counter;
  GThreadPool *clerks; /* what waits for the store without the writer: the threads of the connections never do */
  char *retry_after;
  guint max_pending;
  GMutex mutex; /* over what follows */
  GCond idle;
  guint pending; /* POSTs that were admitted */
  guint open;    /* all that are not yet answered */
  gboolean ending;
} PerronDesk;

typedef struct PerronExchange PerronExchange;
typedef enum MHD_Result (*PerronRoute) (PerronExchange *exchange);

struct PerronExchange {
  PerronDesk *desk;
  struct MHD_Connection *connection;
  gboolean counted; /* in desk->pending */
  gboolean busy;    /* will be turned away */
  gboolean too_large;
  GByteArray *body;
  /* Handed to the writer; answered by `answer` when it has written. */
  PerronBatch *batch;
  PerronHeartbeat heartbeat;
  PerronGatewayWrite heartbeat_write;
  gboolean written, stored;
  PerronRoute answer;
  /* Handed to a clerk. */
  PerronRoute route;
  gboolean clerk_done;
  enum MHD_Result clerk_result;
  /* What goes back, sent by the connection's own thread. */
  struct MHD_Response *response;
  guint status;
};

/* One answer an exchange; MHD_NO: no memory for it. Takes `response`, which may be NULL then. */
enum MHD_Result perron_exchange_respond (PerronExchange *exchange, guint status, struct MHD_Response *response);

/* Takes `body`. */
enum MHD_Result perron_exchange_answer (PerronExchange *exchange, guint status, const char *type, char *body, gsize len);

/* An OperationOutcome; counted. */
enum MHD_Result perron_exchange_fault (PerronExchange *exchange, guint status, const char *code, const char *word);

/* What the store said goes to the log. */
enum MHD_Result perron_exchange_store_fault (PerronExchange *exchange, const GError *error);

const char *perron_exchange_get_header (PerronExchange *exchange, const char *name);
const char *perron_exchange_get_argument (PerronExchange *exchange, const char *name);
gint64 perron_exchange_get_number (PerronExchange *exchange, const char *name, gint64 fallback, gint64 high);
gboolean perron_exchange_identify (PerronExchange *exchange, PerronIdentity *ret_who) G_GNUC_WARN_UNUSED_RESULT;

/* A POST may be read: not too large, somebody known, of this type. FALSE: `ret_result` is what was answered. */
gboolean perron_exchange_admit (PerronExchange *exchange, gsize max, gboolean (*type_ok) (const char *type), PerronIdentity *ret_who,
                                enum MHD_Result *ret_result) G_GNUC_WARN_UNUSED_RESULT;

/* Sleeps until the writer has written; then exchange->answer. `writes` belong to the exchange. */
enum MHD_Result perron_exchange_write (PerronExchange *exchange, PerronGatewayWrite *writes, guint count);

/* Sleeps until a clerk has run `route` on its own thread. */
enum MHD_Result perron_exchange_hand_over (PerronExchange *exchange, PerronRoute route);
void perron_exchange_clerk (gpointer exchange, gpointer desk); /* GFunc of desk->clerks */

/* --- routes (routes-write.c, routes-read.c, routes-fleet.c) --- */
enum MHD_Result perron_route_batch (PerronExchange *exchange);
enum MHD_Result perron_route_head (PerronExchange *exchange);
enum MHD_Result perron_route_heartbeat (PerronExchange *exchange);
enum MHD_Result perron_route_search (PerronExchange *exchange);
enum MHD_Result perron_route_health (PerronExchange *exchange);
enum MHD_Result perron_route_metrics (PerronExchange *exchange);
enum MHD_Result perron_route_fleet (PerronExchange *exchange);
enum MHD_Result perron_route_fleet_json (PerronExchange *exchange);
enum MHD_Result perron_route_fleet_style (PerronExchange *exchange);

G_END_DECLS
