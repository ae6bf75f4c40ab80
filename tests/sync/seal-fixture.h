/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/seal/seal.h"

G_BEGIN_DECLS

/* Keys and certificates of a test in a folder of its own: valid from SEAL_NOW_MS minus a day for `days`. */
#define SEAL_NOW_MS G_GINT64_CONSTANT (1795300000000)
#define SEAL_DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct {
  char *folder;
  char *caisse_pem, *caisse_key;
  char *other_pem, *other_key;
  char *escrow_pem, *escrow_key;
  char *sign_pem, *sign_key;
  PerronSealOptions options; /* terminal borne-0001, caisse 000, with escrow */
} SealKeys;

/* The caisse's certificate lives `caisse_days`, all others 90. */
void seal_keys_make (SealKeys *keys, int caisse_days);
void seal_keys_remove (SealKeys *keys);

G_END_DECLS
