/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/nir.h"

#include <string.h>

#define DEPARTMENT_AT 5
#define COMMUNE_AT 7
#define ALL_CHARS PERRON_NUMBER_CHARS

/* Digits everywhere but 2A/2B at the département. */
static gboolean
has_shape (const char *text, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    gboolean corsica = i == DEPARTMENT_AT + 1 && text[DEPARTMENT_AT] == '2' && (text[i] == 'A' || text[i] == 'B');
    if (!g_ascii_isdigit (text[i]) && !corsica)
      return FALSE;
  }
  return TRUE;
}

guint
perron_nir_key (const char *body)
{
  guint64 number = 0;

  if (strnlen (body, PERRON_NIR_BODY_CHARS) < PERRON_NIR_BODY_CHARS || !has_shape (body, PERRON_NIR_BODY_CHARS))
    return 0;
  for (gsize i = 0; i < PERRON_NIR_BODY_CHARS; i++) {
    guint digit = 0;
    if (body[i] == 'A')
      number -= 1, digit = 9; /* 2A is 19: one ten less, and 9 */
    else if (body[i] == 'B')
      number -= 1, digit = 8;
    else
      digit = (guint) (body[i] - '0');
    number = number * 10 + digit;
  }
  return 97 - (guint) (number % 97);
}

static PerronNumberKind
find_kind (const char *value)
{
  guint month = (guint) (value[3] - '0') * 10 + (guint) (value[4] - '0');

  switch (value[0]) {
  case '1':
  case '2':
    if (month >= 1 && month <= 12)
      return PERRON_NUMBER_NIR;
    return month >= 20 ? PERRON_NUMBER_NIR_PSEUDO : PERRON_NUMBER_INVALID;
  case '3':
  case '4':
    return PERRON_NUMBER_PROVISIONAL;
  case '5':
  case '6':
    if (value[1] == '1' || value[1] == '2' || strncmp (value, "555555", 6) == 0)
      return PERRON_NUMBER_MIGRANT;
    return PERRON_NUMBER_INVALID;
  case '7':
  case '8':
    return PERRON_NUMBER_TEMPORARY;
  default:
    return PERRON_NUMBER_INVALID;
  }
}

static gboolean
check_key (const PerronNumber *number, gsize length)
{
  if (length != ALL_CHARS || number->kind == PERRON_NUMBER_MIGRANT || number->kind == PERRON_NUMBER_INVALID)
    return FALSE;
  const char *key = number->value + PERRON_NIR_BODY_CHARS;
  return perron_nir_key (number->value) == (guint) (key[0] - '0') * 10 + (guint) (key[1] - '0');
}

static gboolean
is_pad (char c)
{
  return c == ' ' || c == '\0';
}

void
perron_nir_parse (const char *text, gsize length, PerronNumber *ret_number)
{
  explicit_bzero (ret_number, sizeof *ret_number);
  while (length > 0 && is_pad (text[length - 1]))
    length--;
  while (length > 0 && is_pad (text[0]))
    text++, length--;
  if (length == 0)
    return;

  ret_number->kind = PERRON_NUMBER_INVALID;
  if (length > ALL_CHARS || !has_shape (text, length))
    return;
  memcpy (ret_number->value, text, length);
  if (length == ALL_CHARS || length == PERRON_NIR_BODY_CHARS)
    ret_number->kind = find_kind (ret_number->value);
  ret_number->key_ok = check_key (ret_number, length);
}

gboolean
perron_nir_is_simulated (const PerronNumber *number)
{
  if (number->kind != PERRON_NUMBER_NIR && number->kind != PERRON_NUMBER_NIR_PSEUDO)
    return FALSE;
  const char *commune = number->value + COMMUNE_AT;
  gboolean abroad = strncmp (number->value + DEPARTMENT_AT, "99", 2) == 0;
  return strncmp (commune, "000", 3) == 0 || (!abroad && strncmp (commune, "999", 3) == 0);
}
