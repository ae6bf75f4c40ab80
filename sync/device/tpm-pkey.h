/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/device/tpm.h"

G_BEGIN_DECLS

/*
 * An OpenSSL key whose signatures come from the TPM: an EC_KEY_METHOD, the one way that works with libcurl 7.88 and OpenSSL 3.0 (facts
 * 3.3; the tpm2 provider does not). `sign` fills r and s of a SHA-256 digest; a method because OpenSSL's own types stay in one file.
 */
typedef gboolean (*PerronTpmSignFunc) (gpointer data, const guint8 digest[32], guint8 ret_r[PERRON_TPM_FIELD_BYTES],
                                       guint8 ret_s[PERRON_TPM_FIELD_BYTES]);

/* NULL: x and y are no point of the curve. `data` must outlive the key. Transfer full. */
EVP_PKEY *perron_tpm_pkey_new (const PerronTpmKey *key, PerronTpmSignFunc sign, gpointer data);

/* The point of a P-256 key. FALSE: another kind of key. */
gboolean perron_tpm_pkey_get_point (EVP_PKEY *pkey, guint8 ret_x[PERRON_TPM_FIELD_BYTES], guint8 ret_y[PERRON_TPM_FIELD_BYTES]);

G_END_DECLS
