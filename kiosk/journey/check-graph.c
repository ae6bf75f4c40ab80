/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/tap.h"
#include "kiosk/journey/check-private.h"
#include "kiosk/journey/words.h"

typedef struct {
  gboolean reached[PERRON_SCREENS_MAX];
  gboolean ends[PERRON_SCREENS_MAX];
  gboolean by_person[PERRON_SCREENS_MAX]; /* some way a person goes leads there */
} Graph;

static gboolean
has_action (const PerronRule *rule, PerronActionKind kind)
{
  for (guint i = 0; i < rule->action_count; i++) {
    if (rule->actions[i].kind == kind)
      return TRUE;
  }
  return FALSE;
}

static gboolean
is_house (PerronTrigger trigger)
{
  return trigger == PERRON_ON_CARD || trigger == PERRON_ON_REGISTERED || trigger == PERRON_ON_NOT_REGISTERED || trigger == PERRON_ON_PROGRESS ||
         trigger == PERRON_ON_PRINTED || trigger == PERRON_ON_NOT_PRINTED;
}

/* Marks where the rules lead; TRUE when something was new. */
static gboolean
spread_rules (Graph *graph, const PerronRule *rules, guint count)
{
  gboolean new = FALSE;
  for (guint i = 0; i < count; i++) {
    if (rules[i].to != PERRON_TO_SCREEN)
      continue;
    new |= !graph->reached[rules[i].screen];
    graph->reached[rules[i].screen] = TRUE;
    graph->by_person[rules[i].screen] |= !is_house (rules[i].trigger);
  }
  return new;
}

static void
find_reached (const PerronJourney *journey, Graph *graph)
{
  gboolean again = TRUE;

  graph->reached[journey->start] = TRUE;
  graph->reached[journey->help] = graph->reached[journey->leave] = graph->reached[journey->idle] = TRUE;
  for (guint i = 0; i < journey->screen_count; i++)
    graph->reached[i] |= perron_journey_is_tap_screen (journey, i);
  while (again) {
    again = FALSE;
    for (guint i = 0; i < journey->screen_count; i++) {
      const PerronNode *node = &journey->screens[i];
      if (!graph->reached[i])
        continue;
      again |= spread_rules (graph, node->rules, node->rule_count);
      if (node->screen.kind == PERRON_SCREEN_CARD)
        again |= spread_rules (graph, journey->card_rules, journey->card_rule_count);
      for (guint r = 0; r < node->screen.row_count; r++) {
        guint edit = perron_journey_index_of (journey, node->screen.rows[r].edit);
        if (edit == PERRON_NOWHERE)
          continue;
        again |= !graph->reached[edit];
        graph->reached[edit] = graph->by_person[edit] = TRUE;
      }
    }
  }
}

static gboolean
leads_to_end (const Graph *graph, const PerronRule *rules, guint count)
{
  for (guint i = 0; i < count; i++) {
    if (has_action (&rules[i], PERRON_DO_SESSION_WIPE) || rules[i].to == PERRON_TO_RETURN ||
        (rules[i].to == PERRON_TO_SCREEN && graph->ends[rules[i].screen]))
      return TRUE;
  }
  return FALSE;
}

static void
find_ends (const PerronJourney *journey, Graph *graph)
{
  gboolean again = TRUE;

  while (again) {
    again = FALSE;
    for (guint i = 0; i < journey->screen_count; i++) {
      const PerronNode *node = &journey->screens[i];
      if (graph->ends[i])
        continue;
      graph->ends[i] =
        leads_to_end (graph, node->rules, node->rule_count) ||
        (node->screen.kind == PERRON_SCREEN_CARD && leads_to_end (graph, journey->card_rules, journey->card_rule_count));
      again |= graph->ends[i];
    }
  }
}

