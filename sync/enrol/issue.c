/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/issue.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "sync/seal/pem.h"

#define DAY_S 86400
#define BEFORE_S 300
#define AUTHORITY_DAYS 7300

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_CRL, X509_CRL_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_EXTENSION, X509_EXTENSION_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REVOKED, X509_REVOKED_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_TIME, ASN1_TIME_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ASN1_INTEGER, ASN1_INTEGER_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)

typedef struct {
  int nid;
  const char *value;
} Extension;

static const struct {
  const char *word;
  const char *key_usage;
  const char *extended_key_usage;
} roles[] = {
  [PERRON_ROLE_ISSUED_TERMINAL] = { "terminal", "critical,digitalSignature", "clientAuth" },
  /* id-kp-documentSigning, RFC 9336: nginx refuses it as a client, which it would not without any. */
  [PERRON_ROLE_ISSUED_SIGNER] = { "signer", "critical,digitalSignature", "1.3.6.1.5.5.7.3.36" },
  [PERRON_ROLE_ISSUED_SERVER] = { "server", "critical,digitalSignature", "serverAuth" },
  [PERRON_ROLE_ISSUED_CAISSE] = { "caisse", "critical,digitalSignature,keyAgreement", "clientAuth" },
};

const char *
perron_issued_role_word (PerronIssuedRole role)
{
  return roles[role].word;
}

static gpointer
refuse (GError **error)
{
  const char *reason = ERR_reason_error_string (ERR_peek_error ());
  g_set_error (error, PERRON_EST_ERROR, PERRON_EST_ERROR_CRYPTO, "cannot issue: %s", reason != NULL ? reason : "no reason given");
  ERR_clear_error ();
  return NULL;
}

static gboolean
set_serial (X509 *certificate)
{
  guint8 bytes[PERRON_SERIAL_BYTES];
  if (RAND_bytes (bytes, sizeof bytes) != 1)
    return FALSE;
  /* Positive, and always of the same length. */
  bytes[0] = (bytes[0] & 0x7f) | 0x40;
  g_autoptr (BIGNUM) number = BN_bin2bn (bytes, sizeof bytes, NULL);
  return number != NULL && BN_to_ASN1_INTEGER (number, X509_get_serialNumber (certificate)) != NULL;
}

static gboolean
set_time (ASN1_TIME *time, gint64 unix_s)
{
  return ASN1_TIME_set (time, (time_t) unix_s) != NULL;
}

static gboolean
add_extension (X509 *certificate, X509 *issuer, const Extension *extension)
{
  X509V3_CTX context;
  X509V3_set_ctx (&context, issuer, certificate, NULL, NULL, 0);
  g_autoptr (X509_EXTENSION) made = X509V3_EXT_conf_nid (NULL, &context, extension->nid, extension->value);
  return made != NULL && X509_add_ext (certificate, made, -1) == 1;
}

static X509 *
begin (const char *name, EVP_PKEY *key, gint64 now_unix_s, gint64 days)
{
  g_autoptr (X509) certificate = X509_new ();
  if (certificate == NULL || X509_set_version (certificate, X509_VERSION_3) != 1 || !set_serial (certificate) ||
      !set_time (X509_getm_notBefore (certificate), now_unix_s - BEFORE_S) ||
      !set_time (X509_getm_notAfter (certificate), now_unix_s + days * DAY_S) || X509_set_pubkey (certificate, key) != 1 ||
      X509_NAME_add_entry_by_NID (X509_get_subject_name (certificate), NID_commonName, MBSTRING_UTF8, (const guchar *) name, -1, -1, 0) != 1)
    return NULL;
  return g_steal_pointer (&certificate);
}

static gboolean
add_extensions (X509 *certificate, X509 *issuer, const Extension *extensions, guint count)
{
  for (guint i = 0; i < count; i++) {
    if (extensions[i].value != NULL && !add_extension (certificate, issuer, &extensions[i]))
      return FALSE;
  }
  return TRUE;
}

X509 *
perron_issue_authority (EVP_PKEY *key, const char *name, gint64 now_unix_s, GError **error)
{
  const Extension extensions[] = { { NID_basic_constraints, "critical,CA:TRUE,pathlen:0" },
                                   { NID_key_usage, "critical,keyCertSign,cRLSign" },
                                   { NID_subject_key_identifier, "hash" } };
  g_autoptr (X509) certificate = begin (name, key, now_unix_s, AUTHORITY_DAYS);
  if (certificate == NULL || X509_set_issuer_name (certificate, X509_get_subject_name (certificate)) != 1 ||
      !add_extensions (certificate, certificate, extensions, G_N_ELEMENTS (extensions)) || X509_sign (certificate, key, EVP_sha256 ()) <= 0)
    return refuse (error);
  return g_steal_pointer (&certificate);
}

