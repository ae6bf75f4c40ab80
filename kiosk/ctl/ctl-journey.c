/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/ctl/ctl.h"
#include "kiosk/journey/check-texts.h"
#include "kiosk/journey/check.h"
#include "kiosk/journey/draw.h"
#include "kiosk/journey/scenario.h"
#include "kiosk/journey/words.h"

/* The folder of a journey, the journey.json in it, or the id of one in the configured folder. */
static PerronJourney *
load_journey (PerronConfig *config, const char *what, GError **error)
{
  g_autofree char *folder = NULL;
  g_autofree char *absolute = g_canonicalize_filename (what, NULL);

  if (g_str_has_suffix (absolute, "/journey.json"))
    folder = g_path_get_dirname (absolute);
  else if (g_file_test (absolute, G_FILE_TEST_IS_DIR))
    folder = g_strdup (absolute);
  else
    return perron_journey_load (perron_config_get (config, PERRON_CONFIG_PATHS_JOURNEYS), what, error);
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *id = g_path_get_basename (folder);
  return perron_journey_load (parent, id, error);
}

/* The configured texts; beside an uninstalled journey, those of the same tree (<tree>/kiosk/journeys, <tree>/i18n). */
static PerronCatalogue *
load_texts (PerronConfig *config, const char *folder, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (folder, NULL);
  const char *configured = perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS);
  const char *at = g_strrstr (absolute, "/kiosk/journeys");

  if (at != NULL && !g_file_test (configured, G_FILE_TEST_IS_DIR)) {
    g_autofree char *tree = g_strndup (absolute, (gsize) (at - absolute));
    g_autofree char *texts = g_build_filename (tree, "i18n", NULL);
    return perron_catalogue_load (texts, error);
  }
  return perron_catalogue_load (configured, error);
}

/* --- check ------------------------------------------------------------------------------------------------------------------ */

static guint
check_one (const char *parent, const char *id, PerronCatalogue *catalogue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PerronJourney) journey = perron_journey_load (parent, id, &error);

  if (journey == NULL) {
    printf ("%s\n", error->message);
    return 1;
  }
  gboolean sound = perron_journey_check (journey, perron_catalogue_has_everywhere, catalogue, faults);
  sound &= perron_journey_check_texts (journey, catalogue, faults);
  for (guint i = 0; i < faults->len; i++)
    printf ("%s/%s/journey.json: %s\n", parent, id, (const char *) faults->pdata[i]);
  if (sound)
    printf ("%s: %u screens, no fault\n", id, perron_journey_get_screen_count (journey));
  return faults->len;
}

static int
check_folder (const char *folder, PerronCatalogue *catalogue)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  guint found = 0, faults = 0;

  if (dir == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  for (const char *id = g_dir_read_name (dir); id != NULL; id = g_dir_read_name (dir)) {
    g_autofree char *file = g_build_filename (folder, id, "journey.json", NULL);
    if (!g_file_test (file, G_FILE_TEST_EXISTS))
      continue;
    found++;
    faults += check_one (folder, id, catalogue);
  }
  if (found == 0)
    return perron_ctl_fail (3, "%s: holds no journey", folder);
  return faults > 0 ? 1 : 0;
}

static int
run_check (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    return perron_ctl_fail (2, "journey check DIR");
  g_autofree char *folder = g_canonicalize_filename (argv[1], NULL);
  g_autofree char *file = g_build_filename (folder, "journey.json", NULL);
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return perron_ctl_fail (3, "%s: no such folder", argv[1]);
  g_autoptr (PerronCatalogue) catalogue = load_texts (config, folder, &error);
  if (catalogue == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  if (!g_file_test (file, G_FILE_TEST_EXISTS))
    return check_folder (folder, catalogue);
  g_autofree char *parent = g_path_get_dirname (folder);
  g_autofree char *id = g_path_get_basename (folder);
  return check_one (parent, id, catalogue) > 0 ? 1 : 0;
}

/* --- run -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PerronCatalogue *catalogue;
  JsonBuilder *json; /* NULL: plain text */
} Transcript;

static void
add_effects (Transcript *transcript, const PerronEffects *effects)
{
  for (guint i = 0; i < effects->count; i++) {
    const PerronEffect *effect = &effects->list[i];
    g_autofree char *text = g_strdup_printf ("%s%s%s%s%s", perron_effect_to_word (effect->kind), effect->arg != NULL ? ":" : "",
                                             effect->arg != NULL ? effect->arg : "", effect->arg2 != NULL ? "=" : "",
                                             effect->arg2 != NULL ? effect->arg2 : "");
    if (transcript->json != NULL)
      json_builder_add_string_value (transcript->json, text);
    else
      printf ("    -> %s\n", text);
  }
}

