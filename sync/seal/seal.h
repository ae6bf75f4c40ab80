/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/seal/envelope.h"
#include "sync/seal/signer.h"

G_BEGIN_DECLS

/* Sealing, in perron-kiosk. Opening is another library (sync/seal/open.h) that only the caisse's tool links. */

typedef enum {
  PERRON_SEAL_ERROR_KEY,       /* key or certificate missing, unreadable, of the wrong kind; message names the file */
  PERRON_SEAL_ERROR_EXPIRED,   /* no recipient certificate is valid today */
  PERRON_SEAL_ERROR_CRYPTO,    /* OpenSSL refused, or the signer */
  PERRON_SEAL_ERROR_TOO_LARGE,
  PERRON_SEAL_ERROR_ALTERED,   /* open, verify: not what was sealed, or not by whom it says */
} PerronSealError;

#define PERRON_SEAL_ERROR (perron_seal_error_quark ())
GQuark perron_seal_error_quark (void);

typedef struct {
  const char *terminal;
  const char *caisse;             /* code */
  const char *caisse_certificate; /* PEM file */
  const char *escrow_certificate; /* PEM file, nullable */
  const char *sign_key;           /* PEM file; not read when there is a signer */
  PerronSigner *signer;           /* nullable: signs instead (a key in a TPM); borrowed, outlives the sealer */
} PerronSealOptions;

typedef struct PerronSealer PerronSealer;

/* Loads and checks all keys once. Blocks for the files. Transfer full. One thread at a time. */
PerronSealer *perron_sealer_new (const PerronSealOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_sealer_free (PerronSealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSealer, perron_sealer_free)

/* Seals `plain` (1 … 64 KiB, in locked memory, stays the caller's). `now_unix_ms` decides which certificates are valid. Transfer full. */
PerronEnvelope *perron_sealer_seal (PerronSealer *sealer, const guint8 id[PERRON_UUID_BYTES], const guint8 *plain, gsize plain_len,
                                    gint64 now_unix_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* At that moment the certificate of the caisse is not valid, that of the escrow is: requests are sealed for the escrow alone. Any
 * thread. For the log, the agent's screen and the heartbeat. */
gboolean perron_sealer_uses_escrow_only (const PerronSealer *sealer, gint64 now_unix_ms);

/* Does `signature` by the key of `certificate_pem` (file: certificate or public key) cover `bytes`? */
gboolean perron_seal_verify (const char *certificate_pem, GBytes *bytes, GBytes *signature, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with the certificate itself, as nginx hands it over: hostile text of at most 64 KiB. */
gboolean perron_seal_verify_text (const char *certificate_text, GBytes *bytes, GBytes *signature, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
