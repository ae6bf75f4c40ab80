/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/open.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <string.h>

#include "kiosk/core/secret.h"
#include "sync/seal/padding.h"
#include "sync/seal/pem.h"

/* Caisse and escrow; a few more for a caisse that changes its certificate. Each costs a key agreement to try. */
#define RECIPIENTS_MAX 4

struct PerronOpener {
  EVP_PKEY *key;
  X509 *certificate;
};

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CMS_ContentInfo, CMS_ContentInfo_free)

PerronOpener *
perron_opener_new (const char *key_pem, const char *certificate_pem, GError **error)
{
  g_autoptr (PerronOpener) opener = g_new0 (PerronOpener, 1);

  opener->key = perron_pem_load_private_key (key_pem, error);
  if (opener->key == NULL)
    return NULL;
  opener->certificate = perron_pem_load_certificate (certificate_pem, error);
  if (opener->certificate == NULL)
    return NULL;
  if (X509_check_private_key (opener->certificate, opener->key) != 1) {
    ERR_clear_error ();
    g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY, "%s: not the key of %s", key_pem, certificate_pem);
    return NULL;
  }
  return g_steal_pointer (&opener);
}

void
perron_opener_free (PerronOpener *opener)
{
  if (opener == NULL)
    return;
  g_clear_pointer (&opener->key, EVP_PKEY_free);
  g_clear_pointer (&opener->certificate, X509_free);
  g_free (opener);
}

static gboolean
altered (const char *why, GError **error)
{
  ERR_clear_error ();
  g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED, "the envelope does not open: %s", why);
  return FALSE;
}

static gboolean
check_frame (const PerronEnvelope *envelope, GError **error)
{
  gsize length;
  const guint8 *der = g_bytes_get_data (envelope->sealed, &length);
  guint8 digest[PERRON_DIGEST_BYTES];

  if (envelope->suite != PERRON_SUITE_CMS_P256_A256GCM)
    return altered ("a suite this version does not know", error);
  if (length == 0 || length > PERRON_SEALED_MAX)
    return altered ("its size is not possible", error);
  SHA256 (der, length, digest);
  if (memcmp (digest, envelope->digest, sizeof digest) != 0)
    return altered ("its digest is another", error);
  return TRUE;
}

static CMS_ContentInfo *
decode (GBytes *sealed, GError **error)
{
  gsize length;
  const guint8 *der = g_bytes_get_data (sealed, &length);
  const guint8 *at = der;
  g_autoptr (CMS_ContentInfo) cms = d2i_CMS_ContentInfo (NULL, &at, (long) length);

  if (cms == NULL || at != der + length || OBJ_obj2nid (CMS_get0_type (cms)) != NID_id_smime_ct_authEnvelopedData) {
    altered ("not CMS AuthEnvelopedData", error);
    return NULL;
  }
  STACK_OF (CMS_RecipientInfo) *recipients = CMS_get0_RecipientInfos (cms);
  int count = recipients != NULL ? sk_CMS_RecipientInfo_num (recipients) : 0;
  gboolean ok = count >= 1 && count <= RECIPIENTS_MAX;
  for (int i = 0; ok && i < count; i++)
    ok = CMS_RecipientInfo_type (sk_CMS_RecipientInfo_value (recipients, i)) == CMS_RECIPINFO_AGREE;
  if (!ok) {
    altered ("its recipients are not by key agreement, or too many", error);
    return NULL;
  }
  return g_steal_pointer (&cms);
}

/* Straight into locked memory. What comes out counts only when the tag fits, so the caller wipes it otherwise. */
static gboolean
decrypt (CMS_ContentInfo *cms, guint8 *padded, gsize size, gsize *ret_len, GError **error)
{
  g_autoptr (BIO) chain = CMS_dataInit (cms, NULL);
  if (chain == NULL)
    return altered ("its content cannot be read", error);

  gsize at = 0;
  int got;
  while (at < size && (got = BIO_read (chain, padded + at, (int) (size - at))) > 0)
    at += (gsize) got;
  guint8 more;
  if (BIO_read (chain, &more, 1) > 0 || BIO_get_cipher_status (chain) != 1)
    return altered ("its content was altered", error);
  *ret_len = at;
  return TRUE;
}

char *
perron_opener_open (PerronOpener *opener, const PerronEnvelope *envelope, gsize *ret_len, GError **error)
{
  if (!check_frame (envelope, error))
    return NULL;
  g_autoptr (CMS_ContentInfo) cms = decode (envelope->sealed, error);
  if (cms == NULL)
    return NULL;
  if (CMS_decrypt_set1_pkey (cms, opener->key, opener->certificate) != 1) {
    altered ("it is not sealed for this key, or was altered", error);
    return NULL;
  }

  gsize size = perron_padding_size (PERRON_PLAIN_MAX);
  gsize sealed_len = g_bytes_get_size (envelope->sealed);
  if (size > sealed_len)
    size = sealed_len;
  g_autoptr (PerronSecretText) padded = perron_secret_alloc (size);
  gsize padded_len, offset, length;
  if (!decrypt (cms, (guint8 *) padded, size, &padded_len, error))
    return NULL;
  if (!perron_padding_find ((const guint8 *) padded, padded_len, &offset, &length)) {
    altered ("its padding is not as agreed", error);
    return NULL;
  }
  char *plain = perron_secret_alloc (length + 1);
  memcpy (plain, padded + offset, length);
  *ret_len = length;
  return plain;
}

GBytes *
perron_opener_sign (PerronOpener *opener, GBytes *bytes, GError **error)
{
  return perron_pem_sign (opener->key, bytes, error);
}
