/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Process start to first frame, of the terminal's window with its journey against a bare GTK4 window (same renderer, same display,
 * taken in turns in one run), and the work of a screen change. frame [RUNS]; children are started as frame bare | frame perron.
 */

static void
on_painted (GdkFrameClock *clock, gpointer data)
{
  fputs ("painted\n", stdout);
  fflush (stdout);
  _exit (0);
}

static void
show (GtkWidget *window)
{
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_widget_realize (window);
  g_signal_connect_after (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_painted), NULL);
  gtk_window_present (GTK_WINDOW (window));
  for (;;)
    g_main_context_iteration (NULL, TRUE);
}

static void
be_bare (void)
{
  g_setenv ("GSK_RENDERER", "cairo", TRUE);
  gtk_init ();
  GtkWidget *window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), 1920, 1080);
  show (window);
}

static void
be_perron (void)
{
  PerronEffects effects;
  g_autoptr (GError) error = NULL;
  if (!perron_secret_prepare (&error) || !perron_ui_prepare (TEST_ROOT "/ui", &error))
    g_error ("%s", error->message);
  gtk_init ();
  PerronCatalogue *catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  PerronJourney *journey = perron_journey_load (TEST_ROOT "/kiosk/journeys", "adulte-seul", &error);
  PerronRunner *runner = perron_runner_new (journey);
  const PerronWindowOptions options = { TEST_ROOT "/ui", TEST_ROOT "/i18n", 4033, TRUE, 1920, 1080, "production", NULL };
  perron_runner_start (runner, &effects);
  PerronWindow *window = perron_window_new (NULL, catalogue, runner, &options);
  perron_window_refresh (window);
  show (GTK_WIDGET (window));
}

static int
compare (const void *a, const void *b)
{
  return *(const double *) a < *(const double *) b ? -1 : *(const double *) a > *(const double *) b;
}

static double
run_once (const char *self, const char *what)
{
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  const char *const argv[] = { self, what, NULL };
  int status = 0;
  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status,
                     &error) ||
      status != 0)
    g_error ("%s: %s", what, error != NULL ? error->message : "did not paint");
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static void
compare_first_frames (const char *self, guint runs)
{
  g_autofree double *bare = g_new (double, runs), *perron = g_new (double, runs);
  run_once (self, "bare");
  run_once (self, "perron");
  for (guint i = 0; i < runs; i++) {
    bare[i] = run_once (self, "bare");
    perron[i] = run_once (self, "perron");
  }
  qsort (bare, runs, sizeof *bare, compare);
  qsort (perron, runs, sizeof *perron, compare);
  printf ("first-frame bare %.1f ms, perron %.1f ms (medians of %u)\n", bare[runs / 2], perron[runs / 2], runs);
  printf ("ratio first-frame %.2f (budget 1.30)\n", perron[runs / 2] / bare[runs / 2]);
}

static gint64 frame_began;
static double frame_work_ms;

static void
on_frame_begins (GdkFrameClock *clock, gpointer data)
{
  frame_began = g_get_monotonic_time ();
}

static void
on_frame_ends (GdkFrameClock *clock, gpointer data)
{
  frame_work_ms = MAX (frame_work_ms, (double) (g_get_monotonic_time () - frame_began) / 1000);
}

/* Building the screen, and the frame that first shows it. */
static void
measure_changes (void)
{
  g_autoptr (GError) error = NULL;
  PerronCatalogue *catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  PerronJourney *journey = perron_journey_load (TEST_ROOT "/kiosk/journeys", "adulte-seul", &error);
  const Setup setup = { 1920, 1080, 4033, "fr", 0, PERRON_CONTRAST_LIGHT, NULL };
  g_autoptr (Stage) stage = stage_new (catalogue, journey, &setup);
  g_autoptr (GPtrArray) ways = explore (journey);
  g_autofree double *build = g_new0 (double, ways->len), *frame = g_new0 (double, ways->len);
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (stage->window));
  g_signal_connect (clock, "before-paint", G_CALLBACK (on_frame_begins), NULL);
  g_signal_connect_after (clock, "after-paint", G_CALLBACK (on_frame_ends), NULL);
  for (guint i = 0; i < ways->len; i++) {
    explore_walk (stage->runner, ((const Way *) g_ptr_array_index (ways, i))->moves);
    gint64 start = g_get_monotonic_time ();
    perron_window_refresh (stage->window);
    build[i] = (double) (g_get_monotonic_time () - start) / 1000;
    frame_work_ms = 0;
    stage_settle (stage);
    frame[i] = frame_work_ms;
  }
  qsort (build, ways->len, sizeof *build, compare);
  qsort (frame, ways->len, sizeof *frame, compare);
  guint middle = ways->len / 2, high = ways->len * 95 / 100;
  printf ("screen-change build %.1f ms (p95 %.1f), frame %.1f ms (p95 %.1f) at 1920x1080, %u screens (budget: frame p95 16 ms)\n",
          build[middle], build[high], frame[middle], frame[high], ways->len);
}

int
main (int argc, char **argv)
{
  if (argc > 1 && g_str_equal (argv[1], "bare"))
    be_bare ();
  if (argc > 1 && g_str_equal (argv[1], "perron"))
    be_perron ();
  compare_first_frames (argv[0], argc > 1 ? (guint) CLAMP (atoi (argv[1]), 1, 200) : 20);
  stage_prepare (&argc, &argv);
  measure_changes ();
  return 0;
}
