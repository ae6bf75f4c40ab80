/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/frame.h"
#include "ui/widgets.h"

/* The first screen is the poster of the house: seen from across a hall, in the other language too. */

static void
on_language (GtkButton *button, PerronPage *page)
{
  perron_window_choose_language (page->view->window);
}

/* "English · العربية · Português": each in its own letters. Transfer full. */
static char *
list_others (PerronPage *page)
{
  guint count = 0;
  const PerronLanguage *languages = perron_catalogue_get_languages (page->view->catalogue, &count);
  GString *names = g_string_new (NULL);
  for (guint i = 0; i < count; i++) {
    if (!g_str_equal (languages[i].tag, page->view->settings.language))
      g_string_append_printf (names, "%s%s", names->len > 0 ? " · " : "", languages[i].own_name);
  }
  return g_string_free (names, FALSE);
}

/* "English · Start": who does not read this language finds theirs where the eye already is. Of more than two, their names. */
static void
invite (PerronPage *page)
{
  const PerronLanguage *next = perron_frame_get_next_language (page->view);
  gboolean many = perron_frame_count_languages (page->view) > 2;
  if (page->screen->option_count == 0 || g_str_equal (next->tag, page->view->settings.language))
    return;
  const char *start = perron_catalogue_get (page->view->catalogue, next->tag, page->screen->options[0].label);
  g_autofree char *text = many ? list_others (page) : g_strdup_printf ("%s · %s", next->own_name, start);
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = "poster:language",
                                                                                      .text = text,
                                                                                      .language = many ? NULL : next->tag,
                                                                                      .state = many ? "ui.languages.open" : NULL },
                                                                          .picture = "language",
                                                                          .classes = "quietly" });
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect (button, "clicked", G_CALLBACK (on_language), page);
  gtk_box_append (GTK_BOX (page->area), button);
}

void
perron_page_make_poster (PerronPage *page)
{
  gtk_widget_add_css_class (page->root, "poster");
  gtk_widget_add_css_class (page->actions, "poster");
  invite (page);
}
