/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sync/seal/seal.h"

G_BEGIN_DECLS

/*
 * Keys and certificates of the seal, from PEM files of at most 64 KiB: P-256 only, no password is ever asked. Every error is
 * PERRON_SEAL_ERROR_KEY and names the file. Private to sync. Blocks for one file read; any thread.
 */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

/* Nullable. */
gboolean perron_pem_is_p256 (const EVP_PKEY *key);

/* The file as it is, in locked memory: perron_secret_free(). */
char *perron_pem_read_file (const char *path, gsize *ret_len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What such a file holds; `name` is for the error. */
EVP_PKEY *perron_pem_parse_private_key (const char *text, gsize len, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

X509 *perron_pem_load_certificate (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
EVP_PKEY *perron_pem_load_private_key (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The public key of a certificate in `text`; `name` is for the error. */
EVP_PKEY *perron_pem_parse_public_key (const char *text, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The public key of a certificate, or a bare public key. */
EVP_PKEY *perron_pem_load_public_key (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ECDSA with SHA-256, DER. Transfer full. PERRON_SEAL_ERROR_CRYPTO. */
GBytes *perron_pem_sign (EVP_PKEY *key, GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* `what` failed: adds OpenSSL's first reason (never data) and empties its error queue. Always FALSE. */
gboolean perron_pem_crypto_error (const char *what, GError **error);

G_END_DECLS
