/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/window-private.h"

#include "ui/arrange.h"
#include "ui/key-scan.h"
#include "ui/prepare.h"
#include "ui/scroller.h"
#include "ui/style.h"
#include "ui/target.h"
#include "ui/walker.h"
#include "ui/widgets.h"

#include <string.h>

G_DEFINE_FINAL_TYPE (PerronWindow, perron_window, GTK_TYPE_APPLICATION_WINDOW)

enum { SIGNAL_EVENT, SIGNAL_SAY, SIGNAL_COUNT };
static guint signals[SIGNAL_COUNT];

/* --- speech ----------------------------------------------------------------------------------------------------------------- */

void
perron_window_say_screen (PerronWindow *self)
{
  if (self->page == NULL)
    return;
  self->told = self->page->screen;
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, &self->view);
  perron_page_plan (self->page, &plan);
  if (self->view.explaining)
    perron_speech_plan_add_key (&plan, self->page->screen->explain, NULL);
  perron_speech_plan_send (&plan, FALSE);
  perron_scroller_say_more (PERRON_SCROLLER (self->page->scroller));
}

static void
say_focus (PerronWindow *self, GtkWidget *focus)
{
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, &self->view);
  if (!perron_target_plan (focus, &plan))
    return;
  gboolean withheld = perron_speech_plan_is_withheld (&plan);
  if (withheld)
    perron_speech_plan_add_key (&plan, "ui.say.withheld", NULL);
  perron_speech_plan_send (&plan, FALSE);
}

static void
on_focus_changed (GObject *object, GParamSpec *spec, gpointer data)
{
  PerronWindow *self = PERRON_WINDOW (object);
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (self->quiet || self->view.scanning || focus == NULL)
    return;
  perron_key_scan_forget (focus);
  say_focus (self, focus);
}

static void
on_named (GtkWidget *widget, gpointer window)
{
  say_focus (window, widget);
}

static void
on_left (gpointer window)
{
  PerronWindow *self = window;
  if (self->page != NULL)
    perron_page_mask (self->page);
}

static const PerronTouchHeard heard = { on_named, on_left };

/* --- building --------------------------------------------------------------------------------------------------------------- */

static void
on_explain (GtkButton *button, PerronWindow *self)
{
  if (self->page == NULL)
    return;
  self->view.explaining = !self->view.explaining;
  perron_page_show_explanation (self->page, self->view.explaining);
  perron_target_set_state (self->frame.explain, self->view.explaining ? "ui.state.shown" : NULL);
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, &self->view);
  perron_speech_plan_add_key (&plan, self->view.explaining ? self->page->screen->explain : self->page->screen->title, NULL);
  perron_speech_plan_send (&plan, FALSE);
}

static void
focus_on (PerronWindow *self, GtkWidget *widget)
{
  self->quiet = TRUE;
  gtk_widget_grab_focus (widget);
  /* Without this no ring is seen after a touch (desktop facts, section 2). */
  gtk_window_set_focus_visible (GTK_WINDOW (self), TRUE);
  self->quiet = FALSE;
}

static void
drop_page (PerronWindow *self)
{
  if (self->page != NULL)
    perron_page_close (self->page);
  if (self->middle != NULL)
    gtk_box_remove (GTK_BOX (self->root), self->middle);
  self->middle = NULL;
  g_clear_pointer (&self->page, perron_page_free);
}

/* The screen of the runner, or the languages over it. */
static const PerronScreen *
get_screen (PerronWindow *self)
{
  return self->covered.screen != NULL ? perron_page_get_languages () : perron_runner_get_screen (self->view.runner);
}

void
perron_window_build_page (PerronWindow *self)
{
  const PerronMeasure *measure = &self->view.measure;
  const PerronScreen *screen = get_screen (self);
  self->quiet = TRUE;
  drop_page (self);
  if (self->view.poster == NULL)
    self->view.poster = perron_runner_get_screen (self->view.runner);
  self->page
    = perron_page_new (&self->view, screen, measure->width_px - 2 * perron_measure_px (measure, perron_style_get_margin_mm (measure)));
  perron_page_show_explanation (self->page, self->view.explaining);
  perron_target_set_state (self->frame.explain, self->view.explaining ? "ui.state.shown" : NULL);
  int room = measure->height_px - perron_arrange_height (&self->view, self->frame.bar) - perron_arrange_height (&self->view, self->frame.foot);
  self->middle = perron_arrange_page (&self->view, self->page, room);
  gtk_box_insert_child_after (GTK_BOX (self->root), self->middle, self->frame.bar);
  perron_frame_show_screen (&self->frame, &self->view, screen);
  self->quiet = FALSE;
}

