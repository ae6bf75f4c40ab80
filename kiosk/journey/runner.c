/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/runner.h"

#include <string.h>

#include "kiosk/journey/state.h"
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

/* --- ways ------------------------------------------------------------------------------------------------------------------- */

static gboolean
rule_holds (const PerronRunner *runner, const PerronRule *rule)
{
  for (guint i = 0; i < rule->condition_count; i++) {
    if (!perron_answers_condition (runner, &rule->conditions[i]))
      return FALSE;
  }
  return TRUE;
}

static const PerronRule *
find_rule_in (const PerronRunner *runner, const PerronRule *rules, guint count, PerronTrigger trigger, const char *name)
{
  for (guint i = 0; i < count; i++) {
    if (rules[i].trigger == trigger && g_strcmp0 (rules[i].name, name) == 0 && rule_holds (runner, &rules[i]))
      return &rules[i];
  }
  return NULL;
}

/* The way for this very name; else the way for any name. */
static const PerronRule *
find_rule (const PerronRunner *runner, guint screen, PerronTrigger trigger, const char *name)
{
  const PerronNode *node = &runner->journey->screens[screen];
  const PerronRule *rule = find_rule_in (runner, node->rules, node->rule_count, trigger, name);
  return rule != NULL ? rule : find_rule_in (runner, node->rules, node->rule_count, trigger, NULL);
}

static const char *
keep_reference (PerronRunner *runner)
{
  g_strlcpy (runner->effect_text, runner->person->reference, sizeof runner->effect_text);
  return runner->effect_text;
}

static void
act (PerronRunner *runner, const PerronAction *action)
{
  switch (action->kind) {
  case PERRON_DO_CARD_RELEASE:
    runner->card_awaited = FALSE;
    perron_runner_emit (runner, PERRON_EFFECT_CARD_RELEASE, NULL, NULL);
    break;
  case PERRON_DO_QUEUE_SUBMIT:
    perron_runner_emit (runner, PERRON_EFFECT_QUEUE_SUBMIT, action->arg, NULL);
    break;
  case PERRON_DO_QUEUE_LOOK_UP:
    runner->person->progress = NULL;
    perron_runner_emit (runner, PERRON_EFFECT_QUEUE_LOOK_UP, keep_reference (runner), NULL);
    break;
  case PERRON_DO_QUEUE_WITHDRAW:
    perron_runner_emit (runner, PERRON_EFFECT_QUEUE_WITHDRAW, keep_reference (runner), NULL);
    break;
  case PERRON_DO_SETTING:
    perron_runner_emit (runner, PERRON_EFFECT_SETTING, action->arg, action->arg2);
    break;
  case PERRON_DO_HOLDER_TYPE:
    perron_answers_holder_from_typed (runner);
    break;
  case PERRON_DO_HOLDER_CONFIRM:
    runner->person->confirmed = perron_answers_holder (runner) != NULL;
    break;
  case PERRON_DO_HOLDER_FORGET:
    perron_answers_forget_holder (runner);
    break;
  case PERRON_DO_REFERENCE_TYPE:
    if (!perron_answers_take_reference (runner))
      explicit_bzero (runner->person->reference, sizeof runner->person->reference);
    break;
  case PERRON_DO_SESSION_WIPE:
    break;
  }
}

static void remember_setting (PerronRunner *runner, const char *name, const char *value);

static gboolean
follow (PerronRunner *runner, const PerronRule *rule, gboolean by_person)
{
  if (rule == NULL)
    return FALSE;
  for (guint i = 0; i < rule->action_count; i++) {
    if (rule->actions[i].kind == PERRON_DO_SESSION_WIPE) {
      perron_moves_wipe (runner, rule->to == PERRON_TO_SCREEN ? rule->screen : runner->journey->start);
      return TRUE;
    }
    if (rule->actions[i].kind == PERRON_DO_SETTING)
      remember_setting (runner, rule->actions[i].arg, rule->actions[i].arg2);
    act (runner, &rule->actions[i]);
  }
  if (rule->to == PERRON_TO_SCREEN)
    perron_moves_forward (runner, rule->screen, by_person);
  else if (rule->to == PERRON_TO_BACK)
    perron_moves_back (runner);
  else
    perron_moves_uncover (runner);
  return TRUE;
}

