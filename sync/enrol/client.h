/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/config.h"
#include "sync/device/identity.h"
#include "sync/enrol/est.h"
#include "sync/http/http.h"

G_BEGIN_DECLS

/*
 * The terminal's side of enrolment (RFC 7030). Blocks for the network; one thread. Errors besides PERRON_HTTP_ERROR (the line),
 * PERRON_DEVICE_ERROR (key, files), PERRON_EST_ERROR (the answer), PERRON_CONFIG_ERROR:
 */
typedef enum {
  PERRON_ENROL_ERROR_CODE,     /* wrong code for this terminal */
  PERRON_ENROL_ERROR_LOCKED,   /* too many wrong ones: a new code is needed */
  PERRON_ENROL_ERROR_LATE,     /* the code has run out: a new one is needed */
  PERRON_ENROL_ERROR_SPENT,    /* the code was used by another key: a new one is needed; if nobody here did, somebody else has a certificate */
  PERRON_ENROL_ERROR_REVOKED,  /* the operator revoked this terminal */
  PERRON_ENROL_ERROR_TOO_OLD,  /* expired for longer than the grace: enrol anew with a code */
  PERRON_ENROL_ERROR_REFUSED,  /* another refusal; message has the authority's word */
  PERRON_ENROL_ERROR_ALREADY,  /* this terminal is enrolled */
} PerronEnrolError;

#define PERRON_ENROL_ERROR (perron_enrol_error_quark ())
GQuark perron_enrol_error_quark (void);

/* A connection to [enrol] url. `identity` nullable: without a client certificate. Transfer full. */
PerronHttp *perron_enrol_connect (const PerronConfig *config, PerronDeviceIdentity *identity, gboolean (*cancelled) (gpointer), gpointer data,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks at `path` for a certificate of `key`; `code` NULL: who we are is the connection's certificate. Transfer full. */
X509 *perron_enrol_ask (PerronHttp *http, const char *path, PerronDeviceKey *key, const char *terminal, const char *code, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/*
 * Makes what is missing of the two keys, gets both certificates and writes that of the connection, whole and on the disk. Cut anywhere, the same
 * call with the same code goes on where it was: keys that are there are used, and the authority gives the same key the same certificate. The
 * certificate comes last: while it is not there the terminal is not enrolled, and the code is not lost. `again`: although one is there.
 * As root, files go to the owner of their folder.
 */
gboolean perron_enrol_run (const PerronConfig *config, const char *code, gboolean again, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Destroys both keys (also in the TPM) and the certificate: this terminal is no longer that terminal. What is not there is no error. */
gboolean perron_enrol_forget (const PerronConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes a certificate where [gateway] certificate says. */
gboolean perron_enrol_write_certificate (const char *path, X509 *certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
