/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

#include "sync/db/db.h"

G_BEGIN_DECLS

/* The audit heads of store-sqlite.c, on a connection that one thread uses at a time. Private to sync/gateway. */
extern const char perron_sqlite_heads_schema[];

gboolean perron_sqlite_heads_keep (PerronDb *db, const PerronHead *head, PerronHeadVerdict *ret_verdict, gint64 *ret_kept_n,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_heads_read_alarms (PerronDb *db, GArray *alarms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_sqlite_heads_forget (PerronDb *db, const char *terminal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
