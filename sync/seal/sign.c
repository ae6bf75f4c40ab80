/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/seal.h"

#include "sync/seal/pem.h"

GBytes *
perron_seal_sign (const char *key_pem, GBytes *bytes, GError **error)
{
  g_autoptr (EVP_PKEY) key = perron_pem_load_private_key (key_pem, error);
  return key != NULL ? perron_pem_sign (key, bytes, error) : NULL;
}
