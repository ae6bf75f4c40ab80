/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/audit.h"

#include <glib/gstdio.h>
#include <string.h>

#include "i18n/secret-text.h"
#include "ui/target.h"

/*
 * More than two languages: they stand over any screen, each by its own name and in its own voice, and leave it as it was. The catalogue
 * is that of the house with files added: that is all it takes. Breton stands for a language that no voice speaks.
 */
static const char languages_json[]
  = "{\"format\":1,\"languages\":["
    "{\"tag\":\"fr\",\"own_name\":\"Français\",\"voice\":\"fr\",\"right_to_left\":false},"
    "{\"tag\":\"en\",\"own_name\":\"English\",\"voice\":\"en\",\"right_to_left\":false},"
    "{\"tag\":\"ar\",\"own_name\":\"العربية\",\"voice\":\"ar\",\"right_to_left\":true},"
    "{\"tag\":\"pt\",\"own_name\":\"Português\",\"voice\":\"pt\",\"right_to_left\":false},"
    "{\"tag\":\"br\",\"own_name\":\"Brezhoneg\",\"voice\":null,\"right_to_left\":false}]}";

static PerronCatalogue *several, *two;
static PerronJourney *journey;
static GPtrArray *ways;

static void
copy_text (const char *from, const char *folder, const char *name)
{
  g_autofree char *text = NULL, *to = g_build_filename (folder, name, NULL);
  gsize length;
  g_autoptr (GError) error = NULL;
  g_file_get_contents (from, &text, &length, &error);
  g_assert_no_error (error);
  g_file_set_contents (to, text, (gssize) length, &error);
  g_assert_no_error (error);
}

/* Loaded at once, so that nothing of the folder has to stay. */
static PerronCatalogue *
load_several (void)
{
  static const char *const files[] = { "po/fr.po", "po/en.po", "po/ar.po", "po/pt.po", "po/br.po" };
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("perron-languages-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *po = g_build_filename (folder, "po", NULL), *index = g_build_filename (folder, "languages.json", NULL);
  g_assert_cmpint (g_mkdir (po, 0700), ==, 0);
  g_assert_true (g_file_set_contents (index, languages_json, -1, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    copy_text (i == 0 ? TEST_ROOT "/i18n/po/fr.po" : TEST_ROOT "/i18n/po/en.po", folder, files[i]);
  PerronCatalogue *catalogue = perron_catalogue_load (folder, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (folder, files[i], NULL);
    g_unlink (path);
  }
  g_unlink (index);
  g_rmdir (po);
  g_rmdir (folder);
  return catalogue;
}

static const Setup common = { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL };

static Stage *
new_stage (PerronCatalogue *catalogue, const Setup *setup, const char *screen)
{
  Stage *stage = stage_new (catalogue, journey, setup);
  stage->drive = TRUE;
  stage_show (stage, ways, screen);
  stage_forget (stage);
  return stage;
}

static GtkWidget *
find (Stage *stage, const char *name)
{
  return perron_target_find (GTK_WIDGET (stage->window), name);
}

static const char *
focused (Stage *stage)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
  g_assert_nonnull (focus);
  const char *name = perron_target_get_name (focus);
  return name != NULL ? name : "title";
}

static void
press (Stage *stage, PerronWindowPress key)
{
  stage_forget (stage);
  perron_window_press (stage->window, key);
  stage_settle (stage);
}

static void
walk_to (Stage *stage, const char *name)
{
  for (guint i = 0; i < 60 && !g_str_equal (focused (stage), name); i++)
    press (stage, PERRON_PRESS_NEXT);
  g_assert_cmpstr (focused (stage), ==, name);
}

/* `text` was said in that language, alone in its utterance or with others of the same. */
static void
assert_said (Stage *stage, const char *language, const char *text)
{
  for (guint i = 0; i < stage->said->len; i++) {
    const PerronUtterance *utterance = g_ptr_array_index (stage->said, i);
    if (g_str_equal (utterance->language, language) && strstr (utterance->text, text) != NULL)
      return;
  }
  g_autofree char *said = stage_dup_said (stage, -1);
  g_error ("\"%s\" was not said in %s: %s", text, language, said);
}

static void
test_by_keys (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "hand-name");
  PerronEffects effects;
  perron_runner_step (stage->runner, &(PerronEvent){ .kind = PERRON_EVENT_FIELD, .name = "surname", .value = "dupo" }, &effects);
  perron_window_refresh (stage->window);
  walk_to (stage, "field:surname");

  press (stage, PERRON_PRESS_LANGUAGE);
  assert_said (stage, "fr", "Choisissez votre langue");
  assert_said (stage, "en", "English");
  assert_said (stage, "ar", "العربية");
  assert_said (stage, "pt", "Português");
  assert_said (stage, "fr", "Brezhoneg"); /* silence would be worse */
  g_assert_nonnull (find (stage, "language:fr"));
  g_assert_null (find (stage, "field:surname"));

  walk_to (stage, "language:fr");
  assert_said (stage, "fr", "Choisi");
  assert_said (stage, "fr", "1 sur 5");
  walk_to (stage, "language:en");
  assert_said (stage, "en", "English");
  assert_said (stage, "en", "2 of 5");
  g_assert_cmpuint (stage->said->len, ==, 1);

  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpstr (stage->settings.language, ==, "en");
  g_assert_null (find (stage, "language:fr"));
  g_assert_cmpstr (focused (stage), ==, "field:surname");
  assert_said (stage, "en", perron_catalogue_get (several, "en", perron_runner_get_screen (stage->runner)->title));
  g_assert_cmpstr (perron_runner_get_field (stage->runner, "surname"), ==, "dupo");
}

/* Asked again, "Retour", and the language that is there already: three ways to leave it as it was. */
static void
test_as_it_was (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "confirm");
  for (guint i = 0; i < 3; i++) {
    walk_to (stage, "option:no");
    press (stage, PERRON_PRESS_LANGUAGE);
    if (i > 0) {
      walk_to (stage, i == 1 ? "back" : "language:fr");
      press (stage, PERRON_PRESS_SELECT);
    } else {
      press (stage, PERRON_PRESS_LANGUAGE);
    }
    g_assert_cmpstr (perron_runner_get_screen (stage->runner)->id, ==, "confirm");
    g_assert_cmpstr (focused (stage), ==, "option:no");
    assert_said (stage, "fr", "Est-ce bien vous");
    g_assert_cmpstr (stage->settings.language, ==, "fr");
  }
}

