/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/wire-text.h"

G_BEGIN_DECLS

/* Reading members of hostile JSON: absent, there twice, and of another type are all "not there" (NULL, FALSE). Values point into the text. */
const WireValue *wire_object (const WireValue *object, const char *name);
const WireValue *wire_array (const WireValue *object, const char *name);
const WireValue *wire_first_object (const WireValue *array);
gboolean wire_int (const WireValue *object, const char *name, gint64 *ret_value);
gboolean wire_says (const WireValue *object, const char *name, const char *wanted);

/* A member of this name, once or more often. */
gboolean wire_has (const WireValue *object, const char *name);

/* A string shorter than `size`, with its NUL; when FALSE, `ret_text` is of no use. */
gboolean wire_text (const WireValue *object, const char *name, char *ret_text, gsize size) G_GNUC_WARN_UNUSED_RESULT;

/* A name as perron_wire_token_ok() has them, into PERRON_WIRE_TOKEN_MAX + 1 bytes. */
gboolean wire_token (const WireValue *object, const char *name, char *ret_token) G_GNUC_WARN_UNUSED_RESULT;

/* A UUID in its canonical form, into PERRON_UUID_BYTES. */
gboolean wire_uuid (const WireValue *object, const char *name, guint8 *ret_uuid) G_GNUC_WARN_UNUSED_RESULT;

/* A CodeableConcept with exactly this one coding. `concept` may be NULL. */
gboolean wire_coding_says (const WireValue *concept, const char *system, const char *code);

/* The one element of `extension` with this url; NULL when none or several. */
const WireValue *wire_extension (const WireValue *object, const char *url);

/* Strict base64 (RFC 4648 section 4) of 1 … max bytes; NULL otherwise. Transfer full. */
GBytes *wire_base64 (const WireValue *object, const char *name, gsize max);

/* SHA-256 of the bytes. */
void wire_sha256 (GBytes *bytes, guint8 ret_digest[32]);

/* 64 lower-case hexadecimal digits. */
gboolean wire_digest (const WireValue *object, const char *name, guint8 ret_digest[32]);

/* "2026-11-21T20:15:00.123Z" and nothing else (FHIR instant, UTC, milliseconds). */
gboolean wire_instant (const WireValue *object, const char *name, gint64 *ret_unix_ms);

G_END_DECLS
