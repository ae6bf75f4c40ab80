/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/seal/envelope.h"

G_BEGIN_DECLS

/*
 * "<outbox>.head": what the gateway last said about the head of the audit chain (sync-security facts 3.2). Written by perron-sync, read
 * by `perron audit verify`: a chain cut at its end is whole by itself, but not beside this. Blocks for one small file; any thread.
 */
typedef struct {
  gint64 kept_n; /* the head that the gateway confirmed last; 0: none */
  guint8 kept_hash[PERRON_DIGEST_BYTES];
  gint64 kept_unix_ms;
  gint64 refused_n; /* the head it refused since then; 0: none */
  char refused[16]; /* "back", "forked" */
} PerronHeadFile;

/* Transfer full. */
char *perron_head_file_path (const char *outbox_path);

/* A file that is not there or cannot be read is one without a head: the gateway is the witness, this is its echo. */
void perron_head_file_load (const char *path, PerronHeadFile *ret_file);

gboolean perron_head_file_save (const char *path, const PerronHeadFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 64 lower-case hexadecimal digits and their NUL. */
void perron_head_hash_format (const guint8 hash[PERRON_DIGEST_BYTES], char ret_text[2 * PERRON_DIGEST_BYTES + 1]);

G_END_DECLS
