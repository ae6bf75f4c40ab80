/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <openssl/ssl.h>

#include "sync/device/device-key.h"

G_BEGIN_DECLS

/*
 * Certificate and key with which this terminal names itself to its gateway, as a pair: both change together, by refresh() and never
 * under way. A new key waits as "<key>.new" until the certificate that fits it is in place; whichever of the two fits is used, so that a power
 * cut between the two renames leaves a pair. One thread at a time, but use() and get_fault() may be called from the thread of the connection.
 */
typedef struct PerronDeviceIdentity PerronDeviceIdentity;

/* Reads both files. PERRON_DEVICE_ERROR_FILE: missing, unreadable, or the certificate is not of this key. Transfer full. */
PerronDeviceIdentity *perron_device_identity_new (const char *certificate_path, const char *key_path, const char *tcti, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void perron_device_identity_free (PerronDeviceIdentity *identity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDeviceIdentity, perron_device_identity_free)

/* Looks at the files again. TRUE: they changed and the new pair is in use: connections made before go on naming the old one. FALSE:
 * nothing changed, or what is there now is no pair (yet): the old one stays. Blocks for the files. */
gboolean perron_device_identity_refresh (PerronDeviceIdentity *identity);

/* The new key in use takes the place of the old one, which is destroyed: in the TPM it would hold its handle for ever. Harmless when there is
 * nothing to settle; where files or TPM refuse, the pair is used as it is and the next call tries again. */
void perron_device_identity_settle (PerronDeviceIdentity *identity);

/* For CURLOPT_SSL_CTX_FUNCTION: `identity` is a PerronDeviceIdentity. */
gboolean perron_device_identity_use (gpointer identity, SSL_CTX *context);

/* Did the key fail to sign since the last use()? Static word for the adviser's screen and the outbox ("key"), NULL: no. */
const char *perron_device_identity_get_fault (gpointer identity);

/* Borrowed until the next refresh(). */
PerronDeviceKey *perron_device_identity_get_key (PerronDeviceIdentity *identity);
X509 *perron_device_identity_get_certificate (PerronDeviceIdentity *identity);

G_END_DECLS
