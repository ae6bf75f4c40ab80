/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/scenario.h"

#include <string.h>

/* Every scenario of every shipped journey; and every screen a scenario comes to, asked for help, left, and left alone. */

static PerronJourney *
journey_of (const PerronScenario *scenario)
{
  g_autoptr (GError) error = NULL;
  PerronJourney *journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), perron_scenario_get_journey (scenario), &error);
  g_assert_no_error (error);
  return journey;
}

static void
test_play (gconstpointer path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronScenario) scenario = perron_scenario_load (path, &error);
  g_assert_no_error (error);
  g_autoptr (PerronJourney) journey = journey_of (scenario);
  g_autoptr (PerronRunner) runner = perron_runner_new (journey);
  PerronEffects effects;

  perron_runner_start (runner, &effects);
  if (!perron_scenario_play (scenario, runner, NULL, NULL, &error))
    g_error ("%s", error->message);
}

static gboolean
send (PerronRunner *runner, PerronEventKind kind)
{
  const PerronEvent event = { kind, NULL, NULL, NULL, NULL };
  PerronEffects effects;
  return perron_runner_step (runner, &event, &effects);
}

static void
assert_comes_back (PerronRunner *runner, PerronEventKind over, PerronEventKind back, const char *cover)
{
  const PerronScreen *before = perron_runner_get_screen (runner);
  gboolean could = perron_runner_can_go_back (runner);
  g_assert_true (send (runner, over));
  g_assert_cmpstr (perron_runner_get_screen (runner)->id, ==, cover);
  g_assert_true (perron_runner_can_go_back (runner));
  g_assert_true (send (runner, back));
  g_assert_true (perron_runner_get_screen (runner) == before);
  g_assert_cmpint (perron_runner_can_go_back (runner), ==, could);
}

/* `data`: ids of the screens seen, owned by the table. */
static void
disturb (gpointer data, const char *event, PerronRunner *runner, const PerronEffects *effects)
{
  const PerronScreen *screen = perron_runner_get_screen (runner);
  gboolean overlay = g_str_equal (screen->id, "help") || g_str_equal (screen->id, "leave") || g_str_equal (screen->id, "idle");

  g_hash_table_add (data, g_strdup (screen->id));
  if (overlay || screen->kind == PERRON_SCREEN_DONE || g_str_equal (screen->id, "welcome") ||
      g_str_equal (screen->id, "door"))
    return;
  assert_comes_back (runner, PERRON_EVENT_HELP, PERRON_EVENT_RETURN, "help");
  assert_comes_back (runner, PERRON_EVENT_LEAVE, PERRON_EVENT_RETURN, "leave");
  assert_comes_back (runner, PERRON_EVENT_LEAVE, PERRON_EVENT_BACK, "leave");
  assert_comes_back (runner, PERRON_EVENT_IDLE, PERRON_EVENT_STAY, "idle");
}

static void
play_disturbed (const char *path, GHashTable *seen)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronScenario) scenario = perron_scenario_load (path, &error);
  g_autoptr (PerronJourney) journey = journey_of (scenario);
  g_autoptr (PerronRunner) runner = perron_runner_new (journey);
  PerronEffects effects;

  perron_runner_start (runner, &effects);
  if (!perron_scenario_play (scenario, runner, disturb, seen, &error))
    g_error ("%s", error->message);
}

typedef struct {
  const char *journey;
  GPtrArray *paths;
} Shipped;

/* The disturbances change nothing: each scenario comes out as written. And the scenarios together see every screen there is. */
static void
test_disturbed (gconstpointer data)
{
  const Shipped *shipped = data;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), shipped->journey, &error);
  const GPtrArray *all = shipped->paths;

  g_assert_no_error (error);
  for (guint i = 0; i < all->len; i++)
    play_disturbed (all->pdata[i], seen);
  for (guint i = 0; i < perron_journey_get_screen_count (journey); i++) {
    const char *id = perron_journey_get_screen (journey, i)->id;
    if (!g_hash_table_contains (seen, id))
      g_error ("no scenario comes to the screen \"%s\"", id);
  }
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

#define ASK                                                                                                                                \
  "{\"do\":[\"choose:start\",\"choose:fr\",\"choose:off\",\"choose:size-0\",\"choose:yes\",\"choose:no\",\"choose:call\","                 \
  "\"choose:autre\",\"field:phone=0639980001\"]"

