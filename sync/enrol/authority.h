/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "kiosk/core/reference.h"
#include "sync/enrol/issue.h"

G_BEGIN_DECLS

/*
 * The operator's authority for its terminals: a folder, and nothing else (it may be carried to a machine without a network):
 *
 *   ca.key          its private key (0600): whoever has it can be any terminal
 *   ca.pem          its certificate: nginx's ssl_client_certificate
 *   crl.pem         revoked serial numbers: nginx's ssl_crl; must be written anew before it runs out (PERRON_CRL_DAYS)
 *   ca.db           every certificate issued, every one-time code (hashed)
 *   terminals/      <id>.pem of the key that signs a terminal's envelopes: [caisse] terminals, [receiver] terminals
 *
 * Several processes may use it at once. Blocks for the disk; one thread at a time.
 */
#define PERRON_CRL_DAYS 30
#define PERRON_CODE_ATTEMPTS 5
#define PERRON_SIGNER_DAYS 3650

typedef enum {
  PERRON_AUTHORITY_ERROR_FOLDER, /* missing, not one, not writable; message names the file */
  PERRON_AUTHORITY_ERROR_DATABASE,
  PERRON_AUTHORITY_ERROR_NAME,   /* not a name a terminal can have */
  PERRON_AUTHORITY_ERROR_UNKNOWN, /* no such terminal */
} PerronAuthorityError;

#define PERRON_AUTHORITY_ERROR (perron_authority_error_quark ())
GQuark perron_authority_error_quark (void);

typedef struct {
  gint64 days;       /* life of a terminal's certificate */
  gint64 grace_days; /* after its end it may still be renewed, and nothing else */
  gint64 code_hours; /* life of a one-time code */
} PerronAuthorityOptions;

typedef struct PerronAuthority PerronAuthority;

/* Makes the folder's content. A folder with an authority in it is refused. */
gboolean perron_authority_init (const char *folder, const char *name, PerronClock *clock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Transfer full. */
PerronAuthority *perron_authority_open (const char *folder, const PerronAuthorityOptions *options, PerronClock *clock, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void perron_authority_free (PerronAuthority *authority);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronAuthority, perron_authority_free)

/* A one-time code, to be told to whoever stands before the terminal. It takes the place of the terminal's code before. */
gboolean perron_authority_make_code (PerronAuthority *authority, const char *terminal, char ret_code[PERRON_REFERENCE_BYTES], GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Why something is issued or not. */
typedef enum {
  PERRON_VERDICT_ISSUED,
  PERRON_VERDICT_AGAIN,   /* what was issued to this very key before: its answer was lost */
  PERRON_VERDICT_WRONG,   /* no such code for that terminal */
  PERRON_VERDICT_LOCKED,  /* PERRON_CODE_ATTEMPTS wrong ones: that code is no longer any good */
  PERRON_VERDICT_LATE,    /* the code has run out */
  PERRON_VERDICT_SPENT,   /* the code was used, by another key */
  PERRON_VERDICT_UNKNOWN, /* not a certificate of this authority for a terminal, or of another terminal */
  PERRON_VERDICT_REVOKED,
  PERRON_VERDICT_TOO_OLD, /* expired for longer than the grace */
} PerronVerdict;

const char *perron_verdict_word (PerronVerdict verdict);

/*
 * A certificate for `key` of `terminal` in the role TERMINAL or SIGNER, against a code. Each role of a code is burned by the first key that uses
 * it; the same key gets the same certificate again, so that a cut line or power costs nothing. FALSE: an error; else `ret_certificate` (transfer
 * full) is NULL unless ISSUED or AGAIN. All in one transaction.
 */
gboolean perron_authority_enrol (PerronAuthority *authority, PerronIssuedRole role, const char *terminal, const char *code, EVP_PKEY *key,
                                 PerronVerdict *ret_verdict, X509 **ret_certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next certificate of the terminal whose certificate `presented` is, for the same key or another. Whoever calls has made sure that the
 * other end holds the key of `presented`. Result as above. */
gboolean perron_authority_renew (PerronAuthority *authority, X509 *presented, const char *name, EVP_PKEY *key, PerronVerdict *ret_verdict,
                                 X509 **ret_certificate, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Every certificate of that terminal, and its code; then crl.pem. UNKNOWN: it has none. */
gboolean perron_authority_revoke (PerronAuthority *authority, const char *terminal, gint64 *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_authority_write_crl (PerronAuthority *authority, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* For a server or a caisse, from a request that an operator holds in hand. Transfer full. */
X509 *perron_authority_sign (PerronAuthority *authority, PerronIssuedRole role, const char *name, EVP_PKEY *key, gint64 days, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

X509 *perron_authority_get_certificate (PerronAuthority *authority); /* borrowed */

typedef struct {
  const char *terminal;
  const char *role;
  char serial[2 * PERRON_SERIAL_BYTES + 1];
  gint64 not_before_s, not_after_s;
  gint64 revoked_s; /* 0: not */
} PerronIssued;

typedef void (*PerronIssuedFunc) (const PerronIssued *issued, gpointer data);

/* By name and time. */
gboolean perron_authority_list (PerronAuthority *authority, PerronIssuedFunc each, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
