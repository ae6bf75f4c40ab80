/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/json-walk.h"
#include "kiosk/core/nir.h"
#include "hw/card/profile.h"

G_BEGIN_DECLS

/* Shared by profile.c (what is asked) and profile-load.c (how it is read from files); nobody else includes this. */

#define PERRON_PROFILES_MAX 16
#define PERRON_FAMILY_ROWS_MAX 256
#define PERRON_TEST_IDENTITIES_MAX 256

typedef struct {
  const char *word; /* static */
  guint priority;
  gboolean decides;
  PerronAtrMask atr;
} PerronFamilyRow;

/* Either a number or a pair of names. */
typedef struct {
  char number[PERRON_NIR_BODY_CHARS + 1];
  char surname[48];
  char given_name[48];
} PerronTestIdentity;

struct PerronProfiles {
  GArray *profiles;
  GArray *families;
  GArray *identities;
};

/* profile-families.c: the files "families" and "test-identities". */
gboolean perron_profiles_add_families (PerronProfiles *profiles, const PerronJson *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_profiles_add_identities (PerronProfiles *profiles, const PerronJson *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* {"value": HEX, "mask": HEX (optional), "prefix": BOOL (optional)} */
gboolean perron_atr_mask_load (const PerronJson *at, PerronAtrMask *ret_mask, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when some ATR could match both. */
gboolean perron_atr_masks_overlap (const PerronAtrMask *a, const PerronAtrMask *b);

G_END_DECLS
