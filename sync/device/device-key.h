/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/evp.h>

#include "sync/seal/signer.h"

G_BEGIN_DECLS

/*
 * A private key of this terminal, P-256, to sign with and nothing else. Its file is one of two things, told apart by content:
 *
 *   a PEM private key    protects a copied certificate, not a stolen disk: whoever has the disk has the key;
 *   a key note           "[tpm-key]": the key is in this machine's TPM 2.0 and cannot leave it (fixedTPM, fixedParent, made there). The
 *                        note holds handle, auth value and public key: copied elsewhere it opens nothing.
 *
 * Who may read the file may use the key: separate files keep perron-kiosk's signing key from perron-sync. One thread at a time.
 * Facts: sync-security 3.3 (what works with libcurl), hardware 5.
 */
typedef enum {
  PERRON_DEVICE_ERROR_FILE,    /* key file missing or not one, folder not writable; message names the file */
  PERRON_DEVICE_ERROR_ABSENT,  /* no TPM there, or it does not answer in time */
  PERRON_DEVICE_ERROR_FOREIGN, /* a TPM is there, this key is not in it: another machine, or it was cleared */
  PERRON_DEVICE_ERROR_BUSY,    /* locked out, out of memory, testing itself: later */
  PERRON_DEVICE_ERROR_REFUSED, /* TPM or OpenSSL refused */
} PerronDeviceError;

#define PERRON_DEVICE_ERROR (perron_device_error_quark ())
GQuark perron_device_error_quark (void);

typedef struct PerronDeviceKey PerronDeviceKey;

/* Reads the file; a TPM is asked only when something is to be signed, so that one that is away does not stop a program from starting.
 * `tcti` as tpm2-tss takes it: "device:/dev/tpmrm0". Transfer full. */
PerronDeviceKey *perron_device_key_open (const char *path, const char *tcti, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_device_key_free (PerronDeviceKey *key);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDeviceKey, perron_device_key_free)

typedef enum { PERRON_DEVICE_KEY_FILE, PERRON_DEVICE_KEY_TPM } PerronDeviceKeyKind;

PerronDeviceKeyKind perron_device_key_get_kind (const PerronDeviceKey *key);

/* Borrowed; for a TLS context, a certificate request. Signing through it asks the TPM. */
EVP_PKEY *perron_device_key_get_pkey (PerronDeviceKey *key);

/* Borrowed. Errors of sign(): PERRON_DEVICE_ERROR. A TPM that does not answer within PERRON_DEVICE_PATIENCE_S is ABSENT. */
PerronSigner *perron_device_key_get_signer (PerronDeviceKey *key);
#define PERRON_DEVICE_PATIENCE_S 20

/* Does the TPM hold this key now? Signs nothing. A file key always is there. */
gboolean perron_device_key_check (PerronDeviceKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the last signature through get_pkey() failed of, when it did: OpenSSL can only say that it failed. Borrowed, nullable. */
const GError *perron_device_key_get_fault (const PerronDeviceKey *key);
void perron_device_key_clear_fault (PerronDeviceKey *key);

/*
 * Makes a new key and, when it returns TRUE, its file (0600, whole and on the disk). A file that is there is left as it is. `handle`: persistent
 * handle in the TPM (0x81000000 … 0x817fffff); one that is taken is refused, unless an earlier call was cut while it made this very file. Cut at
 * any point: no file, and the next call does it. Owner authorisation of the TPM must be empty.
 */
gboolean perron_device_key_make (const char *path, PerronDeviceKeyKind kind, const char *tcti, guint32 handle, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Takes the key at `handle` of this file's TPM away for good, then the file. For a key that a new one has replaced. */
gboolean perron_device_key_destroy (const char *path, const char *tcti, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Handle in the TPM; 0 for a file key. */
guint32 perron_device_key_get_handle (const PerronDeviceKey *key);

/* What a program that shuts itself in must still reach for this TCTI: `ret_device` a file (borrowed from `tcti`, NULL: none), `ret_port` a
 * TCP port of this machine (0: none; an emulator: ports and port+1). Pure. */
void perron_device_tcti_needs (const char *tcti, const char **ret_device, guint16 *ret_port);

/* "0x81010001" of a configuration. FALSE: not a persistent handle of the owner. Pure. */
gboolean perron_device_handle_parse (const char *text, guint32 *ret_handle) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
