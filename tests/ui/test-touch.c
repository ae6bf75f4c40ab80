/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

#include <X11/extensions/XTest.h>
#include <gdk/x11/gdkx.h>
#include <string.h>

#include "ui/target.h"

/* Fingers and keys as the display server delivers them (XTEST), on a real window. */

static PerronCatalogue *catalogue;
static PerronJourney *journey;

static Display *
get_display (void)
{
  return gdk_x11_display_get_xdisplay (gdk_display_get_default ());
}

static void
touch (Stage *stage, const char *name)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    if (!g_str_equal (target->name, name))
      continue;
    int x = (int)(target->bounds.origin.x + target->bounds.size.width / 2),
        y = (int)(target->bounds.origin.y + target->bounds.size.height / 2);
    XTestFakeMotionEvent (get_display (), -1, x, y, 0);
    XTestFakeButtonEvent (get_display (), 1, True, 0);
    XTestFakeButtonEvent (get_display (), 1, False, 0);
    XSync (get_display (), False);
    stage_settle (stage);
    return;
  }
  g_error ("no target %s on %s", name, perron_runner_get_screen (stage->runner)->id);
}

static void
press (Stage *stage, KeySym symbol)
{
  KeyCode code = XKeysymToKeycode (get_display (), symbol);
  g_assert_cmpuint (code, !=, 0);
  XTestFakeKeyEvent (get_display (), code, True, 0);
  XTestFakeKeyEvent (get_display (), code, False, 0);
  XSync (get_display (), False);
  stage_settle (stage);
}

static Stage *
new_stage (void)
{
  const Setup setup = { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT };
  Stage *stage = stage_new (catalogue, journey, &setup);
  stage->drive = TRUE;
  return stage;
}

static const char *
shown (Stage *stage)
{
  return perron_runner_get_screen (stage->runner)->id;
}

static const Way *
find_way (GPtrArray *ways, const char *screen)
{
  for (guint i = 0; i < ways->len; i++) {
    const Way *way = g_ptr_array_index (ways, i);
    if (g_str_equal (way->screen->id, screen))
      return way;
  }
  g_error ("the journey has no screen %s", screen);
}

static void
test_touch (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_assert_cmpstr (shown (stage), ==, "welcome");
  touch (stage, "option:start");
  g_assert_cmpstr (shown (stage), ==, "language");
  touch (stage, "foot:help");
  g_assert_cmpstr (shown (stage), ==, "help");
  touch (stage, "next");
  g_assert_cmpstr (shown (stage), ==, "language");
  stage_forget (stage);
  touch (stage, "foot:explain");
  g_autoptr (PerronSecretText) text = perron_window_dup_text (stage->window);
  g_assert_nonnull (strstr (text, perron_catalogue_get (catalogue, "fr", "adulte.language.explain")));
  g_assert_cmpuint (stage->said->len, >, 0);
  touch (stage, "foot:leave");
  g_assert_cmpstr (shown (stage), ==, "leave");
  touch (stage, "option:stay");
  touch (stage, "back");
  g_assert_cmpstr (shown (stage), ==, "welcome");
}

/* The keyboard on the screen, that of the machine, a change of size and of language: what was typed stays. */
static void
test_type (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  explore_walk (stage->runner, find_way (ways, "hand-name")->moves);
  perron_window_refresh (stage->window);
  stage_settle (stage);
  const char *field = perron_runner_get_screen (stage->runner)->fields[0].id;
  touch (stage, "key:d");
  touch (stage, "key:u");
  press (stage, XK_p);
  touch (stage, "key:é");
  touch (stage, "key:delete");
  g_assert_cmpstr (perron_runner_get_field (stage->runner, field), ==, "dup");
  touch (stage, "bar:size");
  touch (stage, "bar:language");
  press (stage, XK_o);
  g_assert_cmpstr (perron_runner_get_field (stage->runner, field), ==, "dup");
  g_assert_cmpuint (stage->settings.size, ==, 1);
  g_assert_cmpstr (stage->settings.language, ==, "en");
  touch (stage, "field:surname");
  press (stage, XK_End);
  press (stage, XK_o);
  g_assert_cmpstr (perron_runner_get_field (stage->runner, field), ==, "dupo");
  g_autofree char *loud = stage_dup_said (stage, PERRON_PUBLIC);
  g_assert_null (strstr (loud, "dup"));
}

/* An empty form: refused, said why, and the focus is where it is mended. */
static void
test_refused (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  explore_walk (stage->runner, find_way (ways, "phone")->moves);
  perron_window_refresh (stage->window);
  stage_settle (stage);
  stage_forget (stage);
  touch (stage, "submit");
  g_assert_cmpstr (shown (stage), ==, "phone");
  g_autofree char *said = stage_dup_said (stage, -1);
  g_assert_cmpuint (strlen (said), >, 0);
  g_assert_cmpstr (perron_target_get_name (gtk_window_get_focus (GTK_WINDOW (stage->window))), ==, "field:phone");
}

static void
go_to (Stage *stage, const char *name)
{
  for (guint i = 0; i < 80; i++) {
    GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
    if (focus != NULL && g_strcmp0 (perron_target_get_name (focus), name) == 0)
      return;
    press (stage, XK_Tab);
  }
  g_error ("%s: Tab never comes to %s", shown (stage), name);
}

static void
act (Stage *stage, const Move *move)
{
  g_autofree char *name = NULL;
  PerronEffects effects;
  if (move->kind == PERRON_EVENT_FIELD) {
    name = g_strconcat ("field:", move->name, NULL);
    go_to (stage, name);
    for (const char *at = move->value; *at != '\0'; at++)
      press (stage, *at == '-' ? XK_minus : (KeySym) g_ascii_tolower (*at));
    return;
  }
  if (move->kind == PERRON_EVENT_CHOOSE)
    name = g_strconcat ("option:", move->name, NULL);
  else if (move->kind == PERRON_EVENT_NEXT)
    name = g_strdup ("next");
  else if (move->kind == PERRON_EVENT_SUBMIT)
    name = g_strdup ("submit");
  if (name != NULL) {
    go_to (stage, name);
    press (stage, XK_Return);
    return;
  }
  /* The house: not done with keys. */
  perron_runner_step (stage->runner, &(PerronEvent){ move->kind, move->name, move->value, NULL }, &effects);
  perron_window_refresh (stage->window);
  stage_settle (stage);
}

static void
test_keys_only (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  const Way *way = find_way (ways, "ticket");
  for (guint i = 0; i < way->moves->len; i++)
    act (stage, g_ptr_array_index (way->moves, i));
  g_assert_cmpstr (shown (stage), ==, "ticket");
  stage_forget (stage);
  press (stage, XK_F2);
  g_assert_cmpuint (stage->said->len, >, 0);
  press (stage, XK_Escape);
  g_assert_cmpstr (shown (stage), ==, "ticket");
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  g_autoptr (GError) error = NULL;
  catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  g_assert_no_error (error);
  journey = perron_journey_load (TEST_ROOT "/kiosk/journeys", "adulte-seul", &error);
  g_assert_no_error (error);
  g_test_add_func ("/ui/touch", test_touch);
  g_test_add_func ("/ui/type", test_type);
  g_test_add_func ("/ui/refused", test_refused);
  g_test_add_func ("/ui/keys-only", test_keys_only);
  return g_test_run ();
}
