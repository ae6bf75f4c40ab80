/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/events.h"

#include <string.h>

static gboolean
rule_holds (const PerronRunner *runner, const PerronRule *rule)
{
  for (guint i = 0; i < rule->condition_count; i++) {
    if (!perron_answers_condition (runner, &rule->conditions[i]))
      return FALSE;
  }
  return TRUE;
}

const PerronRule *
perron_ways_find_in (const PerronRunner *runner, const PerronRule *rules, guint count, PerronTrigger trigger, const char *name)
{
  for (guint i = 0; i < count; i++) {
    if (rules[i].trigger == trigger && g_strcmp0 (rules[i].name, name) == 0 && rule_holds (runner, &rules[i]))
      return &rules[i];
  }
  return NULL;
}

/* The way for this very name; else for the group it is of; else the way for any name. */
const PerronRule *
perron_ways_find_grouped (const PerronRunner *runner, guint screen, PerronTrigger trigger, const char *name, const char *group)
{
  const PerronNode *node = &runner->journey->screens[screen];
  const PerronRule *rule = perron_ways_find_in (runner, node->rules, node->rule_count, trigger, name);
  if (rule == NULL && group != NULL)
    rule = perron_ways_find_in (runner, node->rules, node->rule_count, trigger, group);
  return rule != NULL ? rule : perron_ways_find_in (runner, node->rules, node->rule_count, trigger, NULL);
}

const PerronRule *
perron_ways_find (const PerronRunner *runner, guint screen, PerronTrigger trigger, const char *name)
{
  return perron_ways_find_grouped (runner, screen, trigger, name, NULL);
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
  case PERRON_DO_TICKET_PRINT:
    perron_runner_emit (runner, PERRON_EFFECT_TICKET_PRINT, NULL, NULL);
    break;
  case PERRON_DO_QUEUE_LIST:
    perron_runner_emit (runner, PERRON_EFFECT_QUEUE_LIST, action->arg, NULL);
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

void
perron_ways_remember_setting (PerronRunner *runner, const char *name, const char *value)
{
  static const char *const names[] = { "language", "size", "contrast", "voice" };
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (strcmp (names[i], name) == 0)
      g_strlcpy (runner->settings[i], value, sizeof runner->settings[i]);
  }
}

gboolean
perron_ways_follow (PerronRunner *runner, const PerronRule *rule, gboolean by_person)
{
  if (rule == NULL)
    return FALSE;
  for (guint i = 0; i < rule->action_count; i++) {
    if (rule->actions[i].kind == PERRON_DO_SESSION_WIPE) {
      perron_moves_wipe (runner, rule->to == PERRON_TO_SCREEN ? rule->screen : runner->journey->start);
      return TRUE;
    }
    if (rule->actions[i].kind == PERRON_DO_SETTING)
      perron_ways_remember_setting (runner, rule->actions[i].arg, rule->actions[i].arg2);
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

gboolean
perron_ways_close_idle (PerronRunner *runner)
{
  return perron_moves_shown (runner) == runner->journey->idle && perron_moves_uncover (runner);
}
