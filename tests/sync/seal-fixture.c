/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync/seal-fixture.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>

#include "tests/sync/store-fixture.h"

static void
write_certificate (EVP_PKEY *key, const char *name, int days, const char *path)
{
  X509 *certificate = X509_new ();
  X509_NAME *subject = X509_get_subject_name (certificate);
  time_t now = (time_t) (SEAL_NOW_MS / 1000);

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set_int64 (X509_get_serialNumber (certificate), g_random_int ());
  X509_time_adj_ex (X509_getm_notBefore (certificate), -1, 0, &now);
  X509_time_adj_ex (X509_getm_notAfter (certificate), days, 0, &now);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (const guchar *) name, -1, -1, 0);
  X509_set_issuer_name (certificate, subject);
  X509_set_pubkey (certificate, key);
  g_assert_cmpint (X509_sign (certificate, key, EVP_sha256 ()), >, 0);
  FILE *out = fopen (path, "w");
  g_assert_nonnull (out);
  g_assert_cmpint (PEM_write_X509 (out, certificate), ==, 1);
  fclose (out);
  X509_free (certificate);
}

static void
make_pair (const SealKeys *keys, const char *name, int days, char **ret_pem, char **ret_key)
{
  g_autofree char *pem_name = g_strconcat (name, ".pem", NULL), *key_name = g_strconcat (name, ".key", NULL);
  *ret_pem = g_build_filename (keys->folder, pem_name, NULL);
  *ret_key = g_build_filename (keys->folder, key_name, NULL);

  EVP_PKEY *key = EVP_EC_gen ("P-256");
  g_assert_nonnull (key);
  FILE *out = fopen (*ret_key, "w");
  g_assert_nonnull (out);
  g_assert_cmpint (PEM_write_PrivateKey (out, key, NULL, NULL, 0, NULL, NULL), ==, 1);
  fclose (out);
  write_certificate (key, name, days, *ret_pem);
  EVP_PKEY_free (key);
}

void
seal_keys_make (SealKeys *keys, int caisse_days)
{
  g_autoptr (GError) error = NULL;

  keys->folder = g_dir_make_tmp ("perron-keys-XXXXXX", &error);
  g_assert_no_error (error);
  make_pair (keys, "caisse", caisse_days, &keys->caisse_pem, &keys->caisse_key);
  make_pair (keys, "other", 90, &keys->other_pem, &keys->other_key);
  make_pair (keys, "escrow", 90, &keys->escrow_pem, &keys->escrow_key);
  make_pair (keys, "sign", 90, &keys->sign_pem, &keys->sign_key);
  keys->options = (PerronSealOptions){ "borne-0001", "000", keys->caisse_pem, keys->escrow_pem, keys->sign_key, NULL };
}

void
seal_keys_remove (SealKeys *keys)
{
  char **const paths[] = { &keys->caisse_pem, &keys->caisse_key, &keys->other_pem, &keys->other_key,
                           &keys->escrow_pem, &keys->escrow_key, &keys->sign_pem,  &keys->sign_key };
  fixture_remove_folder (keys->folder);
  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    g_clear_pointer (paths[i], g_free);
  g_clear_pointer (&keys->folder, g_free);
}
