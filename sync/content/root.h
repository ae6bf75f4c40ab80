/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/document.h"

G_BEGIN_DECLS

/*
 * Who may sign what. A key stands in one role only; two signatures at least, in every role. Root N+1 counts when enough of the root keys
 * of N and of its own have signed it. Private to sync/content (and to perron-pack).
 */
#define PERRON_ROOT_KIND "perron-root"
#define PERRON_ROLE_ROOT PERRON_ROLE_COUNT /* the role that signs roots */
#define PERRON_ROOT_KEYS_MAX 8
#define PERRON_ROOT_CHAIN_MAX 16 /* rotations between the configured root and the newest */

typedef struct {
  guint threshold;
  guint count;
  guint8 keys[PERRON_ROOT_KEYS_MAX][PERRON_KEY_BYTES];
} PerronRootRole;

typedef struct {
  gint64 version;
  gint64 expires_unix_s;
  PerronRootRole roles[PERRON_ROLE_COUNT + 1]; /* content, certificates, root */
} PerronRoot;

/* FORMAT, LIMIT. Says nothing of signatures. */
gboolean perron_root_parse (const PerronDocument *document, PerronRoot *ret_root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The body of a root document, "end" included. Transfer full. */
char *perron_root_format (const PerronRoot *root);

/* Does `next` follow `root`? Sets `root` to it. One that is not newer is passed over (TRUE). ROOT, FORMAT, LIMIT. */
gboolean perron_root_follow (PerronRoot *root, const PerronDocument *next, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The root file of the configuration: placed by the operator, so its own signatures are not asked for. ROOT. */
gboolean perron_root_load (const char *path, PerronRoot *ret_root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
