/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/pack.h"

G_BEGIN_DECLS

/*
 * Making packs and roots, where the signing keys are: the program perron-pack and tests. No terminal links it. Keys are PEM files of
 * `openssl genpkey -algorithm ed25519`.
 */
typedef struct {
  PerronContentRole role;
  gint64 version;
  gint64 created_unix_s;
  gint64 expires_unix_s;
  guint needs[3];
  const char *const *roots; /* root files, oldest first; nullable */
} PerronBuildOptions;

/* The raw public key of a PEM file: private or public. */
gboolean perron_build_load_public (const char *path, guint8 ret_key[PERRON_KEY_BYTES], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "signature KEY SIGNATURE\n" by the private key of a PEM file over a body. Transfer full. */
char *perron_build_sign (const char *key_path, const char *body, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Everything below `folder` as a pack at `path`, signed by each of `keys`. Verified only by who takes it. */
gboolean perron_build_pack (const char *folder, const PerronBuildOptions *options, const char *const *keys, const char *path, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* One more signature on the manifest of a pack, or on a root file. */
gboolean perron_build_add_signature (const char *path, const char *key_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The root as a file, signed by each of `keys`. */
gboolean perron_build_root (const PerronRoot *root, const char *const *keys, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
