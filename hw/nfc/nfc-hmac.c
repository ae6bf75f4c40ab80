/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-hmac.h"

#include <string.h>

#define BLOCK_BYTES 64

/* Two blocks of nothing push out what the last ones held. */
static void
burn (GChecksum *hash)
{
  static const guint8 nothing[2 * BLOCK_BYTES] = { 0 };
  g_checksum_reset (hash);
  g_checksum_update (hash, nothing, sizeof nothing);
}

static void
add_key (GChecksum *hash, const guint8 *key, gsize key_length, guint8 pad)
{
  guint8 block[BLOCK_BYTES] = { 0 };
  memcpy (block, key, key_length);
  for (gsize i = 0; i < sizeof block; i++)
    block[i] ^= pad;
  g_checksum_update (hash, block, sizeof block);
  explicit_bzero (block, sizeof block);
}

void
perron_nfc_hmac (const guint8 *key, gsize key_length, const char *purpose, const guint8 *data, gsize length,
                 guint8 ret_digest[PERRON_NFC_HASH_BYTES])
{
  g_autoptr (GChecksum) hash = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 inner[PERRON_NFC_HASH_BYTES];
  gsize size = sizeof inner;

  g_return_if_fail (key_length >= 1 && key_length <= BLOCK_BYTES);
  add_key (hash, key, key_length, 0x36);
  g_checksum_update (hash, (const guchar *) purpose, (gssize) strlen (purpose) + 1);
  g_checksum_update (hash, data, (gssize) length);
  g_checksum_get_digest (hash, inner, &size);
  burn (hash);
  g_checksum_reset (hash);
  add_key (hash, key, key_length, 0x5C);
  g_checksum_update (hash, inner, sizeof inner);
  size = PERRON_NFC_HASH_BYTES;
  g_checksum_get_digest (hash, ret_digest, &size);
  burn (hash);
  explicit_bzero (inner, sizeof inner);
}
