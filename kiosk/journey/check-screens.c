/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/journey/check-private.h"
#include "kiosk/journey/words.h"

static gboolean
handles (const PerronNode *node, PerronTrigger trigger, const char *name)
{
  for (guint i = 0; i < node->rule_count; i++) {
    const PerronRule *rule = &node->rules[i];
    if (rule->trigger == trigger && (rule->name == NULL || g_strcmp0 (rule->name, name) == 0))
      return TRUE;
  }
  return FALSE;
}

/* --- every event of its kind is handled ------------------------------------------------------------------------------------- */

static void
check_options (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];
  const PerronScreen *screen = &node->screen;
  gboolean several = screen->kind == PERRON_SCREEN_CHOICE && (screen->pick_max > 1 || screen->pick_min == 0);

  for (guint i = 0; i < screen->option_count && !several; i++) {
    if (!handles (node, PERRON_ON_CHOOSE, screen->options[i].id))
      perron_check_fault (check, index, "option \"%s\" leads nowhere", screen->options[i].id);
  }
  if (several && screen->pick_max > screen->option_count)
    perron_check_fault (check, index, "asks for more options than there are");
  if (several && !handles (node, PERRON_ON_SUBMIT, NULL))
    perron_check_fault (check, index, "\"submit\" is not handled");
  if (screen->has_next && screen->option_count > 0)
    perron_check_fault (check, index, "has options and \"next\": which is the button?");
}

/* Something is always offered, and what stands over any screen does not depend on how one got there. */
static void
check_offers (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;
  guint always = 0;

  for (guint i = 0; i < screen->option_count; i++) {
    always += screen->options[i].condition_count == 0;
    if (screen->options[i].condition_count > 0 && (screen->kind == PERRON_SCREEN_CHOICE || screen->kind == PERRON_SCREEN_CONSENT))
      perron_check_fault (check, index, "option \"%s\" of a decision is not offered to everybody", screen->options[i].id);
    if (screen->options[i].condition_count > 0 && perron_check_is_overlay (check->journey, index))
      perron_check_fault (check, index, "option \"%s\" has a condition, over other screens", screen->options[i].id);
  }
  if (screen->option_count > 0 && always == 0)
    perron_check_fault (check, index, "may come to offer nothing");
}

/* A decision of the person has no recommended look (LOOK: anatomy); a card screen's ways out are quiet. */
static void
check_tones (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;
  guint mains = 0;

  for (guint i = 0; i < screen->option_count; i++) {
    gboolean decision =
      screen->kind == PERRON_SCREEN_CHOICE || screen->kind == PERRON_SCREEN_CONSENT || screen->kind == PERRON_SCREEN_REVIEW;
    mains += screen->options[i].tone == PERRON_TONE_MAIN;
    if (decision && screen->options[i].tone != PERRON_TONE_EQUAL)
      perron_check_fault (check, index, "option \"%s\" of a decision has another weight", screen->options[i].id);
  }
  if (mains > 1)
    perron_check_fault (check, index, "has more than one main option");
}

static void
check_needs (const PerronCheck *check, guint index)
{
  static const struct {
    PerronScreenKind kind;
    PerronTrigger trigger;
    guint options, fields, rows; /* at least */
  } needs[] = {
    { PERRON_SCREEN_CHOICE, PERRON_ON_CHOOSE, 2, 0, 0 },  { PERRON_SCREEN_FORM, PERRON_ON_SUBMIT, 0, 1, 0 },
    { PERRON_SCREEN_CARD, PERRON_ON_CHOOSE, 1, 0, 0 },    { PERRON_SCREEN_HOLDERS, PERRON_ON_HOLDER, 0, 0, 0 },
    { PERRON_SCREEN_CONSENT, PERRON_ON_CHOOSE, 2, 0, 0 }, { PERRON_SCREEN_GUIDE, PERRON_ON_NEXT, 0, 0, 0 },
    { PERRON_SCREEN_REVIEW, PERRON_ON_CHOOSE, 2, 0, 1 },  { PERRON_SCREEN_DONE, PERRON_ON_NEXT, 0, 0, 0 },
    { PERRON_SCREEN_HELP, PERRON_ON_NEXT, 0, 0, 0 },      { PERRON_SCREEN_TICKET, PERRON_ON_CHOOSE, 1, 0, 1 },
    { PERRON_SCREEN_LIST, PERRON_ON_CHOOSE, 1, 0, 0 },    { PERRON_SCREEN_LANGUAGE, PERRON_ON_CHOOSE, 0, 0, 0 },
  };
  const PerronNode *node = &check->journey->screens[index];
  const PerronScreen *screen = &node->screen;

  for (gsize i = 0; i < G_N_ELEMENTS (needs); i++) {
    if (needs[i].kind != screen->kind)
      continue;
    if (screen->option_count < needs[i].options)
      perron_check_fault (check, index, "needs at least %u options", needs[i].options);
    if (screen->field_count < needs[i].fields)
      perron_check_fault (check, index, "needs a field");
    if (screen->row_count < needs[i].rows)
      perron_check_fault (check, index, "needs a row");
    gboolean unnamed = needs[i].trigger != PERRON_ON_CHOOSE || screen->kind == PERRON_SCREEN_LANGUAGE;
    if (unnamed && !handles (node, needs[i].trigger, NULL))
      perron_check_fault (check, index, "\"%s\" is not handled", perron_trigger_to_word (needs[i].trigger));
  }
  if (screen->kind == PERRON_SCREEN_ERROR && !screen->has_next && screen->option_count == 0)
    perron_check_fault (check, index, "an error without a way on");
}

