/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Writes JSON (RFC 8259) into one block of locked memory of a fixed size: a general JSON library would leave copies of names and
 * numbers in ordinary memory. Too much text makes the whole fail, never a part of it. Private to sync/store; one thread.
 */
typedef struct {
  char *text; /* perron_secret_free(); NUL-terminated once finished */
  gsize length;
  gsize size;
  gboolean after_value; /* a comma comes before the next */
  gboolean failed;
} PerronSecretJson;

void perron_secret_json_init (PerronSecretJson *json, gsize size);

/* `key` is NULL inside an array; `bracket` is '{' or '[', '}' or ']'. */
void perron_secret_json_open (PerronSecretJson *json, const char *key, char bracket);
void perron_secret_json_close (PerronSecretJson *json, char bracket);

/* What is not UTF-8 becomes U+FFFD: one bad byte from a card must not cost a person the request. */
void perron_secret_json_string (PerronSecretJson *json, const char *key, const char *value);
void perron_secret_json_number (PerronSecretJson *json, const char *key, gint64 value);

/* The text, transfer full; NULL when it did not fit. */
char *perron_secret_json_finish (PerronSecretJson *json, gsize *ret_length) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
