/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Who signs for this terminal, wherever the key is: a file or a chip (sync/device implements both). First member of what implements it.
 * sign: ECDSA P-256/SHA-256 (DER) over `bytes`, transfer full. May block as long as its key does; one thread at a time.
 */
typedef struct PerronSigner PerronSigner;
struct PerronSigner {
  GBytes *(*sign) (PerronSigner *signer, GBytes *bytes, GError **error);
};

G_END_DECLS
