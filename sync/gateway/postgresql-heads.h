/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/postgresql.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/* The audit heads of store-postgresql.c, on a connection that one thread uses at a time. Private to sync/gateway. */

/* Inside a transaction. */
gboolean perron_postgresql_heads_judge (PerronPg *pg, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_heads_read_alarms (PerronPg *pg, GArray *alarms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
