/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* How long store-sqlite.c keeps what: the verbs of store.h on a connection that one thread uses at a time. Private to sync/gateway. */
extern const char perron_sqlite_keeping_schema[];

/* The first look at a store: from when on ids can ever be forgotten. Nothing when it was looked at before. */
gboolean perron_sqlite_keeping_begin (sqlite3 *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ids of a time from `ret_low_ms` to before `ret_high_ms` that are not there may have been forgotten. Inside a transaction. */
gboolean perron_sqlite_keeping_read (sqlite3 *db, gint64 *ret_low_ms, gint64 *ret_high_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_sqlite_keeping_note (sqlite3 *db, const PerronGatewayDays *days, gint64 now_ms, gint64 passed_ms, const PerronFetched *fetched,
                                     guint count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_forget (sqlite3 *db, const PerronGatewayDays *days, guint rows, PerronForgetting *forgetting,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_read_overdue (sqlite3 *db, gint64 before_unix_ms, GArray *overdue, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_list_overdue (sqlite3 *db, gint64 before_unix_ms, guint limit, GArray *items,
                                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_drop (sqlite3 *db, const PerronGatewayDays *days, const guint8 *id, gint64 who, PerronDropOutcome *ret_outcome,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_keeping_forget_terminal (sqlite3 *db, const char *terminal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
