/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "kiosk/journey/state.h"

/* A choice of one is "topic"; of several "slot-1", "slot-2" in the order of the screen. What was not answered is not there. */
static gboolean
add_choice (PerronRequest *request, const PerronRunner *runner, guint slot)
{
  const PerronSlot *shape = &runner->journey->slots[slot];
  const PerronScreen *screen = &runner->journey->screens[shape->screen].screen;
  char name[PERRON_FIELD_NAME_BYTES];
  guint nth = 0;

  for (guint i = 0; i < screen->option_count; i++) {
    if ((runner->person->slots[slot].picks >> i & 1u) == 0)
      continue;
    if (screen->pick_max > 1)
      snprintf (name, sizeof name, "%.40s-%u", shape->name, ++nth);
    else
      g_strlcpy (name, shape->name, sizeof name);
    if (!perron_request_set_field (request, name, screen->options[i].id))
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_typed (PerronRequest *request, const PerronRunner *runner, guint slot)
{
  const PerronSlot *shape = &runner->journey->slots[slot];
  char normal[PERRON_TYPED_BYTES];

  gboolean ok = perron_field_check (shape->field, runner->person->slots[slot].text, normal) &&
                (normal[0] == '\0' || perron_request_set_field (request, shape->name, normal));
  explicit_bzero (normal, sizeof normal);
  return ok;
}

static gboolean
fill (PerronRequest *request, const PerronRunner *runner, const PerronRequestShape *shape)
{
  const PerronHolder *holder = perron_answers_holder (runner);

  if (!perron_secret_copy_text (request->kind, sizeof request->kind, shape->kind) ||
      !perron_secret_copy_text (request->journey, sizeof request->journey, runner->journey->id) ||
      !perron_secret_copy_text (request->consent_key, sizeof request->consent_key, shape->consent))
    return FALSE;
  request->journey_version = runner->journey->version;
  if (shape->holder && holder != NULL && runner->person->confirmed) {
    request->has_holder = TRUE;
    request->holder_from_card = runner->person->from_card;
    request->holder = *holder;
  }
  for (guint i = 0; i < shape->slot_count; i++) {
    guint slot = shape->slots[i];
    if (!(runner->journey->slots[slot].field != NULL ? add_typed (request, runner, slot) : add_choice (request, runner, slot)))
      return FALSE;
  }
  return TRUE;
}

PerronRequest *
perron_runner_build_request (PerronRunner *runner, const char *kind, GError **error)
{
  const PerronRequestShape *shape = perron_journey_find_request (runner->journey, kind);
  g_autoptr (PerronRequest) request = perron_request_new ();

  if (shape == NULL) {
    g_set_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_GRAPH, "the journey has no request \"%s\"", kind);
    return NULL;
  }
  if (!fill (request, runner, shape)) {
    g_set_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_LIMIT, "the answers do not make a request \"%s\"", kind);
    return NULL;
  }
  return g_steal_pointer (&request);
}
