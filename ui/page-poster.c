/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/frame.h"
#include "ui/widgets.h"

/* The first screen is the poster of the house: seen from across a hall, in the other language too. */

static void
on_language (GtkButton *button, PerronPage *page)
{
  perron_view_emit (page->view, PERRON_EVENT_SETTING, "language", perron_frame_get_next_language (page->view)->tag);
}

/* "English · Start": who does not read this language finds theirs where the eye already is. */
static void
invite (PerronPage *page)
{
  const PerronLanguage *next = perron_frame_get_next_language (page->view);
  if (page->screen->option_count == 0 || g_str_equal (next->tag, page->view->settings.language))
    return;
  g_autofree char *text
    = g_strdup_printf ("%s · %s", next->own_name, perron_catalogue_get (page->view->catalogue, next->tag, page->screen->options[0].label));
  GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = "poster:language", .text = text },
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
