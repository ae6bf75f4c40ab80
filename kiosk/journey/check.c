/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/check.h"

#include <stdarg.h>

#include "kiosk/journey/check-private.h"

void
perron_check_fault (const PerronCheck *check, guint screen, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  const char *id = screen == PERRON_NOWHERE ? "journey" : check->journey->screens[screen].screen.id;
  g_ptr_array_add (check->faults, g_strdup_printf ("%s: %s", id, what));
}

gboolean
perron_check_is_overlay (const PerronJourney *journey, guint screen)
{
  return screen == journey->help || screen == journey->leave || screen == journey->idle || perron_journey_is_tap_screen (journey, screen);
}

gboolean
perron_check_waits (const PerronScreen *screen)
{
  return screen->kind == PERRON_SCREEN_MESSAGE && !screen->has_next && screen->option_count == 0;
}

static void
check_request (const PerronCheck *check, const PerronRequestShape *shape)
{
  const char *missing = "";
  if (check->has_text != NULL && !check->has_text (check->data, shape->consent, &missing))
    perron_check_fault (check, PERRON_NOWHERE, "request \"%s\": no text \"%s\" in \"%s\"", shape->kind, shape->consent, missing);
}

gboolean
perron_journey_check (const PerronJourney *journey, PerronHasText has_text, gpointer data, GPtrArray *ret_faults)
{
  const PerronCheck check = { journey, has_text, data, ret_faults };
  guint before = ret_faults->len;

  for (guint i = 0; i < journey->screen_count; i++)
    perron_check_screen (&check, i);
  for (guint i = 0; i < journey->request_count; i++)
    check_request (&check, &journey->requests[i]);
  perron_check_graph (&check);
  return ret_faults->len == before;
}
