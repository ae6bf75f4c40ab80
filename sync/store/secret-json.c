/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/secret-json.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/core/secret.h"

void
perron_secret_json_init (PerronSecretJson *json, gsize size)
{
  *json = (PerronSecretJson){ .text = perron_secret_alloc (size), .size = size };
}

static void
append (PerronSecretJson *json, const char *bytes, gsize count)
{
  /* The last byte stays for the NUL. */
  if (json->failed || count >= json->size - json->length) {
    json->failed = TRUE;
    return;
  }
  memcpy (json->text + json->length, bytes, count);
  json->length += count;
}

static void
append_escape (PerronSecretJson *json, guint8 byte)
{
  static const char hex[] = "0123456789abcdef";
  char escape[] = { '\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15] };
  append (json, escape, sizeof escape);
}

/* Length of the valid UTF-8 character at `at`; 0 when there is none. */
static gsize
character_length (const char *at)
{
  gunichar character = g_utf8_get_char_validated (at, -1);
  return character == (gunichar) -1 || character == (gunichar) -2 ? 0 : (gsize) (g_utf8_next_char (at) - at);
}

static void
append_quoted (PerronSecretJson *json, const char *value)
{
  append (json, "\"", 1);
  for (const char *at = value; *at != '\0';) {
    guint8 byte = (guint8) *at;
    gsize count = 1;
    if (byte == '"' || byte == '\\') {
      append (json, "\\", 1);
      append (json, at, 1);
    } else if (byte < 0x20 || byte == 0x7f) {
      append_escape (json, byte);
    } else {
      count = character_length (at);
      append (json, count > 0 ? at : "\xef\xbf\xbd", count > 0 ? count : 3);
      count = MAX (count, 1);
    }
    at += count;
  }
  append (json, "\"", 1);
}

static void
append_key (PerronSecretJson *json, const char *key)
{
  if (json->after_value)
    append (json, ",", 1);
  if (key != NULL) {
    append_quoted (json, key);
    append (json, ":", 1);
  }
}

void
perron_secret_json_open (PerronSecretJson *json, const char *key, char bracket)
{
  append_key (json, key);
  append (json, &bracket, 1);
  json->after_value = FALSE;
}

void
perron_secret_json_close (PerronSecretJson *json, char bracket)
{
  append (json, &bracket, 1);
  json->after_value = TRUE;
}

void
perron_secret_json_string (PerronSecretJson *json, const char *key, const char *value)
{
  append_key (json, key);
  append_quoted (json, value);
  json->after_value = TRUE;
}

void
perron_secret_json_number (PerronSecretJson *json, const char *key, gint64 value)
{
  char digits[24];
  append_key (json, key);
  append (json, digits, (gsize) snprintf (digits, sizeof digits, "%" G_GINT64_FORMAT, value));
  json->after_value = TRUE;
}

char *
perron_secret_json_finish (PerronSecretJson *json, gsize *ret_length)
{
  if (json->failed) {
    g_clear_pointer (&json->text, perron_secret_free);
    return NULL;
  }
  *ret_length = json->length;
  return g_steal_pointer (&json->text);
}
