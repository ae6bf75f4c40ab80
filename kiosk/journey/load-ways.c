/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/tap.h"
#include "kiosk/journey/loader.h"
#include "kiosk/journey/words.h"

static const struct {
  const char *word;
  PerronConditionKind kind;
} plain_conditions[] = {
  { "card.no-holder", PERRON_IF_CARD_NO_HOLDER },
  { "card.one-holder", PERRON_IF_CARD_ONE_HOLDER },
  { "card.several-holders", PERRON_IF_CARD_SEVERAL_HOLDERS },
  { "holder.known", PERRON_IF_HOLDER_KNOWN },
  { "holder.confirmed", PERRON_IF_HOLDER_CONFIRMED },
  { "holder.from-card", PERRON_IF_HOLDER_FROM_CARD },
  { "number.doubtful", PERRON_IF_NUMBER_DOUBTFUL },
  { "printer.ready", PERRON_IF_PRINTER_READY },
};

static const struct {
  const char *word;
  PerronActionKind kind;
} plain_actions[] = {
  { "card.release", PERRON_DO_CARD_RELEASE },     { "queue.look-up", PERRON_DO_QUEUE_LOOK_UP },
  { "queue.withdraw", PERRON_DO_QUEUE_WITHDRAW }, { "session.wipe", PERRON_DO_SESSION_WIPE },
  { "holder.type", PERRON_DO_HOLDER_TYPE },       { "holder.forget", PERRON_DO_HOLDER_FORGET },
  { "holder.confirm", PERRON_DO_HOLDER_CONFIRM }, { "reference.type", PERRON_DO_REFERENCE_TYPE },
  { "ticket.print", PERRON_DO_TICKET_PRINT },     { "queue.list", PERRON_DO_QUEUE_LIST },
};

/* "answer.NAME" or "answer.NAME=OPTION". */
static gboolean
read_answer_condition (const PerronLoader *loader, const char *word, PerronCondition *condition)
{
  g_auto (GStrv) parts = g_strsplit (word, "=", 2);

  condition->slot = perron_journey_slot_of (loader->journey, parts[0]);
  if (condition->slot == PERRON_NOWHERE)
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no screen asks for \"%s\"", parts[0]);
  condition->kind = parts[1] != NULL ? PERRON_IF_ANSWER_IS : PERRON_IF_ANSWER;
  if (parts[1] == NULL)
    return TRUE;
  const PerronSlot *slot = &loader->journey->slots[condition->slot];
  condition->option = perron_screen_option_of (&loader->journey->screens[slot->screen].screen, parts[1]);
  return (slot->field == NULL && condition->option != PERRON_NOWHERE) ||
         perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "\"%s\" has no option \"%s\"", parts[0], parts[1]);
}

static gboolean
read_condition (const PerronLoader *loader, const char *word, PerronCondition *condition)
{
  condition->negated = *word == '!';
  word += condition->negated ? 1 : 0;
  if (g_str_has_prefix (word, "answer."))
    return read_answer_condition (loader, word + strlen ("answer."), condition);
  for (gsize i = 0; i < G_N_ELEMENTS (plain_conditions); i++) {
    if (strcmp (plain_conditions[i].word, word) == 0) {
      condition->kind = plain_conditions[i].kind;
      return TRUE;
    }
  }
  return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "no such condition");
}

static gboolean
read_setting (const PerronLoader *loader, const char *text, PerronAction *action)
{
  g_auto (GStrv) parts = g_strsplit (text, "=", 2);

  if (!perron_is_setting (parts[0], parts[0] != NULL ? parts[1] : NULL))
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "no such setting");
  action->kind = PERRON_DO_SETTING;
  action->arg = perron_loader_keep (loader, parts[0]);
  action->arg2 = perron_loader_keep (loader, parts[1]);
  return TRUE;
}

static gboolean
read_action (const PerronLoader *loader, const char *word, PerronAction *action)
{
  if (g_str_has_prefix (word, "setting:"))
    return read_setting (loader, word + strlen ("setting:"), action);
  if (g_str_has_prefix (word, "queue.submit:")) {
    const PerronRequestShape *shape = perron_journey_find_request (loader->journey, word + strlen ("queue.submit:"));
    action->kind = PERRON_DO_QUEUE_SUBMIT;
    action->arg = shape != NULL ? shape->kind : NULL;
    return shape != NULL || perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no such request");
  }
  if (strcmp (word, "queue.list:next") == 0 || strcmp (word, "queue.list:previous") == 0) {
    action->kind = PERRON_DO_QUEUE_LIST;
    action->arg = perron_loader_keep (loader, word + strlen ("queue.list:"));
    return TRUE;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (plain_actions); i++) {
    if (strcmp (plain_actions[i].word, word) == 0) {
      action->kind = plain_actions[i].kind;
      return TRUE;
    }
  }
  return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "no such effect");
}

