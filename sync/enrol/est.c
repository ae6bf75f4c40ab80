/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/est.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs7.h>
#include <openssl/sha.h>
#include <string.h>

#include "sync/seal/pem.h"

G_DEFINE_QUARK (perron-est-error-quark, perron_est_error)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PKCS7, PKCS7_free)

static gpointer
refuse (PerronEstError code, const char *why, GError **error)
{
  ERR_clear_error ();
  g_set_error_literal (error, PERRON_EST_ERROR, (gint) code, why);
  return NULL;
}

gboolean
perron_est_name_ok (const char *name)
{
  gsize length = strlen (name);
  if (length < 1 || length > 31 || name[0] == '-')
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isalnum (name[i]) && name[i] != '-')
      return FALSE;
  }
  return TRUE;
}

void
perron_est_key_digest (EVP_PKEY *key, guint8 ret_digest[32])
{
  guint8 *der = NULL;
  int len = i2d_PUBKEY (key, &der);
  SHA256 (der, len > 0 ? (gsize) len : 0, ret_digest);
  OPENSSL_free (der);
}

/* --- base64 ----------------------------------------------------------------------------------------------------------------------- */

/* Lines of it, as RFC 7030 has it: anything but the alphabet, '=' and line ends is refused, where GLib would skip it. */
static guint8 *
decode (const char *body, gsize len, gsize *ret_len)
{
  if (len == 0 || len > PERRON_EST_BODY_MAX)
    return NULL;
  g_autoptr (GString) text = g_string_sized_new (len + 1);
  for (gsize i = 0; i < len; i++) {
    if (body[i] == '\r' || body[i] == '\n')
      continue;
    if (!g_ascii_isalnum (body[i]) && body[i] != '+' && body[i] != '/' && body[i] != '=')
      return NULL;
    g_string_append_c (text, body[i]);
  }
  guint8 *bytes = g_base64_decode (text->str, ret_len);
  if (*ret_len > 0)
    return bytes;
  g_free (bytes);
  return NULL;
}

/* Takes `der`, of OpenSSL. */
static char *
encode (guint8 *der, int len, GError **error)
{
  char *text = len > 0 ? g_base64_encode (der, (gsize) len) : refuse (PERRON_EST_ERROR_CRYPTO, "cannot encode", error);
  OPENSSL_free (der);
  return text;
}

/* --- requests --------------------------------------------------------------------------------------------------------------------- */

char *
perron_est_make_request (EVP_PKEY *key, const char *name, GError **error)
{
  g_autoptr (X509_REQ) request = X509_REQ_new ();
  X509_NAME *subject = request != NULL ? X509_REQ_get_subject_name (request) : NULL;
  guint8 *der = NULL;
  if (subject == NULL || X509_REQ_set_version (request, X509_REQ_VERSION_1) != 1 ||
      X509_NAME_add_entry_by_NID (subject, NID_commonName, MBSTRING_ASC, (const guchar *) name, -1, -1, 0) != 1 ||
      X509_REQ_set_pubkey (request, key) != 1 || X509_REQ_sign (request, key, EVP_sha256 ()) <= 0)
    return refuse (PERRON_EST_ERROR_CRYPTO, "the key of this terminal does not sign", error);
  int len = i2d_X509_REQ (request, &der);
  return encode (der, len, error);
}

static gboolean
read_name (const X509_NAME *subject, char ret_name[32])
{
  if (X509_NAME_entry_count (subject) != 1)
    return FALSE;
  const X509_NAME_ENTRY *entry = X509_NAME_get_entry (subject, 0);
  const ASN1_STRING *text = X509_NAME_ENTRY_get_data (entry);
  int length = ASN1_STRING_length (text);
  if (OBJ_obj2nid (X509_NAME_ENTRY_get_object (entry)) != NID_commonName || length < 1 || length > 31 ||
      (ASN1_STRING_type (text) != V_ASN1_UTF8STRING && ASN1_STRING_type (text) != V_ASN1_PRINTABLESTRING))
    return FALSE;
  memcpy (ret_name, ASN1_STRING_get0_data (text), (gsize) length);
  ret_name[length] = '\0';
  return strlen (ret_name) == (gsize) length && perron_est_name_ok (ret_name);
}

