/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/device/device-key.h"

G_BEGIN_DECLS

/*
 * The few things asked of a TPM 2.0. Each call opens the TCTI, asks, and closes: an emulator and a bare /dev/tpm0 serve one client at a time, and
 * two programs of this terminal share one. No transient object or session stays behind. PERRON_DEVICE_ERROR. Private to sync/device.
 * Each blocks at most PERRON_DEVICE_PATIENCE_S; any thread. Built without TPM support: every call is ABSENT.
 */
#define PERRON_TPM_AUTH_BYTES 32
#define PERRON_TPM_FIELD_BYTES 32

typedef struct {
  guint32 handle;
  guint8 auth[PERRON_TPM_AUTH_BYTES];
  guint8 x[PERRON_TPM_FIELD_BYTES];
  guint8 y[PERRON_TPM_FIELD_BYTES];
} PerronTpmKey;

/* PERRON_DEVICE_PATIENCE_S; a test has less. */
extern gint64 perron_tpm_patience_us;

/* Does anything stand at this handle? */
gboolean perron_tpm_look (const char *tcti, guint32 handle, gboolean *ret_taken, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A new key at key->handle under key->auth: fills x and y. `replace`: what stands at the handle goes first. */
gboolean perron_tpm_make (const char *tcti, PerronTpmKey *key, gboolean replace, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Is it there, with these x and y, fixed to this TPM and for signing alone? */
gboolean perron_tpm_check (const char *tcti, const PerronTpmKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ECDSA over a SHA-256 digest; checks first that it is this key. */
gboolean perron_tpm_sign (const char *tcti, const PerronTpmKey *key, const guint8 digest[32], guint8 ret_r[PERRON_TPM_FIELD_BYTES],
                          guint8 ret_s[PERRON_TPM_FIELD_BYTES], GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Only when it is this key. */
gboolean perron_tpm_remove (const char *tcti, const PerronTpmKey *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
