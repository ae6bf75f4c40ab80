/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/scenario-expect.h"

#include "kiosk/journey/scenario.h"
#include "kiosk/journey/words.h"

typedef struct {
  const PerronAt *at;
  PerronRunner *runner;
  const PerronEffects *effects;
  gboolean changed;
} Now;

static gboolean
same (const Now *now, const char *what, const char *expected, const char *came)
{
  if (g_strcmp0 (expected, came) == 0)
    return TRUE;
  g_set_error (now->at->error, PERRON_SCENARIO_ERROR, PERRON_SCENARIO_ERROR_DIFFERS, "%s: %s: %s is \"%s\", expected \"%s\"", now->at->file,
               now->at->path->str, what, came != NULL ? came : "", expected != NULL ? expected : "");
  return FALSE;
}

/* A JSON list of strings as one text. */
static gboolean
join_member (const PerronAt *at, JsonNode *node, GString *joined)
{
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "must be a list");
  JsonArray *array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++) {
    const char *text = NULL;
    if (!perron_at_element_string (at, array, i, 200, &text))
      return FALSE;
    g_string_append_printf (joined, "%s%s", i > 0 ? " " : "", text);
  }
  return TRUE;
}

static gboolean
string_of (const Now *now, JsonNode *node, const char **ret_text)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return perron_at_fail (now->at, PERRON_JOURNEY_ERROR_FORMAT, "must be a text");
  *ret_text = json_node_get_string (node);
  return TRUE;
}

static gboolean
boolean_of (const Now *now, JsonNode *node, gboolean *ret_value)
{
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
    return perron_at_fail (now->at, PERRON_JOURNEY_ERROR_FORMAT, "must be true or false");
  *ret_value = json_node_get_boolean (node);
  return TRUE;
}

static gboolean
expect_screen (const Now *now, JsonNode *node)
{
  const char *expected = NULL;
  return string_of (now, node, &expected) && same (now, "the screen", expected, perron_runner_get_screen (now->runner)->id);
}

static gboolean
expect_effects (const Now *now, JsonNode *node)
{
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) came = g_string_new (NULL);

  for (guint i = 0; i < now->effects->count; i++) {
    const PerronEffect *effect = &now->effects->list[i];
    g_string_append_printf (came, "%s%s", i > 0 ? " " : "", perron_effect_to_word (effect->kind));
    if (effect->arg != NULL)
      g_string_append_printf (came, ":%s", effect->arg);
    if (effect->arg2 != NULL)
      g_string_append_printf (came, "=%s", effect->arg2);
  }
  return join_member (now->at, node, expected) && same (now, "the effects", expected->str, came->str);
}

/* What the voice says on arrival, as text keys. */
static gboolean
expect_says (const Now *now, JsonNode *node)
{
  const PerronScreen *screen = perron_runner_get_screen (now->runner);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) came = g_string_new (screen->title);

  for (const char *const *key = screen->body; *key != NULL; key++)
    g_string_append_printf (came, " %s", *key);
  return join_member (now->at, node, expected) && same (now, "what is said", expected->str, came->str);
}

/* Which options `is` says yes to. */
static gboolean
expect_options (const Now *now, JsonNode *node, const char *what, gboolean (*is) (const PerronRunner *runner, const char *option))
{
  const PerronScreen *screen = perron_runner_get_screen (now->runner);
  g_autoptr (GString) expected = g_string_new (NULL);
  g_autoptr (GString) came = g_string_new (NULL);

  for (guint i = 0; i < screen->option_count; i++) {
    if (is (now->runner, screen->options[i].id))
      g_string_append_printf (came, "%s%s", came->len > 0 ? " " : "", screen->options[i].id);
  }
  return join_member (now->at, node, expected) && same (now, what, expected->str, came->str);
}

static gboolean
expect_picked (const Now *now, JsonNode *node)
{
  return expect_options (now, node, "what is picked", perron_runner_is_picked);
}

static gboolean
expect_offers (const Now *now, JsonNode *node)
{
  return expect_options (now, node, "what is offered", perron_runner_is_offered);
}

static gboolean
expect_refused (const Now *now, JsonNode *node)
{
  const char *expected = NULL;
  if (JSON_NODE_HOLDS_NULL (node))
    return same (now, "the refused field", NULL, perron_runner_get_refused_field (now->runner));
  return string_of (now, node, &expected) && same (now, "the refused field", expected, perron_runner_get_refused_field (now->runner));
}

static gboolean
expect_back (const Now *now, JsonNode *node)
{
  gboolean expected = FALSE;
  return boolean_of (now, node, &expected) &&
         same (now, "a way back", expected ? "true" : "false", perron_runner_can_go_back (now->runner) ? "true" : "false");
}

static gboolean
expect_changed (const Now *now, JsonNode *node)
{
  gboolean expected = FALSE;
  return boolean_of (now, node, &expected) && same (now, "a change", expected ? "true" : "false", now->changed ? "true" : "false");
}

