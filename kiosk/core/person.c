/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/person.h"

#include <string.h>

static const char *const kind_words[] = {
  [PERRON_NUMBER_NONE] = "none",
  [PERRON_NUMBER_NIR] = "nir",
  [PERRON_NUMBER_NIR_PSEUDO] = "nir-pseudo-month",
  [PERRON_NUMBER_TEMPORARY] = "temporary",
  [PERRON_NUMBER_PROVISIONAL] = "provisional",
  [PERRON_NUMBER_MIGRANT] = "migrant",
  [PERRON_NUMBER_INVALID] = "invalid",
};

const char *
perron_number_kind_to_string (PerronNumberKind kind)
{
  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (kind_words), "invalid");
  return kind_words[kind];
}

PerronHolders *
perron_holders_new (void)
{
  return perron_secret_alloc (sizeof (PerronHolders));
}

PerronHolders *
perron_holders_copy (const PerronHolders *holders)
{
  PerronHolders *copy = perron_holders_new ();
  memcpy (copy, holders, sizeof *copy);
  return copy;
}

void
perron_holders_free (PerronHolders *holders)
{
  perron_secret_free (holders);
}

/* Group sizes of a printed NIR: sex, year, month, département, commune, order, key. */
static const guint8 groups[] = { 1, 2, 2, 2, 3, 3, 2 };

/* Always the same shape, so that not even the length is told; a value too short to keep its end private is all dots. */
void
perron_number_mask (const PerronNumber *number, char masked[PERRON_NUMBER_MASKED_BYTES])
{
  gsize length = strnlen (number->value, PERRON_NUMBER_CHARS);
  char *end = g_stpcpy (masked, length > 0 ? "•• •• •• •••" : "");

  if (length >= 13)
    g_snprintf (end, 5, " %.3s", number->value + length - 3);
}

void
perron_number_group (const PerronNumber *number, char grouped[PERRON_NUMBER_MASKED_BYTES])
{
  gsize length = strnlen (number->value, PERRON_NUMBER_CHARS);
  gsize at = 0;
  char *end = grouped;

  for (gsize g = 0; g < G_N_ELEMENTS (groups) && at < length; g++) {
    if (at > 0)
      *end++ = ' ';
    for (guint i = 0; i < groups[g] && at < length; i++)
      *end++ = number->value[at++];
  }
  *end = '\0';
}
