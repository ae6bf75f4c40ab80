/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/pack.h"

G_BEGIN_DECLS

/*
 * Where a role's packs lie: <folder>/<role>/{a,b}, each with "head" (the roots from the configured one on, and the manifest) and the
 * files in a folder named by the version, so that a path never means two things; "current" is a link to the one in
 * use, "floor" says what may not be taken again. Private to sync/content.
 */
#define PERRON_SLOT_COUNT 2
extern const char *const perron_slot_names[PERRON_SLOT_COUNT];

/* The folder of a role; `make`: created when it is not there. -1 with DISK. */
int perron_slot_open_role (const char *folder, PerronContentRole role, gboolean make, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Index of the slot that "current" names; -1: none. */
gint perron_slot_get_current (int role_folder);

/* "42": the folder of the files of version 42. Transfer full. */
char *perron_slot_dup_files_name (const PerronManifest *manifest);

/* From the configured root on: signatures, and every file when `deep`. Transfer full. */
PerronManifest *perron_slot_verify (int role_folder, guint slot, PerronContentRole role, const PerronRoot *anchor, gboolean deep,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * What this terminal knows of roots: the configured one, then the longest chain that its slots keep. `chain` holds the documents behind
 * the configured root, as they will stand in the next slot's head.
 */
typedef struct {
  PerronRoot anchor;
  PerronRoot root;
  GString *chain;
} PerronTrust;

gboolean perron_trust_load (const PerronContentOptions *options, PerronTrust *ret_trust, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_trust_clear (PerronTrust *trust);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronTrust, perron_trust_clear)

/* perron_pack_head_verify() from the newest root known, which moves on; the chain grows with it. */
PerronManifest *perron_trust_verify (PerronTrust *trust, const PerronPackHead *head, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The newest version taken so far and which manifest it was; `withdrawn`: the operator went back from it. A floor that is lost or damaged
 * is what the slots still show. */
typedef struct {
  gint64 version;
  guint8 sha256[PERRON_DIGEST_LEN];
  gint64 created_unix_s; /* time cannot be before this, whatever the clock says */
  gboolean withdrawn;
} PerronFloor;

void perron_floor_load (int role_folder, PerronContentRole role, const PerronRoot *anchor, PerronFloor *ret_floor);
gboolean perron_floor_save (int role_folder, const PerronFloor *floor, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is it what the operator went back from? */
gboolean perron_floor_forbids (const PerronFloor *floor, const PerronManifest *manifest);

G_END_DECLS