/* --- events of the person --------------------------------------------------------------------------------------------------- */

static gboolean
on_next (PerronRunner *runner, const PerronEvent *event)
{
  return follow (runner, find_rule (runner, perron_moves_shown (runner), PERRON_ON_NEXT, NULL), TRUE);
}

static gboolean
on_choose (PerronRunner *runner, const PerronEvent *event)
{
  guint shown = perron_moves_shown (runner);
  const PerronScreen *screen = &runner->journey->screens[shown].screen;
  guint option = perron_screen_option_of (screen, event->name);

  if (option == PERRON_NOWHERE)
    return FALSE;
  if (screen->kind == PERRON_SCREEN_CHOICE && (screen->pick_max > 1 || screen->pick_min == 0))
    return perron_answers_toggle (runner, event->name);
  if (screen->kind == PERRON_SCREEN_CHOICE && runner->overlay_count == 0)
    perron_answers_choose (runner, option);
  return follow (runner, find_rule (runner, shown, PERRON_ON_CHOOSE, event->name), TRUE);
}

static gboolean
on_field (PerronRunner *runner, const PerronEvent *event)
{
  return runner->overlay_count == 0 && event->name != NULL && event->value != NULL &&
         perron_answers_type (runner, event->name, event->value);
}

static gboolean
on_submit (PerronRunner *runner, const PerronEvent *event)
{
  if (runner->overlay_count > 0)
    return FALSE;
  /* Refused again is said again. */
  if (!perron_answers_complete (runner))
    return runner->refused != NULL;
  return follow (runner, find_rule (runner, runner->current, PERRON_ON_SUBMIT, NULL), TRUE);
}

static gboolean
on_edit (PerronRunner *runner, const PerronEvent *event)
{
  const PerronScreen *screen = perron_runner_base (runner);

  if (runner->overlay_count > 0 || screen->kind != PERRON_SCREEN_REVIEW)
    return FALSE;
  for (guint i = 0; i < screen->row_count; i++) {
    if (screen->rows[i].edit != NULL && g_strcmp0 (screen->rows[i].edit, event->name) == 0) {
      perron_moves_edit (runner, perron_journey_index_of (runner->journey, event->name));
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
on_holder (PerronRunner *runner, const PerronEvent *event)
{
  guint64 index = 0;

  if (runner->overlay_count > 0 || event->name == NULL || perron_runner_base (runner)->kind != PERRON_SCREEN_HOLDERS ||
      !g_ascii_string_to_unsigned (event->name, 10, 0, PERRON_HOLDERS_MAX - 1, &index, NULL) ||
      index >= runner->person->holders.count)
    return FALSE;
  runner->person->chosen = (guint) index;
  runner->person->confirmed = FALSE;
  return follow (runner, find_rule (runner, runner->current, PERRON_ON_HOLDER, NULL), TRUE);
}

static gboolean
on_back (PerronRunner *runner, const PerronEvent *event)
{
  return perron_moves_back (runner);
}

static gboolean
close_idle (PerronRunner *runner)
{
  return perron_moves_shown (runner) == runner->journey->idle && perron_moves_uncover (runner);
}

static gboolean
on_help (PerronRunner *runner, const PerronEvent *event)
{
  close_idle (runner);
  gboolean changed = perron_moves_cover (runner, runner->journey->help);
  if (changed)
    perron_runner_emit (runner, PERRON_EFFECT_HELP_CALL, NULL, NULL);
  return changed;
}

/* Where nothing was given yet, or nothing is left, there is nothing to ask: it is simply erased. */
static gboolean
on_leave (PerronRunner *runner, const PerronEvent *event)
{
  gboolean first = runner->current == runner->journey->start && runner->history_count == 0;

  close_idle (runner);
  if (first || perron_runner_base (runner)->kind == PERRON_SCREEN_DONE) {
    perron_moves_wipe (runner, runner->journey->start);
    return TRUE;
  }
  return perron_moves_cover (runner, runner->journey->leave);
}

static gboolean
on_return (PerronRunner *runner, const PerronEvent *event)
{
  return perron_moves_uncover (runner);
}

static void
remember_setting (PerronRunner *runner, const char *name, const char *value)
{
  static const char *const names[] = { "language", "size", "contrast", "voice" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], name) == 0)
      g_strlcpy (runner->settings[i], value, sizeof runner->settings[i]);
  }
}