static void
apply_style (PerronWindow *self)
{
  self->view.measure = perron_measure (self->width, self->height, self->px_per_m, self->view.settings.size);
  perron_ui_calm (&self->view.measure);
  g_autofree char *css = perron_style_new_css (&self->view.measure, self->view.settings.contrast);
  gtk_css_provider_load_from_data (self->css, css, -1);
  /* GTK 4.8 does not restyle a window that was never shown when its sheet changes; a class that changes does. */
  if (self->look != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self), self->look);
  g_free (self->look);
  self->look = g_strdup_printf ("look-%u-%u-%u", self->view.settings.contrast, self->view.settings.size, ++self->looks % 2);
  gtk_widget_add_css_class (GTK_WIDGET (self), self->look);
}

void
perron_window_focus_named (PerronWindow *self, const char *name)
{
  GtkWidget *same = name != NULL ? perron_target_find (self->root, name) : NULL;
  focus_on (self, same != NULL ? same : self->page->first != NULL ? self->page->first : self->page->heading);
}

/* Everything again from the same state: 6 ms for a page (desktop facts, section 2), and nothing can be left behind in an old size. */
static void
rebuild (PerronWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  g_autofree char *focused = focus != NULL ? g_strdup (perron_target_get_name (focus)) : NULL;
  const PerronLanguage *language = perron_catalogue_find_language (self->view.catalogue, self->view.settings.language);
  gtk_widget_set_default_direction (language != NULL && language->right_to_left ? GTK_TEXT_DIR_RTL : GTK_TEXT_DIR_LTR);
  self->quiet = TRUE;
  apply_style (self);
  drop_page (self);
  self->root = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  perron_frame_build (&self->frame, &self->view, G_CALLBACK (on_explain), self);
  gtk_box_append (GTK_BOX (self->root), self->frame.bar);
  gtk_box_append (GTK_BOX (self->root), self->frame.foot);
  gtk_window_set_child (GTK_WINDOW (self), perron_pane_new (self->root));
  self->quiet = FALSE;
  perron_window_build_page (self);
  perron_window_focus_named (self, self->covered.screen == NULL && self->covered.focus != NULL ? self->covered.focus : focused);
}

/* --- keys ------------------------------------------------------------------------------------------------------------------- */

static gboolean
on_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, PerronWindow *self)
{
  if (key == GDK_KEY_F2) {
    perron_window_repeat (self);
    return GDK_EVENT_STOP;
  }
  if ((key == GDK_KEY_Page_Down || key == GDK_KEY_Page_Up) && self->page != NULL) {
    perron_scroller_step (PERRON_SCROLLER (self->page->scroller), key == GDK_KEY_Page_Down ? 1 : -1);
    return GDK_EVENT_STOP;
  }
  if (key == GDK_KEY_F3) {
    perron_window_choose_language (self);
    return GDK_EVENT_STOP;
  }
  /* No shortcut of the toolkit or of an application leaves this window: inspector, clipboard, menus. AltGr is not among them. */
  if (key == GDK_KEY_Escape || key == GDK_KEY_Menu || key == GDK_KEY_F10 || (state & GDK_CONTROL_MASK) != 0 ||
      (state & (GDK_SUPER_MASK | GDK_META_MASK | GDK_HYPER_MASK)) != 0 || (state & GDK_ALT_MASK) != 0)
    return GDK_EVENT_STOP;
  return GDK_EVENT_PROPAGATE;
}

/* Ctrl+Shift+D opens the inspector of GTK by default (desktop facts, section 2): here it is not there at all. */
static gboolean
perron_window_enable_debugging (GtkWindow *window, gboolean toggle)
{
  return TRUE;
}

/* A window that is not of the asked size (a screen that was turned, a compositor that decides) is measured anew. */
static void
on_surface_size (GdkSurface *surface, int width, int height, PerronWindow *self)
{
  if (width <= 0 || height <= 0 || (width == self->width && height == self->height))
    return;
  self->width = width;
  self->height = height;
  rebuild (self);
}

static void
perron_window_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (perron_window_parent_class)->realize (widget);
  g_signal_connect (gtk_native_get_surface (GTK_NATIVE (widget)), "layout", G_CALLBACK (on_surface_size), widget);
}

