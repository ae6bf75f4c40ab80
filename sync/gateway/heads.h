/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/identity.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * POST /Basic: a terminal shows the signed head of its audit chain. `certificate`: its client certificate as nginx hands it over
 * ($ssl_client_escaped_cert; nullable). Returns the HTTP status and a body of FHIR JSON (transfer full). Blocks for the store.
 */
guint perron_heads_take (PerronGatewayStore *store, const PerronIdentity *who, const char *certificate, const guint8 *data, gsize len,
                         char **ret_body, gsize *ret_len);

/* One line of metrics for each terminal whose head was refused, by name. Transfer full; NULL: the store refused. */
char *perron_heads_metrics (PerronGatewayStore *store);

G_END_DECLS
