/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/nfc/nfc-frame.h"

G_BEGIN_DECLS

/*
 * HMAC-SHA256 (RFC 2104) of `purpose` with its NUL, then `data`, that leaves neither key nor data in memory: GHmac keeps its last block
 * in slices that nobody wipes. `key`: 1 to 64 bytes. Pure.
 */
void perron_nfc_hmac (const guint8 *key, gsize key_length, const char *purpose, const guint8 *data, gsize length,
                      guint8 ret_digest[PERRON_NFC_HASH_BYTES]);

G_END_DECLS
