/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/reference.h"

#include <string.h>
#include <sys/random.h>

#define SYMBOLS 8
#define BASE 19

static const char alphabet[BASE + 1] = "23456789AHJKLQRUXYZ";

/* Weights 2…8 for the seven data symbols and 1 for the check: all different and non-zero modulo 19, as are their differences. */
static guint
weighted_sum (const guint8 values[SYMBOLS], guint count)
{
  guint sum = 0;
  for (guint i = 0; i < count; i++)
    sum += values[i] * (SYMBOLS - i);
  return sum % BASE;
}

static void
write_symbols (const guint8 values[SYMBOLS], char reference[PERRON_REFERENCE_BYTES])
{
  char *out = reference;
  for (guint i = 0; i < SYMBOLS; i++) {
    if (i == SYMBOLS / 2)
      *out++ = '-';
    *out++ = alphabet[values[i]];
  }
  *out = '\0';
}

void
perron_reference_generate (char reference[PERRON_REFERENCE_BYTES])
{
  guint8 values[SYMBOLS] = { 0 };
  guint count = 0;

  while (count < SYMBOLS - 1) {
    guint8 byte;
    if (getrandom (&byte, 1, 0) != 1)
      continue;
    /* 247 = 13 × 19: larger bytes are thrown away so that every symbol is as likely. */
    if (byte < 247)
      values[count++] = byte % BASE;
  }
  values[SYMBOLS - 1] = (guint8) ((BASE - weighted_sum (values, SYMBOLS - 1)) % BASE);
  write_symbols (values, reference);
}

gboolean
perron_reference_parse (const char *text, char reference[PERRON_REFERENCE_BYTES])
{
  guint8 values[SYMBOLS] = { 0 };
  guint count = 0;

  for (const char *at = text; *at != '\0'; at++) {
    if (*at == ' ' || *at == '-')
      continue;
    const char *symbol = strchr (alphabet, g_ascii_toupper (*at));
    if (symbol == NULL || count == SYMBOLS)
      return FALSE;
    values[count++] = (guint8) (symbol - alphabet);
  }
  if (count != SYMBOLS || weighted_sum (values, SYMBOLS) != 0)
    return FALSE;
  write_symbols (values, reference);
  return TRUE;
}