static gboolean
card_map_handles (const PerronJourney *journey, const char *status)
{
  for (guint i = 0; i < journey->card_rule_count; i++) {
    if (g_strcmp0 (journey->card_rules[i].name, status) == 0)
      return TRUE;
  }
  return FALSE;
}

/* An empty slot is what a card screen waits in: it needs no way. */
static void
check_card (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];

  for (guint i = 0; node->screen.kind == PERRON_SCREEN_CARD && i < PERRON_CARD_STATUS_COUNT; i++) {
    const char *status = perron_card_status_to_string ((PerronCardStatus) i);
    if (i != PERRON_CARD_NO_CARD && !handles (node, PERRON_ON_CARD, status) && !card_map_handles (check->journey, status))
      perron_check_fault (check, index, "a card that is \"%s\" leads nowhere", status);
  }
}

/* --- what belongs to a person ----------------------------------------------------------------------------------------------- */

static gboolean
is_personal_fact (const char *fact)
{
  return g_str_has_prefix (fact, "holder.") || g_str_has_prefix (fact, "answer.");
}

static void
check_personal (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;

  if (screen->personal && !perron_kind_law (screen->kind)->may_be_personal)
    perron_check_fault (check, index, "this kind of screen may not be personal");
  for (guint i = 0; i < screen->field_count; i++) {
    const PerronField *field = &screen->fields[i];
    if (field->personal && !screen->personal)
      perron_check_fault (check, index, "field \"%s\" is personal, the screen is not", field->id);
    if (!field->personal && field->type != PERRON_FIELD_REFERENCE)
      perron_check_fault (check, index, "field \"%s\" takes something of a person and is not personal", field->id);
  }
  for (guint i = 0; i < screen->row_count; i++) {
    if (is_personal_fact (screen->rows[i].fact) && !screen->personal)
      perron_check_fault (check, index, "row \"%s\" is personal, the screen is not", screen->rows[i].fact);
  }
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

static void
check_pictures (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;

  if (screen->picture != NULL && !perron_is_drawing (screen->picture))
    perron_check_fault (check, index, "no drawing \"%s\"", screen->picture);
  for (guint i = 0; i < screen->option_count; i++) {
    if (screen->options[i].picture != NULL && !perron_is_pictogram (screen->options[i].picture))
      perron_check_fault (check, index, "no pictogram \"%s\"", screen->options[i].picture);
  }
}

static void
check_facts (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;

  for (guint i = 0; i < screen->row_count; i++) {
    const char *fact = screen->rows[i].fact;
    gboolean known = g_str_has_prefix (fact, "answer.")
                       ? perron_journey_slot_of (check->journey, fact + strlen ("answer.")) != PERRON_NOWHERE
                       : perron_is_fact (fact);
    if (!known)
      perron_check_fault (check, index, "no fact \"%s\"", fact);
  }
}

static void
check_text (const PerronCheck *check, guint index, const char *key)
{
  const char *missing = "";
  if (key != NULL && !check->has_text (check->data, key, &missing))
    perron_check_fault (check, index, "no text \"%s\" in \"%s\"", key, missing);
}

static void
check_texts (const PerronCheck *check, guint index)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;

  if (check->has_text == NULL)
    return;
  check_text (check, index, screen->title);
  check_text (check, index, screen->explain);
  for (const char *const *key = screen->body; *key != NULL; key++)
    check_text (check, index, *key);
  for (guint i = 0; i < screen->option_count; i++) {
    check_text (check, index, screen->options[i].label);
    check_text (check, index, screen->options[i].detail);
  }
  for (guint i = 0; i < screen->field_count; i++) {
    check_text (check, index, screen->fields[i].label);
    check_text (check, index, screen->fields[i].hint);
    check_text (check, index, screen->fields[i].error);
  }
  for (guint i = 0; i < screen->row_count; i++) {
    check_text (check, index, screen->rows[i].label);
    check_text (check, index, screen->rows[i].none);
  }
  for (guint i = 0; screen->kind == PERRON_SCREEN_TICKET && perron_progress_word (i) != NULL; i++)
    check_text (check, index, perron_progress_key (perron_progress_word (i)));
}

