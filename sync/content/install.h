/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/content.h"

G_BEGIN_DECLS

/*
 * Taking packs. `fd`: the pack from its first byte on, a regular file; stays the caller's. Any thread; one process at a time writes (flock).
 * A pack is taken whole or not at all; a power cut at any moment leaves what was in use before, or the new one.
 */
typedef struct {
  PerronContentRole role;
  gint64 version;
  gint64 expires_unix_ms;
  gint64 root_version; /* of the keys that signed */
  guint files;
  gint64 bytes;        /* of the files */
  gint64 pack_bytes;   /* of the whole pack */
} PerronPackAbout;

/*
 * Is it genuine: format, names, the chain of roots from the configured one, enough signatures of the right role, each file's digest.
 * FORMAT, LIMIT, PATH, SIGNATURE, ROLE, DIGEST, ROOT, DISK. Not asked: whether it is newer, or expired.
 */
gboolean perron_pack_inspect (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* As above, and may it be taken here now? VERSION (not newer, or withdrawn), HERE (in use; were it damaged here it could come again),
 * EXPIRED, PROGRAM. */
gboolean perron_pack_judge (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The same for the first bytes of a download: everything but the files. `ret_needs_more` TRUE (with FALSE and no error): the head is
 * not whole yet. `role`: the one that was asked for; another is PERRON_CONTENT_ERROR_ROLE.
 */
gboolean perron_pack_judge_head (const PerronContentOptions *options, PerronContentRole role, const guint8 *data, gsize len,
                                 gboolean *ret_needs_more, PerronPackAbout *ret_about, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Genuine, and its files below `folder` (an empty one): to look into before it is taken. */
gboolean perron_pack_unpack_to (const PerronContentOptions *options, int fd, const char *folder, PerronPackAbout *ret_about, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Removes such a folder with all in it. */
void perron_pack_discard (const char *folder);

/* Judges it and takes it. Certificates must be what sealing and the line need: P-256, for key agreement; an authority (FORMAT). */
gboolean perron_content_install (const PerronContentOptions *options, int fd, PerronPackAbout *ret_about, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Back to the one before; the one left is never taken again, a newer one is. NONE, DISK and what is wrong with the one before. */
gboolean perron_content_roll_back (const PerronContentOptions *options, PerronContentRole role, gint64 *ret_version, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* A download under way stands here until it is whole: "<folder>/<role>/download". The folder is made. Transfer full. */
char *perron_content_dup_download (const PerronContentOptions *options, PerronContentRole role, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