static const struct {
  const char *name;
  const char *step; /* the one step of a scenario that must not come out */
  gboolean differs; /* else: the file does not make sense */
  const char *said;
} wrong[] = {
  { "screen", "{\"do\":\"choose:start\",\"screen\":\"size\"}", TRUE, "$.steps[0].screen: the screen is \"language\", expected \"size\"" },
  { "effects", "{\"do\":\"choose:start\",\"effects\":[]}", TRUE, "the effects is \"session.begin\"" },
  { "says", "{\"do\":\"choose:start\",\"says\":[\"x\"]}", TRUE, "$.steps[0].says" },
  { "picked", "{\"do\":\"choose:start\",\"picked\":[\"fr\"]}", TRUE, "$.steps[0].picked" },
  { "refused", "{\"do\":\"choose:start\",\"refused\":\"phone\"}", TRUE, "$.steps[0].refused" },
  { "back", "{\"do\":\"choose:start\",\"back\":false}", TRUE, "$.steps[0].back" },
  { "changed", "{\"do\":\"choose:start\",\"changed\":false}", TRUE, "$.steps[0].changed" },
  { "fact", "{\"do\":\"choose:start\",\"facts\":{\"steps\":\"9\"}}", TRUE, "$.steps[0].facts" },
  { "request", ASK ",\"request\":{\"kind\":\"rappel\",\"consent\":\"adulte.review.consent\",\"fields\":{\"phone\":\"1\"}}}", TRUE,
    "phone" },
  { "request-holder",
    ASK ",\"request\":{\"kind\":\"rappel\",\"consent\":\"adulte.review.consent\",\"holder\":{\"surname\":\"X\"},\"fields\":{}}}", TRUE,
    "surname" },
  { "request-incomplete", "{\"do\":\"choose:start\",\"request\":{\"kind\":\"rappel\",\"consent\":\"c\",\"fields\":{}}}", FALSE,
    "do not make a request" },
  { "member", "{\"do\":\"choose:start\",\"sreen\":\"language\"}", FALSE, "$.steps[0].sreen" },
  { "event", "{\"do\":\"chose:start\"}", FALSE, "no event \"chose\"" },
  { "card", "{\"do\":\"card:read=nobody\"}", FALSE, "no card \"nobody\"" },
  { "nothing", "{\"screen\":\"welcome\"}", FALSE, "$.steps[0].do" },
};

/* A scenario that could not fail would prove nothing. */
static void
test_wrong (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strdup_printf ("{\"format\":1,\"journey\":\"adulte-seul\",\"about\":\"wrong\",\"steps\":[%s]}", wrong[i].step);
  g_autoptr (PerronScenario) scenario = perron_scenario_parse ("wrong.json", (const guint8 *)text, strlen (text), &error);
  g_assert_no_error (error);
  g_autoptr (PerronJourney) journey = journey_of (scenario);
  g_autoptr (PerronRunner) runner = perron_runner_new (journey);
  PerronEffects effects;

  perron_runner_start (runner, &effects);
  g_assert_false (perron_scenario_play (scenario, runner, NULL, NULL, &error));
  g_assert_cmpint (error->domain, ==, wrong[i].differs ? PERRON_SCENARIO_ERROR : PERRON_JOURNEY_ERROR);
  if (strstr (error->message, wrong[i].said) == NULL)
    g_error ("%s: %s", wrong[i].name, error->message);
}

static GPtrArray *
collect (const char *journey)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *folder = g_build_filename (g_getenv ("PERRON_JOURNEYS"), journey, "scenarios", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    if (g_str_has_suffix (name, ".json"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  }
  if (paths->len == 0)
    g_error ("%s holds no scenario", folder);
  return paths;
}

/* For who works here: nothing in it is of a person, and nothing in it asks for anything. A screen that would be must fail to load (the law of
 * its kind) or be found here. */
static void
test_adviser_sees_nobody (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey = perron_journey_load (g_getenv ("PERRON_JOURNEYS"), "conseiller", &error);
  guint lists = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < perron_journey_get_screen_count (journey); i++) {
    const PerronScreen *screen = perron_journey_get_screen (journey, i);
    g_assert_false (screen->personal);
    g_assert_cmpuint (screen->field_count, ==, 0);
    g_assert_cmpuint (screen->row_count, ==, 0);
    g_assert_null (screen->answer);
    g_assert_true (screen->kind == PERRON_SCREEN_LIST || screen->kind == PERRON_SCREEN_MESSAGE || screen->kind == PERRON_SCREEN_HELP);
    lists += screen->kind == PERRON_SCREEN_LIST;
  }
  g_assert_cmpuint (lists, ==, 1);
}

static void
add_journey (Shipped *shipped, const char *journey)
{
  *shipped = (Shipped){ journey, collect (journey) };
  for (guint i = 0; i < shipped->paths->len; i++) {
    g_autofree char *name = g_path_get_basename (shipped->paths->pdata[i]);
    g_autofree char *path = g_strconcat ("/journey/scenarios/", journey, "/", name, NULL);
    g_test_add_data_func (path, shipped->paths->pdata[i], test_play);
  }
  g_autofree char *path = g_strconcat ("/journey/scenarios/", journey, "/disturbed", NULL);
  g_test_add_data_func (path, shipped, test_disturbed);
}

int
main (int argc, char **argv)
{
  static const char *const journeys[] = { "adulte-seul", "conseiller" };
  Shipped shipped[G_N_ELEMENTS (journeys)];

  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (journeys); i++)
    add_journey (&shipped[i], journeys[i]);
  g_test_add_func ("/journey/scenarios/adviser-sees-nobody", test_adviser_sees_nobody);
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autofree char *path = g_strconcat ("/journey/scenarios/wrong/", wrong[i].name, NULL);
    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wrong);
  }
  int status = g_test_run ();
  for (gsize i = 0; i < G_N_ELEMENTS (journeys); i++)
    g_ptr_array_unref (shipped[i].paths);
  return status;
}
