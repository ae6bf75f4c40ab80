/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* UUID version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 74 random bits. The idempotency key of a request. */

#define PERRON_UUID_BYTES 16
#define PERRON_UUID_CHARS 37 /* lower-case canonical text and NUL */

void perron_uuid7_generate (gint64 unix_ms, guint8 uuid[PERRON_UUID_BYTES]);
void perron_uuid_format (const guint8 uuid[PERRON_UUID_BYTES], char text[PERRON_UUID_CHARS]);

/* Canonical lower-case form only. FALSE leaves `uuid` untouched. */
gboolean perron_uuid_parse (const char *text, guint8 uuid[PERRON_UUID_BYTES]) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
