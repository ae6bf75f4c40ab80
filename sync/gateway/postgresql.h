/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <libpq-fe.h>

G_BEGIN_DECLS

/*
 * libpq with GError: one connection over a Unix socket, used by one thread at a time. A connection that was lost is made anew by the next
 * call outside a transaction. `shape` has a letter a parameter: 'i' gint64, 't' const char *, 'b' const void * and gsize, 'B' GBytes *.
 * Errors are PERRON_GATEWAY_ERROR_STORE. Everything blocks. Private to sync/gateway.
 */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PGresult, PQclear)

typedef struct PerronPg PerronPg;

/* Refuses another host than a Unix socket, and a server that does not flush (fsync, full_page_writes, synchronous_commit). `role` (nullable,
 * static): everything is done with the rights of this role and no more. */
PerronPg *perron_pg_new (const char *connection, const char *role, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_pg_free (PerronPg *pg);

/* Statements without parameters and without rows of interest. */
gboolean perron_pg_run (PerronPg *pg, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As `role`, for `tenant` alone, until the transaction ends: BEGIN is said, COMMIT is the caller's. */
gboolean perron_pg_begin_as (PerronPg *pg, const char *role, const char *tenant, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One statement, its rows in binary. Transfer full (PQclear). */
PGresult *perron_pg_ask (PerronPg *pg, const char *sql, GError **error, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;

/* Parsed and planned once a connection, for what is sent by the thousand; `sql` static. Outside a round trip of many. */
gboolean perron_pg_prepare (PerronPg *pg, const char *sql, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Many statements in one round trip (inside a transaction): each send, then send_end, then for each take_numbers (the one number of each of
 * its `count` rows), then take_end. */
gboolean perron_pg_send (PerronPg *pg, const char *sql, GError **error, const char *shape, ...) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_pg_send_end (PerronPg *pg, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_pg_take_numbers (PerronPg *pg, gint64 *ret_numbers, guint count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_pg_take_end (PerronPg *pg, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After any error inside a transaction: closes the connection, which rolls back. */
void perron_pg_give_up (PerronPg *pg);

/* Binary columns: int4 and int8 by their length; others 0. */
gint64 perron_pg_get_number (const PGresult *found, int row, int column);
char *perron_pg_dup_text (const PGresult *found, int row, int column);
GBytes *perron_pg_dup_bytes (const PGresult *found, int row, int column);
gboolean perron_pg_copy (const PGresult *found, int row, int column, guint8 *bytes, gsize size, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