static EVP_PKEY *
take_key (X509_REQ *request, GError **error)
{
  g_autoptr (EVP_PKEY) key = X509_REQ_get_pubkey (request);
  if (!perron_pem_is_p256 (key))
    return refuse (PERRON_EST_ERROR_KEY, "not a key on the curve P-256", error);
  if (X509_REQ_get_signature_nid (request) != NID_ecdsa_with_SHA256 || X509_REQ_verify (request, key) != 1)
    return refuse (PERRON_EST_ERROR_PROOF, "not signed by the key it asks for", error);
  return g_steal_pointer (&key);
}

EVP_PKEY *
perron_est_parse_pem_request (const char *pem, gsize len, GError **error)
{
  g_autoptr (BIO) in = len > 0 && len <= PERRON_EST_BODY_MAX ? BIO_new_mem_buf (pem, (int) len) : NULL;
  g_autoptr (X509_REQ) request = in != NULL ? PEM_read_bio_X509_REQ (in, NULL, NULL, (void *) "") : NULL;
  return request != NULL ? take_key (request, error) : refuse (PERRON_EST_ERROR_FORM, "not a PEM request", error);
}

EVP_PKEY *
perron_est_parse_request (const char *body, gsize len, char ret_name[32], GError **error)
{
  gsize der_len = 0;
  char name[32];
  g_autofree guint8 *der = decode (body, len, &der_len);
  const guint8 *at = der;
  g_autoptr (X509_REQ) request = der != NULL ? d2i_X509_REQ (NULL, &at, (long) der_len) : NULL;
  if (request == NULL || at != der + der_len)
    return refuse (PERRON_EST_ERROR_FORM, "not a PKCS#10 request", error);
  g_autoptr (EVP_PKEY) key = take_key (request, error);
  if (key == NULL)
    return NULL;
  if (!read_name (X509_REQ_get_subject_name (request), name))
    return refuse (PERRON_EST_ERROR_NAME, "the subject is not one common name", error);
  memcpy (ret_name, name, sizeof name);
  return g_steal_pointer (&key);
}

/* --- answers ---------------------------------------------------------------------------------------------------------------------- */

char *
perron_est_make_answer (X509 *certificate, GError **error)
{
  g_autoptr (PKCS7) bag = PKCS7_new ();
  guint8 *der = NULL;
  if (bag == NULL || PKCS7_set_type (bag, NID_pkcs7_signed) != 1 || PKCS7_content_new (bag, NID_pkcs7_data) != 1 ||
      PKCS7_set_detached (bag, 1) != 1 || PKCS7_add_certificate (bag, certificate) != 1)
    return refuse (PERRON_EST_ERROR_CRYPTO, "cannot answer", error);
  int len = i2d_PKCS7 (bag, &der);
  return encode (der, len, error);
}

X509 *
perron_est_parse_answer (const char *body, gsize len, EVP_PKEY *key, const char *name, GError **error)
{
  gsize der_len = 0;
  char common_name[32];
  g_autofree guint8 *der = decode (body, len, &der_len);
  const guint8 *at = der;
  g_autoptr (PKCS7) bag = der != NULL ? d2i_PKCS7 (NULL, &at, (long) der_len) : NULL;
  const STACK_OF (X509) *certificates = bag != NULL && PKCS7_type_is_signed (bag) ? bag->d.sign->cert : NULL;
  if (certificates == NULL || sk_X509_num (certificates) != 1)
    return refuse (PERRON_EST_ERROR_FORM, "not one certificate in PKCS#7", error);
  X509 *certificate = sk_X509_value (certificates, 0);
  if (EVP_PKEY_eq (X509_get0_pubkey (certificate), key) != 1 || !read_name (X509_get_subject_name (certificate), common_name) ||
      strcmp (common_name, name) != 0)
    return refuse (PERRON_EST_ERROR_OTHER, "a certificate of another key or name than was asked for", error);
  X509_up_ref (certificate);
  return certificate;
}

char *
perron_est_certificate_to_pem (X509 *certificate)
{
  g_autoptr (BIO) out = BIO_new (BIO_s_mem ());
  char *text;
  if (out == NULL || PEM_write_bio_X509 (out, certificate) != 1)
    g_error ("out of memory");
  long len = BIO_get_mem_data (out, &text);
  return g_strndup (text, (gsize) len);
}
