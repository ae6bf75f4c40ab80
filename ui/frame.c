/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/frame.h"

#include "ui/dots.h"
#include "ui/picture.h"
#include "ui/widgets.h"

#define PICTURE_MM 6.5       /* beside words of 100 % */
#define PICTURE_ALONE_MM 9.5 /* where it is all there is to see */

/* Pictures grow with the words that they stand beside, but for a tight bar, whose width belongs to the words. */
static double
get_picture_mm (const PerronView *view, double mm)
{
  return mm * view->measure.scale * perron_measure_frame_rem (&view->measure) / PERRON_FRAME_REM;
}

static double
get_bar_picture_mm (const PerronView *view, double mm)
{
  return view->measure.bar_tight ? mm : get_picture_mm (view, mm);
}

/* --- what the buttons do ---------------------------------------------------------------------------------------------------- */

static void
on_back (GtkButton *button, PerronView *view)
{
  if (perron_window_close_languages (view->window))
    return;
  perron_view_emit (view, PERRON_EVENT_BACK, NULL, NULL);
}

static void
on_help (GtkButton *button, PerronView *view)
{
  perron_view_emit (view, PERRON_EVENT_HELP, NULL, NULL);
}

static void
on_leave (GtkButton *button, PerronView *view)
{
  perron_view_emit (view, PERRON_EVENT_LEAVE, NULL, NULL);
}

guint
perron_frame_count_languages (PerronView *view)
{
  guint count = 0;
  perron_catalogue_get_languages (view->catalogue, &count);
  return count;
}

const PerronLanguage *
perron_frame_get_next_language (PerronView *view)
{
  guint count = 0;
  const PerronLanguage *languages = perron_catalogue_get_languages (view->catalogue, &count);
  for (guint i = 0; i < count; i++)
    if (g_str_equal (languages[i].tag, view->settings.language))
      return &languages[(i + 1) % count];
  return &languages[0];
}

static void
on_language (GtkButton *button, PerronView *view)
{
  perron_window_choose_language (view->window);
}

static void
on_size (GtkButton *button, PerronView *view)
{
  const char value[2] = { (char) ('0' + (view->settings.size + 1) % PERRON_SIZE_COUNT), '\0' };
  perron_view_emit (view, PERRON_EVENT_SETTING, "size", value);
}

static void
on_contrast (GtkButton *button, PerronView *view)
{
  const char value[2] = { (char) ('0' + (view->settings.contrast + 1) % PERRON_CONTRAST_COUNT), '\0' };
  perron_view_emit (view, PERRON_EVENT_SETTING, "contrast", value);
}

static void
on_voice (GtkButton *button, PerronView *view)
{
  perron_view_emit (view, PERRON_EVENT_SETTING, "voice", view->settings.voice ? "off" : "on");
}

/* --- bar -------------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_bar_button (PerronView *view, const PerronTargetSpec *target, const char *picture, gboolean words, GCallback clicked)
{
  GtkWidget *button = perron_button_new (view, &(PerronButtonSpec){ .target = *target,
                                                                    .picture = picture,
                                                                    .em_mm = words ? get_bar_picture_mm (view, PICTURE_MM) : PICTURE_ALONE_MM,
                                                                    .picture_only = !words,
                                                                    .centred = TRUE });
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", clicked, view);
  return button;
}

/* The state of each switch, as the voice tells it: "Taille du texte. 125 pour cent." */
static const char *const size_keys[] = { "ui.size.0", "ui.size.1", "ui.size.2", "ui.size.3" };
static const char *const contrast_keys[] = { "ui.contrast.0", "ui.contrast.1", "ui.contrast.2", "ui.contrast.3" };

/*
 * Of two languages, the name of the other one, in that language: whoever needs it can read it, and one touch is enough. Of more, that of
 * this one, with the sign of a list that opens: the names stand there.
 */
static GtkWidget *
new_language (PerronView *view)
{
  gboolean many = perron_frame_count_languages (view) > 2;
  const PerronLanguage *next = perron_frame_get_next_language (view);
  const PerronLanguage *shown = many ? perron_catalogue_find_language (view->catalogue, view->settings.language) : next;
  GtkWidget *button = perron_button_new (view, &(PerronButtonSpec){ .target = { .name = "bar:language",
                                                                                .text = shown != NULL ? shown->own_name : next->own_name,
                                                                                .language = many ? NULL : next->tag,
                                                                                .state = many ? "ui.languages.open" : NULL },
                                                                    .picture = "language",
                                                                    .end_picture = many && view->measure.bar_words ? "down" : NULL,
                                                                    .em_mm = get_bar_picture_mm (view, PICTURE_MM),
                                                                    .centred = TRUE });
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect (button, "clicked", G_CALLBACK (on_language), view);
  return button;
}