/* No way back is right only where there is nothing behind, or where going back would undo what cannot be undone. */
static void
check_back (const PerronCheck *check, const Graph *graph, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;
  gboolean may_lack = index == check->journey->start || screen->kind == PERRON_SCREEN_LIST ||
                      screen->kind == PERRON_SCREEN_TICKET || screen->kind == PERRON_SCREEN_DONE ||
                      perron_check_waits (screen) || !graph->by_person[index];

  if (!screen->can_go_back && !may_lack)
    perron_check_fault (check, index, "has no way back");
}

/* Help must come back; the leave and idle questions must be able to wipe and to come back. */
static void
check_overlay (const PerronCheck *check, const Graph *graph, guint index, gboolean wipes)
{
  const PerronNode *node = &check->journey->screens[index];
  gboolean returns = FALSE, can_wipe = FALSE;

  for (guint i = 0; i < node->rule_count; i++) {
    returns |= node->rules[i].to == PERRON_TO_RETURN;
    can_wipe |= has_action (&node->rules[i], PERRON_DO_SESSION_WIPE);
    if (node->rules[i].to != PERRON_TO_RETURN && !has_action (&node->rules[i], PERRON_DO_SESSION_WIPE))
      perron_check_fault (check, index, "stands over other screens: it may only return or wipe");
  }
  if (!returns)
    perron_check_fault (check, index, "cannot return (\"@return\")");
  if (wipes && !can_wipe)
    perron_check_fault (check, index, "cannot wipe (\"session.wipe\")");
  if (graph->by_person[index])
    perron_check_fault (check, index, "is reached as an ordinary screen too");
}

/* A journey that knows taps has a sentence for each family. It comes over any screen, so it does nothing by itself. */
static void
check_taps (const PerronCheck *check, const Graph *graph)
{
  const PerronJourney *journey = check->journey;

  for (guint w = 0; journey->tap_rule_count > 0 && perron_tap_word (w) != NULL; w++) {
    gboolean found = FALSE;
    for (guint i = 0; i < journey->tap_rule_count; i++)
      found |= g_strcmp0 (journey->tap_rules[i].name, perron_tap_word (w)) == 0;
    if (!found)
      perron_check_fault (check, PERRON_NOWHERE, "a tap that is \"%s\" leads nowhere", perron_tap_word (w));
  }
  for (guint i = 0; i < journey->tap_rule_count; i++) {
    if (journey->tap_rules[i].to != PERRON_TO_SCREEN || journey->tap_rules[i].action_count > 0)
      perron_check_fault (check, PERRON_NOWHERE, "a tap that is \"%s\" must lead to a screen, and do nothing else", journey->tap_rules[i].name);
  }
  for (guint i = 0; i < journey->screen_count; i++) {
    if (perron_journey_is_tap_screen (journey, i))
      check_overlay (check, graph, i, FALSE);
  }
}

static void
check_special (const PerronCheck *check, const Graph *graph)
{
  const PerronJourney *journey = check->journey;

  check_overlay (check, graph, journey->help, FALSE);
  check_overlay (check, graph, journey->leave, TRUE);
  check_overlay (check, graph, journey->idle, TRUE);
  check_taps (check, graph);
  if (journey->screens[journey->help].screen.kind != PERRON_SCREEN_HELP)
    perron_check_fault (check, journey->help, "must be of kind help");
  if (journey->help == journey->leave || journey->help == journey->idle || journey->leave == journey->idle)
    perron_check_fault (check, PERRON_NOWHERE, "help, leave and idle must be three screens");
  for (guint i = 0; i < journey->screen_count; i++) {
    const PerronNode *node = &journey->screens[i];
    for (guint r = 0; r < node->rule_count && !perron_check_is_overlay (journey, i); r++) {
      if (node->rules[r].to == PERRON_TO_RETURN)
        perron_check_fault (check, i, "\"@return\" outside help, leave, idle and taps");
    }
  }
}

static gboolean
answers (const PerronNode *node, PerronTrigger trigger, const char *name)
{
  for (guint i = 0; i < node->rule_count; i++) {
    if (node->rules[i].trigger == trigger && (node->rules[i].name == NULL || g_strcmp0 (node->rules[i].name, name) == 0))
      return TRUE;
  }
  return FALSE;
}

