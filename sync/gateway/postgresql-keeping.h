/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/postgresql.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/* How long store-postgresql.c keeps what: the verbs of store.h on a connection that one thread uses at a time. Private to sync/gateway. */

/* Tables, then role, rights and policies: two scripts for perron_pg_run(), as the login itself. Between them begin(). */
extern const char perron_postgresql_keeping_schema[];
extern const char perron_postgresql_keeping_roles[];

/* The first look at a store: from when on ids can ever be forgotten. Nothing when it was looked at before. */
gboolean perron_postgresql_keeping_begin (PerronPg *pg, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ids of a time from `ret_low_ms` to before `ret_high_ms` that are not there may have been forgotten. Inside a transaction, in its turn. */
gboolean perron_postgresql_keeping_read (PerronPg *pg, gint64 *ret_low_ms, gint64 *ret_high_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_postgresql_keeping_note (PerronPg *pg, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms,
                                         const PerronFetched *fetched, guint count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_keeping_forget (PerronPg *pg, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_keeping_read_overdue (PerronPg *pg, gint64 before_unix_ms, GArray *overdue, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_keeping_list_overdue (PerronPg *pg, gint64 before_unix_ms, guint limit, GArray *items,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_keeping_drop (PerronPg *pg, const PerronGatewayDays *days, const guint8 *id, gint64 who,
                                         PerronDropOutcome *ret_outcome, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_postgresql_keeping_forget_terminal (PerronPg *pg, const char *terminal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
