/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/runner.h"

#include <string.h>

#include "kiosk/journey/events.h"
#include "kiosk/journey/words.h"

PerronRunner *
perron_runner_new (PerronJourney *journey)
{
  PerronRunner *runner = g_new0 (PerronRunner, 1);
  runner->journey = perron_journey_ref (journey);
  runner->person = perron_secret_alloc (sizeof *runner->person);
  runner->link = perron_link_key ("offline");
  perron_answers_wipe (runner);
  runner->current = journey->start;
  runner->edit_from = PERRON_NOWHERE;
  perron_moves_offer (runner);
  return runner;
}

void
perron_runner_free (PerronRunner *runner)
{
  if (runner == NULL)
    return;
  perron_secret_free (runner->person);
  perron_journey_unref (runner->journey);
  explicit_bzero (runner, sizeof *runner);
  g_free (runner);
}

void
perron_runner_emit (PerronRunner *runner, PerronEffectKind kind, const char *arg, const char *arg2)
{
  g_return_if_fail (runner->effects.count < PERRON_EFFECTS_MAX);
  runner->effects.list[runner->effects.count++] = (PerronEffect){ kind, arg, arg2 };
}

void
perron_runner_set_house_fact (PerronRunner *runner, const char *name, const char *text)
{
  for (guint i = 0; i < PERRON_HOUSE_FACTS_MAX; i++) {
    if (runner->house[i].name[0] != '\0' && strcmp (runner->house[i].name, name) != 0)
      continue;
    g_strlcpy (runner->house[i].name, name, sizeof runner->house[i].name);
    g_strlcpy (runner->house[i].text, text, sizeof runner->house[i].text);
    return;
  }
  g_return_if_reached ();
}

void
perron_runner_start (PerronRunner *runner, PerronEffects *ret_effects)
{
  runner->effects.count = 0;
  perron_moves_enter_first (runner);
  *ret_effects = runner->effects;
}

static const struct {
  gboolean (*step) (PerronRunner *runner, const PerronEvent *event);
  gboolean by_person;
} handlers[] = {
  [PERRON_EVENT_NEXT] = { perron_on_next, TRUE },          [PERRON_EVENT_CHOOSE] = { perron_on_choose, TRUE },
  [PERRON_EVENT_FIELD] = { perron_on_field, TRUE },        [PERRON_EVENT_SUBMIT] = { perron_on_submit, TRUE },
  [PERRON_EVENT_EDIT] = { perron_on_edit, TRUE },          [PERRON_EVENT_HOLDER] = { perron_on_holder, TRUE },
  [PERRON_EVENT_BACK] = { perron_on_back, TRUE },          [PERRON_EVENT_HELP] = { perron_on_help, TRUE },
  [PERRON_EVENT_LEAVE] = { perron_on_leave, FALSE },       [PERRON_EVENT_RETURN] = { perron_on_return, TRUE },
  [PERRON_EVENT_SETTING] = { perron_on_setting, TRUE },    [PERRON_EVENT_CARD] = { perron_on_card, FALSE },
  [PERRON_EVENT_IDLE] = { perron_on_idle, FALSE },         [PERRON_EVENT_STAY] = { perron_on_stay, TRUE },
  [PERRON_EVENT_EXPIRE] = { perron_on_expire, FALSE },     [PERRON_EVENT_REGISTERED] = { perron_on_registered, FALSE },
  [PERRON_EVENT_PROGRESS] = { perron_on_progress, FALSE }, [PERRON_EVENT_NOT_REGISTERED] = { perron_on_not_registered, FALSE },
  [PERRON_EVENT_PRINTER] = { perron_on_printer, FALSE },   [PERRON_EVENT_PRINTED] = { perron_on_printed, FALSE },
  [PERRON_EVENT_NOT_PRINTED] = { perron_on_not_printed, FALSE },
  [PERRON_EVENT_LINK] = { perron_on_link, FALSE },         [PERRON_EVENT_TAP] = { perron_on_tap, FALSE },
  [PERRON_EVENT_LISTING] = { perron_on_listing, FALSE },
};

void
perron_runner_begin (PerronRunner *runner)
{
  if (runner->session)
    return;
  runner->session = TRUE;
  perron_runner_emit (runner, PERRON_EFFECT_SESSION_BEGIN, NULL, NULL);
}

gboolean
perron_runner_step (PerronRunner *runner, const PerronEvent *event, PerronEffects *ret_effects)
{
  gboolean changed = FALSE;

  runner->effects.count = 0;
  if ((guint)event->kind < G_N_ELEMENTS (handlers)) {
    if (handlers[event->kind].by_person)
      perron_runner_begin (runner);
    changed = handlers[event->kind].step (runner, event);
  }
  *ret_effects = runner->effects;
  return changed;
}

const PerronScreen *
perron_runner_get_screen (const PerronRunner *runner)
{
  return &runner->journey->screens[perron_moves_shown (runner)].screen;
}

gboolean
perron_runner_can_go_back (const PerronRunner *runner)
{
  return runner->overlay_count > 0 || (perron_runner_base (runner)->can_go_back && runner->history_count > 0);
}

gboolean
perron_runner_is_offered (const PerronRunner *runner, const char *option)
{
  guint index = perron_screen_option_of (perron_runner_get_screen (runner), option);
  return index != PERRON_NOWHERE && (runner->overlay_count > 0 || (runner->offered >> index & 1u) != 0);
}

gboolean
perron_runner_is_picked (const PerronRunner *runner, const char *option)
{
  guint shown = perron_moves_shown (runner);
  guint slot = perron_journey_choice_slot (runner->journey, shown);
  guint index = perron_screen_option_of (&runner->journey->screens[shown].screen, option);
  return slot != PERRON_NOWHERE && index != PERRON_NOWHERE && (runner->person->slots[slot].picks >> index & 1u) != 0;
}

const char *
perron_runner_get_field (const PerronRunner *runner, const char *field)
{
  guint slot = perron_journey_slot_of (runner->journey, field);
  return slot != PERRON_NOWHERE ? runner->person->slots[slot].text : "";
}

const char *
perron_runner_get_refused_field (const PerronRunner *runner)
{
  return runner->refused != NULL && runner->overlay_count == 0 ? runner->refused->id : NULL;
}

const PerronHolders *
perron_runner_get_holders (const PerronRunner *runner)
{
  return runner->person->holders.count > 0 ? &runner->person->holders : NULL;
}

const PerronListing *
perron_runner_get_listing (const PerronRunner *runner)
{
  return runner->has_listing ? &runner->listing : NULL;
}

gboolean
perron_runner_is_free (const PerronRunner *runner)
{
  gboolean first = runner->current == runner->journey->start && runner->history_count == 0;
  return first || perron_runner_base (runner)->kind == PERRON_SCREEN_DONE;
}
