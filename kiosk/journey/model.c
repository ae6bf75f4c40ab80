/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/model.h"

#include <string.h>

guint
perron_journey_index_of (const PerronJourney *journey, const char *screen)
{
  for (guint i = 0; i < journey->screen_count; i++) {
    if (g_strcmp0 (journey->screens[i].screen.id, screen) == 0)
      return i;
  }
  return PERRON_NOWHERE;
}

gboolean
perron_journey_is_tap_screen (const PerronJourney *journey, guint screen)
{
  for (guint i = 0; i < journey->tap_rule_count; i++) {
    if (journey->tap_rules[i].to == PERRON_TO_SCREEN && journey->tap_rules[i].screen == screen)
      return TRUE;
  }
  return FALSE;
}

guint
perron_journey_slot_of (const PerronJourney *journey, const char *name)
{
  for (guint i = 0; i < journey->slot_count; i++) {
    if (g_strcmp0 (journey->slots[i].name, name) == 0)
      return i;
  }
  return PERRON_NOWHERE;
}

guint
perron_journey_choice_slot (const PerronJourney *journey, guint screen)
{
  const char *answer = journey->screens[screen].screen.answer;
  return answer != NULL ? perron_journey_slot_of (journey, answer) : PERRON_NOWHERE;
}

guint
perron_screen_option_of (const PerronScreen *screen, const char *option)
{
  for (guint i = 0; i < screen->option_count; i++) {
    if (g_strcmp0 (screen->options[i].id, option) == 0)
      return i;
  }
  return PERRON_NOWHERE;
}

const PerronRequestShape *
perron_journey_find_request (const PerronJourney *journey, const char *kind)
{
  for (guint i = 0; i < journey->request_count; i++) {
    if (g_strcmp0 (journey->requests[i].kind, kind) == 0)
      return &journey->requests[i];
  }
  return NULL;
}
