/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/document.h"

G_BEGIN_DECLS

/* What a pack holds, and until when it may be taken. Private to sync/content (and to perron-pack). */
#define PERRON_MANIFEST_KIND "perron-manifest"
#define PERRON_DIGEST_LEN 32
#define PERRON_PACK_FILES_MAX 1024
#define PERRON_PACK_FILE_BYTES_MAX (8 * 1024 * 1024)
#define PERRON_PACK_BYTES_MAX (64 * 1024 * 1024)
#define PERRON_PACK_PATH_MAX 120
#define PERRON_PACK_DEPTH_MAX 6

typedef struct {
  char *path; /* relative, see perron_manifest_path_ok() */
  gint64 size;
  guint8 sha256[PERRON_DIGEST_LEN];
} PerronPackFile;

typedef struct {
  PerronContentRole role;
  gint64 version;
  gint64 created_unix_s;
  gint64 expires_unix_s;
  guint needs[3];  /* oldest program that can use it */
  GArray *files;   /* PerronPackFile, in the order of their paths */
  gint64 total;    /* bytes of all files */
  guint8 sha256[PERRON_DIGEST_LEN]; /* of the body: which manifest this is */
} PerronManifest;

/* Empty, to be filled by who makes a pack. */
PerronManifest *perron_manifest_new (void);
void perron_manifest_free (PerronManifest *manifest);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronManifest, perron_manifest_free)

/* FORMAT, LIMIT, PATH. Says nothing of signatures. */
PerronManifest *perron_manifest_parse (const PerronDocument *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The body, "end" included. Transfer full. */
char *perron_manifest_format (const PerronManifest *manifest);

/*
 * May a pack of that role carry this name? Letters, digits, dot, dash, underscore; no part begins with a dot or a dash; at most 120
 * characters and 6 parts; below journeys/, i18n/ or ui/pictures/ (content), caisses/CODE.pem or gateway-ca.pem (certificates).
 */
gboolean perron_manifest_path_ok (PerronContentRole role, const char *path, gsize len);

static inline const PerronPackFile *
perron_manifest_get (const PerronManifest *manifest, guint index)
{
  return &g_array_index (manifest->files, PerronPackFile, index);
}

/* NULL: not in it. */
const PerronPackFile *perron_manifest_find (const PerronManifest *manifest, const char *path);

G_END_DECLS
