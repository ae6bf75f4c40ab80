/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/seal/seal.h"

G_BEGIN_DECLS

/* Opening, for the caisse only: a library that neither perron-kiosk nor perron-sync nor perron-gateway links. */
typedef struct PerronOpener PerronOpener;

PerronOpener *perron_opener_new (const char *key_pem, const char *certificate_pem, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_opener_free (PerronOpener *opener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronOpener, perron_opener_free)

/* Plain text without its padding, NUL-terminated for convenience, in locked memory: perron_secret_free(). Nothing is released when
 * the tag does not fit (PERRON_SEAL_ERROR_ALTERED). */
char *perron_opener_open (PerronOpener *opener, const PerronEnvelope *envelope, gsize *ret_len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The caisse's signature over perron_receipt_dup_signed_bytes() or perron_reply_dup_signed_bytes(). Transfer full. */
GBytes *perron_opener_sign (PerronOpener *opener, GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