/* What a list says of a request (kiosk/core/listing.h) is not named in the file: every word of it must be there. */
static void
check_list_texts (const PerronCheck *check, guint index)
{
  static const char *const keys[] = {
    "list.looking", "list.empty", "list.waiting", "list.oldest", "list.link", "list.contact", "list.total",
    "list.how", "list.page", "list.made",
    "list.when.today", "list.when.yesterday", "list.when.days", "list.when.never", "list.when.unknown", "list.why.foreign",
    "list.why.conflict", "list.why.too-old", "list.why.invalid", "list.why.too-large", "list.why.dropped", "list.why.other",
  };
  if (check->has_text == NULL || check->journey->screens[index].screen.kind != PERRON_SCREEN_LIST)
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    check_text (check, index, keys[i]);
  for (guint i = 0; perron_progress_word (i) != NULL; i++) {
    g_autofree char *key = g_strconcat ("list.state.", perron_progress_word (i), NULL);
    if (strcmp (perron_progress_word (i), "unknown") != 0)
      check_text (check, index, key);
  }
}

/* --- effects need what they work on ------------------------------------------------------------------------------------------ */

static gboolean
has_row (const PerronScreen *screen, const char *prefix, const char *name)
{
  for (guint i = 0; i < screen->row_count; i++) {
    if (g_str_has_prefix (screen->rows[i].fact, prefix) && (name == NULL || strcmp (screen->rows[i].fact + strlen (prefix), name) == 0))
      return TRUE;
  }
  return FALSE;
}

/* Read again before it counts (WCAG 3.3.4): the review shows the consent and everything that goes. */
static void
check_review (const PerronCheck *check, guint index, const PerronRequestShape *shape)
{
  const PerronScreen *screen = &check->journey->screens[index].screen;

  if (!g_strv_contains (screen->body, shape->consent))
    perron_check_fault (check, index, "does not show what is agreed to (\"%s\")", shape->consent);
  if (shape->holder && !has_row (screen, "holder.", NULL))
    perron_check_fault (check, index, "does not show who the person is");
  for (guint i = 0; i < shape->slot_count; i++) {
    const char *name = check->journey->slots[shape->slots[i]].name;
    if (!has_row (screen, "answer.", name))
      perron_check_fault (check, index, "does not show \"%s\", which goes with the request", name);
  }
}

static void
check_action (const PerronCheck *check, guint index, const PerronRule *rule, const PerronAction *action)
{
  PerronScreenKind kind = check->journey->screens[index].screen.kind;

  if (action->kind == PERRON_DO_QUEUE_SUBMIT && kind != PERRON_SCREEN_REVIEW && kind != PERRON_SCREEN_ERROR)
    perron_check_fault (check, index, "asks for something that was not read again");
  else if (action->kind == PERRON_DO_QUEUE_SUBMIT && kind == PERRON_SCREEN_REVIEW)
    check_review (check, index, perron_journey_find_request (check->journey, action->arg));
  else if (action->kind == PERRON_DO_TICKET_PRINT && kind != PERRON_SCREEN_TICKET && kind != PERRON_SCREEN_ERROR)
    perron_check_fault (check, index, "prints a ticket where none was shown");
  else if (action->kind == PERRON_DO_QUEUE_LIST &&
           (rule->to != PERRON_TO_SCREEN || check->journey->screens[rule->screen].screen.kind != PERRON_SCREEN_LIST))
    perron_check_fault (check, index, "asks for the list and does not go to it");
  else if (action->kind == PERRON_DO_HOLDER_TYPE && perron_journey_slot_of (check->journey, "surname") == PERRON_NOWHERE)
    perron_check_fault (check, index, "takes a typed person, but no field is called \"surname\"");
  else if (action->kind == PERRON_DO_REFERENCE_TYPE && perron_journey_slot_of (check->journey, "reference") == PERRON_NOWHERE)
    perron_check_fault (check, index, "takes a typed reference, but no field is called \"reference\"");
  else if (action->kind == PERRON_DO_SESSION_WIPE && rule->to == PERRON_TO_SCREEN && rule->screen != check->journey->start &&
           check->journey->screens[rule->screen].screen.kind != PERRON_SCREEN_DONE)
    perron_check_fault (check, index, "wipes and then goes on in the middle of the journey");
}

static void
check_actions (const PerronCheck *check, guint index)
{
  const PerronNode *node = &check->journey->screens[index];
  for (guint r = 0; r < node->rule_count; r++) {
    for (guint a = 0; a < node->rules[r].action_count; a++)
      check_action (check, index, &node->rules[r], &node->rules[r].actions[a]);
  }
}

void
perron_check_screen (const PerronCheck *check, guint screen)
{
  static void (*const checks[]) (const PerronCheck *check, guint screen) = {
    check_options, check_offers, check_tones, check_needs, check_card, check_personal, check_pictures, check_facts, check_texts,
    check_list_texts, check_actions,
  };
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i](check, screen);
}
