/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/manifest.h"
#include "sync/content/root.h"

G_BEGIN_DECLS

/*
 * A pack: head (roots, then one manifest), an empty line, then the bytes of the files in the order of the manifest and nothing behind
 * them. There is no archive format: names and lengths are only where they are signed. Private to sync/content (and to perron-pack).
 */
#define PERRON_HEAD_MAX (512 * 1024)

typedef struct {
  PerronDocument roots[PERRON_ROOT_CHAIN_MAX];
  guint root_count;
  PerronDocument manifest;
} PerronPackHead;

/* Where the head ends, its empty line included; 0: not among these bytes. */
gsize perron_pack_head_find_end (const guint8 *data, gsize len);

/* `len`: the empty line included, or the head alone. Into the bytes. FORMAT, LIMIT. */
gboolean perron_pack_head_parse (const guint8 *data, gsize len, PerronPackHead *ret_head, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Follows the head's roots from `root` on (and leaves `root` at the newest), then asks whether enough keys of its role signed the
 * manifest: it is parsed only then. ROOT, SIGNATURE, ROLE and those of parsing. Transfer full.
 */
PerronManifest *perron_pack_head_verify (const PerronPackHead *head, PerronRoot *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The head of a file or a download, from its beginning. FORMAT, LIMIT, DISK. Transfer full. */
GBytes *perron_pack_read_head (int fd, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Reads the files behind the head, which has just been read; compares; writes them below `folder`, flushed with their folders, unless
 * `folder` is -1. DIGEST, FORMAT (too short, too long), DISK. */
gboolean perron_pack_unpack (int fd, const PerronManifest *manifest, int folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Are the files below `folder` exactly these? DIGEST, DISK. */
gboolean perron_pack_check_files (const PerronManifest *manifest, int folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
