/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <glib.h>

G_BEGIN_DECLS

/*
 * What terminals and their authority say to each other: Enrolment over Secure Transport (RFC 7030), the three operations and one label
 * that are used here. Requests are PKCS#10, answers PKCS#7 "certs-only", both base64. Pure; any thread; what comes in is hostile.
 */
#define PERRON_EST_CACERTS "/.well-known/est/cacerts"
#define PERRON_EST_ENROLL "/.well-known/est/simpleenroll"
#define PERRON_EST_REENROLL "/.well-known/est/simplereenroll"
/* RFC 7030 3.2.2, a label: the certificate of the key that signs envelopes. */
#define PERRON_EST_ENROLL_SIGNER "/.well-known/est/signer/simpleenroll"
#define PERRON_EST_REQUEST_TYPE "application/pkcs10"
#define PERRON_EST_ANSWER_TYPE "application/pkcs7-mime; smime-type=certs-only"
#define PERRON_EST_BODY_MAX (16 * 1024)

typedef enum {
  PERRON_EST_ERROR_FORM,   /* not the bytes agreed */
  PERRON_EST_ERROR_PROOF,  /* not signed by the key it asks for */
  PERRON_EST_ERROR_KEY,    /* not P-256 */
  PERRON_EST_ERROR_NAME,   /* the subject is not one common name of 1 to 31 letters, digits, dashes */
  PERRON_EST_ERROR_OTHER,  /* a certificate of another key or name than asked for */
  PERRON_EST_ERROR_CRYPTO,
} PerronEstError;

#define PERRON_EST_ERROR (perron_est_error_quark ())
GQuark perron_est_error_quark (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)

/* "borne-0001": what may stand in a common name and in file names. */
gboolean perron_est_name_ok (const char *name);

/* Base64 of a request for `name`, signed by `key` (proof of possession). Transfer full. */
char *perron_est_make_request (EVP_PKEY *key, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Key and name asked for. `ret_name` at least 32 bytes. Extensions and attributes of the request are not looked at: the authority alone decides
 * what a certificate is for. Transfer full. */
EVP_PKEY *perron_est_parse_request (const char *body, gsize len, char ret_name[32], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Key of a PEM request, proof of possession checked; its subject is not looked at. Transfer full. */
EVP_PKEY *perron_est_parse_pem_request (const char *pem, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Base64 PKCS#7 with this one certificate. Transfer full. */
char *perron_est_make_answer (X509 *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The certificate in it, which must be of `key` and of `name`. Transfer full. */
X509 *perron_est_parse_answer (const char *body, gsize len, EVP_PKEY *key, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* PEM. Transfer full. */
char *perron_est_certificate_to_pem (X509 *certificate);

/* SHA-256 of the public key (SubjectPublicKeyInfo). */
void perron_est_key_digest (EVP_PKEY *key, guint8 ret_digest[32]);

G_END_DECLS
