/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * "<outbox>.ready": what `perron ready --keep` found last. Written by whoever may see devices, read by perron-sync, which may not, for the
 * terminal's heartbeat. Words only, those of `perron ready`. Blocks for one small file; any thread.
 */
#define PERRON_READY_ROWS_MAX 32

typedef struct {
  gint64 at_unix_ms; /* 0: nobody has looked */
  guint count;
  struct {
    char id[32];
    char word[16];
  } rows[PERRON_READY_ROWS_MAX];
} PerronReadyFile;

/* Transfer full. */
char *perron_ready_file_path (const char *outbox_path);

/* One more row; those that do not fit are left out. */
void perron_ready_file_add (PerronReadyFile *file, const char *id, const char *word);

/* A file that is not there or cannot be read is one that says nothing. */
void perron_ready_file_load (const char *path, PerronReadyFile *ret_file);

gboolean perron_ready_file_save (const char *path, const PerronReadyFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