/* The screen itself does not change: who carries out the effect changes how it looks. The kept copy outlives the event. */
static gboolean
on_setting (PerronRunner *runner, const PerronEvent *event)
{
  static const char *const names[] = { "language", "size", "contrast", "voice" };

  if (!perron_is_setting (event->name, event->value))
    return FALSE;
  remember_setting (runner, event->name, event->value);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], event->name) == 0)
      perron_runner_emit (runner, PERRON_EFFECT_SETTING, names[i], runner->settings[i]);
  }
  return FALSE;
}

static gboolean
on_stay (PerronRunner *runner, const PerronEvent *event)
{
  return close_idle (runner);
}

/* --- events of the house ---------------------------------------------------------------------------------------------------- */

static gboolean
same_holders (const PerronRunner *runner, const PerronHolders *holders)
{
  const PerronHolders *known = &runner->person->holders;
  if (!runner->person->from_card || known->count != holders->count)
    return FALSE;
  for (guint i = 0; i < holders->count; i++) {
    const PerronHolder *a = &known->list[i], *b = &holders->list[i];
    if (strcmp (a->surname, b->surname) != 0 || strcmp (a->given_name, b->given_name) != 0 ||
        strcmp (a->birth.raw, b->birth.raw) != 0 || strcmp (a->number.value, b->number.value) != 0)
      return FALSE;
  }
  return TRUE;
}

static void
take_holders (PerronRunner *runner, const PerronHolders *holders)
{
  runner->person->holders = *holders;
  runner->person->from_card = TRUE;
  runner->person->confirmed = FALSE;
  runner->person->chosen = holders->count == 1 ? 0 : PERRON_NO_HOLDER;
}

static gboolean
follow_card (PerronRunner *runner, const char *status)
{
  const PerronJourney *journey = runner->journey;
  const PerronRule *rule = NULL;

  if (perron_runner_base (runner)->kind == PERRON_SCREEN_CARD)
    rule = find_rule (runner, runner->current, PERRON_ON_CARD, status);
  if (rule == NULL)
    rule = find_rule_in (runner, journey->card_rules, journey->card_rule_count, PERRON_ON_CARD, status);
  guint before = runner->current;
  if (rule == NULL || !follow (runner, rule, FALSE))
    return FALSE;
  if (runner->current != before)
    close_idle (runner);
  return runner->current != before && runner->overlay_count == 0;
}

/*
 * On a card screen every status leads somewhere. Elsewhere only one thing matters, as long as the journey is interested in the
 * card: another card than the one that was read. Then nothing of the first person may stay.
 */
static gboolean
on_card (PerronRunner *runner, const PerronEvent *event)
{
  gboolean on_card_screen = perron_runner_base (runner)->kind == PERRON_SCREEN_CARD;
  const PerronHolders *holders = event->holders;
  PerronCardStatus status;

  if (!runner->card_awaited || !perron_card_status_from_string (event->name, &status))
    return FALSE;
  if (status != PERRON_CARD_READ)
    return on_card_screen && follow_card (runner, event->name);
  if (holders == NULL || holders->count == 0 || holders->count > PERRON_HOLDERS_MAX)
    return on_card_screen && follow_card (runner, perron_card_status_to_string (PERRON_CARD_UNREADABLE));

  gboolean same = same_holders (runner, holders);
  gboolean swapped = !same && runner->person->from_card;
  if (!on_card_screen && !swapped)
    return FALSE;
  if (swapped)
    perron_moves_swap (runner);
  if (!same)
    take_holders (runner, holders);
  else if (holders->count > 1)
    runner->person->chosen = PERRON_NO_HOLDER;
  runner->person->confirmed = FALSE;
  return follow_card (runner, event->name) || swapped;
}

static gboolean
on_idle (PerronRunner *runner, const PerronEvent *event)
{
  if (perron_runner_base (runner)->kind == PERRON_SCREEN_DONE) {
    perron_moves_wipe (runner, runner->journey->start);
    return TRUE;
  }
  return runner->session && perron_moves_cover (runner, runner->journey->idle);
}

