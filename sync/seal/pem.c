/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/pem.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/core/secret.h"

#define FILE_MAX (64 * 1024)

static void
refuse (const char *path, const char *why, GError **error)
{
  ERR_clear_error ();
  g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY, "%s: %s", path != NULL && *path != '\0' ? path : "(no file)", why);
}

static gssize
read_all (int fd, guint8 *buffer, gsize size)
{
  gsize at = 0;
  while (at < size) {
    gssize got = read (fd, buffer + at, size - at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    at += (gsize) got;
  }
  return (gssize) at;
}

/* Into locked memory: the file may be a private key. OpenSSL then reads from there without a copy. */
char *
perron_pem_read_file (const char *path, gsize *ret_len, GError **error)
{
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
  if (fd < 0) {
    refuse (path, path != NULL ? g_strerror (errno) : "not configured", error);
    return NULL;
  }

  struct stat info;
  g_autoptr (PerronSecretText) text = NULL;
  gssize length = -1;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode) && info.st_size > 0 && info.st_size <= FILE_MAX) {
    text = perron_secret_alloc ((gsize) info.st_size);
    length = read_all (fd, (guint8 *) text, (gsize) info.st_size);
  }
  close (fd);
  if (length <= 0) {
    refuse (path, "not a readable file of 1 to 65536 bytes", error);
    return NULL;
  }
  *ret_len = (gsize) length;
  return g_steal_pointer (&text);
}

static BIO *
open_pem (const char *path, char **ret_text, GError **error)
{
  gsize length;
  char *text = perron_pem_read_file (path, &length, error);
  if (text == NULL)
    return NULL;
  *ret_text = text;
  return BIO_new_mem_buf (text, (int) length);
}

/* A key file with a password is refused instead of asking on a terminal nobody sits at. */
static int
no_password (char *buffer G_GNUC_UNUSED, int size G_GNUC_UNUSED, int writing G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  return -1;
}

gboolean
perron_pem_is_p256 (const EVP_PKEY *key)
{
  char group[32] = "";
  return key != NULL && EVP_PKEY_get_base_id (key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name (key, group, sizeof group, NULL) == 1 && strcmp (group, SN_X9_62_prime256v1) == 0;
}

X509 *
perron_pem_load_certificate (const char *path, GError **error)
{
  g_autoptr (PerronSecretText) text = NULL;
  g_autoptr (BIO) in = open_pem (path, &text, error);
  if (in == NULL)
    return NULL;

  g_autoptr (X509) certificate = PEM_read_bio_X509 (in, NULL, no_password, NULL);
  if (certificate == NULL) {
    refuse (path, "not a PEM certificate", error);
    return NULL;
  }
  if (!perron_pem_is_p256 (X509_get0_pubkey (certificate))) {
    refuse (path, "the key of the certificate is not on the curve P-256", error);
    return NULL;
  }
  return g_steal_pointer (&certificate);
}

EVP_PKEY *
perron_pem_parse_private_key (const char *text, gsize len, const char *name, GError **error)
{
  g_autoptr (BIO) in = BIO_new_mem_buf (text, (int) len);
  g_autoptr (EVP_PKEY) key = PEM_read_bio_PrivateKey (in, NULL, no_password, NULL);
  if (key == NULL) {
    refuse (name, "not a PEM private key without a password", error);
    return NULL;
  }
  if (!perron_pem_is_p256 (key)) {
    refuse (name, "not a key on the curve P-256", error);
    return NULL;
  }
  return g_steal_pointer (&key);
}

EVP_PKEY *
perron_pem_load_private_key (const char *path, GError **error)
{
  gsize len;
  g_autoptr (PerronSecretText) text = perron_pem_read_file (path, &len, error);
  return text != NULL ? perron_pem_parse_private_key (text, len, path, error) : NULL;
}

EVP_PKEY *
perron_pem_load_public_key (const char *path, GError **error)
{
  g_autoptr (PerronSecretText) text = NULL;
  g_autoptr (BIO) in = open_pem (path, &text, error);
  if (in == NULL)
    return NULL;

  g_autoptr (X509) certificate = PEM_read_bio_X509 (in, NULL, no_password, NULL);
  g_autoptr (EVP_PKEY) key = NULL;
  if (certificate != NULL) {
    key = X509_get_pubkey (certificate);
  } else {
    ERR_clear_error ();
    (void) BIO_reset (in);
    key = PEM_read_bio_PUBKEY (in, NULL, no_password, NULL);
  }
  if (!perron_pem_is_p256 (key)) {
    refuse (path, "neither a certificate nor a public key on the curve P-256", error);
    return NULL;
  }
  return g_steal_pointer (&key);
}

EVP_PKEY *
perron_pem_parse_public_key (const char *text, const char *name, GError **error)
{
  gsize length = strnlen (text, FILE_MAX + 1);
  g_autoptr (BIO) in = length > 0 && length <= FILE_MAX ? BIO_new_mem_buf (text, (int) length) : NULL;
  g_autoptr (X509) certificate = in != NULL ? PEM_read_bio_X509 (in, NULL, no_password, NULL) : NULL;
  g_autoptr (EVP_PKEY) key = certificate != NULL ? X509_get_pubkey (certificate) : NULL;

  if (perron_pem_is_p256 (key))
    return g_steal_pointer (&key);
  refuse (name, "not a certificate of a key on the curve P-256", error);
  return NULL;
}

GBytes *
perron_pem_sign (EVP_PKEY *key, GBytes *bytes, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint8 signature[128];
  gsize signature_len = sizeof signature;

  if (context == NULL || EVP_DigestSignInit (context, NULL, EVP_sha256 (), NULL, key) != 1 ||
      EVP_DigestSign (context, signature, &signature_len, data, length) != 1) {
    perron_pem_crypto_error ("cannot sign", error);
    return NULL;
  }
  return g_bytes_new (signature, signature_len);
}

gboolean
perron_pem_crypto_error (const char *what, GError **error)
{
  const char *reason = ERR_reason_error_string (ERR_peek_error ());
  g_set_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_CRYPTO, "%s: %s", what, reason != NULL ? reason : "no reason given");
  ERR_clear_error ();
  return FALSE;
}