static gboolean
read_target (const PerronLoader *loader, const char *to, PerronRule *rule)
{
  rule->to = strcmp (to, "@back") == 0 ? PERRON_TO_BACK : strcmp (to, "@return") == 0 ? PERRON_TO_RETURN : PERRON_TO_SCREEN;
  if (rule->to != PERRON_TO_SCREEN)
    return TRUE;
  rule->screen = perron_journey_index_of (loader->journey, to);
  return rule->screen != PERRON_NOWHERE || perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no screen \"%s\"", to);
}

static gboolean
read_conditions (const PerronLoader *loader, JsonObject *object, PerronCondition conditions[PERRON_CONDITIONS_MAX], guint *count)
{
  JsonArray *array = NULL;
  if (!perron_at_array (&loader->at, object, "if", FALSE, PERRON_CONDITIONS_MAX, &array))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    const char *word = NULL;
    gsize before = perron_at_enter (&loader->at, ".if[%u]", i);
    if (!perron_at_element_string (&loader->at, array, i, 2 * PERRON_ID_MAX, &word) ||
        !read_condition (loader, word, &conditions[(*count)++]))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  return TRUE;
}

static gboolean
read_actions (const PerronLoader *loader, JsonObject *object, PerronRule *rule)
{
  JsonArray *array = NULL;
  if (!perron_at_array (&loader->at, object, "do", FALSE, PERRON_ACTIONS_MAX, &array))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++) {
    const char *word = NULL;
    gsize before = perron_at_enter (&loader->at, ".do[%u]", i);
    if (!perron_at_element_string (&loader->at, array, i, 2 * PERRON_ID_MAX, &word) ||
        !read_action (loader, word, &rule->actions[rule->action_count++]))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  for (guint i = 0; i < rule->action_count && rule->action_count > 1; i++) {
    if (rule->actions[i].kind == PERRON_DO_SESSION_WIPE)
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "session.wipe stands alone");
  }
  return TRUE;
}

static gboolean
read_rule (const PerronLoader *loader, JsonObject *object, PerronRule *rule)
{
  static const char *const known[] = { "if", "do", "to", NULL };
  const char *to = NULL;

  if (!perron_at_only (&loader->at, object, known) || !read_conditions (loader, object, rule->conditions, &rule->condition_count) ||
      !read_actions (loader, object, rule) ||
      !perron_at_string (&loader->at, object, "to", TRUE, PERRON_ID_MAX, &to))
    return FALSE;
  gsize before = perron_at_enter (&loader->at, ".to");
  if (!read_target (loader, to, rule))
    return FALSE;
  perron_at_leave (&loader->at, before);
  return TRUE;
}

/* A list of rules, or the short form: the name of a screen. */
static gboolean
read_way (const PerronLoader *loader, JsonNode *node, PerronTrigger trigger, const char *name, PerronRule *rules, guint *count)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint wanted = array != NULL ? json_array_get_length (array) : 1;

  if (wanted == 0 || *count + wanted > PERRON_RULES_MAX)
    return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_LIMIT, "must hold at least one way; a screen at most %d", PERRON_RULES_MAX);
  for (guint i = 0; i < wanted; i++) {
    PerronRule *rule = &rules[(*count)++];
    JsonObject *object = NULL;
    rule->trigger = trigger;
    rule->name = perron_loader_keep (loader, name);
    if (array == NULL) {
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
        return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "must be a screen or a list of ways");
      return read_target (loader, json_node_get_string (node), rule);
    }
    gsize before = perron_at_enter (&loader->at, "[%u]", i);
    if (!perron_at_element_object (&loader->at, array, i, &object) || !read_rule (loader, object, rule))
      return FALSE;
    if ((rule->condition_count == 0) != (i + 1 == wanted))
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "the last way, and only the last, has no condition");
    perron_at_leave (&loader->at, before);
  }
  return TRUE;
}

/* "STATUS", or "not-vitale:FAMILY" (vitale-1 and the rest of the statuses are of one kind). */
static gboolean
is_card_name (const char *name)
{
  PerronCardStatus status;
  const char *family = strchr (name, ':');
  g_autofree char *word = family != NULL ? g_strndup (name, (gsize) (family - name)) : g_strdup (name);

  return perron_card_status_from_string (word, &status) &&
         (family == NULL || (status == PERRON_CARD_NOT_VITALE && perron_card_family_from_string (family + 1) != NULL));
}

static gboolean
is_known_name (const PerronScreen *screen, PerronTrigger trigger, const char *name)
{
  if (name == NULL)
    return TRUE;
  switch (trigger) {
  case PERRON_ON_CHOOSE:
    return perron_screen_option_of (screen, name) != PERRON_NOWHERE;
  case PERRON_ON_CARD:
    return is_card_name (name);
  case PERRON_ON_NOT_REGISTERED:
    return perron_is_reason (name);
  case PERRON_ON_PROGRESS:
    return perron_is_progress (name);
  case PERRON_ON_NOT_PRINTED:
    return perron_is_print_reason (name);
  case PERRON_ON_TAP:
    return perron_is_tap_word (name);
  default:
    return FALSE;
  }
}

static const PerronRule *
keep_rules (const PerronLoader *loader, const PerronRule *rules, guint count)
{
  PerronRule *kept = perron_loader_alloc (loader, count, sizeof *kept);
  memcpy (kept, rules, count * sizeof *kept);
  return kept;
}

