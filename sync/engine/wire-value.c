/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-text.h"

#include <string.h>

const WireValue *
wire_first (const WireValue *container)
{
  return container != NULL && container->kind <= WIRE_ARRAY && container->span > 1 ? container + 1 : NULL;
}

const WireValue *
wire_next (const WireValue *container, const WireValue *one)
{
  const WireValue *next = one + one->span;
  return next < container + container->span ? next : NULL;
}

guint
wire_count (const WireValue *array)
{
  guint count = 0;
  for (const WireValue *each = wire_first (array); each != NULL; each = wire_next (array, each))
    count++;
  return count;
}

static guint
unit_at (const char *digits)
{
  guint unit = 0;
  for (guint i = 0; i < 4; i++)
    unit = unit << 4 | (guint) g_ascii_xdigit_value (digits[i]);
  return unit;
}

/* One byte, or the character an escape stands for, into `out`; how many bytes it is there. The text was checked. */
static guint
take_char (const char **at, char out[6])
{
  static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
  const char *text = *at;
  if (text[0] != '\\' || text[1] != 'u') {
    const char *letter = text[0] == '\\' ? strchr (letters, text[1]) : NULL;
    out[0] = text[0] != '\\' ? text[0] : letter != NULL ? controls[letter - letters] : text[1];
    *at += text[0] == '\\' ? 2 : 1;
    return 1;
  }
  gunichar character = unit_at (text + 2);
  *at += 6;
  if (character >= 0xd800 && character <= 0xdfff) {
    character = 0x10000 + ((character & 0x3ff) << 10) + (unit_at (text + 8) & 0x3ff);
    *at += 6;
  }
  return (guint) g_unichar_to_utf8 (character, out);
}

static gboolean
is_escaped (const WireValue *value, const char *wanted, gsize len)
{
  const char *end = wanted + len;
  char bytes[6];

  for (const char *at = value->text; at < value->text + value->len;) {
    guint count = take_char (&at, bytes);
    if (count > (gsize) (end - wanted) || memcmp (bytes, wanted, count) != 0)
      return FALSE;
    wanted += count;
  }
  return wanted == end;
}

static inline gboolean
is_string (const WireValue *value, const char *wanted, gsize len)
{
  if (value->kind != WIRE_STRING)
    return FALSE;
  if (value->escaped)
    return is_escaped (value, wanted, len);
  return value->len == len && memcmp (value->text, wanted, len) == 0;
}

gboolean
wire_is (const WireValue *value, const char *wanted)
{
  return value != NULL && is_string (value, wanted, strlen (wanted));
}

const WireValue *
wire_member (const WireValue *object, const char *name)
{
  const WireValue *found = NULL;
  gsize len = strlen (name);
  if (object == NULL || object->kind != WIRE_OBJECT)
    return NULL;
  for (const WireValue *each = object + 1; each < object + object->span; each += 1 + each[1].span) {
    if (!is_string (each, name, len))
      continue;
    if (found != NULL)
      return NULL;
    found = each + 1;
  }
  return found;
}

gboolean
wire_copy (const WireValue *value, char *ret_text, gsize size)
{
  gsize len = 0;
  char bytes[6];

  if (value == NULL || value->kind != WIRE_STRING || (!value->escaped && value->len >= size))
    return FALSE;
  if (!value->escaped) {
    memcpy (ret_text, value->text, value->len);
    ret_text[value->len] = '\0';
    return TRUE;
  }
  for (const char *at = value->text; at < value->text + value->len;) {
    guint count = take_char (&at, bytes);
    if (count >= size - len)
      return FALSE;
    memcpy (ret_text + len, bytes, count);
    len += count;
  }
  ret_text[len] = '\0';
  return TRUE;
}

gboolean
wire_number (const WireValue *value, gint64 *ret_number)
{
  char digits[24];
  if (value == NULL || value->kind != WIRE_NUMBER || value->len >= sizeof digits)
    return FALSE;
  memcpy (digits, value->text, value->len);
  digits[value->len] = '\0';
  return g_ascii_string_to_signed (digits, 10, G_MININT64, G_MAXINT64, ret_number, NULL);
}

/* --- writing ------------------------------------------------------------------------------------------------------------------- */

void
wire_append (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (; *text != '\0'; text++) {
    if ((guint8) *text < 0x20)
      g_string_append_printf (out, "\\u%04x", (guint) *text);
    else if (*text == '"' || *text == '\\')
      g_string_append_printf (out, "\\%c", *text);
    else
      g_string_append_c (out, *text);
  }
  g_string_append_c (out, '"');
}
