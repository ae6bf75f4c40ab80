/* SPDX-License-Identifier: GPL-3.0-or-later */
/* EC_KEY_METHOD is deprecated in OpenSSL 3 in favour of providers, which libcurl 7.88 cannot use with a TPM (facts 3.3). */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "sync/device/tpm-pkey.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>

typedef struct {
  PerronTpmSignFunc sign;
  gpointer data;
} Link;

static int link_index = -1;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EC_KEY, EC_KEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ECDSA_SIG, ECDSA_SIG_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIGNUM, BN_free)

/* TLS 1.3, requests and envelopes here sign SHA-256 digests: nothing else is passed on. */
static ECDSA_SIG *
on_sign (const unsigned char *digest, int digest_len, const BIGNUM *kinv G_GNUC_UNUSED, const BIGNUM *rp G_GNUC_UNUSED, EC_KEY *key)
{
  const Link *link = EC_KEY_get_ex_data (key, link_index);
  guint8 r[PERRON_TPM_FIELD_BYTES], s[PERRON_TPM_FIELD_BYTES];
  if (link == NULL || digest_len != 32 || !link->sign (link->data, digest, r, s)) {
    ERR_raise_data (ERR_LIB_USER, ERR_R_OPERATION_FAIL, "TPM");
    return NULL;
  }
  g_autoptr (ECDSA_SIG) signature = ECDSA_SIG_new ();
  g_autoptr (BIGNUM) big_r = BN_bin2bn (r, sizeof r, NULL), big_s = BN_bin2bn (s, sizeof s, NULL);
  if (signature == NULL || big_r == NULL || big_s == NULL || ECDSA_SIG_set0 (signature, big_r, big_s) != 1)
    return NULL;
  (void) g_steal_pointer (&big_r);
  (void) g_steal_pointer (&big_s);
  return g_steal_pointer (&signature);
}

static void
on_free (void *parent G_GNUC_UNUSED, void *link, CRYPTO_EX_DATA *data G_GNUC_UNUSED, int index G_GNUC_UNUSED, long number G_GNUC_UNUSED,
         void *pointer G_GNUC_UNUSED)
{
  g_free (link);
}

/* One a process, for ever. */
static EC_KEY_METHOD *
get_method (void)
{
  static gsize method = 0;
  if (g_once_init_enter (&method)) {
    EC_KEY_METHOD *made = EC_KEY_METHOD_new (EC_KEY_OpenSSL ());
    int (*sign) (int, const unsigned char *, int, unsigned char *, unsigned int *, const BIGNUM *, const BIGNUM *, EC_KEY *) = NULL;
    int (*setup) (EC_KEY *, BN_CTX *, BIGNUM **, BIGNUM **) = NULL;
    EC_KEY_METHOD_get_sign (made, &sign, &setup, NULL);
    EC_KEY_METHOD_set_sign (made, sign, setup, on_sign);
    link_index = EC_KEY_get_ex_new_index (0, NULL, NULL, NULL, on_free);
    g_once_init_leave (&method, (gsize) made);
  }
  return (EC_KEY_METHOD *) method;
}

EVP_PKEY *
perron_tpm_pkey_new (const PerronTpmKey *key, PerronTpmSignFunc sign, gpointer data)
{
  EC_KEY_METHOD *method = get_method ();
  g_autoptr (EC_KEY) ec = EC_KEY_new_by_curve_name (NID_X9_62_prime256v1);
  g_autoptr (BIGNUM) x = BN_bin2bn (key->x, sizeof key->x, NULL), y = BN_bin2bn (key->y, sizeof key->y, NULL);
  g_autoptr (EVP_PKEY) pkey = EVP_PKEY_new ();
  if (ec == NULL || pkey == NULL || EC_KEY_set_method (ec, method) != 1 || EC_KEY_set_public_key_affine_coordinates (ec, x, y) != 1) {
    ERR_clear_error ();
    return NULL;
  }
  Link *link = g_new (Link, 1);
  *link = (Link){ sign, data };
  if (EC_KEY_set_ex_data (ec, link_index, link) != 1 || EVP_PKEY_assign_EC_KEY (pkey, ec) != 1)
    return NULL;
  (void) g_steal_pointer (&ec);
  return g_steal_pointer (&pkey);
}

gboolean
perron_tpm_pkey_get_point (EVP_PKEY *pkey, guint8 ret_x[PERRON_TPM_FIELD_BYTES], guint8 ret_y[PERRON_TPM_FIELD_BYTES])
{
  BIGNUM *x = NULL, *y = NULL;
  char group[32] = "";
  gboolean got = pkey != NULL && EVP_PKEY_get_group_name (pkey, group, sizeof group, NULL) == 1 &&
                 strcmp (group, SN_X9_62_prime256v1) == 0 && EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_EC_PUB_X, &x) == 1 &&
                 EVP_PKEY_get_bn_param (pkey, OSSL_PKEY_PARAM_EC_PUB_Y, &y) == 1 &&
                 BN_bn2binpad (x, ret_x, PERRON_TPM_FIELD_BYTES) == PERRON_TPM_FIELD_BYTES &&
                 BN_bn2binpad (y, ret_y, PERRON_TPM_FIELD_BYTES) == PERRON_TPM_FIELD_BYTES;
  BN_free (x);
  BN_free (y);
  return got;
}
