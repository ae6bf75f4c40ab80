/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/widgets.h"

static void
on_option (GtkButton *button, PerronPage *page)
{
  const char *id = g_object_get_data (G_OBJECT (button), "option");
  perron_view_emit (page->view, PERRON_EVENT_CHOOSE, id, NULL);
}

guint
perron_page_count_options (const PerronPage *page)
{
  guint count = 0;
  for (guint i = 0; i < page->screen->option_count; i++)
    count += perron_runner_is_offered (page->view->runner, page->screen->options[i].id);
  return count;
}

gboolean
perron_page_toggles (const PerronPage *page)
{
  return page->screen->kind == PERRON_SCREEN_CHOICE && (page->screen->pick_max > 1 || page->screen->pick_min == 0);
}

static gboolean
has_picks (PerronPage *page)
{
  return page->screen->kind == PERRON_SCREEN_CHOICE && (page->screen->answer != NULL || perron_page_toggles (page));
}

/* The state is a class, a picture, a word for the voice and one for the screen reader: never a colour alone. */
static void
show_picked (PerronPage *page, GtkWidget *button, gboolean picked)
{
  GtkWidget *check = g_object_get_data (G_OBJECT (button), "check");
  if (picked)
    gtk_widget_add_css_class (button, "picked");
  else
    gtk_widget_remove_css_class (button, "picked");
  if (check != NULL)
    gtk_widget_set_opacity (check, picked ? 1 : 0);
  gboolean several = perron_page_toggles (page);
  perron_target_set_state (button, picked ? "ui.state.picked" : several ? "ui.state.not-picked" : NULL);
  if (several)
    gtk_accessible_update_state (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_STATE_PRESSED,
                                 picked ? GTK_ACCESSIBLE_TRISTATE_TRUE : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
}

static GtkWidget *
new_option (PerronPage *page, const PerronOption *option, guint position, guint count)
{
  static const char *const classes[] = { [PERRON_TONE_EQUAL] = "equal", [PERRON_TONE_MAIN] = "main", [PERRON_TONE_QUIET] = "quietly" };
  gboolean picks = has_picks (page);
  g_autofree char *name = g_strconcat ("option:", option->id, NULL);
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = name,
                                                                                      .key = option->label,
                                                                                      .detail = option->detail,
                                                                                      .position = position,
                                                                                      .count = count },
                                                                          .picture = option->picture,
                                                                          .end_picture = picks ? "check" :
                                                                                         option->tone == PERRON_TONE_MAIN ? "next" :
                                                                                                                            NULL,
                                                                          .classes = classes[option->tone] });
  g_object_set_data_full (G_OBJECT (button), "option", g_strdup (option->id), g_free);
  if (picks) {
    g_object_set_data (G_OBJECT (button), "check", gtk_widget_get_last_child (gtk_button_get_child (GTK_BUTTON (button))));
    show_picked (page, button, perron_runner_is_picked (page->view->runner, option->id));
  }
  g_signal_connect (button, "clicked", G_CALLBACK (on_option), page);
  return button;
}

void
perron_page_fill_options (PerronPage *page)
{
  const PerronScreen *screen = page->screen;
  guint count = perron_page_count_options (page), position = 0;
  for (guint i = 0; i < screen->option_count; i++) {
    if (perron_runner_is_offered (page->view->runner, screen->options[i].id))
      g_ptr_array_add (page->buttons, new_option (page, &screen->options[i], ++position, count));
  }
  if (page->buttons->len > 0)
    gtk_box_append (GTK_BOX (page->actions), perron_choices_new (page->view, page->buttons, 3, page->width_px));
}

void
perron_page_refresh_options (PerronPage *page, PerronSpeechPlan *changes)
{
  if (!has_picks (page))
    return;
  for (guint i = 0; i < page->buttons->len; i++) {
    GtkWidget *button = g_ptr_array_index (page->buttons, i);
    gboolean picked = perron_runner_is_picked (page->view->runner, page->screen->options[i].id);
    if (picked == gtk_widget_has_css_class (button, "picked"))
      continue;
    show_picked (page, button, picked);
    perron_speech_plan_add_key (changes, page->screen->options[i].label, NULL);
    perron_speech_plan_add_key (changes, picked ? "ui.state.picked" : "ui.state.not-picked", NULL);
  }
}

static void
on_next (GtkButton *button, PerronPage *page)
{
  PerronEventKind event = (PerronEventKind) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "event"));
  page->submitted = event == PERRON_EVENT_SUBMIT;
  perron_view_emit (page->view, event, NULL, NULL);
}

void
perron_page_add_next (PerronPage *page, const char *name, const char *key, PerronEventKind event)
{
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = name, .key = key },
                                                                          .end_picture = "next",
                                                                          .classes = "main" });
  int width = perron_measure_px (&page->view->measure, 110 * MIN (page->view->measure.scale, 1.5));
  if (width < page->width_px) {
    gtk_widget_set_halign (button, GTK_ALIGN_START);
    gtk_widget_set_size_request (button, width, -1);
  }
  g_object_set_data (G_OBJECT (button), "event", GINT_TO_POINTER (event));
  g_signal_connect (button, "clicked", G_CALLBACK (on_next), page);
  gtk_box_append (GTK_BOX (page->actions), button);
}
