/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/scenario.h"

#include <string.h>

#include "kiosk/journey/scenario-expect.h"
#include "kiosk/journey/strict-json.h"
#include "kiosk/journey/words.h"

#define SCENARIO_BYTES_MAX (256 * 1024)
#define STEPS_MAX 512
#define EVENT_MAX 300

G_DEFINE_QUARK (perron-scenario-error-quark, perron_scenario_error)

struct PerronScenario {
  char *file;
  JsonNode *root;
  const char *journey;
  const char *about;
  JsonObject *cards; /* nullable */
  JsonArray *steps;
};

void
perron_scenario_free (PerronScenario *scenario)
{
  if (scenario == NULL)
    return;
  g_free (scenario->file);
  g_clear_pointer (&scenario->root, json_node_unref);
  g_free (scenario);
}

const char *
perron_scenario_get_journey (const PerronScenario *scenario)
{
  return scenario->journey;
}

const char *
perron_scenario_get_about (const PerronScenario *scenario)
{
  return scenario->about;
}

PerronScenario *
perron_scenario_parse (const char *name, const guint8 *data, gsize len, GError **error)
{
  static const char *const known[] = { "format", "journey", "about", "cards", "steps", NULL };
  g_autoptr (PerronScenario) scenario = g_new0 (PerronScenario, 1);
  g_autoptr (GString) path = g_string_new ("$");
  const PerronAt at = { name, path, error };
  guint format = 0;

  scenario->file = g_strdup (name);
  scenario->root = perron_strict_json_parse (&at, data, len, SCENARIO_BYTES_MAX);
  if (scenario->root == NULL)
    return NULL;
  JsonObject *root = json_node_get_object (scenario->root);
  if (!perron_at_only (&at, root, known) || !perron_at_uint (&at, root, "format", TRUE, 1, 1, &format) ||
      !perron_at_string (&at, root, "journey", TRUE, 47, &scenario->journey) ||
      !perron_at_string (&at, root, "about", TRUE, 300, &scenario->about) ||
      !perron_at_object (&at, root, "cards", FALSE, &scenario->cards) ||
      !perron_at_array (&at, root, "steps", TRUE, STEPS_MAX, &scenario->steps))
    return NULL;
  return g_steal_pointer (&scenario);
}

PerronScenario *
perron_scenario_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) inner = NULL;
  gsize len = 0;

  if (!g_file_get_contents (path, &text, &len, &inner)) {
    g_set_error (error, PERRON_SCENARIO_ERROR, PERRON_SCENARIO_ERROR_FORMAT, "%s: %s", path, inner->message);
    return NULL;
  }
  return perron_scenario_parse (path, (const guint8 *) text, len, error);
}

/* --- events ----------------------------------------------------------------------------------------------------------------- */

static gboolean
copy_member (const PerronAt *at, JsonObject *object, const char *name, char *array, gsize size)
{
  const char *text = "";
  if (!perron_at_string (at, object, name, FALSE, size - 1, &text))
    return FALSE;
  g_strlcpy (array, text, size);
  return TRUE;
}

static gboolean
read_holder (const PerronAt *at, JsonObject *object, PerronHolder *holder)
{
  static const char *const known[] = { "surname", "given_name", "birth", "number", NULL };
  return perron_at_only (at, object, known) && copy_member (at, object, "surname", holder->surname, sizeof holder->surname) &&
         copy_member (at, object, "given_name", holder->given_name, sizeof holder->given_name) &&
         copy_member (at, object, "birth", holder->birth.raw, sizeof holder->birth.raw) &&
         copy_member (at, object, "number", holder->number.value, sizeof holder->number.value);
}

static gboolean
read_card (const PerronScenario *scenario, const PerronAt *at, const char *name, PerronHolders *holders)
{
  JsonArray *people = NULL;
  if (scenario->cards == NULL || !json_object_has_member (scenario->cards, name))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "no card \"%s\" in $.cards", name);
  const PerronAt there = { at->file, g_string_new ("$.cards"), at->error };
  g_autoptr (GString) path = there.path;
  if (!perron_at_array (&there, scenario->cards, name, TRUE, PERRON_HOLDERS_MAX, &people))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (people); i++) {
    JsonObject *object = NULL;
    gsize before = perron_at_enter (&there, ".%s[%u]", name, i);
    if (!perron_at_element_object (&there, people, i, &object) || !read_holder (&there, object, &holders->list[i]))
      return FALSE;
    perron_at_leave (&there, before);
    holders->count = i + 1;
  }
  return TRUE;
}