static void
check_registering (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];

  if (!answers (node, PERRON_ON_REGISTERED, NULL))
    perron_check_fault (check, index, "\"registered\" is not handled");
  for (guint i = 0; perron_reason_word (i) != NULL; i++) {
    if (!answers (node, PERRON_ON_NOT_REGISTERED, perron_reason_word (i)))
      perron_check_fault (check, index, "\"not-registered:%s\" is not handled", perron_reason_word (i));
  }
}

static void
check_looking (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];

  for (guint i = 0; node->screen.kind != PERRON_SCREEN_TICKET && perron_progress_word (i) != NULL; i++) {
    if (!answers (node, PERRON_ON_PROGRESS, perron_progress_word (i)))
      perron_check_fault (check, index, "\"progress:%s\" is not handled", perron_progress_word (i));
  }
}

static void
check_printing (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];

  if (!answers (node, PERRON_ON_PRINTED, NULL))
    perron_check_fault (check, index, "\"printed\" is not handled");
  for (guint i = 0; perron_print_reason_word (i) != NULL; i++) {
    if (!answers (node, PERRON_ON_NOT_PRINTED, perron_print_reason_word (i)))
      perron_check_fault (check, index, "\"not-printed:%s\" is not handled", perron_print_reason_word (i));
  }
}

static gboolean
waits_for_tap (const PerronNode *node)
{
  for (guint i = 0; i < node->rule_count; i++) {
    if (node->rules[i].trigger == PERRON_ON_TAP)
      return TRUE;
  }
  return FALSE;
}

/* Where something was asked of the house, every answer of the house leads on; and nothing waits for an answer nobody asked for. */
static void
check_waiting (const PerronCheck *check)
{
  const PerronJourney *journey = check->journey;
  gboolean asked[PERRON_SCREENS_MAX] = { FALSE };

  for (guint i = 0; i < journey->screen_count; i++) {
    for (guint r = 0; r < journey->screens[i].rule_count; r++) {
      const PerronRule *rule = &journey->screens[i].rules[r];
      gboolean submits = has_action (rule, PERRON_DO_QUEUE_SUBMIT);
      gboolean looks = has_action (rule, PERRON_DO_QUEUE_LOOK_UP) || has_action (rule, PERRON_DO_QUEUE_WITHDRAW);
      gboolean prints = has_action (rule, PERRON_DO_TICKET_PRINT);
      if ((!submits && !looks && !prints) || rule->to != PERRON_TO_SCREEN)
        continue;
      if (prints && !asked[rule->screen])
        check_printing (check, rule->screen);
      if (submits && !asked[rule->screen])
        check_registering (check, rule->screen);
      if (looks && !asked[rule->screen])
        check_looking (check, rule->screen);
      asked[rule->screen] = TRUE;
    }
  }
  for (guint i = 0; i < journey->screen_count; i++) {
    if (perron_check_waits (&journey->screens[i].screen) && !asked[i] && !waits_for_tap (&journey->screens[i]))
      perron_check_fault (check, i, "waits for an answer nobody asked for");
  }
}

static void
check_steps (const PerronCheck *check)
{
  for (guint step = 1; step <= check->journey->steps; step++) {
    gboolean found = FALSE;
    for (guint i = 0; i < check->journey->screen_count; i++)
      found |= check->journey->screens[i].screen.step == step;
    if (!found)
      perron_check_fault (check, PERRON_NOWHERE, "no screen is step %u of %u", step, check->journey->steps);
  }
}

void
perron_check_graph (const PerronCheck *check)
{
  Graph graph = { { FALSE }, { FALSE }, { FALSE } };

  find_reached (check->journey, &graph);
  find_ends (check->journey, &graph);
  for (guint i = 0; i < check->journey->screen_count; i++) {
    if (!graph.reached[i])
      perron_check_fault (check, i, "cannot be reached");
    if (!graph.ends[i])
      perron_check_fault (check, i, "has no way to an end");
    check_back (check, &graph, i);
  }
  check_special (check, &graph);
  check_waiting (check);
  check_steps (check);
}
