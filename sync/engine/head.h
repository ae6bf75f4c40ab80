/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/wire.h"

G_BEGIN_DECLS

/*
 * The head of a terminal's audit chain on the wire: a FHIR R4 Basic (sync/CONTRACT.md section 7; sync-security facts 3.2). Pure; any
 * thread; what comes in is hostile.
 */
#define PERRON_HEAD_PATH "/Basic"
#define PERRON_HEAD_BODY_MAX (16 * 1024)

typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 n;
  guint8 hash[PERRON_DIGEST_BYTES];
  gint64 time_unix_ms;
  GBytes *signature; /* over perron_head_dup_signed_bytes() */
  /* The terminal's own line of the number that the gateway keeps: shows that the new head continues the kept one. 0: none. */
  gint64 after_n;
  guint8 after_hash[PERRON_DIGEST_BYTES];
} PerronHead;

void perron_head_free (PerronHead *head);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronHead, perron_head_free)

/* Transfer full. */
char *perron_head_encode (const PerronHead *head, gsize *ret_len);

/* PERRON_WIRE_ERROR. Transfer full. */
PerronHead *perron_head_parse (const guint8 *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What the gateway keeps: number and, unless it only asks for that line (HTTP 412), the hash. Transfer full. */
char *perron_head_encode_kept (const char *terminal, gint64 n, const guint8 *hash, gsize *ret_len);

/* `ret_hash` (nullable) is filled when the answer must have one. */
gboolean perron_head_parse_kept (const guint8 *data, gsize len, gint64 *ret_n, guint8 *ret_hash, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "back" or "forked" of an OperationOutcome (HTTP 409): static; NULL when it says neither. */
const char *perron_head_parse_refusal (const guint8 *data, gsize len);

G_END_DECLS
