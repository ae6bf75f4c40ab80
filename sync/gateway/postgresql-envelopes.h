/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/postgresql.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * Many envelopes in one statement, inside a transaction in its turn (store-postgresql.c): one an envelope costs the server its start and end
 * each time. Private to sync/gateway.
 */

/* For perron_pg_prepare(). */
extern const char perron_postgresql_put_envelopes[];

/* How many from the first on may go in one statement: no id twice, not too many bytes. At least 1; `count` of them are envelopes to be stored. */
guint perron_postgresql_envelopes_fit (const PerronGatewayWrite *writes, guint count);

/* One statement for perron_pg_send_end(); perron_pg_take_numbers() gives the PerronOutcome of each. */
gboolean perron_postgresql_envelopes_send (PerronPg *pg, const PerronGatewayWrite *writes, guint count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