static gboolean
read_screen_ways (const PerronLoader *loader, JsonObject *object, PerronNode *node)
{
  g_autofree PerronRule *rules = g_new0 (PerronRule, PERRON_RULES_MAX);
  JsonObject *on = NULL;

  if (!perron_at_object (&loader->at, object, "on", TRUE, &on))
    return FALSE;
  g_autoptr (GList) members = json_object_get_members (on);
  for (GList *m = members; m != NULL; m = m->next) {
    PerronTrigger trigger;
    const char *name = NULL;
    gsize before = perron_at_enter (&loader->at, ".on.%.60s", (const char *) m->data);
    if (!perron_trigger_from_word (m->data, &trigger, &name) || (perron_kind_law (node->screen.kind)->triggers & (1u << trigger)) == 0 ||
        !is_known_name (&node->screen, trigger, name))
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "no such event on this screen");
    if (!read_way (loader, json_object_get_member (on, m->data), trigger, name, rules, &node->rule_count))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  node->rules = keep_rules (loader, rules, node->rule_count);
  for (guint i = 0; i < node->rule_count; i++)
    node->screen.has_next |= node->rules[i].trigger == PERRON_ON_NEXT;
  return TRUE;
}

static gboolean
check_edits (const PerronLoader *loader, const PerronScreen *screen)
{
  for (guint i = 0; i < screen->row_count; i++) {
    if (screen->rows[i].edit != NULL && perron_journey_index_of (loader->journey, screen->rows[i].edit) == PERRON_NOWHERE) {
      perron_at_enter (&loader->at, ".rows[%u].edit", i);
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_GRAPH, "no screen \"%s\"", screen->rows[i].edit);
    }
  }
  return TRUE;
}

/* "if" of the options: read with the ways, when every answer that a condition may name is known. */
static gboolean
read_offers (const PerronLoader *loader, JsonObject *object, PerronScreen *screen)
{
  JsonArray *array = screen->option_count > 0 ? json_object_get_array_member (object, "options") : NULL;
  PerronOption *options = (PerronOption *) screen->options; /* ours until the journey is given away */

  for (guint i = 0; i < screen->option_count; i++) {
    PerronCondition conditions[PERRON_CONDITIONS_MAX] = { 0 };
    guint count = 0;
    gsize before = perron_at_enter (&loader->at, ".options[%u]", i);
    if (!read_conditions (loader, json_array_get_object_element (array, i), conditions, &count))
      return FALSE;
    PerronCondition *kept = perron_loader_alloc (loader, count, sizeof *kept);
    memcpy (kept, conditions, count * sizeof *kept);
    options[i].conditions = kept;
    options[i].condition_count = count;
    perron_at_leave (&loader->at, before);
  }
  return TRUE;
}

gboolean
perron_loader_ways (PerronLoader *loader, JsonArray *screens)
{
  for (guint i = 0; i < json_array_get_length (screens); i++) {
    gsize before = perron_at_enter (&loader->at, ".screens[%u]", i);
    PerronNode *node = &loader->journey->screens[i];
    if (!read_offers (loader, json_array_get_object_element (screens, i), &node->screen) ||
        !read_screen_ways (loader, json_array_get_object_element (screens, i), node) || !check_edits (loader, &node->screen))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  return TRUE;
}

/* "special.card" and "special.tap": {name: ways}. */
static gboolean
read_special_ways (const PerronLoader *loader, JsonObject *object, PerronTrigger trigger, const PerronRule **ret_rules, guint *ret_count)
{
  g_autofree PerronRule *rules = g_new0 (PerronRule, PERRON_RULES_MAX);
  const PerronScreen nowhere = { 0 };
  guint count = 0;
  gsize outer = perron_at_enter (&loader->at, ".%s", perron_trigger_to_word (trigger));

  g_autoptr (GList) members = json_object_get_members (object);
  for (GList *m = members; m != NULL; m = m->next) {
    gsize before = perron_at_enter (&loader->at, ".%.60s", (const char *) m->data);
    if (!is_known_name (&nowhere, trigger, m->data))
      return perron_at_fail (&loader->at, PERRON_JOURNEY_ERROR_FORMAT, "no such %s",
                             trigger == PERRON_ON_TAP ? "family of taps" : "status of a card");
    if (!read_way (loader, json_object_get_member (object, m->data), trigger, m->data, rules, &count))
      return FALSE;
    perron_at_leave (&loader->at, before);
  }
  *ret_rules = keep_rules (loader, rules, count);
  *ret_count = count;
  perron_at_leave (&loader->at, outer);
  return TRUE;
}

gboolean
perron_loader_card_ways (PerronLoader *loader, JsonObject *card)
{
  return read_special_ways (loader, card, PERRON_ON_CARD, &loader->journey->card_rules, &loader->journey->card_rule_count);
}

gboolean
perron_loader_tap_ways (PerronLoader *loader, JsonObject *tap)
{
  return tap == NULL || read_special_ways (loader, tap, PERRON_ON_TAP, &loader->journey->tap_rules, &loader->journey->tap_rule_count);
}
