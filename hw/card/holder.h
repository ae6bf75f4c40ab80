/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/profile.h"

G_BEGIN_DECLS

/* What the operator may be told of a card that was read; words for JSON by perron_card_warning_to_string(). Bits. */
typedef enum {
  PERRON_CARD_WARNING_COUNT_MISMATCH = 1 << 0, /* names and numbers could not be paired: numbers are absent */
  PERRON_CARD_WARNING_NO_NUMBERS = 1 << 1,     /* the number file is absent or protected */
  PERRON_CARD_WARNING_KEY = 1 << 2,            /* a number whose key is wrong */
  PERRON_CARD_WARNING_NUMBER = 1 << 3,         /* a number of no known shape */
  PERRON_CARD_WARNING_BIRTH = 1 << 4,          /* a birth date without century, or with an impossible month or day */
  PERRON_CARD_WARNING_CHARSET = 1 << 5,        /* a name that is not ISO 8859-1 */
  PERRON_CARD_WARNING_MAP = 1 << 6,            /* there was a doubt, and the card's own map does not name the file that was read */
} PerronCardWarning;

#define PERRON_CARD_WARNING_COUNT 7

/* `index` 0 … PERRON_CARD_WARNING_COUNT - 1, the bit number: "count-mismatch", "no-numbers", "number-key" … Static. */
const char *perron_card_warning_to_string (guint index);

/*
 * Reads the templates of one file of a profile into `rows` (which must be empty). FALSE with PERRON_CARD_ERROR_CONTENT when the bytes
 * are not what the profile says or go beyond its limits; `rows` is then wiped. `warnings` gains bits. Pure; any thread.
 */
gboolean perron_holders_parse (const PerronProfile *profile, const PerronProfileFile *file, const guint8 *data, gsize length,
                               PerronHolders *rows, guint *warnings, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * Joins by order the rows of each file of `profile` (rows[i] is NULL when file i could not be read) into `ret_holders`, which must be
 * empty. Unused slots at the end are dropped. A file whose count differs is left out, with COUNT_MISMATCH: nobody gets another's number.
 * FALSE with CONTENT when there is nobody, or somebody without any name.
 */
gboolean perron_holders_join (const PerronProfile *profile, PerronHolders *const *rows, PerronHolders *ret_holders, guint *warnings,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
