/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/postgresql.h"
#include "sync/gateway/sqlite.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * The last reply of a caisse to each request, in both databases; private to the stores. A reply stands beside the receipt of its request:
 * without one it is UNKNOWN. A kept reply gives the receipt a new place at the end, so that the terminal's one cursor comes by it again.
 */
extern const char perron_sqlite_replies_schema[];
extern const char perron_postgresql_replies_schema[];

/* Inside a transaction. */
gboolean perron_sqlite_replies_write (PerronDb *db, const PerronReply *reply, PerronOutcome *ret_outcome,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Answers with one row: the number of a PerronOutcome. */
gboolean perron_postgresql_replies_send (PerronPg *pg, const PerronReply *reply, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Columns number, code, replied_ms, signature of table `reply`, from `column` on, beside their receipt. NULL: no reply. Transfer full. */
PerronReply *perron_sqlite_replies_read (PerronDbQuery *query, int column, const PerronReceipt *receipt) G_GNUC_WARN_UNUSED_RESULT;
PerronReply *perron_postgresql_replies_read (const PGresult *found, int row, int column,
                                             const PerronReceipt *receipt) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