static GtkWidget *
new_switches (PerronView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&view->measure, PERRON_GAP_MM));
  gboolean words = view->measure.bar_words;
  if (perron_frame_count_languages (view) > 1)
    gtk_box_append (GTK_BOX (box), new_language (view));
  gtk_box_append (GTK_BOX (box),
                  new_bar_button (view,
                                  &(PerronTargetSpec){ .name = "bar:size", .key = "ui.size", .state = size_keys[view->settings.size] },
                                  "text-size", words, G_CALLBACK (on_size)));
  gtk_box_append (GTK_BOX (box), new_bar_button (view,
                                                 &(PerronTargetSpec){ .name = "bar:contrast",
                                                                      .key = "ui.contrast",
                                                                      .state = contrast_keys[view->settings.contrast] },
                                                 "contrast", words, G_CALLBACK (on_contrast)));
  gtk_box_append (GTK_BOX (box), new_bar_button (view,
                                                 &(PerronTargetSpec){ .name = "bar:voice",
                                                                      .key = view->settings.voice ? "ui.voice.on" : "ui.voice.off" },
                                                 view->settings.voice ? "speaker" : "speaker-off", words, G_CALLBACK (on_voice)));
  return box;
}

static GtkWidget *
new_steps (PerronFrame *frame, PerronView *view)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&view->measure, 1.5));
  frame->step_text = perron_label_new ("", "quiet");
  frame->dots = perron_dots_new (perron_measure_px (&view->measure, 2.6));
  gtk_widget_add_css_class (frame->dots, "mark");
  gtk_widget_set_halign (frame->dots, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (box), frame->step_text);
  gtk_box_append (GTK_BOX (box), frame->dots);
  gtk_widget_set_visible (frame->dots, !view->measure.bar_tight);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
new_states (PerronFrame *frame, PerronView *view)
{
  gboolean stacked = view->measure.bar_stacked;
  GtkWidget *box
    = gtk_box_new (stacked ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&view->measure, stacked ? 1 : 4));
  if (!g_str_equal (view->mode, "production")) {
    g_autofree char *key = g_strconcat ("ui.mode.", view->mode, view->measure.bar_tight ? ".short" : NULL, NULL);
    g_autoptr (PerronSecretText) words = perron_view_dup_text (view, key, NULL);
    GtkWidget *badge = perron_label_new (words, "badge");
    gtk_widget_set_valign (badge, GTK_ALIGN_CENTER);
    gtk_box_append (GTK_BOX (box), badge);
  }
  frame->link_box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&view->measure, 1.5));
  gtk_widget_add_css_class (frame->link_box, "quiet");
  gtk_box_append (GTK_BOX (box), frame->link_box);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  return box;
}

static GtkWidget *
new_bar (PerronFrame *frame, PerronView *view)
{
  int gap = perron_measure_px (&view->measure, 5);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&view->measure, 1.5));
  GtkWidget *first = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, gap);
  frame->back = new_bar_button (view, &(PerronTargetSpec){ .name = "back", .key = "ui.back" }, "back", TRUE, G_CALLBACK (on_back));
  GtkWidget *steps = new_steps (frame, view), *states = new_states (frame, view), *switches = new_switches (view);
  GtkWidget *room = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_set_hexpand (room, TRUE);
  gtk_box_append (GTK_BOX (first), frame->back);
  gtk_box_append (GTK_BOX (bar), first);
  if (view->measure.bar_two_rows) {
    GtkWidget *second = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, gap);
    gtk_widget_set_margin_start (second, perron_measure_px (&view->measure, 3));
    gtk_orientable_set_orientation (GTK_ORIENTABLE (steps), GTK_ORIENTATION_HORIZONTAL);
    gtk_box_set_spacing (GTK_BOX (steps), gap);
    gtk_widget_set_hexpand (steps, TRUE);
    gtk_box_append (GTK_BOX (second), steps);
    gtk_box_append (GTK_BOX (second), states);
    gtk_box_append (GTK_BOX (first), room);
    gtk_box_append (GTK_BOX (first), switches);
    gtk_box_append (GTK_BOX (bar), second);
  } else {
    gtk_box_append (GTK_BOX (first), steps);
    gtk_box_append (GTK_BOX (first), room);
    gtk_box_append (GTK_BOX (first), states);
    gtk_box_append (GTK_BOX (first), switches);
  }
  gtk_widget_add_css_class (bar, "bar");
  return bar;
}

