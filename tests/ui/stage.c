/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/ui/stage.h"

void
stage_prepare (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  g_setenv ("GTK_A11Y", "test", FALSE);
  if (!perron_ui_prepare (TEST_ROOT "/ui", &error) || !perron_secret_prepare (&error))
    g_error ("%s", error->message);
  gtk_test_init (argc, argv);
}

void
stage_load (const char *name, PerronCatalogue **ret_catalogue, PerronJourney **ret_journey)
{
  g_autoptr (GError) error = NULL;
  *ret_catalogue = perron_catalogue_load (TEST_ROOT "/i18n", &error);
  g_assert_no_error (error);
  *ret_journey = perron_journey_load (TEST_ROOT "/kiosk/journeys", name, &error);
  g_assert_no_error (error);
}

static void
on_say (PerronWindow *window, const PerronUtterance *utterance, gboolean after, Stage *stage)
{
  g_ptr_array_add (stage->said, perron_utterance_copy (utterance));
}

static void
apply_setting (Stage *stage, const char *name, const char *value)
{
  if (g_str_equal (name, "language"))
    g_strlcpy (stage->settings.language, value, sizeof stage->settings.language);
  else if (g_str_equal (name, "size"))
    stage->settings.size = (guint) (value[0] - '0');
  else if (g_str_equal (name, "contrast"))
    stage->settings.contrast = (PerronContrast) (value[0] - '0');
  else
    stage->settings.voice = g_str_equal (value, "on");
  perron_window_set_settings (stage->window, &stage->settings);
}

static void
on_event (PerronWindow *window, const PerronEvent *event, Stage *stage)
{
  PerronEffects effects;
  if (!stage->drive)
    return;
  gboolean changed = perron_runner_step (stage->runner, event, &effects);
  for (guint i = 0; i < effects.count; i++)
    if (effects.list[i].kind == PERRON_EFFECT_SETTING)
      apply_setting (stage, effects.list[i].arg, effects.list[i].arg2);
  if (changed)
    perron_window_refresh (window);
}

#define RESIZED_MOST 12

static void
on_layout (GdkSurface *surface, int width, int height, Stage *stage)
{
  if (width == stage->resized.width && height == stage->resized.height)
    return;
  stage->resized.width = width;
  stage->resized.height = height;
  if (++stage->resized.count > RESIZED_MOST)
    g_error ("the window resizes itself without end: now it is %d x %d", width, height);
}

Stage *
stage_new (PerronCatalogue *catalogue, PerronJourney *journey, const Setup *setup)
{
  Stage *stage = g_new0 (Stage, 1);
  PerronEffects effects;
  stage->setup = *setup;
  stage->catalogue = perron_catalogue_ref (catalogue);
  stage->journey = perron_journey_ref (journey);
  stage->said = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_utterance_free);
  stage->runner = perron_runner_new (journey);
  perron_runner_set_house_fact (stage->runner, "operator", "CPAM de Testville");
  perron_runner_set_house_fact (stage->runner, "site", "Accueil de Testville, porte A.");
  perron_runner_set_house_fact (stage->runner, "dpo", "dpo@testville.example");
  perron_runner_start (stage->runner, &effects);
  perron_fake_clock_init (&stage->clock, 0, 1000);
  const PerronWindowOptions options = { TEST_ROOT "/ui", TEST_ROOT "/i18n", setup->px_per_m, TRUE, setup->width, setup->height,
                                        setup->mode != NULL ? setup->mode : "demo", &stage->clock.clock };
  stage->window = perron_window_new (NULL, catalogue, stage->runner, &options);
  gtk_window_set_decorated (GTK_WINDOW (stage->window), FALSE);
  g_signal_connect (stage->window, "say", G_CALLBACK (on_say), stage);
  g_signal_connect (stage->window, "event", G_CALLBACK (on_event), stage);
  stage->settings = (PerronSettings){ .size = setup->size, .contrast = setup->contrast, .voice = TRUE };
  g_strlcpy (stage->settings.language, setup->language, sizeof stage->settings.language);
  perron_window_set_settings (stage->window, &stage->settings);
  perron_window_refresh (stage->window);
  gtk_window_present (GTK_WINDOW (stage->window));
  g_signal_connect (gtk_native_get_surface (GTK_NATIVE (stage->window)), "layout", G_CALLBACK (on_layout), stage);
  stage_settle (stage);
  return stage;
}