X509 *
perron_issue_certificate (const PerronIssuer *issuer, PerronIssuedRole role, const char *name, EVP_PKEY *key, gint64 now_unix_s, gint64 days,
                          GError **error)
{
  g_autofree char *alternative = role == PERRON_ROLE_ISSUED_SERVER ? g_strconcat ("DNS:", name, NULL) : NULL;
  const Extension extensions[] = { { NID_basic_constraints, "critical,CA:FALSE" },
                                   { NID_key_usage, roles[role].key_usage },
                                   { NID_ext_key_usage, roles[role].extended_key_usage },
                                   { NID_subject_alt_name, alternative },
                                   { NID_subject_key_identifier, "hash" },
                                   { NID_authority_key_identifier, "keyid:always" } };
  g_autoptr (X509) certificate = begin (name, key, now_unix_s, days);
  if (certificate == NULL || X509_set_issuer_name (certificate, X509_get_subject_name (issuer->certificate)) != 1 ||
      !add_extensions (certificate, issuer->certificate, extensions, G_N_ELEMENTS (extensions)) ||
      X509_sign (certificate, issuer->key, EVP_sha256 ()) <= 0)
    return refuse (error);
  return g_steal_pointer (&certificate);
}

void
perron_issue_get_serial (X509 *certificate, guint8 ret_serial[PERRON_SERIAL_BYTES])
{
  g_autoptr (BIGNUM) number = ASN1_INTEGER_to_BN (X509_get0_serialNumber (certificate), NULL);
  memset (ret_serial, 0, PERRON_SERIAL_BYTES);
  if (number != NULL)
    (void) !BN_bn2binpad (number, ret_serial, PERRON_SERIAL_BYTES);
}

static gboolean
add_revoked (X509_CRL *crl, const PerronRevoked *revoked)
{
  g_autoptr (BIGNUM) number = BN_bin2bn (revoked->serial, sizeof revoked->serial, NULL);
  g_autoptr (ASN1_INTEGER) serial = number != NULL ? BN_to_ASN1_INTEGER (number, NULL) : NULL;
  g_autoptr (ASN1_TIME) time = ASN1_TIME_set (NULL, (time_t) revoked->revoked_unix_s);
  g_autoptr (X509_REVOKED) row = X509_REVOKED_new ();
  if (serial == NULL || time == NULL || row == NULL || X509_REVOKED_set_serialNumber (row, serial) != 1 ||
      X509_REVOKED_set_revocationDate (row, time) != 1 || X509_CRL_add0_revoked (crl, row) != 1)
    return FALSE;
  (void) g_steal_pointer (&row);
  return TRUE;
}

static gboolean
sign_crl (const PerronIssuer *issuer, X509_CRL *crl, gint64 now_unix_s)
{
  X509V3_CTX context;
  g_autoptr (ASN1_INTEGER) number = ASN1_INTEGER_new ();
  X509V3_set_ctx (&context, issuer->certificate, NULL, NULL, crl, 0);
  g_autoptr (X509_EXTENSION) authority = X509V3_EXT_conf_nid (NULL, &context, NID_authority_key_identifier, "keyid:always");
  /* RFC 5280 5.2.3: a number that only grows; seconds do. */
  return authority != NULL && X509_CRL_add_ext (crl, authority, -1) == 1 && number != NULL && ASN1_INTEGER_set_int64 (number, now_unix_s) == 1 &&
         X509_CRL_add1_ext_i2d (crl, NID_crl_number, number, 0, 0) == 1 && X509_CRL_sort (crl) == 1 &&
         X509_CRL_sign (crl, issuer->key, EVP_sha256 ()) > 0;
}

char *
perron_issue_crl (const PerronIssuer *issuer, const GArray *revoked, gint64 now_unix_s, gint64 days, GError **error)
{
  g_autoptr (X509_CRL) crl = X509_CRL_new ();
  g_autoptr (ASN1_TIME) from = ASN1_TIME_set (NULL, (time_t) now_unix_s - BEFORE_S), to = ASN1_TIME_set (NULL, (time_t) (now_unix_s + days * DAY_S));
  g_autoptr (BIO) out = BIO_new (BIO_s_mem ());
  char *text;
  if (crl == NULL || from == NULL || to == NULL || out == NULL || X509_CRL_set_version (crl, X509_CRL_VERSION_2) != 1 ||
      X509_CRL_set_issuer_name (crl, X509_get_subject_name (issuer->certificate)) != 1 || X509_CRL_set1_lastUpdate (crl, from) != 1 ||
      X509_CRL_set1_nextUpdate (crl, to) != 1)
    return refuse (error);
  for (guint i = 0; i < revoked->len; i++) {
    if (!add_revoked (crl, &g_array_index (revoked, PerronRevoked, i)))
      return refuse (error);
  }
  if (!sign_crl (issuer, crl, now_unix_s) || PEM_write_bio_X509_CRL (out, crl) != 1)
    return refuse (error);
  long len = BIO_get_mem_data (out, &text);
  return g_strndup (text, (gsize) len);
}
