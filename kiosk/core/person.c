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

static void
append_grouped (const char *value, guint visible_from, char *out)
{
  gsize length = strnlen (value, PERRON_NUMBER_CHARS);
  gsize at = 0;
  char *end = out;

  for (gsize g = 0; g < G_N_ELEMENTS (groups) && at < length; g++) {
    if (at > 0)
      *end++ = ' ';
    for (guint i = 0; i < groups[g] && at < length; i++, at++) {
      if (at >= visible_from)
        *end++ = value[at];
      else
        end = g_stpcpy (end, "•");
    }
  }
  *end = '\0';
}

void
perron_number_mask (const PerronNumber *number, char masked[PERRON_NUMBER_MASKED_BYTES])
{
  gsize length = strnlen (number->value, PERRON_NUMBER_CHARS);
  append_grouped (number->value, length > 3 ? (guint) length - 3 : G_MAXUINT, masked);
}

void
perron_number_group (const PerronNumber *number, char grouped[PERRON_NUMBER_MASKED_BYTES])
{
  append_grouped (number->value, 0, grouped);
}
