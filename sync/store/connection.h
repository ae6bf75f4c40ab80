/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/db/db.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/*
 * Opening the file of the outbox, with the settings of the sync-security facts 2.1, each read back. Its faults are PerronStoreErrors; the
 * message names what was done, the reason and SQLite's extended code. Private to sync/store. Waits at most 5 s for another process.
 */
#define PERRON_STORE_BUSY_TIMEOUT_MS 5000

typedef enum {
  PERRON_STORE_CREATE, /* a new file, in synchronous=EXTRA: only for laying down the schema */
  PERRON_STORE_USE,    /* the file must be there */
} PerronStoreMode;

PerronDb *perron_store_connect (const char *path, PerronStoreMode mode, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a file opened in another way. */
gboolean perron_store_report (sqlite3 *handle, int code, const char *what, GError **error);

G_END_DECLS
