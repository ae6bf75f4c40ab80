/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

#include <string.h>

#include "ui/measure.h"
#include "ui/scroller.h"
#include "ui/target.h"

/* A page that is longer than the screen says so, and is read to its end by who has keys only. */

static PerronCatalogue *catalogue;
static PerronJourney *journey;
static GPtrArray *ways;

static Stage *
new_stage (const Setup *setup, const char *screen)
{
  Stage *stage = stage_new (catalogue, journey, setup);
  stage->drive = TRUE;
  stage_forget (stage);
  stage_show (stage, ways, screen);
  return stage;
}

static const char *
focused (Stage *stage)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (stage->window));
  g_assert_nonnull (focus); /* never lost */
  const char *name = perron_target_get_name (focus);
  return name != NULL ? name : "title";
}

static char *
press (Stage *stage, PerronWindowPress key)
{
  stage_forget (stage);
  perron_window_press (stage->window, key);
  stage_settle (stage);
  return stage_dup_said (stage, -1);
}

static guint
count_in (const char *text, const char *part)
{
  guint count = 0;
  for (const char *at = strstr (text, part); at != NULL; at = strstr (at + 1, part))
    count++;
  return count;
}

static const Setup large = { 1024, 768, 3368, "fr", 3, PERRON_CONTRAST_LIGHT, NULL };
static const Setup common = { 1280, 1024, 3404, "fr", 0, PERRON_CONTRAST_LIGHT, NULL };

static void
test_said (void)
{
  const char *more = perron_catalogue_get (catalogue, "fr", "ui.say.more");
  g_autoptr (Stage) stage = new_stage (&large, "what-is");
  g_autofree char *arrival = stage_dup_said (stage, -1);
  g_assert_cmpuint (count_in (arrival, more), ==, 1);
  g_autofree char *again = press (stage, PERRON_PRESS_REPEAT);
  g_assert_cmpuint (count_in (again, more), ==, 1);

  g_autoptr (Stage) other = new_stage (&common, "what-is");
  g_autofree char *short_one = stage_dup_said (other, -1);
  g_assert_cmpuint (count_in (short_one, more), ==, 0);
}

/* "2 sur 4", "3 sur 4", "4 sur 4"; then the next press goes on to what can be done, and back up the same way. */
static void
test_by_keys (void)
{
  g_autoptr (Stage) stage = new_stage (&large, "what-is");
  g_autofree char *down = press (stage, PERRON_PRESS_NEXT);
  guint steps = 0, position = 0, count = 0;
  g_assert_cmpstr (focused (stage), ==, "scroll:down");
  while (g_str_equal (focused (stage), "scroll:down")) {
    g_autofree char *place = press (stage, PERRON_PRESS_SELECT);
    g_assert_cmpint (sscanf (place, "%u sur %u", &position, &count), ==, 2);
    g_assert_cmpuint (position, ==, ++steps + 1);
    g_assert_cmpuint (position, <=, count);
  }
  g_assert_cmpuint (position, ==, count);
  g_assert_cmpstr (focused (stage), ==, "scroll:up");
  g_autofree char *next = press (stage, PERRON_PRESS_NEXT);
  g_assert_cmpstr (focused (stage), ==, "next");
  g_autofree char *previous = press (stage, PERRON_PRESS_PREVIOUS);
  while (g_str_equal (focused (stage), "scroll:up") && steps-- > 0) {
    g_autofree char *place = press (stage, PERRON_PRESS_SELECT);
    g_assert_cmpint (sscanf (place, "%u sur %u", &position, &count), ==, 2);
  }
  g_assert_cmpuint (position, ==, 1);
  g_assert_cmpstr (focused (stage), ==, "scroll:down");
}

/* The field one comes to is not under what fades: a keyboard leaves little room above it. */
static void
test_field_clear (void)
{
  static const Setup setup = { 1024, 768, 3368, "fr", 1, PERRON_CONTRAST_BLACK_ON_WHITE, NULL };
  g_autoptr (Stage) stage = new_stage (&setup, "hand-name");
  GtkWidget *window = GTK_WIDGET (stage->window), *entry = gtk_widget_get_ancestor (gtk_window_get_focus (GTK_WINDOW (window)), GTK_TYPE_ENTRY);
  GtkWidget *viewport = gtk_widget_get_ancestor (entry, GTK_TYPE_VIEWPORT);
  const double fade = PERRON_SCROLLER_FADE_REM * perron_measure (setup.width, setup.height, setup.px_per_m, setup.size).rem_px;
  graphene_rect_t seen, place;
  g_assert_true (gtk_widget_compute_bounds (viewport, window, &seen));
  g_assert_true (gtk_widget_compute_bounds (entry, window, &place));
  g_assert_cmpfloat (place.origin.y, >=, seen.origin.y + fade);
  g_assert_cmpfloat (place.origin.y + place.size.height, <=, seen.origin.y + seen.size.height - fade + 1);
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  stage_load ("adulte-seul", &catalogue, &journey);
  ways = explore (journey);
  g_test_add_func ("/ui/scroll/said", test_said);
  g_test_add_func ("/ui/scroll/by-keys", test_by_keys);
  g_test_add_func ("/ui/scroll/field-clear", test_field_clear);
  int status = g_test_run ();
  g_ptr_array_unref (ways);
  perron_journey_unref (journey);
  perron_catalogue_unref (catalogue);
  return status;
}
