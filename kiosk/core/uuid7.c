/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/uuid7.h"

#include <string.h>
#include <sys/random.h>

void
perron_uuid7_generate (gint64 unix_ms, guint8 uuid[PERRON_UUID_BYTES])
{
  while (getrandom (uuid, PERRON_UUID_BYTES, 0) != PERRON_UUID_BYTES)
    continue;
  for (guint i = 0; i < 6; i++)
    uuid[i] = (guint8) ((guint64) unix_ms >> (40 - 8 * i));
  uuid[6] = (guint8) (0x70 | (uuid[6] & 0x0f));
  uuid[8] = (guint8) (0x80 | (uuid[8] & 0x3f));
}

void
perron_uuid_format (const guint8 uuid[PERRON_UUID_BYTES], char text[PERRON_UUID_CHARS])
{
  char *out = text;
  for (guint i = 0; i < PERRON_UUID_BYTES; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      *out++ = '-';
    *out++ = "0123456789abcdef"[uuid[i] >> 4];
    *out++ = "0123456789abcdef"[uuid[i] & 15];
  }
  *out = '\0';
}

static gint
lower_hex (char c)
{
  return c >= 'A' && c <= 'F' ? -1 : g_ascii_xdigit_value (c);
}

gboolean
perron_uuid_parse (const char *text, guint8 uuid[PERRON_UUID_BYTES])
{
  guint8 parsed[PERRON_UUID_BYTES];
  guint at = 0;

  if (strlen (text) != PERRON_UUID_CHARS - 1)
    return FALSE;
  for (guint i = 0; i < PERRON_UUID_CHARS - 1;) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-')
        return FALSE;
      continue;
    }
    gint high = lower_hex (text[i]), low = lower_hex (text[i + 1]);
    if (high < 0 || low < 0)
      return FALSE;
    parsed[at++] = (guint8) (high << 4 | low);
    i += 2;
  }
  memcpy (uuid, parsed, sizeof parsed);
  return TRUE;
}