static void
step (Stage *stage, PerronEventKind kind, const char *name)
{
  PerronEffects effects;
  perron_runner_step (stage->runner, &(PerronEvent){ .kind = kind, .name = name }, &effects);
  perron_window_refresh (stage->window);
  stage_settle (stage);
}

/* What happens meanwhile is seen; what only changes the covered screen waits under it. */
static void
test_house_goes_on (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "card");
  press (stage, PERRON_PRESS_LANGUAGE);
  step (stage, PERRON_EVENT_LINK, "offline");
  g_assert_nonnull (find (stage, "language:pt"));
  step (stage, PERRON_EVENT_CARD, "mute");
  g_assert_null (find (stage, "language:pt"));
  assert_said (stage, "fr", "La carte ne répond pas");
  press (stage, PERRON_PRESS_LANGUAGE);
  step (stage, PERRON_EVENT_IDLE, NULL);
  g_assert_null (find (stage, "language:pt"));
  g_assert_nonnull (find (stage, "option:stay"));
  press (stage, PERRON_PRESS_LANGUAGE); /* also over a question of the house */
  walk_to (stage, "language:pt");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpstr (stage->settings.language, ==, "pt");
  g_assert_nonnull (find (stage, "option:stay"));
  press (stage, PERRON_PRESS_LANGUAGE);
  press (stage, PERRON_PRESS_HELP);
  g_assert_null (find (stage, "language:pt"));
  g_assert_cmpint (perron_runner_get_screen (stage->runner)->kind, ==, PERRON_SCREEN_HELP);
}

