/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/birth.h"

#include <string.h>

#define YEAR_FIRST 1850
#define YEAR_LAST 2199

static gint
read_digits (const char *text, gsize count)
{
  gint value = 0;
  for (gsize i = 0; i < count; i++)
    value = value * 10 + (text[i] - '0');
  return value;
}

/* Without a year the longest February is possible: nothing true is thrown away. */
static gint
days_in_month (gint month, gint year)
{
  if (month == 2 && year == 0)
    return 29;
  return g_date_get_days_in_month ((GDateMonth) month, (GDateYear) (year != 0 ? year : 2000));
}

static void
fill_month_and_day (const char *text, PerronBirth *birth)
{
  gint month = read_digits (text, 2);
  gint day = read_digits (text + 2, 2);
  if (month < 1 || month > 12)
    return;
  birth->month = month;
  if (day >= 1 && day <= days_in_month (month, birth->year))
    birth->day = day;
}

gboolean
perron_birth_parse (const char *text, gsize length, PerronBirth *ret_birth)
{
  explicit_bzero (ret_birth, sizeof *ret_birth);
  while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\0'))
    length--;
  if (length >= sizeof ret_birth->raw)
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  }

  memcpy (ret_birth->raw, text, length);
  if (length == 6) {
    fill_month_and_day (text + 2, ret_birth);
  } else if (length == 8) {
    gint year = read_digits (text, 4);
    if (year >= YEAR_FIRST && year <= YEAR_LAST) {
      ret_birth->year = year;
      fill_month_and_day (text + 4, ret_birth);
    }
  }
  return TRUE;
}

gboolean
perron_birth_is_whole (const PerronBirth *birth)
{
  return birth->year != 0 && birth->month != 0 && birth->day != 0;
}
