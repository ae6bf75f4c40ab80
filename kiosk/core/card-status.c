/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/card-status.h"

static const char *const words[PERRON_CARD_STATUS_COUNT] = {
  [PERRON_CARD_NO_READER] = "no-reader",   [PERRON_CARD_NO_CARD] = "no-card",       [PERRON_CARD_READING] = "reading",
  [PERRON_CARD_READ] = "read",             [PERRON_CARD_MUTE] = "mute",             [PERRON_CARD_REMOVED] = "removed",
  [PERRON_CARD_NOT_VITALE] = "not-vitale", [PERRON_CARD_VITALE_1] = "vitale-1",     [PERRON_CARD_UNREADABLE] = "unreadable",
  [PERRON_CARD_REFUSED] = "refused",       [PERRON_CARD_READER_FAULT] = "reader-fault",
  [PERRON_CARD_HELD] = "held",
};

const char *
perron_card_status_to_string (PerronCardStatus status)
{
  g_return_val_if_fail ((guint) status < PERRON_CARD_STATUS_COUNT, "reader-fault");
  return words[status];
}

gboolean
perron_card_status_from_string (const char *word, PerronCardStatus *ret_status)
{
  for (guint i = 0; i < PERRON_CARD_STATUS_COUNT; i++) {
    if (g_strcmp0 (word, words[i]) == 0) {
      *ret_status = (PerronCardStatus) i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
perron_card_status_is_a_hand (PerronCardStatus status)
{
  return status != PERRON_CARD_NO_READER && status != PERRON_CARD_READER_FAULT && status != PERRON_CARD_HELD;
}

const char *
perron_card_family_from_string (const char *word)
{
  static const char *const families[] = { "vitale-1", "health-professional", "staff",          "identity", "payment",
                                          "student",  "transport",           "health-foreign", "sim",      "unknown" };
  for (gsize i = 0; i < G_N_ELEMENTS (families); i++) {
    if (g_strcmp0 (word, families[i]) == 0)
      return families[i];
  }
  return NULL;
}
