/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/seal.h"

#include <openssl/err.h>

#include "sync/seal/pem.h"

static gboolean
verify (EVP_PKEY *key, const char *whose, GBytes *bytes, GBytes *signature, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  if (context == NULL || EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, key) != 1)
    return perron_pem_crypto_error ("cannot verify", error);

  gsize length, signature_len;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  const guint8 *signature_data = g_bytes_get_data (signature, &signature_len);
  if (signature_len > 0 && EVP_DigestVerify (context, signature_data, signature_len, data, length) == 1)
    return TRUE;
  ERR_clear_error ();
  g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED, "the signature does not fit the key of %s", whose);
  return FALSE;
}

gboolean
perron_seal_verify (const char *certificate_pem, GBytes *bytes, GBytes *signature, GError **error)
{
  g_autoptr (EVP_PKEY) key = perron_pem_load_public_key (certificate_pem, error);
  return key != NULL && verify (key, certificate_pem, bytes, signature, error);
}

gboolean
perron_seal_verify_text (const char *certificate_text, GBytes *bytes, GBytes *signature, GError **error)
{
  g_autoptr (EVP_PKEY) key = perron_pem_parse_public_key (certificate_text, "client certificate", error);
  return key != NULL && verify (key, "the client certificate", bytes, signature, error);
}
