/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/speech/words.h"

gboolean
perron_word_widen (const char *text, guint position, guint *ret_start, guint *ret_length)
{
  guint index = 0, start = 0;
  gboolean in_run = FALSE;

  if (position == 0)
    return FALSE;
  /* The first run that ends after the place: white space belongs to the run that follows it. */
  for (;; text = g_utf8_next_char (text), index++) {
    gboolean ends = *text == '\0' || g_unichar_isspace (g_utf8_get_char (text));
    if (ends && in_run && index >= position) {
      *ret_start = start;
      *ret_length = index - start;
      return TRUE;
    }
    if (*text == '\0')
      return FALSE;
    if (!ends && !in_run)
      start = index;
    in_run = !ends;
  }
}
