/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/reply-code.h"
#include "kiosk/core/uuid7.h"

G_BEGIN_DECLS

/*
 * A sealed request as it is stored and travels. Frozen: nothing of it changes after it was made. Immutable; any thread.
 *
 * sealed     CMS ContentInfo (DER): AuthEnvelopedData (RFC 5083), content AES-256-GCM, recipients by ECDH P-256 with the
 *            SHA-256 KDF; the plain text is padded so that the size is one of 1, 2, 4 … KiB steps and tells nothing.
 * digest     SHA-256 of `sealed`: what the gateway echoes and the caisse acknowledges.
 * signature  ECDSA P-256/SHA-256 (DER) by the terminal's signing key over the bytes of perron_envelope_dup_signed_bytes().
 */
#define PERRON_DIGEST_BYTES 32
#define PERRON_SEALED_MAX (256 * 1024)
#define PERRON_SUITE_CMS_P256_A256GCM 1

typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  char *terminal;     /* "borne-0001" */
  char *dest;         /* code of the caisse */
  guint8 suite;
  GBytes *sealed;
  guint8 digest[PERRON_DIGEST_BYTES];
  GBytes *signature;
} PerronEnvelope;

void perron_envelope_free (PerronEnvelope *envelope);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronEnvelope, perron_envelope_free)

/* "perron-envelope-1" NUL terminal NUL dest NUL suite(1) id(16) digest(32): what the terminal signs. Transfer full. */
GBytes *perron_envelope_dup_signed_bytes (const char *terminal, const char *dest, guint8 suite, const guint8 id[PERRON_UUID_BYTES],
                                          const guint8 digest[PERRON_DIGEST_BYTES]);

/* "perron-receipt-1" NUL caisse NUL id(16) digest(32) received_unix_ms(8, big endian): what the caisse signs when it has opened. */
GBytes *perron_receipt_dup_signed_bytes (const char *caisse, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                                         gint64 received_unix_ms);

/*
 * "perron-reply-1" NUL caisse NUL terminal NUL word NUL id(16) digest(32) number(8) replied_unix_ms(8), numbers big endian: what the caisse
 * signs when it answers a request. A higher number of the same request takes the place of a lower one.
 */
GBytes *perron_reply_dup_signed_bytes (const char *caisse, const char *terminal, PerronReplyCode code, const guint8 id[PERRON_UUID_BYTES],
                                       const guint8 digest[PERRON_DIGEST_BYTES], gint64 number, gint64 replied_unix_ms);

/* "perron-audit-head-1" NUL terminal NUL n(8) hash(32) time_unix_ms(8), numbers big endian: what the terminal signs with its TLS key. */
GBytes *perron_head_dup_signed_bytes (const char *terminal, gint64 n, const guint8 hash[PERRON_DIGEST_BYTES], gint64 time_unix_ms);

G_END_DECLS