/* GTK gives the focus of a window that shows itself to its first button, and scrolls there: a screen begins at its title. */
static void
perron_window_map (GtkWidget *widget)
{
  PerronWindow *self = PERRON_WINDOW (widget);
  GTK_WIDGET_CLASS (perron_window_parent_class)->map (widget);
  if (self->page != NULL)
    focus_on (self, self->page->first != NULL ? self->page->first : self->page->heading);
}

static void
perron_window_unrealize (GtkWidget *widget)
{
  /* By function: GTK has handlers of its own with the same data. */
  g_signal_handlers_disconnect_by_func (gtk_native_get_surface (GTK_NATIVE (widget)), on_surface_size, widget);
  GTK_WIDGET_CLASS (perron_window_parent_class)->unrealize (widget);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static void
perron_window_dispose (GObject *object)
{
  PerronWindow *self = PERRON_WINDOW (object);
  self->quiet = TRUE;
  g_clear_pointer (&self->touch, perron_touch_free);
  if (self->root != NULL)
    drop_page (self);
  self->root = NULL;
  if (self->css != NULL)
    gtk_style_context_remove_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->css));
  g_clear_object (&self->css);
  G_OBJECT_CLASS (perron_window_parent_class)->dispose (object);
}

static void
perron_window_finalize (GObject *object)
{
  PerronWindow *self = PERRON_WINDOW (object);
  g_clear_pointer (&self->view.catalogue, perron_catalogue_unref);
  g_free (self->view.ui_folder);
  g_free (self->view.texts_folder);
  g_free (self->view.mode);
  g_free (self->look);
  g_free (self->covered.focus);
  G_OBJECT_CLASS (perron_window_parent_class)->finalize (object);
}

static void
perron_window_class_init (PerronWindowClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);
  G_OBJECT_CLASS (class)->dispose = perron_window_dispose;
  G_OBJECT_CLASS (class)->finalize = perron_window_finalize;
  widget_class->realize = perron_window_realize;
  widget_class->map = perron_window_map;
  widget_class->unrealize = perron_window_unrealize;
  GTK_WINDOW_CLASS (class)->enable_debugging = perron_window_enable_debugging;
  signals[SIGNAL_EVENT] =
    g_signal_new ("event", PERRON_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  signals[SIGNAL_SAY] =
    g_signal_new ("say", PERRON_TYPE_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_POINTER, G_TYPE_BOOLEAN);
}

