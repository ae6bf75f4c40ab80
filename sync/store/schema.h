/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/connection.h"

G_BEGIN_DECLS

/* The shape of the file, by number (PRAGMA user_version). Private to sync/store. */

/* Brings the file to the newest shape, each step in a transaction of its own. VERSION: a newer program wrote it, or it is no outbox.
 * CORRUPT: not `fresh` and yet without any shape. */
gboolean perron_schema_migrate (PerronDb *db, gboolean fresh, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same up to an older shape: how a file of an older program came to be. `version` at most the newest. */
gboolean perron_schema_migrate_to (PerronDb *db, gboolean fresh, gint64 version, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 perron_schema_get_newest (void);

/* Is the file exactly of the newest shape? CORRUPT: it has none. VERSION as above, also when it is older. */
gboolean perron_schema_check (PerronDb *db, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
