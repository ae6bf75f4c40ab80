/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

#include <string.h>

#include "ui/target.h"
#include "ui/widgets.h"

/* The adviser's list by keys and ears: line by line, with four keys or with two switches; news throws nobody out of it. */

#define WALK_MAX 40

static PerronCatalogue *catalogue;
static PerronJourney *journey;

static const PerronMoment today = { TRUE, 0, 9, 5 }, yesterday = { TRUE, 1, 17, 42 };

static PerronListing
make_listing (void)
{
  return (PerronListing){ .waiting = 2, .oldest = yesterday, .contact = today, .page = 1, .pages = 5, .total = 23, .count = 5,
                          .list = { { "K7RA-42XY", "refused", "conflict", yesterday, yesterday },
                                    { "2H4L-ZX7K", "waiting", NULL, yesterday, yesterday },
                                    { "RRY2-HK94", "sent", NULL, yesterday, today },
                                    { "ZZKL-2277", "received", NULL, yesterday, yesterday },
                                    { "X4HA-9ARZ", "cannot-incomplete", NULL, yesterday, today } } };
}

static void
show (Stage *stage, const PerronListing *listing)
{
  PerronEffects effects;
  perron_runner_step (stage->runner, &(PerronEvent){ .kind = PERRON_EVENT_LISTING, .listing = listing }, &effects);
  perron_window_refresh (stage->window);
  stage_settle (stage);
}

/* The list has come, and said itself. */
static Stage *
new_stage (const Setup *setup)
{
  const PerronListing listing = make_listing ();
  PerronEffects effects;
  Stage *stage = stage_new (catalogue, journey, setup);

  stage->drive = TRUE;
  perron_runner_step (stage->runner, &(PerronEvent){ .kind = PERRON_EVENT_TAP, .name = "badge-known", .value = "ACCUEIL 2" }, &effects);
  perron_window_refresh (stage->window);
  stage_forget (stage);
  show (stage, &listing);
  return stage;
}

static const Setup common = { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL };

static const char *
focused (Stage *stage)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
  g_assert_nonnull (focus);
  const char *name = perron_target_get_name (focus);
  return name != NULL ? name : PERRON_IS_HEADING (focus) ? "title" : "?";
}

static void
press (Stage *stage, PerronWindowPress key)
{
  stage_forget (stage);
  perron_window_press (stage->window, key);
  stage_settle (stage);
}

static void
assert_says (Stage *stage, const char *wanted, gboolean says)
{
  g_autofree char *said = stage_dup_said (stage, -1);
  if ((strstr (said, wanted) != NULL) != says)
    g_error ("\"%s\" %s in \"%s\"", wanted, says ? "is missing" : "should not be", said);
}

static void
walk_to (Stage *stage, const char *name)
{
  for (guint i = 0; i < WALK_MAX; i++) {
    if (g_str_equal (focused (stage), name))
      return;
    press (stage, PERRON_PRESS_NEXT);
  }
  g_error ("the walk never comes to %s", name);
}

static void
test_line_by_line (void)
{
  g_autoptr (Stage) stage = new_stage (&common);
  static const char *const lines[][4] = {
    { "line:K7RA-42XY", "K, 7, R, A, 4, 2, X, Y", "Mise de côté hier", "1 sur 23" },
    { "line:2H4L-ZX7K", "2, H, 4, L, Z, X, 7, K", "Attend sur cette borne.", "2 sur 23" },
    { "line:RRY2-HK94", "R, R, Y, 2, H, K, 9, 4", "Partie aujourd", "3 sur 23" },
    { "line:ZZKL-2277", "Z, Z, K, L, 2, 2, 7, 7", "Reçue par la caisse hier", "4 sur 23" },
    { "line:X4HA-9ARZ", "X, 4, H, A, 9, A, R, Z", "il manque quelque chose", "5 sur 23" },
  };

  /* On arrival what it is and how many: nobody is read five references at once. */
  assert_says (stage, "Attendent ici: 2", TRUE);
  assert_says (stage, "Page 1 sur 5", TRUE);
  assert_says (stage, "Demandes à suivre: 23", TRUE);
  assert_says (stage, "K, 7", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    press (stage, PERRON_PRESS_NEXT);
    g_assert_cmpstr (focused (stage), ==, lines[i][0]);
    for (guint part = 1; part < 4; part++)
      assert_says (stage, lines[i][part], TRUE);
    assert_says (stage, "Faite hier", TRUE);
  }
  press (stage, PERRON_PRESS_SELECT); /* nothing to do with it: it is said again */
  assert_says (stage, lines[4][1], TRUE);
  g_assert_cmpstr (focused (stage), ==, "line:X4HA-9ARZ");
  press (stage, PERRON_PRESS_PREVIOUS);
  assert_says (stage, lines[3][1], TRUE);
  /* What can be done comes after what can be read; and round again, as with two switches. */
  walk_to (stage, "option:previous");
  walk_to (stage, "option:quit");
  walk_to (stage, "title");
  press (stage, PERRON_PRESS_NEXT);
  g_assert_cmpstr (focused (stage), ==, "line:K7RA-42XY");
}