/* Nobody may find the list of languages where the poster of the house should be. */
static void
test_poster (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "welcome");
  g_autoptr (PerronSecretText) written = perron_window_dup_text (stage->window);
  g_assert_nonnull (strstr (written, "English · العربية · Português · Brezhoneg"));
  walk_to (stage, "poster:language");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_nonnull (find (stage, "language:ar"));
  press (stage, PERRON_PRESS_LEAVE);
  g_assert_null (find (stage, "language:ar"));
  g_assert_nonnull (find (stage, "poster:language"));
  /* Nobody is there any more: the question, and the poster again. */
  press (stage, PERRON_PRESS_LANGUAGE);
  step (stage, PERRON_EVENT_IDLE, NULL);
  g_assert_null (find (stage, "language:ar"));
  walk_to (stage, "bar:language");
}

static void
test_right_to_left (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "confirm");
  press (stage, PERRON_PRESS_LANGUAGE);
  walk_to (stage, "language:ar");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpint (gtk_widget_get_default_direction (), ==, GTK_TEXT_DIR_RTL);
  g_assert_nonnull (find (stage, "option:no"));
  press (stage, PERRON_PRESS_LANGUAGE);
  walk_to (stage, "language:fr");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpint (gtk_widget_get_default_direction (), ==, GTK_TEXT_DIR_LTR);
}

/* The journey asks too, and names no language: all that there are are offered. */
static void
test_asked_by_the_journey (void)
{
  g_autoptr (Stage) stage = new_stage (several, &common, "language");
  walk_to (stage, "option:br");
  walk_to (stage, "option:pt");
  assert_said (stage, "pt", "Português");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpstr (stage->settings.language, ==, "pt");
  g_assert_cmpstr (perron_runner_get_screen (stage->runner)->id, ==, "voice");
}

/* Of two, one press is enough, in the voice of the other. */
static void
test_two (void)
{
  g_autoptr (Stage) stage = new_stage (two, &common, "confirm");
  walk_to (stage, "bar:language");
  assert_said (stage, "en", "English");
  press (stage, PERRON_PRESS_LANGUAGE);
  g_assert_cmpstr (stage->settings.language, ==, "en");
  g_assert_cmpstr (focused (stage), ==, "bar:language");
  press (stage, PERRON_PRESS_SELECT);
  g_assert_cmpstr (stage->settings.language, ==, "fr");
}

static void
test_audit (gconstpointer data)
{
  g_autoptr (Stage) stage = new_stage (several, data, "confirm");
  perron_window_choose_language (stage->window);
  perron_fake_clock_advance (&stage->clock, 400);
  stage_settle (stage);
  guint faults = audit_targets (stage, "languages") + audit_words (stage, "languages") + audit_contrast (stage, "languages")
                 + audit_mode (stage, "languages") + audit_walk (stage, "languages");
  if (faults > 0)
    g_test_fail_printf ("%u faults", faults);
}

int
main (int argc, char **argv)
{
  static const Setup setups[] = { { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL },
                                  { 1024, 768, 3368, "fr", 3, PERRON_CONTRAST_BLACK_ON_WHITE, NULL },
                                  { 1920, 1080, 4033, "ar", 1, PERRON_CONTRAST_DARK, NULL },
                                  { 1080, 1920, 4033, "br", 2, PERRON_CONTRAST_YELLOW_ON_BLACK, NULL } };

  stage_prepare (&argc, &argv);
  several = load_several ();
  stage_load ("adulte-seul", &two, &journey);
  ways = explore (journey);
  g_test_add_func ("/ui/languages/by-keys", test_by_keys);
  g_test_add_func ("/ui/languages/as-it-was", test_as_it_was);
  g_test_add_func ("/ui/languages/house-goes-on", test_house_goes_on);
  g_test_add_func ("/ui/languages/poster", test_poster);
  g_test_add_func ("/ui/languages/right-to-left", test_right_to_left);
  g_test_add_func ("/ui/languages/asked-by-the-journey", test_asked_by_the_journey);
  g_test_add_func ("/ui/languages/two", test_two);
  for (guint i = 0; i < G_N_ELEMENTS (setups); i++) {
    g_autofree char *path = g_strdup_printf ("/ui/languages/audit/%dx%d", setups[i].width, setups[i].height);
    g_test_add_data_func (path, &setups[i], test_audit);
  }
  int status = g_test_run ();
  g_ptr_array_unref (ways);
  perron_journey_unref (journey);
  perron_catalogue_unref (two);
  perron_catalogue_unref (several);
  return status;
}
