/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

/*
 * The size of the window comes from outside, and the layout from that size: what stands in the window never changes it. A window that
 * grew for its content, and made its content anew because it had grown, would never end; stage_settle() ends a test where that happens.
 */

static PerronCatalogue *catalogue;
static PerronJourney *journey;
static GPtrArray *ways;

static void
on_rebuilt (GtkWindow *window, GParamSpec *spec, gpointer count)
{
  ++*(guint *) count;
}

static GtkWidget *
get_content (Stage *stage)
{
  return gtk_widget_get_first_child (gtk_window_get_child (GTK_WINDOW (stage->window)));
}

static void
assert_size (Stage *stage, int width, int height)
{
  GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (stage->window));
  g_assert_cmpint (gdk_surface_get_width (surface), ==, width);
  g_assert_cmpint (gdk_surface_get_height (surface), ==, height);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (stage->window)), ==, width);
  g_assert_cmpint (gtk_widget_get_height (GTK_WIDGET (stage->window)), ==, height);
}

/* The keyboard with its button needs the most width of all screens: from where all fits to where a third is cut off. */
static void
test_content_too_large (void)
{
  guint cut = 0;
  for (int width = 1024; width >= 640; width -= 64) {
    const Setup setup = { width, 480, 3368, "fr", 1, PERRON_CONTRAST_BLACK_ON_WHITE, NULL };
    g_autoptr (Stage) stage = stage_new (catalogue, journey, &setup);
    guint rebuilt = 0;
    g_signal_connect (stage->window, "notify::child", G_CALLBACK (on_rebuilt), &rebuilt);
    stage_show (stage, ways, "hand-name");
    assert_size (stage, width, setup.height);
    g_assert_cmpuint (rebuilt, ==, 0);
    cut += gtk_widget_get_width (get_content (stage)) > width;
  }
  g_assert_cmpuint (cut, >, 2);
}

/* A screen that is turned, a compositor that decides: laid out for the new size, once. The last is none for people, but no reason to end. */
static void
test_from_outside (gconstpointer size)
{
  static const int sizes[][2] = { { 1280, 1024 }, { 1024, 768 }, { 768, 1024 }, { 700, 500 }, { 1280, 768 }, { 1, 1 }, { 1024, 768 } };
  const Setup setup = { 1024, 768, 3368, "fr", GPOINTER_TO_UINT (size), PERRON_CONTRAST_BLACK_ON_WHITE, NULL };
  g_autoptr (Stage) stage = stage_new (catalogue, journey, &setup);
  stage_show (stage, ways, "hand-name");
  g_autofree char *before = stage_dup_places (stage);
  guint rebuilt = 0;
  g_signal_connect (stage->window, "notify::child", G_CALLBACK (on_rebuilt), &rebuilt);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gtk_window_set_default_size (GTK_WINDOW (stage->window), sizes[i][0], sizes[i][1]);
    stage_settle (stage);
    assert_size (stage, sizes[i][0], sizes[i][1]);
    g_assert_cmpuint (rebuilt, ==, i + 1);
  }
  g_autofree char *after = stage_dup_places (stage);
  g_assert_cmpstr (before, ==, after);
}

int
main (int argc, char **argv)
{
  stage_prepare (&argc, &argv);
  stage_load ("adulte-seul", &catalogue, &journey);
  ways = explore (journey);
  g_test_add_func ("/ui/size/content-too-large", test_content_too_large);
  for (guint size = 0; size < PERRON_SIZE_COUNT; size++) {
    g_autofree char *path = g_strdup_printf ("/ui/size/from-outside/%u", size);
    g_test_add_data_func (path, GUINT_TO_POINTER (size), test_from_outside);
  }
  int status = g_test_run ();
  g_ptr_array_unref (ways);
  perron_journey_unref (journey);
  perron_catalogue_unref (catalogue);
  return status;
}
