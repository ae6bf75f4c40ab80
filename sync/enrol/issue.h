/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "sync/enrol/est.h"

G_BEGIN_DECLS

/* The bytes of certificates and revocation lists. Pure but for random serial numbers; any thread. PERRON_EST_ERROR_CRYPTO. */
typedef enum {
  PERRON_ROLE_ISSUED_TERMINAL, /* TLS client, CN = terminal id */
  PERRON_ROLE_ISSUED_SIGNER,   /* signs envelopes and nothing else (RFC 9336): no TLS client */
  PERRON_ROLE_ISSUED_SERVER,   /* TLS server, CN and DNS name */
  PERRON_ROLE_ISSUED_CAISSE,   /* CN = "caisse-" and its code: TLS client, opens envelopes, signs receipts */
} PerronIssuedRole;

const char *perron_issued_role_word (PerronIssuedRole role);

#define PERRON_SERIAL_BYTES 16

typedef struct {
  X509 *certificate; /* the authority's own */
  EVP_PKEY *key;
} PerronIssuer;

/* A P-256 authority that signs itself: `name` is its common name. Transfer full. */
X509 *perron_issue_authority (EVP_PKEY *key, const char *name, gint64 now_unix_s, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A certificate for `key` under `name`, from five minutes before now (clocks differ) for `days`. Transfer full. */
X509 *perron_issue_certificate (const PerronIssuer *issuer, PerronIssuedRole role, const char *name, EVP_PKEY *key, gint64 now_unix_s, gint64 days,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

void perron_issue_get_serial (X509 *certificate, guint8 ret_serial[PERRON_SERIAL_BYTES]);

typedef struct {
  guint8 serial[PERRON_SERIAL_BYTES];
  gint64 revoked_unix_s;
} PerronRevoked;

/* PEM of a revocation list of `revoked` (GArray of PerronRevoked), good for `days`. Transfer full. */
char *perron_issue_crl (const PerronIssuer *issuer, const GArray *revoked, gint64 now_unix_s, gint64 days, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
