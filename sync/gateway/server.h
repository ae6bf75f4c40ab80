/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/keeper.h"

G_BEGIN_DECLS

/*
 * HTTP of the gateway on a Unix socket behind nginx, which ends TLS and says whose certificate it verified:
 *   POST /            batch -> batch-response
 *   POST /Basic       the signed head of a terminal's audit chain
 *   GET /Task?requester=ID&_since=N&_count=N              receipts, for that terminal
 *   GET /Task?owner=CODE&status=requested&_since=…        waiting envelopes, for that caisse
 *   GET /health, /metrics                                 no content, no names but of terminals whose audit head was refused
 * Whoever can reach the socket is believed: the folder and mode (0660) of the socket are part of the security.
 */
typedef struct {
  int listen_fd;        /* taken */
  guint max_pending;    /* batches at once; above: 503 */
  guint retry_after_s;
  PerronKeeperOptions keeper;
} PerronServerOptions;

typedef struct PerronServer PerronServer;

/* `store` stays the caller's and must outlive the server. Transfer full. */
PerronServer *perron_server_new (PerronGatewayStore *store, const PerronServerOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes nothing new, answers what is under way, ends its threads. */
void perron_server_free (PerronServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronServer, perron_server_free)

G_END_DECLS
