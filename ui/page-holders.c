/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/widgets.h"

#include <string.h>

/* Big enough for both names in full. */
#define NAME_BYTES (2 * PERRON_NAME_BYTES + 32)

static void
on_holder (GtkButton *button, PerronPage *page)
{
  perron_view_emit (page->view, PERRON_EVENT_HOLDER, g_object_get_data (G_OBJECT (button), "index"), NULL);
}

static void
format_name (const PerronHolder *holder, char *name)
{
  g_snprintf (name, NAME_BYTES, "%s %s", holder->given_name, holder->surname);
}

/* Two children may bear the same name: the year of birth tells them apart, when the card gives one. */
static void
format_label (const PerronHolder *holder, char *label)
{
  format_name (holder, label);
  gsize used = strlen (label);
  if (holder->birth.year > 0)
    g_snprintf (label + used, NAME_BYTES - used, " (%d)", holder->birth.year);
}

void
perron_page_fill_holders (PerronPage *page)
{
  const PerronHolders *holders = perron_runner_get_holders (page->view->runner);
  guint count = holders != NULL ? holders->count : 0;
  g_autoptr (GPtrArray) people = g_ptr_array_new ();
  g_autoptr (PerronSecretText) label = perron_secret_alloc (NAME_BYTES);
  for (guint i = 0; i < count; i++) {
    g_autofree char *index = g_strdup_printf ("%u", i);
    g_autofree char *name = g_strconcat ("holder:", index, NULL);
    format_label (&holders->list[i], label);
    GtkWidget *button = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = name,
                                                                                        .text = label,
                                                                                        .privacy = PERRON_PERSONAL,
                                                                                        .position = i + 1,
                                                                                        .count = count },
                                                                            .picture = "person",
                                                                            .classes = "holder" });
    g_object_set_data_full (G_OBJECT (button), "index", g_steal_pointer (&index), g_free);
    g_signal_connect (button, "clicked", G_CALLBACK (on_holder), page);
    g_ptr_array_add (people, button);
  }
  if (people->len > 0)
    gtk_box_append (GTK_BOX (page->actions), perron_choices_new (page->view, people, 3, page->width_px));
  perron_page_fill_options (page);
}

void
perron_page_say_holders (PerronPage *page, PerronSpeechPlan *plan)
{
  const PerronHolders *holders = perron_runner_get_holders (page->view->runner);
  g_autoptr (PerronSecretText) name = perron_secret_alloc (NAME_BYTES);
  for (guint i = 0; holders != NULL && i < holders->count; i++) {
    format_name (&holders->list[i], name);
    perron_speech_plan_add_text (plan, PERRON_PERSONAL, name);
  }
}
