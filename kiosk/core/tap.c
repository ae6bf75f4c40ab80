/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/tap.h"

static const char *const words[] = {
  "badge-known", "badge", "ticket", "transport", "identity-document", "health-professional", "phone", "payment", "card", "several", "unknown",
  NULL,
};

const char *
perron_tap_word (guint index)
{
  return index < G_N_ELEMENTS (words) ? words[index] : NULL;
}

gboolean
perron_is_tap_word (const char *word)
{
  return word != NULL && g_strv_contains (words, word);
}
