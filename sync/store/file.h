/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/store/connection.h"

G_BEGIN_DECLS

/* The outbox as files: database, what SQLite keeps beside it, the reserve, and damaged ones set aside. Private to sync/store. */

/* Lays a new file down beside `path` and puts it there whole, or leaves the one that is there. Durable when it returns TRUE. */
gboolean perron_file_create (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Renames database and WAL to "<path>-broken-<time>[-wal]", where SQLite can still open the pair. */
gboolean perron_file_set_aside (const char *path, gint64 now_unix_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Was an outbox of this name set aside before? */
gboolean perron_file_has_former (const char *path);

/* On the disk of `path`; 0 when it cannot be asked. */
gint64 perron_file_get_free_bytes (const char *path);

/* FULL when less than `low_space_bytes` are free there. */
gboolean perron_file_check_space (const char *path, gint64 low_space_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The reserve "<path>.reserve": kept when there is room for it above the low-space mark, freed by a drain that meets a full disk. */
void perron_file_keep_reserve (const char *path, gint64 reserve_bytes, gint64 low_space_bytes);
gboolean perron_file_free_reserve (const char *path);

G_END_DECLS