static gboolean
on_expire (PerronRunner *runner, const PerronEvent *event)
{
  if (perron_moves_shown (runner) != runner->journey->idle)
    return FALSE;
  perron_moves_wipe (runner, runner->journey->start);
  return TRUE;
}

static gboolean
on_registered (PerronRunner *runner, const PerronEvent *event)
{
  const PerronRule *rule = find_rule (runner, runner->current, PERRON_ON_REGISTERED, NULL);

  return rule != NULL && event->name != NULL && perron_reference_parse (event->name, runner->person->reference) &&
         follow (runner, rule, FALSE) && runner->overlay_count == 0;
}

static gboolean
on_not_registered (PerronRunner *runner, const PerronEvent *event)
{
  return perron_is_reason (event->name) &&
         follow (runner, find_rule (runner, runner->current, PERRON_ON_NOT_REGISTERED, event->name), FALSE) &&
         runner->overlay_count == 0;
}

static gboolean
on_progress (PerronRunner *runner, const PerronEvent *event)
{
  const char *key = perron_progress_key (event->name);
  const PerronRule *rule = find_rule (runner, runner->current, PERRON_ON_PROGRESS, event->name);

  if (key == NULL || runner->person->reference[0] == '\0' ||
      (rule == NULL && perron_runner_base (runner)->kind != PERRON_SCREEN_TICKET))
    return FALSE;
  gboolean changed = g_strcmp0 (key, runner->person->progress) != 0;
  guint before = runner->current;
  runner->person->progress = key;
  if (rule != NULL)
    follow (runner, rule, FALSE);
  return (changed || runner->current != before) && runner->overlay_count == 0;
}

static gboolean
on_link (PerronRunner *runner, const PerronEvent *event)
{
  const char *key = perron_link_key (event->name);
  gboolean changed = key != NULL && g_strcmp0 (key, runner->link) != 0;
  if (changed)
    runner->link = key;
  return changed;
}

static const struct {
  gboolean (*step) (PerronRunner *runner, const PerronEvent *event);
  gboolean by_person;
} handlers[] = {
  [PERRON_EVENT_NEXT] = { on_next, TRUE },         [PERRON_EVENT_CHOOSE] = { on_choose, TRUE },
  [PERRON_EVENT_FIELD] = { on_field, TRUE },       [PERRON_EVENT_SUBMIT] = { on_submit, TRUE },
  [PERRON_EVENT_EDIT] = { on_edit, TRUE },         [PERRON_EVENT_HOLDER] = { on_holder, TRUE },
  [PERRON_EVENT_BACK] = { on_back, TRUE },         [PERRON_EVENT_HELP] = { on_help, TRUE },
  [PERRON_EVENT_LEAVE] = { on_leave, FALSE },      [PERRON_EVENT_RETURN] = { on_return, TRUE },
  [PERRON_EVENT_SETTING] = { on_setting, TRUE },   [PERRON_EVENT_CARD] = { on_card, FALSE },
  [PERRON_EVENT_IDLE] = { on_idle, FALSE },        [PERRON_EVENT_STAY] = { on_stay, TRUE },
  [PERRON_EVENT_EXPIRE] = { on_expire, FALSE },    [PERRON_EVENT_REGISTERED] = { on_registered, FALSE },
  [PERRON_EVENT_PROGRESS] = { on_progress, FALSE }, [PERRON_EVENT_NOT_REGISTERED] = { on_not_registered, FALSE },
  [PERRON_EVENT_LINK] = { on_link, FALSE },
};

gboolean
perron_runner_step (PerronRunner *runner, const PerronEvent *event, PerronEffects *ret_effects)
{
  gboolean changed = FALSE;

  runner->effects.count = 0;
  if ((guint) event->kind < G_N_ELEMENTS (handlers)) {
    if (handlers[event->kind].by_person && !runner->session) {
      runner->session = TRUE;
      perron_runner_emit (runner, PERRON_EFFECT_SESSION_BEGIN, NULL, NULL);
    }
    changed = handlers[event->kind].step (runner, event);
  }
  *ret_effects = runner->effects;
  return changed;
}

/* --- what is shown ---------------------------------------------------------------------------------------------------------- */

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