/* null: there must be no such fact. Several keys stand with spaces between. */
static gboolean
expect_fact (const Now *now, const char *name, JsonNode *node)
{
  PerronFact fact = { 0 };
  const char *expected = NULL;
  g_autofree char *keys = NULL;

  gboolean known = perron_runner_lookup (now->runner, name, &fact);
  if (known && fact.keys != NULL)
    keys = g_strjoinv (" ", (char **) fact.keys);
  const char *came = !known ? NULL : keys != NULL ? keys : fact.text;
  if (!JSON_NODE_HOLDS_NULL (node) && !string_of (now, node, &expected))
    return FALSE;
  return same (now, name, expected, came);
}

static gboolean
expect_facts (const Now *now, JsonNode *node)
{
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_at_fail (now->at, PERRON_JOURNEY_ERROR_FORMAT, "must be an object");
  JsonObject *object = json_node_get_object (node);
  g_autoptr (GList) names = json_object_get_members (object);
  for (GList *n = names; n != NULL; n = n->next) {
    if (!expect_fact (now, n->data, json_object_get_member (object, n->data)))
      return FALSE;
  }
  return TRUE;
}

static gboolean
expect_request_fields (const Now *now, JsonObject *fields, const PerronRequest *request)
{
  g_autofree char *count = g_strdup_printf ("%u", json_object_get_size (fields));
  g_autofree char *came = g_strdup_printf ("%u", request->field_count);
  g_autoptr (GList) names = json_object_get_members (fields);

  for (GList *n = names; n != NULL; n = n->next) {
    const char *expected = NULL;
    if (!string_of (now, json_object_get_member (fields, n->data), &expected) ||
        !same (now, n->data, expected, perron_request_get_field (request, n->data)))
      return FALSE;
  }
  return same (now, "the number of fields", count, came);
}

static gboolean
expect_request_holder (const Now *now, JsonObject *object, const PerronRequest *request)
{
  const struct {
    const char *name;
    const char *came;
  } parts[] = {
    { "surname", request->holder.surname },
    { "given_name", request->holder.given_name },
    { "birth", request->holder.birth.raw },
    { "number", request->holder.number.value },
    { "from", request->holder_from_card ? "card" : "hand" },
  };
  static const char *const known[] = { "surname", "given_name", "birth", "number", "from", NULL };

  if (!perron_at_only (now->at, object, known))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    const char *expected = "";
    if (!perron_at_string (now->at, object, parts[i].name, FALSE, 200, &expected) ||
        !same (now, parts[i].name, expected, request->has_holder ? parts[i].came : NULL))
      return FALSE;
  }
  return TRUE;
}

static gboolean
expect_request (const Now *now, JsonNode *node)
{
  static const char *const known[] = { "kind", "consent", "holder", "fields", NULL };
  const PerronAt *at = now->at;
  const char *kind = NULL, *consent = NULL;
  JsonObject *holder = NULL, *fields = NULL;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "must be an object");
  JsonObject *object = json_node_get_object (node);
  if (!perron_at_only (at, object, known) || !perron_at_string (at, object, "kind", TRUE, 60, &kind) ||
      !perron_at_string (at, object, "consent", TRUE, 60, &consent) || !perron_at_object (at, object, "holder", FALSE, &holder) ||
      !perron_at_object (at, object, "fields", TRUE, &fields))
    return FALSE;
  g_autoptr (PerronRequest) request = perron_runner_build_request (now->runner, kind, at->error);
  if (request == NULL)
    return FALSE;
  if (holder == NULL && !same (now, "a person in the request", "no", request->has_holder ? "yes" : "no"))
    return FALSE;
  return same (now, "the consent", consent, request->consent_key) && (holder == NULL || expect_request_holder (now, holder, request)) &&
         expect_request_fields (now, fields, request);
}

const char *const perron_expect_members[] = {
  "do", "note", "screen", "effects", "says", "picked", "offers", "refused", "back", "changed", "facts", "request", NULL,
};

static const struct {
  const char *member;
  gboolean (*expect) (const Now *now, JsonNode *node);
} expectations[] = {
  { "screen", expect_screen },   { "effects", expect_effects }, { "says", expect_says },       { "picked", expect_picked },
  { "offers", expect_offers },   { "refused", expect_refused }, { "back", expect_back },       { "changed", expect_changed },
  { "facts", expect_facts },       { "request", expect_request },
};

gboolean
perron_expect (const PerronAt *at, JsonObject *step, PerronRunner *runner, const PerronEffects *effects, gboolean changed)
{
  const Now now = { at, runner, effects, changed };

  for (gsize i = 0; i < G_N_ELEMENTS (expectations); i++) {
    JsonNode *node = json_object_get_member (step, expectations[i].member);
    if (node == NULL)
      continue;
    gsize before = perron_at_enter (at, ".%s", expectations[i].member);
    if (!expectations[i].expect (&now, node))
      return FALSE;
    perron_at_leave (at, before);
  }
  return TRUE;
}
