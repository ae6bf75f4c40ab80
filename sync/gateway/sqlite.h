/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/db/db.h"

G_BEGIN_DECLS

/* Files of the gateway. Errors are PERRON_GATEWAY_ERROR_STORE. Everything blocks. Private to sync/gateway. */
#define PERRON_SQLITE_BUSY_TIMEOUT_MS 5000

/* WAL, synchronous=FULL: set, and read back. Made when missing, then so that freed pages can be given back. */
PerronDb *perron_sqlite_open (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `work` in a transaction: committed when it returns TRUE, else rolled back. */
typedef gboolean (*PerronSqliteWork) (PerronDb *db, gpointer data, GError **error);
gboolean perron_sqlite_transact (PerronDb *db, PerronSqliteWork work, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