/* --- foot ------------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_foot (PerronFrame *frame, PerronView *view, GCallback on_explain, gpointer data)
{
  static const struct {
    const char *name, *key, *shown, *picture;
  } rows[] = { { "foot:help", "ui.help", "ui.help.short", "person" },
               { "foot:explain", "ui.explain", "ui.explain.short", "question" },
               { "foot:leave", "ui.leave", "ui.leave.short", "erase" } };
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&view->measure, 4));
  gtk_box_set_homogeneous (GTK_BOX (foot), TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    GtkWidget *button = perron_button_new (view, &(PerronButtonSpec){ .target = { .name = rows[i].name, .key = rows[i].key },
                                                                      .shown = view->measure.bar_tight ? rows[i].shown : NULL,
                                                                      .picture = rows[i].picture,
                                                                      .em_mm = get_picture_mm (view, 7),
                                                                      .centred = TRUE,
                                                                      .stacked = view->measure.bar_two_rows && view->measure.portrait });
    gtk_box_append (GTK_BOX (foot), button);
    if (i == 1)
      frame->explain = button;
    g_signal_connect (button, "clicked", i == 0 ? G_CALLBACK (on_help) : i == 1 ? on_explain : G_CALLBACK (on_leave), i == 1 ? data : view);
  }
  gtk_widget_add_css_class (foot, "foot");
  return foot;
}

void
perron_frame_build (PerronFrame *frame, PerronView *view, GCallback on_explain, gpointer data)
{
  frame->bar = new_bar (frame, view);
  frame->foot = new_foot (frame, view, on_explain, data);
  perron_frame_show_link (frame, view);
}

/* Opacity, not visibility: the others must not move. It leaves the walk of the focus, so nobody lands on nothing. */
static void
offer (GtkWidget *widget, gboolean offered)
{
  gtk_widget_set_opacity (widget, offered ? 1 : 0);
  gtk_widget_set_sensitive (widget, offered);
}

void
perron_frame_show_screen (PerronFrame *frame, PerronView *view, const PerronScreen *screen)
{
  offer (frame->back, view->choosing || perron_runner_can_go_back (view->runner));
  /* Not counted on this screen: the room stays, so that nothing jumps. */
  g_autoptr (PerronSecretText) words = perron_view_dup_text (view, view->measure.bar_tight ? "ui.step.short" : "ui.step", NULL);
  gtk_label_set_text (GTK_LABEL (frame->step_text), screen->step > 0 ? words : "");
  offer (frame->dots, screen->step > 0);
  PerronFact steps = { 0 };
  guint count
    = perron_runner_lookup (view->runner, "steps", &steps) && steps.text != NULL ? (guint)g_ascii_strtoull (steps.text, NULL, 10) : 0;
  perron_dots_set (PERRON_DOTS (frame->dots), screen->step, count);
}

void
perron_frame_show_link (PerronFrame *frame, PerronView *view)
{
  static const struct {
    const char *key, *picture;
  } rows[] = { [PERRON_LINK_ONLINE] = { "ui.link.online", "cloud-done" },
               [PERRON_LINK_OFFLINE] = { "ui.link.offline", "cloud-off" },
               [PERRON_LINK_CLOCK] = { "ui.link.clock", "clock" },
               [PERRON_LINK_FAULT] = { "ui.link.fault", "warning" } };
  for (GtkWidget *child = gtk_widget_get_first_child (frame->link_box); child != NULL; child = gtk_widget_get_first_child (frame->link_box))
    gtk_box_remove (GTK_BOX (frame->link_box), child);
  GtkWidget *picture = perron_picture_new (view->ui_folder, rows[view->link].picture, get_bar_picture_mm (view, 6) * view->measure.px_per_mm, FALSE);
  if (picture != NULL)
    gtk_box_append (GTK_BOX (frame->link_box), picture);
  /* Where it matters (ticket, follow-up) the screen itself says it in words. */
  if (picture != NULL && view->measure.bar_tight)
    return;
  g_autoptr (PerronSecretText) words = perron_view_dup_text (view, rows[view->link].key, NULL);
  gtk_box_append (GTK_BOX (frame->link_box), perron_label_new (words, NULL));
}