void
stage_free (Stage *stage)
{
  g_signal_handlers_disconnect_by_func (gtk_native_get_surface (GTK_NATIVE (stage->window)), on_layout, stage);
  gtk_window_destroy (GTK_WINDOW (stage->window));
  perron_runner_free (stage->runner);
  perron_journey_unref (stage->journey);
  perron_catalogue_unref (stage->catalogue);
  g_ptr_array_unref (stage->said);
  g_free (stage);
}

void
stage_show (Stage *stage, GPtrArray *ways, const char *screen)
{
  explore_walk (stage->runner, explore_find (ways, screen)->moves);
  perron_window_refresh (stage->window);
  stage_settle (stage);
  g_assert_cmpstr (perron_runner_get_screen (stage->runner)->id, ==, screen);
}

void
stage_settle (Stage *stage)
{
  stage->resized.count = 0;
  for (guint i = 0; i < 2; i++) {
    while (g_main_context_iteration (NULL, FALSE))
      ;
    gtk_widget_queue_draw (GTK_WIDGET (stage->window));
    gtk_test_widget_wait_for_draw (GTK_WIDGET (stage->window));
  }
}

static void
describe_places (Stage *stage, GtkWidget *widget, GString *text)
{
  graphene_rect_t place;
  if (!gtk_widget_get_mapped (widget))
    return;
  if (gtk_widget_compute_bounds (widget, GTK_WIDGET (stage->window), &place))
    g_string_append_printf (text, "%s %.0f %.0f %.0f %.0f%s\n", G_OBJECT_TYPE_NAME (widget), place.origin.x, place.origin.y,
                            place.size.width, place.size.height, gtk_widget_is_sensitive (widget) ? "" : " still");
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    describe_places (stage, child, text);
}

char *
stage_dup_places (Stage *stage)
{
  GString *text = g_string_new (NULL);
  describe_places (stage, GTK_WIDGET (stage->window), text);
  return g_string_free (text, FALSE);
}

static void
on_after_paint (GdkFrameClock *frame_clock, gpointer data)
{
  *(gboolean *) data = TRUE;
}

void
stage_paint_once (Stage *stage)
{
  gboolean painted = FALSE;
  GdkFrameClock *frame_clock = gtk_widget_get_frame_clock (GTK_WIDGET (stage->window));
  gulong handler = g_signal_connect (frame_clock, "after-paint", G_CALLBACK (on_after_paint), &painted);
  gtk_widget_queue_draw (GTK_WIDGET (stage->window));
  while (!painted)
    g_main_context_iteration (NULL, TRUE);
  g_signal_handler_disconnect (frame_clock, handler);
}

void
stage_forget (Stage *stage)
{
  g_ptr_array_set_size (stage->said, 0);
}

char *
stage_dup_said (Stage *stage, int privacy)
{
  GString *text = g_string_new (NULL);
  for (guint i = 0; i < stage->said->len; i++) {
    const PerronUtterance *utterance = g_ptr_array_index (stage->said, i);
    if (privacy < 0 || (int) utterance->privacy == privacy)
      g_string_append_printf (text, "%s\n", utterance->text);
  }
  return g_string_free (text, FALSE);
}

GdkTexture *
stage_draw (Stage *stage)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (stage->window));
  int width = gtk_widget_get_width (GTK_WIDGET (stage->window)), height = gtk_widget_get_height (GTK_WIDGET (stage->window));
  g_autoptr (GskRenderNode) node = NULL;
  /* Nothing is drawn while something waits for its place. */
  while (node == NULL) {
    GtkSnapshot *snapshot = gtk_snapshot_new ();
    gdk_paintable_snapshot (paintable, snapshot, width, height);
    node = gtk_snapshot_free_to_node (snapshot);
    if (node == NULL)
      stage_settle (stage);
  }
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (stage->window));
  return gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
}
