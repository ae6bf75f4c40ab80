/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

#include <json-glib/json-glib.h>

/*
 * Pictures of every screen into a folder, with index.json: what people look at before they say that it is good.
 * screens FOLDER [LANGUAGE SIZE CONTRAST WIDTHxHEIGHT[@PX_PER_M]]…
 */

static void
describe (JsonBuilder *builder, const char *file, const char *journey, const char *screen, const Setup *setup)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "file");
  json_builder_add_string_value (builder, file);
  json_builder_set_member_name (builder, "journey");
  json_builder_add_string_value (builder, journey);
  json_builder_set_member_name (builder, "screen");
  json_builder_add_string_value (builder, screen);
  json_builder_set_member_name (builder, "lang");
  json_builder_add_string_value (builder, setup->language);
  json_builder_set_member_name (builder, "size");
  json_builder_add_int_value (builder, (int[]){ 100, 125, 150, 200 }[setup->size]);
  json_builder_set_member_name (builder, "contrast");
  json_builder_add_string_value (builder, (const char *[]){ "light", "dark", "black-on-white", "yellow-on-black" }[setup->contrast]);
  json_builder_end_object (builder);
}

static void
shoot_all (PerronCatalogue *catalogue, PerronJourney *journey, GPtrArray *ways, const Setup *setup, const char *folder,
           JsonBuilder *builder)
{
  g_autoptr (Stage) stage = stage_new (catalogue, journey, setup);
  for (guint i = 0; i < ways->len; i++) {
    const Way *way = g_ptr_array_index (ways, i);
    if (way->moves == NULL)
      continue;
    explore_walk (stage->runner, way->moves);
    perron_window_refresh (stage->window);
    stage_settle (stage);
    g_autoptr (GdkTexture) texture = stage_draw (stage);
    /* The adviser's screens beside those of the public that have the same names. */
    const char *of = g_str_equal (perron_journey_get_id (journey), "adulte-seul") ? "" : perron_journey_get_id (journey);
    g_autofree char *file = g_strdup_printf ("%s%s%s-%s-%u-%d-%dx%d.png", of, *of != '\0' ? "-" : "", way->screen->id,
                                             setup->language, setup->size, setup->contrast,
                                             setup->width, setup->height);
    g_autofree char *path = g_build_filename (folder, file, NULL);
    if (!gdk_texture_save_to_png (texture, path))
      g_error ("%s: cannot be written", path);
    describe (builder, file, perron_journey_get_id (journey), way->screen->id, setup);
  }
}

static gboolean
read_setup (char **words, Setup *ret_setup)
{
  Setup setup = { .language = words[0], .size = (guint) atoi (words[1]), .contrast = (PerronContrast) atoi (words[2]) };
  if (sscanf (words[3], "%dx%d@%u", &setup.width, &setup.height, &setup.px_per_m) < 2)
    return FALSE;
  *ret_setup = setup;
  return TRUE;
}

static void
shoot_journey (PerronCatalogue *catalogue, const char *id, int argc, char **argv, JsonBuilder *builder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronJourney) journey = perron_journey_load (TEST_ROOT "/kiosk/journeys", id, &error);
  if (journey == NULL)
    g_error ("screens: %s", error->message);
  g_autoptr (GPtrArray) ways = explore (journey);
  for (int i = 2; i + 3 < argc; i += 4) {
    Setup setup;
    if (!read_setup (argv + i, &setup))
      g_error ("screens: \"%s\" is not WIDTHxHEIGHT@PX_PER_M", argv[i + 3]);
    shoot_all (catalogue, journey, ways, &setup, argv[1], builder);
  }
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  if (catalogue == NULL || argc < 2 || (argc - 2) % 4 != 0)
    g_error ("screens: %s", error != NULL ? error->message : "FOLDER [LANGUAGE SIZE CONTRAST WIDTHxHEIGHT[@PX_PER_M]]…");
  g_mkdir_with_parents (argv[1], 0755);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  json_builder_begin_array (builder);
  shoot_journey (catalogue, "adulte-seul", argc, argv, builder);
  shoot_journey (catalogue, "conseiller", argc, argv, builder);
  json_builder_end_array (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *index = g_build_filename (argv[1], "index.json", NULL);
  g_autofree char *json = json_to_string (root, TRUE);
  if (!g_file_set_contents (index, json, -1, &error))
    g_error ("%s", error->message);
  return 0;
}
