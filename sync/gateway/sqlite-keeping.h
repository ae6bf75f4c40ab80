/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

#include "sync/db/db.h"

G_BEGIN_DECLS

/* How long store-sqlite.c keeps what: the verbs of store.h on a connection that one thread uses at a time. Private to sync/gateway. */
extern const char perron_sqlite_keeping_schema[];

/* The first look at a store: from when on ids can ever be forgotten. Nothing when it was looked at before. */
gboolean perron_sqlite_keeping_begin (PerronDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ids of a time from `ret_low_ms` to before `ret_high_ms` that are not there may have been forgotten. Inside a transaction. */
gboolean perron_sqlite_keeping_read (PerronDb *db, gint64 *ret_low_ms, gint64 *ret_high_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_sqlite_keeping_note (PerronDb *db, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms,
                                     const PerronFetched *fetched, guint count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_forget (PerronDb *db, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_read_overdue (PerronDb *db, gint64 before_unix_ms, GArray *overdue,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_list_overdue (PerronDb *db, gint64 before_unix_ms, guint limit, GArray *items,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_drop (PerronDb *db, const PerronGatewayDays *days, const guint8 *id, gint64 who,
                                     PerronDropOutcome *ret_outcome, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_forget_terminal (PerronDb *db, const char *terminal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
