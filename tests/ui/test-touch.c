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

static graphene_point_t
find_middle (Stage *stage, const char *name)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    graphene_point_t middle;
    graphene_rect_get_center (&target->bounds, &middle);
    if (g_str_equal (target->name, name))
      return middle;
  }
  g_error ("no target %s on %s", name, perron_runner_get_screen (stage->runner)->id);
}

static void
finger_to (Stage *stage, double x, double y)
{
  XTestFakeMotionEvent (get_display (), -1, (int) x, (int) y, 0);
  XSync (get_display (), False);
  stage_settle (stage);
}

static void
finger_down (Stage *stage, gboolean down)
{
  XTestFakeButtonEvent (get_display (), 1, down ? True : False, 0);
  XSync (get_display (), False);
  stage_settle (stage);
}

static void
tap (Stage *stage, graphene_point_t place)
{
  XTestFakeMotionEvent (get_display (), -1, (int) place.x, (int) place.y, 0);
  XTestFakeButtonEvent (get_display (), 1, True, 0);
  XTestFakeButtonEvent (get_display (), 1, False, 0);
  XSync (get_display (), False);
  stage_settle (stage);
}

/* Of somebody who has looked at the screen first. */
static void
touch (Stage *stage, const char *name)
{
  perron_fake_clock_advance (&stage->clock, 400);
  tap (stage, find_middle (stage, name));
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
  const Setup setup = { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL };
  Stage *stage = stage_new (catalogue, journey, &setup);
  stage->drive = TRUE;
  return stage;
}

static const char *
shown (Stage *stage)
{
  return perron_runner_get_screen (stage->runner)->id;
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
  stage_show (stage, ways, "hand-name");
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
  stage_show (stage, ways, "phone");
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
  perron_runner_step (stage->runner, &(PerronEvent){ move->kind, move->name, move->value, NULL, NULL }, &effects);
  perron_window_refresh (stage->window);
  stage_settle (stage);
}

static void
test_keys_only (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  const Way *way = explore_find (ways, "ticket");
  for (guint i = 0; i < way->moves->len; i++)
    act (stage, g_ptr_array_index (way->moves, i));
  g_assert_cmpstr (shown (stage), ==, "ticket");
  stage_forget (stage);
  press (stage, XK_F2);
  g_assert_cmpuint (stage->said->len, >, 0);
  press (stage, XK_Escape);
  g_assert_cmpstr (shown (stage), ==, "ticket");
}

/* The second tap of those who tap twice was meant for the screen before. */
static void
test_tap_twice (void)
{
  g_autoptr (Stage) stage = new_stage ();
  touch (stage, "option:start");
  g_assert_cmpstr (shown (stage), ==, "language");
  graphene_point_t place = find_middle (stage, "option:fr");
  touch (stage, "option:fr");
  g_assert_cmpstr (shown (stage), ==, "voice");
  perron_fake_clock_advance (&stage->clock, 349);
  tap (stage, place);
  g_assert_cmpstr (shown (stage), ==, "voice");
  /* Elsewhere it is a touch of its own, and a moment later here too. */
  tap (stage, find_middle (stage, "option:off"));
  g_assert_cmpstr (shown (stage), ==, "size");
  graphene_point_t back = find_middle (stage, "back");
  tap (stage, back);
  g_assert_cmpstr (shown (stage), ==, "voice");
  perron_fake_clock_advance (&stage->clock, 349);
  tap (stage, back);
  g_assert_cmpstr (shown (stage), ==, "voice");
  perron_fake_clock_advance (&stage->clock, 1);
  tap (stage, back);
  g_assert_cmpstr (shown (stage), ==, "language");
}

static void
count_event (PerronWindow *window, const PerronEvent *event, guint *count)
{
  ++*count;
}

static guint
count_said (Stage *stage, const char *text)
{
  guint count = 0;
  for (guint i = 0; i < stage->said->len; i++)
    count += strstr (((const PerronUtterance *) g_ptr_array_index (stage->said, i))->text, text) != NULL;
  return count;
}

