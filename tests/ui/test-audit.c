/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/audit.h"

#include <string.h>

/*
 * Every screen of the shipped journeys, in real windows, held against the numbers of LOOK and EN 301 549. By default sixteen setups:
 * each geometry meets each size, each contrast meets each of both (an orthogonal array), languages alternate. With
 * PERRON_UI_FULL=1: all 128. test-audit GEOMETRY (0 … 3): one process for each, so that they run beside each other.
 */

static const struct {
  int width, height;
  guint px_per_m;
} geometries[] = { { 1024, 768, 3368 }, { 1280, 1024, 3404 }, { 1920, 1080, 4033 }, { 1080, 1920, 4033 } };

static PerronCatalogue *catalogue;
static const char *const journeys[] = { "adulte-seul", "conseiller" };
static PerronJourney *journey[G_N_ELEMENTS (journeys)];
static GPtrArray *ways[G_N_ELEMENTS (journeys)];

static const char *const secrets[] = { "CAMILLE", "DESMOULINS", "06 39", "0639981234", "250039900100163", NULL };

/* What a loudspeaker would say, held against what only this person should hear. */
static guint
audit_arrival (Stage *stage, const Way *way)
{
  g_autofree char *all = stage_dup_said (stage, -1);
  g_autofree char *loud = stage_dup_said (stage, PERRON_PUBLIC);
  g_autoptr (PerronSecretText) title =
    perron_catalogue_format_spoken (catalogue, stage->setup.language, way->screen->title, perron_runner_lookup, stage->runner, NULL);
  guint faults = 0;
  if (strstr (all, title) == NULL) {
    g_test_message ("%s: the title is not said on arrival: %s", way->screen->id, all);
    faults++;
  }
  for (guint i = 0; secrets[i] != NULL; i++) {
    if (strstr (loud, secrets[i]) == NULL)
      continue;
    g_test_message ("%s: the loudspeaker would say %s", way->screen->id, secrets[i]);
    faults++;
  }
  return faults;
}

static guint
audit_screen (Stage *stage, const Way *way, gboolean paint, char **frame)
{
  guint faults = 0;
  stage_forget (stage);
  explore_walk (stage->runner, way->moves);
  perron_window_refresh (stage->window);
  /* The first screen was there before: it is said again, as F2 would. */
  if (way->moves->len == 0)
    perron_window_repeat (stage->window);
  faults += audit_arrival (stage, way);
  stage_paint_once (stage);
  g_autofree char *first = stage_dup_places (stage);
  stage_settle (stage);
  faults += audit_still (stage, way->screen->id, first);
  faults += audit_mode (stage, way->screen->id);
  faults += audit_targets (stage, way->screen->id) + audit_words (stage, way->screen->id);
  if (paint)
    faults += audit_contrast (stage, way->screen->id);
  g_autofree char *here = audit_dup_frame (stage);
  if (*frame == NULL)
    *frame = g_strdup (here);
  if (!g_str_equal (*frame, here)) {
    g_test_message ("%s: bar or foot has moved:\n%s", way->screen->id, here);
    faults++;
  }
  return faults + audit_walk (stage, way->screen->id);
}

static guint
audit_journey (const Setup *setup, guint which)
{
  g_autoptr (Stage) stage = stage_new (catalogue, journey[which], setup);
  g_autofree char *frame = NULL;
  guint faults = audit_capital (stage) + audit_ring (stage);
  for (guint i = 0; i < ways[which]->len; i++) {
    const Way *way = g_ptr_array_index (ways[which], i);
    if (way->moves == NULL) {
      g_test_message ("%s: no way leads there", way->screen->id);
      faults++;
      continue;
    }
    faults += audit_screen (stage, way, setup->size == setup->contrast || g_getenv ("PERRON_UI_FULL") != NULL, &frame);
  }
  return faults;
}

static void
test_setup (gconstpointer data)
{
  guint faults = 0;
  for (guint i = 0; i < G_N_ELEMENTS (journeys); i++)
    faults += audit_journey (data, i);
  if (faults > 0)
    g_test_fail_printf ("%u faults", faults);
}

static void
add_setup (guint geometry, guint size, guint contrast, guint language)
{
  static const char *const modes[] = { "demo", "training", "production" };
  Setup *setup = g_new (Setup, 1);
  *setup = (Setup){ geometries[geometry].width, geometries[geometry].height, geometries[geometry].px_per_m,
                    language == 0 ? "fr" : "en", size, (PerronContrast) contrast, modes[(size + geometry) % 3] };
  g_autofree char *path = g_strdup_printf ("/ui/audit/%dx%d/%s/%u/%u", setup->width, setup->height, setup->language, size, contrast);
  g_test_add_data_func_full (path, setup, test_setup, g_free);
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  g_autoptr (GError) error = NULL;
  guint geometry = argc > 1 ? (guint) atoi (argv[1]) % 4 : 0;
  catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (journeys); i++) {
    journey[i] = perron_journey_load (TEST_ROOT "/kiosk/journeys", journeys[i], &error);
    g_assert_no_error (error);
    ways[i] = explore (journey[i]);
  }
  for (guint size = 0; size < 4; size++) {
    if (g_getenv ("PERRON_UI_FULL") == NULL) {
      add_setup (geometry, size, (size + geometry) % 4, (size / 2 + geometry) % 2);
      continue;
    }
    for (guint i = 0; i < 8; i++)
      add_setup (geometry, size, i % 4, i / 4);
  }
  return g_test_run ();
}