/* After "listing:" how many requests the one page holds; each in another state. Transfer full. */
static PerronListing *
make_listing (const char *count)
{
  static const char *const states[PERRON_LISTING_ROWS] = { "refused", "waiting", "sent", "received", "call-missed" };
  PerronListing *listing = g_new0 (PerronListing, 1);
  const PerronMoment earlier = { TRUE, 1, 17, 5 };

  *listing = (PerronListing){ .waiting = 1, .oldest = earlier, .page = 1, .pages = 1 };
  listing->count = listing->total = count != NULL ? MIN ((guint) g_ascii_strtoull (count, NULL, 10), PERRON_LISTING_ROWS) : 0;
  for (guint i = 0; i < listing->count; i++) {
    listing->list[i] = (PerronListed){ .state = states[i], .why = i == 0 ? "conflict" : NULL, .made = earlier, .changed = earlier };
    perron_reference_generate (listing->list[i].reference);
  }
  return listing;
}

/* "kind", "kind:name", "kind:name=value"; after "card:read=" the name of one of $.cards, after "card:not-vitale=" a family. */
static gboolean
send_event (const PerronScenario *scenario, const PerronAt *at, PerronRunner *runner, const char *word, PerronEffects *effects,
            gboolean *ret_changed)
{
  g_autofree char *copy = g_strdup (word);
  g_autoptr (PerronHolders) holders = NULL;
  PerronEvent event = { 0 };

  char *name = strchr (copy, ':');
  char *value = name != NULL ? strchr (name, '=') : NULL;
  if (name != NULL)
    *name++ = '\0';
  if (value != NULL)
    *value++ = '\0';
  if (!perron_event_from_word (copy, &event.kind))
    return perron_at_fail (at, PERRON_JOURNEY_ERROR_FORMAT, "no event \"%s\"", copy);
  event.name = name;
  event.value = value;
  if (event.kind == PERRON_EVENT_CARD && value != NULL && strcmp (name, "read") == 0) {
    holders = perron_holders_new ();
    if (!read_card (scenario, at, value, holders))
      return FALSE;
    event.value = NULL;
    event.holders = holders;
  }
  g_autofree PerronListing *listing = event.kind == PERRON_EVENT_LISTING ? make_listing (name) : NULL;
  event.listing = listing;
  *ret_changed = perron_runner_step (runner, &event, effects);
  return TRUE;
}

typedef struct {
  const PerronScenario *scenario;
  const PerronAt *at;
  PerronRunner *runner;
  PerronScenarioTell tell;
  gpointer data;
  PerronEffects effects; /* of the last event of the step */
  gboolean changed;
} Play;

static gboolean
do_event (Play *play, const char *word)
{
  if (!send_event (play->scenario, play->at, play->runner, word, &play->effects, &play->changed))
    return FALSE;
  if (play->tell != NULL)
    play->tell (play->data, word, play->runner, &play->effects);
  return TRUE;
}

static gboolean
do_events (Play *play, JsonObject *step)
{
  JsonNode *node = json_object_get_member (step, "do");
  JsonArray *words = NULL;
  const char *word = NULL;

  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    return perron_at_string (play->at, step, "do", TRUE, EVENT_MAX, &word) && do_event (play, word);
  if (!perron_at_array (play->at, step, "do", TRUE, STEPS_MAX, &words))
    return FALSE;
  for (guint i = 0; i < json_array_get_length (words); i++) {
    gsize before = perron_at_enter (play->at, ".do[%u]", i);
    if (!perron_at_element_string (play->at, words, i, EVENT_MAX, &word) || !do_event (play, word))
      return FALSE;
    perron_at_leave (play->at, before);
  }
  return TRUE;
}

static gboolean
play_step (Play *play, JsonObject *step)
{
  return perron_at_only (play->at, step, perron_expect_members) && do_events (play, step) &&
         perron_expect (play->at, step, play->runner, &play->effects, play->changed);
}

gboolean
perron_scenario_play (const PerronScenario *scenario, PerronRunner *runner, PerronScenarioTell tell, gpointer data, GError **error)
{
  g_autoptr (GString) path = g_string_new ("$");
  const PerronAt at = { scenario->file, path, error };
  Play play = { .scenario = scenario, .at = &at, .runner = runner, .tell = tell, .data = data };

  for (guint i = 0; i < json_array_get_length (scenario->steps); i++) {
    JsonObject *step = NULL;
    gsize before = perron_at_enter (&at, ".steps[%u]", i);
    if (!perron_at_element_object (&at, scenario->steps, i, &step) || !play_step (&play, step))
      return FALSE;
    perron_at_leave (&at, before);
  }
  return TRUE;
}
