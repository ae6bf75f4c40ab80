/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading members of hostile JSON without a warning: absent and of another type are both "not there". Borrowed results. */
JsonObject *wire_object (JsonObject *object, const char *name);
JsonArray *wire_array (JsonObject *object, const char *name);
const char *wire_string (JsonObject *object, const char *name);
JsonObject *wire_element (JsonArray *array, guint index);
gboolean wire_int (JsonObject *object, const char *name, gint64 *ret_value);
gboolean wire_says (JsonObject *object, const char *name, const char *wanted);

/* A CodeableConcept with exactly this one coding. `concept` may be NULL. */
gboolean wire_coding_says (JsonObject *concept, const char *system, const char *code);

/* The one element of `extension` with this url; NULL when none or several. */
JsonObject *wire_extension (JsonObject *object, const char *url);

/* Strict base64 (RFC 4648 section 4) of 1 … max bytes; NULL otherwise. Transfer full. */
GBytes *wire_base64 (const char *text, gsize max);

/* 64 lower-case hexadecimal digits. */
gboolean wire_digest (const char *text, guint8 ret_digest[32]);

/* "2026-11-21T20:15:00.123Z" and nothing else (FHIR instant, UTC, milliseconds). */
gboolean wire_instant (const char *text, gint64 *ret_unix_ms);

G_END_DECLS
