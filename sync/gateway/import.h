/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * Envelopes that come on a stick from a terminal without a line: the files that `perron queue export DIR` writes. There is no TLS to say
 * whose they are: each must be signed by its terminal's signing key. Exactly once: the id is the key, as on the wire, so a stick may be
 * read twice, and the terminal may send the same requests later. Everything on a stick is hostile.
 */
typedef struct {
  guint stored;
  guint known;   /* were there already */
  guint refused; /* named on standard error with the reason */
} PerronImportCounts;

/* `even_forgotten`: also those whose time is no longer remembered (PERRON_OUTCOME_FORGOTTEN), as a human answers for.
 * Takes every "*.json" of `folder`; `terminals` holds <terminal id>.pem. FALSE: the folder cannot be read or the store refused; what was
 * counted until then is stored. Blocks. */
gboolean perron_import_folder (PerronGatewayStore *store, const char *folder, const char *terminals, gboolean even_forgotten,
                               PerronImportCounts *ret_counts, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
