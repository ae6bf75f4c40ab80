/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/certificates.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "sync/content/disk.h"

#define CERTIFICATE_FILE_MAX (64 * 1024)
#define AUTHORITIES_MAX 4

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static int
no_password (char *buffer G_GNUC_UNUSED, int size G_GNUC_UNUSED, int writing G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
  return -1;
}

static gboolean
is_recipient (X509 *certificate)
{
  EVP_PKEY *key = X509_get0_pubkey (certificate);
  char group[32] = "";
  return key != NULL && EVP_PKEY_get_base_id (key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name (key, group, sizeof group, NULL) == 1 && strcmp (group, SN_X9_62_prime256v1) == 0 &&
         (X509_get_key_usage (certificate) & KU_KEY_AGREEMENT) != 0;
}

static gboolean
is_authority (X509 *certificate)
{
  return X509_check_ca (certificate) == 1;
}

static gboolean
check_file (const PerronPackFile *file, int folder, GError **error)
{
  gboolean is_caisse = g_str_has_prefix (file->path, "caisses/");
  g_autoptr (GBytes) bytes = perron_disk_read (folder, file->path, CERTIFICATE_FILE_MAX, error);
  if (bytes == NULL)
    return FALSE;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  g_autoptr (BIO) in = BIO_new_mem_buf (data, (int) len);
  guint count = 0, good = 0;

  for (X509 *next = PEM_read_bio_X509 (in, NULL, no_password, NULL); next != NULL && count <= AUTHORITIES_MAX;
       next = PEM_read_bio_X509 (in, NULL, no_password, NULL)) {
    g_autoptr (X509) certificate = next;
    count++;
    good += is_caisse ? is_recipient (certificate) : is_authority (certificate);
  }
  ERR_clear_error ();
  if (count == good && count >= 1 && count <= (is_caisse ? 1 : AUTHORITIES_MAX))
    return TRUE;
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_FORMAT, "%s: %s", file->path,
               is_caisse ? "not one certificate on the curve P-256 for key agreement" : "not one to four certificates of authorities");
  return FALSE;
}

gboolean
perron_certificates_check (const PerronManifest *manifest, int folder, GError **error)
{
  for (guint i = 0; manifest->role == PERRON_ROLE_CERTIFICATES && i < manifest->files->len; i++) {
    if (!check_file (perron_manifest_get (manifest, i), folder, error))
      return FALSE;
  }
  return TRUE;
}