static void
add_text (Transcript *transcript, PerronRunner *runner, const char *key)
{
  g_autoptr (PerronSecretText) text =
    perron_catalogue_format_spoken (transcript->catalogue, "fr", key, perron_runner_lookup, runner, NULL);
  if (transcript->json != NULL)
    json_builder_add_string_value (transcript->json, text);
  else
    printf ("    %s\n", text);
}

static void
add_said (Transcript *transcript, PerronRunner *runner)
{
  const PerronScreen *screen = perron_runner_get_screen (runner);
  add_text (transcript, runner, screen->title);
  for (const char *const *key = screen->body; *key != NULL; key++)
    add_text (transcript, runner, *key);
}

static void
tell (gpointer data, const char *event, PerronRunner *runner, const PerronEffects *effects)
{
  Transcript *transcript = data;
  const char *screen = perron_runner_get_screen (runner)->id;

  if (transcript->json == NULL) {
    printf ("%s\n  [%s]\n", event, screen);
    add_effects (transcript, effects);
    add_said (transcript, runner);
    return;
  }
  json_builder_begin_object (transcript->json);
  json_builder_set_member_name (transcript->json, "event");
  json_builder_add_string_value (transcript->json, event);
  json_builder_set_member_name (transcript->json, "screen");
  json_builder_add_string_value (transcript->json, screen);
  json_builder_set_member_name (transcript->json, "effects");
  json_builder_begin_array (transcript->json);
  add_effects (transcript, effects);
  json_builder_end_array (transcript->json);
  json_builder_set_member_name (transcript->json, "says");
  json_builder_begin_array (transcript->json);
  add_said (transcript, runner);
  json_builder_end_array (transcript->json);
  json_builder_end_object (transcript->json);
}

static gboolean
play (PerronJourney *journey, const PerronScenario *scenario, Transcript *transcript, GError **error)
{
  g_autoptr (PerronRunner) runner = perron_runner_new (journey);
  PerronEffects effects;

  perron_runner_start (runner, &effects);
  return perron_scenario_play (scenario, runner, tell, transcript, error);
}

static void
print_json (JsonBuilder *builder, const char *scenario, gboolean ok, const GError *error)
{
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "scenario");
  json_builder_add_string_value (builder, scenario);
  json_builder_set_member_name (builder, "ok");
  json_builder_add_boolean_value (builder, ok);
  json_builder_set_member_name (builder, "error");
  if (error != NULL)
    json_builder_add_string_value (builder, error->message);
  else
    json_builder_add_null_value (builder);
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *text = json_to_string (root, TRUE);
  printf ("%s\n", text);
}

static int
run_run (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean as_json = perron_ctl_take_switch (&argc, argv, "--json");

  if (argc != 3)
    return perron_ctl_fail (2, "journey run JOURNEY SCENARIO [--json]");
  g_autoptr (PerronJourney) journey = load_journey (config, argv[1], &error);
  g_autoptr (PerronScenario) scenario = journey != NULL ? perron_scenario_load (argv[2], &error) : NULL;
  g_autoptr (PerronCatalogue) catalogue = scenario != NULL ? load_texts (config, argv[1], &error) : NULL;
  if (catalogue == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  if (strcmp (perron_scenario_get_journey (scenario), perron_journey_get_id (journey)) != 0)
    return perron_ctl_fail (3, "%s: $.journey: is \"%s\", the journey is \"%s\"", argv[2], perron_scenario_get_journey (scenario),
                            perron_journey_get_id (journey));

  g_autoptr (JsonBuilder) builder = as_json ? json_builder_new () : NULL;
  Transcript transcript = { catalogue, builder };
  if (as_json) {
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, "steps");
    json_builder_begin_array (builder);
  }
  gboolean ok = play (journey, scenario, &transcript, &error);
  if (as_json)
    print_json (builder, argv[2], ok, error);
  if (!ok)
    return perron_ctl_fail (error->domain == PERRON_SCENARIO_ERROR && error->code == PERRON_SCENARIO_ERROR_DIFFERS ? 1 : 3, "%s",
                            error->message);
  if (!as_json)
    printf ("ok: %s\n", perron_scenario_get_about (scenario));
  return 0;
}

/* --- draw ------------------------------------------------------------------------------------------------------------------- */

static int
run_draw (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    return perron_ctl_fail (2, "journey draw JOURNEY");
  g_autoptr (PerronJourney) journey = load_journey (config, argv[1], &error);
  if (journey == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  g_autofree char *dot = perron_journey_draw (journey);
  fputs (dot, stdout);
  return 0;
}

const PerronVerb perron_ctl_journey[] = {
  { "check", run_check, "check DIR" },
  { "run", run_run, "run JOURNEY SCENARIO [--json]" },
  { "draw", run_draw, "draw JOURNEY" },
  { NULL, NULL, NULL },
};