static void
perron_window_init (PerronWindow *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  g_signal_connect (self, "notify::focus-widget", G_CALLBACK (on_focus_changed), NULL);
  self->css = gtk_css_provider_new ();
  gtk_style_context_add_provider_for_display (gdk_display_get_default (), GTK_STYLE_PROVIDER (self->css),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* --- public ----------------------------------------------------------------------------------------------------------------- */

/* The screen on which the window will stand; a display that does not know its millimetres is taken for 96 dpi. */
static void
ask_display (PerronWindow *self)
{
  g_autoptr (GdkMonitor) monitor = g_list_model_get_item (gdk_display_get_monitors (gdk_display_get_default ()), 0);
  if (monitor == NULL)
    return;
  GdkRectangle area;
  gdk_monitor_get_geometry (monitor, &area);
  int width_mm = gdk_monitor_get_width_mm (monitor);
  if (self->px_per_m == 0 && width_mm > 0)
    self->px_per_m = (guint) (area.width * 1000 / width_mm);
  if (self->width == 0) {
    self->width = area.width;
    self->height = area.height;
  }
}

PerronWindow *
perron_window_new (GtkApplication *application, PerronCatalogue *catalogue, PerronRunner *runner, const PerronWindowOptions *options)
{
  PerronWindow *self = g_object_new (PERRON_TYPE_WINDOW, "application", application, NULL);
  guint count = 0;
  self->view.window = self;
  self->view.catalogue = perron_catalogue_ref (catalogue);
  self->view.runner = runner;
  self->view.ui_folder = g_strdup (options->ui_folder);
  self->view.texts_folder = g_strdup (options->texts_folder);
  self->view.mode = g_strdup (options->mode != NULL ? options->mode : "production");
  self->view.link = PERRON_LINK_OFFLINE;
  self->view.settings.voice = TRUE;
  g_strlcpy (self->view.settings.language, perron_catalogue_get_languages (catalogue, &count)[0].tag, sizeof self->view.settings.language);
  self->touch = perron_touch_new (&self->view, options->clock, &heard, self);
  self->px_per_m = options->px_per_m;
  self->width = options->windowed ? options->width : self->width;
  self->height = options->windowed ? options->height : self->height;
  ask_display (self);
  gtk_window_set_title (GTK_WINDOW (self), "Perron");
  gtk_window_set_default_size (GTK_WINDOW (self), self->width, self->height);
  if (!options->windowed) {
    gtk_window_set_decorated (GTK_WINDOW (self), FALSE);
    gtk_window_fullscreen (GTK_WINDOW (self));
  }
  rebuild (self);
  return self;
}

void
perron_window_set_runner (PerronWindow *self, PerronRunner *runner)
{
  self->view.runner = runner;
}

void
perron_window_refresh (PerronWindow *self)
{
  const PerronScreen *screen = perron_runner_get_screen (self->view.runner);
  if (screen == NULL || screen == self->covered.screen)
    return; /* what is covered is built anew when it is seen again */
  perron_window_uncover (self);
  g_clear_pointer (&self->covered.focus, g_free);
  if (self->page == NULL || self->page->screen != screen || self->told != screen) {
    self->view.explaining = FALSE;
    perron_target_set_state (self->frame.explain, NULL);
    perron_touch_guard (self->touch);
    if (self->page == NULL || self->page->screen != screen)
      perron_window_build_page (self);
    focus_on (self, self->page->first != NULL ? self->page->first : self->page->heading);
    perron_window_say_screen (self);
    return;
  }
  g_auto (PerronSpeechPlan) changes;
  perron_speech_plan_init (&changes, &self->view);
  self->quiet = TRUE;
  perron_page_refresh (self->page, &changes);
  self->quiet = FALSE;
  perron_speech_plan_send (&changes, FALSE);
}

void
perron_window_set_settings (PerronWindow *self, const PerronSettings *settings)
{
  PerronSettings before = self->view.settings;
  if (memcmp (&before, settings, sizeof before) == 0)
    return;
  self->view.settings = *settings;
  if (strcmp (before.language, settings->language) != 0)
    perron_window_uncover (self);
  perron_touch_guard (self->touch);
  rebuild (self);
  if (self->covered.screen == NULL)
    g_clear_pointer (&self->covered.focus, g_free);
  /* A screen that was not told yet is told when the runner's move is shown. */
  if (self->page == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)) || self->told != self->page->screen)
    return;
  /* Another language, or a voice that begins: the whole screen. Another size or contrast: its new state. */
  if (strcmp (before.language, settings->language) != 0 || (settings->voice && !before.voice)) {
    perron_window_say_screen (self);
    return;
  }
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  if (focus != NULL)
    say_focus (self, focus);
}

void
perron_window_set_link (PerronWindow *self, PerronLink link)
{
  if (self->view.link == link)
    return;
  self->view.link = link;
  perron_frame_show_link (&self->frame, &self->view);
}

void
perron_window_set_voice_output (PerronWindow *self, gboolean audible, gboolean private_listening)
{
  gboolean plugged = private_listening && !self->view.private_listening;
  self->view.audible = audible;
  self->view.private_listening = private_listening;
  /* Whoever plugs a headset wants to hear, and now hears everything. */
  if (plugged && self->page != NULL && gtk_widget_get_mapped (GTK_WIDGET (self)))
    perron_window_say_screen (self);
}

void
perron_window_repeat (PerronWindow *self)
{
  perron_window_say_screen (self);
}

void
perron_window_press (PerronWindow *self, PerronWindowPress press)
{
  perron_walker_press (&self->view, press);
}

void
perron_window_tell_volume (PerronWindow *self, guint level, guint count)
{
  perron_walker_tell_volume (&self->view, level, count);
}

GPtrArray *
perron_window_list_targets (PerronWindow *self)
{
  GPtrArray *targets = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_target_free);
  if (self->root != NULL)
    perron_target_collect (self->root, GTK_WIDGET (self), targets);
  for (guint i = 0; i < targets->len; i++) {
    PerronTarget *target = g_ptr_array_index (targets, i);
    target->enabled &= !perron_touch_is_guarded (self->touch, &target->bounds);
  }
  return targets;
}

char *
perron_window_dup_text (PerronWindow *self)
{
  return self->root != NULL ? perron_target_dup_written (self->root) : perron_secret_strdup ("");
}
