/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/seal.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "kiosk/core/secret.h"
#include "sync/seal/padding.h"
#include "sync/seal/pem.h"

struct PerronSealer {
  char *terminal;
  char *caisse;
  X509 *caisse_certificate;
  X509 *escrow_certificate; /* nullable */
  EVP_PKEY *sign_key;   /* NULL: signer */
  PerronSigner *signer;
};

G_DEFINE_QUARK (perron-seal-error-quark, perron_seal_error)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CMS_ContentInfo, CMS_ContentInfo_free)

/* These two go into what is signed, into file names and into addresses. */
static gboolean
check_name (const char *what, const char *name, GError **error)
{
  gsize length = name != NULL ? strlen (name) : 0;
  gboolean ok = length > 0 && length < 32;
  for (gsize i = 0; ok && i < length; i++)
    ok = g_ascii_isalnum (name[i]) || name[i] == '-' || name[i] == '_';
  if (!ok)
    g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY, "%s: must be 1 to 31 letters, digits, dashes", what);
  return ok;
}

static X509 *
load_recipient (const char *path, GError **error)
{
  g_autoptr (X509) certificate = perron_pem_load_certificate (path, error);
  if (certificate == NULL)
    return NULL;
  /* RFC 5280 4.2.1.3: absent means any use; OpenSSL then answers all bits set. */
  if ((X509_get_key_usage (certificate) & KU_KEY_AGREEMENT) == 0) {
    g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY, "%s: the certificate is not for key agreement", path);
    return NULL;
  }
  return g_steal_pointer (&certificate);
}

PerronSealer *
perron_sealer_new (const PerronSealOptions *options, GError **error)
{
  g_autoptr (PerronSealer) sealer = g_new0 (PerronSealer, 1);

  if (!check_name ("terminal id", options->terminal, error) || !check_name ("code of the caisse", options->caisse, error))
    return NULL;
  sealer->terminal = g_strdup (options->terminal);
  sealer->caisse = g_strdup (options->caisse);
  sealer->caisse_certificate = load_recipient (options->caisse_certificate, error);
  if (sealer->caisse_certificate == NULL)
    return NULL;
  if (options->escrow_certificate != NULL) {
    sealer->escrow_certificate = load_recipient (options->escrow_certificate, error);
    if (sealer->escrow_certificate == NULL)
      return NULL;
  }
  sealer->signer = options->signer;
  if (sealer->signer == NULL)
    sealer->sign_key = perron_pem_load_private_key (options->sign_key, error);
  if (sealer->signer == NULL && sealer->sign_key == NULL)
    return NULL;
  return g_steal_pointer (&sealer);
}

void
perron_sealer_free (PerronSealer *sealer)
{
  if (sealer == NULL)
    return;
  g_clear_pointer (&sealer->caisse_certificate, X509_free);
  g_clear_pointer (&sealer->escrow_certificate, X509_free);
  g_clear_pointer (&sealer->sign_key, EVP_PKEY_free);
  g_free (sealer->terminal);
  g_free (sealer->caisse);
  g_free (sealer);
}

static gboolean
is_valid_at (X509 *certificate, gint64 now_unix_ms)
{
  time_t now = (time_t) (now_unix_ms / 1000);
  /* X509_cmp_time: 0 is an error, -1 earlier or equal, 1 later than `now`. */
  return certificate != NULL && X509_cmp_time (X509_get0_notBefore (certificate), &now) < 0 &&
         X509_cmp_time (X509_get0_notAfter (certificate), &now) > 0;
}

gboolean
perron_sealer_uses_escrow_only (const PerronSealer *sealer, gint64 now_unix_ms)
{
  return !is_valid_at (sealer->caisse_certificate, now_unix_ms) && is_valid_at (sealer->escrow_certificate, now_unix_ms);
}

/* OpenSSL's own choice would be the SHA-1 KDF (sync-security facts 3.1). */
static gboolean
add_recipient (CMS_ContentInfo *cms, X509 *certificate, GError **error)
{
  CMS_RecipientInfo *info = CMS_add1_recipient_cert (cms, certificate, CMS_KEY_PARAM);
  EVP_PKEY_CTX *context = info != NULL ? CMS_RecipientInfo_get0_pkey_ctx (info) : NULL;
  if (context == NULL || EVP_PKEY_CTX_set_ecdh_kdf_md (context, EVP_sha256 ()) <= 0)
    return perron_pem_crypto_error ("cannot add a recipient", error);
  return TRUE;
}

