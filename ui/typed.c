/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/typed.h"

#include "kiosk/core/secret.h"

#include <string.h>

#define TYPED_BYTES 320
#define TYPED_CHARS 64

/* A separator is never typed: the field puts it there. */
static gboolean
belongs (PerronFieldType type, gunichar c)
{
  switch (type) {
  case PERRON_FIELD_PHONE:
    return (c >= '0' && c <= '9') || c == '+';
  case PERRON_FIELD_DATE:
    return c >= '0' && c <= '9';
  case PERRON_FIELD_NUMBER:
    return (c >= '0' && c <= '9') || c == 'A' || c == 'B';
  case PERRON_FIELD_EMAIL:
    return c > ' ' && c < 0x7f;
  case PERRON_FIELD_REFERENCE:
    return c < 0x7f && g_ascii_isalnum ((char) c);
  case PERRON_FIELD_NAME:
  default:
    return g_unichar_isalpha (c) || c == ' ' || c == '\'' || c == 0x2019 || c == '-' || c == '.';
  }
}

static gunichar
fold (PerronFieldType type, gunichar c)
{
  /* Corsica is 2A and 2B in the number; a reference is read in capitals. */
  return type == PERRON_FIELD_NUMBER || type == PERRON_FIELD_REFERENCE ? g_unichar_toupper (c) : c;
}

char *
perron_typed_strip (PerronFieldType type, const char *shown, guint max_chars)
{
  char *typed = perron_secret_alloc (TYPED_BYTES);
  guint count = 0, most = max_chars == 0 ? TYPED_CHARS : MIN (max_chars, TYPED_CHARS);
  char *end = typed;
  for (const char *at = shown; *at != '\0' && count < most; at = g_utf8_next_char (at)) {
    gunichar c = fold (type, g_utf8_get_char (at));
    if (!belongs (type, c) || (c == '+' && type == PERRON_FIELD_PHONE && count > 0))
      continue;
    end += g_unichar_to_utf8 (c, end);
    count++;
  }
  return typed;
}

/* Places after which a separator stands, counted in typed characters. */
static const guint *
get_breaks (PerronFieldType type, const char *typed)
{
  static const guint phone[] = { 2, 4, 6, 8, 0 }, abroad[] = { 3, 4, 6, 8, 10, 0 }, date[] = { 2, 4, 0 },
                     number[] = { 1, 3, 5, 7, 10, 13, 0 }, none[] = { 0 };
  switch (type) {
  case PERRON_FIELD_PHONE:
    return typed[0] == '+' ? abroad : phone;
  case PERRON_FIELD_DATE:
    return date;
  case PERRON_FIELD_NUMBER:
    return number;
  default:
    return none;
  }
}

static gboolean
is_break (const guint *breaks, guint count)
{
  for (; *breaks != 0; breaks++)
    if (*breaks == count)
      return TRUE;
  return FALSE;
}

char *
perron_typed_group (PerronFieldType type, const char *typed)
{
  const guint *breaks = get_breaks (type, typed);
  char *grouped = perron_secret_alloc (TYPED_BYTES + TYPED_CHARS);
  char *end = grouped;
  guint count = 0;
  for (const char *at = typed; *at != '\0' && count < TYPED_CHARS; at = g_utf8_next_char (at), count++) {
    if (count > 0 && is_break (breaks, count))
      *end++ = type == PERRON_FIELD_DATE ? '/' : ' ';
    end += g_unichar_to_utf8 (g_utf8_get_char (at), end);
  }
  return grouped;
}

int
perron_typed_count (PerronFieldType type, const char *shown, int caret)
{
  int count = 0;
  for (int i = 0; i < caret && *shown != '\0'; i++, shown = g_utf8_next_char (shown))
    count += belongs (type, fold (type, g_utf8_get_char (shown))) ? 1 : 0;
  return count;
}

int
perron_typed_caret (PerronFieldType type, const char *grouped, int count)
{
  int caret = 0;
  for (; *grouped != '\0' && count > 0; grouped = g_utf8_next_char (grouped), caret++)
    count -= belongs (type, fold (type, g_utf8_get_char (grouped))) ? 1 : 0;
  return caret;
}