static void
test_news (void)
{
  g_autoptr (Stage) stage = new_stage (&common);
  PerronListing listing = make_listing ();

  walk_to (stage, "line:RRY2-HK94");
  stage_forget (stage);
  listing.list[2].state = "received";
  show (stage, &listing);
  g_assert_cmpstr (focused (stage), ==, "line:RRY2-HK94");
  assert_says (stage, "R, R, Y, 2", TRUE);
  assert_says (stage, "Reçue par la caisse aujourd", TRUE);
  assert_says (stage, "Z, Z", FALSE);
  assert_says (stage, "Demandes de cette borne", FALSE);

  /* The line that was heard is done with: who comes after takes its place. */
  stage_forget (stage);
  memmove (&listing.list[2], &listing.list[3], 2 * sizeof listing.list[0]);
  listing.count = 4;
  listing.total = 4;
  listing.pages = 1;
  show (stage, &listing);
  g_assert_cmpstr (focused (stage), ==, "line:ZZKL-2277");
  assert_says (stage, "Demandes à suivre: 4", TRUE);
  assert_says (stage, "Page 1", FALSE);
  press (stage, PERRON_PRESS_SELECT);
  assert_says (stage, "3 sur 4", TRUE);

  /* The same again is no news, nor is another minute: nobody is cut short for it. */
  stage_forget (stage);
  listing.contact.minute++;
  show (stage, &listing);
  g_assert_cmpuint (stage->said->len, ==, 0);
}

static void
test_another_page (void)
{
  g_autoptr (Stage) stage = new_stage (&common);
  PerronListing listing = make_listing ();

  walk_to (stage, "option:next");
  press (stage, PERRON_PRESS_SELECT);
  listing.page = 2;
  show (stage, &listing);
  assert_says (stage, "Page 2 sur 5", TRUE);
  g_assert_cmpstr (focused (stage), ==, "title");
  press (stage, PERRON_PRESS_NEXT);
  g_assert_cmpstr (focused (stage), ==, "line:K7RA-42XY");
  assert_says (stage, "6 sur 23", TRUE);
  press (stage, PERRON_PRESS_NEXT);
  press (stage, PERRON_PRESS_NEXT);
  assert_says (stage, "8 sur 23", TRUE);
  /* Two of the page before are done with: everybody moves up, and hears so where they stand. */
  listing.total = 21;
  memmove (&listing.list[0], &listing.list[2], 3 * sizeof listing.list[0]);
  listing.count = 3;
  show (stage, &listing);
  g_assert_cmpstr (focused (stage), ==, "line:RRY2-HK94");
  press (stage, PERRON_PRESS_SELECT);
  assert_says (stage, "6 sur 21", TRUE);
  listing.count = 0;
  show (stage, &listing);
  g_assert_cmpstr (focused (stage), ==, "title");
}

/* Large letters on a small screen: each line comes into sight as it is said, and another size loses nobody's place. */
static void
test_in_sight (gconstpointer data)
{
  g_autoptr (Stage) stage = new_stage (data);
  graphene_rect_t seen, place;

  for (guint i = 0; i < PERRON_LISTING_ROWS; i++) {
    press (stage, PERRON_PRESS_NEXT);
    GtkWidget *line = gtk_window_get_focus (GTK_WINDOW (stage->window));
    g_assert_true (PERRON_IS_STOP (line));
    g_assert_true (gtk_widget_compute_bounds (gtk_widget_get_ancestor (line, GTK_TYPE_VIEWPORT), GTK_WIDGET (stage->window), &seen));
    g_assert_true (gtk_widget_compute_bounds (line, GTK_WIDGET (stage->window), &place));
    g_test_message ("%s: %.0f to %.0f in %.0f to %.0f", focused (stage), place.origin.y, place.origin.y + place.size.height, seen.origin.y,
                    seen.origin.y + seen.size.height);
    g_assert_cmpfloat (place.origin.y, >=, seen.origin.y - 1);
    if (place.size.height <= seen.size.height)
      g_assert_cmpfloat (place.origin.y + place.size.height, <=, seen.origin.y + seen.size.height + 1);
  }
  stage->settings.size = (stage->settings.size + 1) % PERRON_SIZE_COUNT;
  perron_window_set_settings (stage->window, &stage->settings);
  stage_settle (stage);
  g_assert_cmpstr (focused (stage), ==, "line:X4HA-9ARZ");
}

int
main (int argc, char **argv)
{
  static const Setup setups[] = { { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL },
                                  { 1024, 768, 3368, "fr", 3, PERRON_CONTRAST_BLACK_ON_WHITE, NULL },
                                  { 1024, 768, 3368, "en", 2, PERRON_CONTRAST_DARK, NULL } };

  stage_prepare (&argc, &argv);
  stage_load ("conseiller", &catalogue, &journey);
  g_test_add_func ("/ui/list/line-by-line", test_line_by_line);
  g_test_add_func ("/ui/list/news", test_news);
  g_test_add_func ("/ui/list/another-page", test_another_page);
  for (guint i = 0; i < G_N_ELEMENTS (setups); i++) {
    g_autofree char *path = g_strdup_printf ("/ui/list/in-sight/%d-%u", setups[i].width, setups[i].size);
    g_test_add_data_func (path, &setups[i], test_in_sight);
  }
  int status = g_test_run ();
  perron_journey_unref (journey);
  perron_catalogue_unref (catalogue);
  return status;
}