static gboolean
add_recipients (PerronSealer *sealer, CMS_ContentInfo *cms, gint64 now_unix_ms, GError **error)
{
  gboolean caisse = is_valid_at (sealer->caisse_certificate, now_unix_ms);
  gboolean escrow = is_valid_at (sealer->escrow_certificate, now_unix_ms);

  if (!caisse && !escrow) {
    g_set_error_literal (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_EXPIRED, "no recipient certificate is valid today");
    return FALSE;
  }
  return (!caisse || add_recipient (cms, sealer->caisse_certificate, error)) &&
         (!escrow || add_recipient (cms, sealer->escrow_certificate, error));
}

/* Written straight into the cipher BIO: the plain text is read where it stands, in locked memory, and copied nowhere. */
static gboolean
encrypt (CMS_ContentInfo *cms, const guint8 *padded, gsize size, GError **error)
{
  g_autoptr (BIO) chain = CMS_dataInit (cms, NULL);
  if (chain == NULL || BIO_write (chain, padded, (int) size) != (int) size || BIO_flush (chain) != 1 ||
      CMS_dataFinal (cms, chain) != 1)
    return perron_pem_crypto_error ("cannot seal", error);
  return TRUE;
}

static GBytes *
encode (CMS_ContentInfo *cms, GError **error)
{
  guint8 *der = NULL;
  int length = i2d_CMS_ContentInfo (cms, &der);
  if (length <= 0 || length > PERRON_SEALED_MAX) {
    OPENSSL_free (der);
    perron_pem_crypto_error ("cannot encode", error);
    return NULL;
  }
  GBytes *sealed = g_bytes_new (der, (gsize) length);
  OPENSSL_free (der);
  return sealed;
}

static GBytes *
seal_bytes (PerronSealer *sealer, const guint8 *plain, gsize plain_len, gint64 now_unix_ms, GError **error)
{
  g_autoptr (CMS_ContentInfo) cms = CMS_encrypt (NULL, NULL, EVP_aes_256_gcm (), CMS_PARTIAL | CMS_BINARY);
  if (cms == NULL) {
    perron_pem_crypto_error ("cannot begin", error);
    return NULL;
  }
  if (!add_recipients (sealer, cms, now_unix_ms, error))
    return NULL;

  gsize size = perron_padding_size (plain_len);
  g_autoptr (PerronSecretText) padded = perron_secret_alloc (size);
  perron_padding_add (plain, plain_len, (guint8 *) padded);
  return encrypt (cms, (const guint8 *) padded, size, error) ? encode (cms, error) : NULL;
}

/* A chip's reason is its own; here it is one more thing for which nothing can be sealed. */
static GBytes *
sign (PerronSealer *sealer, GBytes *bytes, GError **error)
{
  g_autoptr (GError) cause = NULL;
  if (sealer->signer == NULL)
    return perron_pem_sign (sealer->sign_key, bytes, error);
  GBytes *signature = sealer->signer->sign (sealer->signer, bytes, &cause);
  if (signature == NULL)
    g_set_error_literal (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_CRYPTO, cause->message);
  return signature;
}

PerronEnvelope *
perron_sealer_seal (PerronSealer *sealer, const guint8 id[PERRON_UUID_BYTES], const guint8 *plain, gsize plain_len, gint64 now_unix_ms,
                    GError **error)
{
  if (plain_len == 0 || plain_len > PERRON_PLAIN_MAX) {
    g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_TOO_LARGE, "%" G_GSIZE_FORMAT " bytes: must be 1 to %d", plain_len,
                 PERRON_PLAIN_MAX);
    return NULL;
  }

  g_autoptr (PerronEnvelope) envelope = g_new0 (PerronEnvelope, 1);
  memcpy (envelope->id, id, PERRON_UUID_BYTES);
  envelope->terminal = g_strdup (sealer->terminal);
  envelope->dest = g_strdup (sealer->caisse);
  envelope->suite = PERRON_SUITE_CMS_P256_A256GCM;
  envelope->sealed = seal_bytes (sealer, plain, plain_len, now_unix_ms, error);
  if (envelope->sealed == NULL)
    return NULL;

  gsize length;
  const guint8 *der = g_bytes_get_data (envelope->sealed, &length);
  SHA256 (der, length, envelope->digest);
  g_autoptr (GBytes) signed_bytes =
    perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);
  envelope->signature = sign (sealer, signed_bytes, error);
  return envelope->signature != NULL ? g_steal_pointer (&envelope) : NULL;
}
