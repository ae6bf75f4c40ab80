/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/widgets.h"

/*
 * Each language by its own name, in its own letters and its own voice: who needs another one cannot read or hear this one. A screen of a
 * journey, or over any of them.
 */

const PerronScreen *
perron_page_get_languages (void)
{
  static const PerronScreen screen = { .id = "languages",
                                       .kind = PERRON_SCREEN_MESSAGE,
                                       .title = "ui.languages.title",
                                       .explain = "ui.languages.explain",
                                       .can_go_back = TRUE };
  return &screen;
}

static void
on_language (GtkButton *button, PerronPage *page)
{
  const char *tag = g_object_get_data (G_OBJECT (button), "language");
  if (page->screen == perron_page_get_languages ())
    perron_window_take_language (page->view->window, tag);
  else
    perron_view_emit (page->view, PERRON_EVENT_CHOOSE, tag, NULL);
}

static GtkWidget *
new_language (PerronPage *page, const PerronLanguage *language, guint position, guint count)
{
  gboolean current = g_str_equal (language->tag, page->view->settings.language);
  gboolean covers = page->screen == perron_page_get_languages ();
  g_autofree char *name = g_strconcat (covers ? "language:" : "option:", language->tag, NULL);
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = name,
                                                                                      .text = language->own_name,
                                                                                      .language = language->tag,
                                                                                      .state = current ? "ui.state.picked" : NULL,
                                                                                      .position = position,
                                                                                      .count = count },
                                                                          .end_picture = current ? "check" : NULL,
                                                                          .classes = current ? "equal own-name picked" : "equal own-name" });
  g_object_set_data (G_OBJECT (button), "language", (gpointer) language->tag);
  g_signal_connect (button, "clicked", G_CALLBACK (on_language), page);
  return button;
}

void
perron_page_fill_languages (PerronPage *page)
{
  guint count = 0;
  const PerronLanguage *languages = perron_catalogue_get_languages (page->view->catalogue, &count);
  for (guint i = 0; i < count; i++)
    g_ptr_array_add (page->buttons, new_language (page, &languages[i], i + 1, count));
  gtk_box_append (GTK_BOX (page->actions), perron_choices_new (page->view, page->buttons, 3, page->width_px));
}

void
perron_page_say_languages (PerronPage *page, PerronSpeechPlan *plan)
{
  guint count = 0;
  const PerronLanguage *languages = perron_catalogue_get_languages (page->view->catalogue, &count);
  for (guint i = 0; i < count; i++) {
    perron_speech_plan_set_language (plan, languages[i].tag);
    perron_speech_plan_add_text (plan, PERRON_PUBLIC, languages[i].own_name);
  }
  perron_speech_plan_set_language (plan, NULL);
}