/* EN 301 549 5.5.2: each part is told apart without acting. */
static void
test_explore (void)
{
  static const char *const texts[] = { "adulte.voice.on", "ui.help", "ui.explain", "ui.leave" };
  g_autoptr (Stage) stage = new_stage ();
  guint events = 0;
  touch (stage, "option:start");
  touch (stage, "option:fr");
  g_assert_cmpstr (shown (stage), ==, "voice");
  g_signal_connect (stage->window, "event", G_CALLBACK (count_event), &events);
  perron_fake_clock_advance (&stage->clock, 400);
  graphene_point_t from = find_middle (stage, "option:off"), to = find_middle (stage, "option:on"),
                   help = find_middle (stage, "foot:help"), leave = find_middle (stage, "foot:leave");
  finger_to (stage, from.x, from.y);
  finger_down (stage, TRUE);
  stage_forget (stage);
  for (guint i = 0; i <= 20; i++)
    finger_to (stage, from.x + (to.x - from.x) * i / 20, from.y);
  for (guint i = 0; i <= 40; i++)
    finger_to (stage, help.x + (leave.x - help.x) * i / 40, help.y);
  finger_down (stage, FALSE);
  g_assert_cmpuint (events, ==, 0);
  g_assert_cmpstr (shown (stage), ==, "voice");
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpuint (count_said (stage, perron_catalogue_get (catalogue, "fr", texts[i])), ==, 1);
  /* Away and back to where it began: still no act. */
  finger_to (stage, from.x, from.y);
  finger_down (stage, TRUE);
  finger_to (stage, to.x, to.y);
  finger_to (stage, from.x, from.y);
  finger_down (stage, FALSE);
  g_assert_cmpuint (events, ==, 0);
  /* A finger that trembles on one thing acts. */
  finger_down (stage, TRUE);
  finger_to (stage, from.x + 6, from.y + 4);
  finger_down (stage, FALSE);
  g_assert_cmpstr (shown (stage), ==, "size");
}

/* Without the voice, too, a finger that slides off has changed its mind. */
static void
test_slide_off (void)
{
  g_autoptr (Stage) stage = new_stage ();
  touch (stage, "bar:voice");
  g_assert_false (stage->settings.voice);
  perron_fake_clock_advance (&stage->clock, 400);
  graphene_point_t from = find_middle (stage, "option:start"), to = find_middle (stage, "foot:leave");
  finger_to (stage, from.x, from.y);
  finger_down (stage, TRUE);
  stage_forget (stage);
  finger_to (stage, to.x, to.y);
  finger_down (stage, FALSE);
  g_assert_cmpstr (shown (stage), ==, "welcome");
  g_assert_cmpuint (stage->said->len, ==, 0);
}

static gboolean
is_enabled (Stage *stage, const char *name)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (stage->window);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    if (g_str_equal (target->name, name))
      return target->enabled;
  }
  return FALSE;
}

/* The keys of a page, wherever the focus is. */
static void
test_page_keys (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  explore_walk (stage->runner, explore_find (ways, "review")->moves);
  perron_window_refresh (stage->window);
  perron_fake_clock_advance (&stage->clock, 400);
  stage_settle (stage);
  g_assert_true (is_enabled (stage, "scroll:down"));
  g_assert_false (is_enabled (stage, "scroll:up"));
  press (stage, XK_Page_Down);
  g_assert_true (is_enabled (stage, "scroll:up"));
  press (stage, XK_Page_Up);
  g_assert_false (is_enabled (stage, "scroll:up"));
}

/* "Voir": whole while it is held, masked as soon as it is not, and never for the ear. */
static void
test_reveal (void)
{
  g_autoptr (Stage) stage = new_stage ();
  g_autoptr (GPtrArray) ways = explore (journey);
  explore_walk (stage->runner, explore_find (ways, "confirm")->moves);
  perron_window_set_voice_output (stage->window, TRUE, TRUE);
  perron_window_refresh (stage->window);
  stage_settle (stage);
  graphene_point_t eye = find_middle (stage, "reveal"), away = find_middle (stage, "foot:explain");
  for (guint i = 0; i < 3; i++) {
    if (i == 2)
      touch (stage, "bar:voice");
    perron_fake_clock_advance (&stage->clock, 400);
    finger_to (stage, eye.x, eye.y);
    finger_down (stage, TRUE);
    g_autoptr (PerronSecretText) held = perron_window_dup_text (stage->window);
    g_assert_nonnull (strstr (held, "001"));
    perron_window_repeat (stage->window);
    /* Lifted there; slid away, with the voice and without. */
    if (i == 0)
      finger_down (stage, FALSE);
    else
      finger_to (stage, away.x, away.y);
    g_autoptr (PerronSecretText) after = perron_window_dup_text (stage->window);
    g_assert_null (strstr (after, "001"));
    if (i > 0)
      finger_down (stage, FALSE);
  }
  g_autofree char *said = stage_dup_said (stage, -1);
  g_assert_null (strstr (said, "001"));
  g_assert_cmpstr (said, !=, "");
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  stage_load ("adulte-seul", &catalogue, &journey);
  g_test_add_func ("/ui/touch", test_touch);
  g_test_add_func ("/ui/tap-twice", test_tap_twice);
  g_test_add_func ("/ui/explore", test_explore);
  g_test_add_func ("/ui/slide-off", test_slide_off);
  g_test_add_func ("/ui/reveal", test_reveal);
  g_test_add_func ("/ui/type", test_type);
  g_test_add_func ("/ui/refused", test_refused);
  g_test_add_func ("/ui/keys-only", test_keys_only);
  g_test_add_func ("/ui/page-keys", test_page_keys);
  return g_test_run ();
}
