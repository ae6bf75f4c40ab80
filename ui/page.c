/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page.h"

#include "ui/page-form.h"
#include "ui/picture.h"
#include "ui/target.h"
#include "ui/widgets.h"

/* --- title and body --------------------------------------------------------------------------------------------------------- */

static void
fill_body (PerronPage *page)
{
  for (guint i = 0; page->screen->body != NULL && page->screen->body[i] != NULL; i++) {
    g_autoptr (PerronSecretText) text = perron_view_dup_text (page->view, page->screen->body[i], NULL);
    GtkWidget *label = perron_label_new (text, NULL);
    perron_target_mark_words (label, page->screen->body[i], NULL);
    gtk_box_append (GTK_BOX (page->body), label);
  }
}

static void
refresh_body (PerronPage *page, PerronSpeechPlan *changes)
{
  GtkWidget *label = gtk_widget_get_first_child (page->body);
  for (guint i = 0; label != NULL; i++, label = gtk_widget_get_next_sibling (label)) {
    g_autoptr (PerronSecretText) text = perron_view_dup_text (page->view, page->screen->body[i], NULL);
    if (g_str_equal (gtk_label_get_text (GTK_LABEL (label)), text))
      continue;
    gtk_label_set_text (GTK_LABEL (label), text);
    if (changes != NULL)
      perron_speech_plan_add_key (changes, page->screen->body[i], NULL);
  }
}

static void
fill_explanation (PerronPage *page)
{
  page->explain = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_widget_add_css_class (page->explain, "aside");
  gtk_widget_set_visible (page->explain, FALSE);
  if (page->screen->explain == NULL)
    return;
  g_autoptr (PerronSecretText) text = perron_view_dup_text (page->view, page->screen->explain, NULL);
  gtk_box_append (GTK_BOX (page->explain), perron_label_new (text, NULL));
  perron_target_mark_words (page->explain, page->screen->explain, NULL);
}

void
perron_page_show_explanation (PerronPage *page, gboolean shown)
{
  gtk_widget_set_visible (page->explain, shown && page->screen->explain != NULL);
}

/* --- "Voir" ----------------------------------------------------------------------------------------------------------------- */

static void
set_reveal (PerronPage *page, gboolean reveal)
{
  if (page->view->reveal == reveal)
    return;
  page->view->reveal = reveal;
  refresh_body (page, NULL);
  if (page->kind->refresh == perron_page_refresh_rows)
    perron_page_refresh_rows (page, NULL);
}

void
perron_page_mask (PerronPage *page)
{
  set_reveal (page, FALSE);
}

/* GTK keeps a button ACTIVE until the finger is lifted, wherever it has gone: sliding off is told by perron_page_mask(). */
static void
on_reveal_state (GtkWidget *button, GtkStateFlags before, PerronPage *page)
{
  set_reveal (page, (gtk_widget_get_state_flags (button) & GTK_STATE_FLAG_ACTIVE) != 0);
}

static gboolean
is_press_key (guint key)
{
  return key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_space || key == GDK_KEY_KP_Space;
}

static gboolean
on_reveal_key (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, PerronPage *page)
{
  if (!is_press_key (key))
    return GDK_EVENT_PROPAGATE;
  set_reveal (page, TRUE);
  return GDK_EVENT_STOP;
}

static void
on_reveal_key_released (GtkEventControllerKey *keys, guint key, guint code, GdkModifierType state, PerronPage *page)
{
  if (is_press_key (key))
    set_reveal (page, FALSE);
}

static void
on_reveal_left (GtkEventControllerFocus *focus, PerronPage *page)
{
  set_reveal (page, FALSE);
}

static void
add_reveal (PerronPage *page)
{
  page->reveal
    = perron_button_new (page->view, &(PerronButtonSpec){ .target = { .name = "reveal", .key = "ui.reveal", .detail = "ui.reveal.hold" },
                                                          .picture = "eye",
                                                          .classes = "quietly",
                                                          .centred = TRUE });
  /* Ours too: its handlers are taken off when the window has let it go. */
  g_object_ref_sink (page->reveal);
  gtk_widget_set_halign (page->reveal, GTK_ALIGN_START);
  GtkEventController *keys = gtk_event_controller_key_new (), *focus = gtk_event_controller_focus_new ();
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (on_reveal_key), page);
  g_signal_connect (keys, "key-released", G_CALLBACK (on_reveal_key_released), page);
  g_signal_connect (focus, "leave", G_CALLBACK (on_reveal_left), page);
  page->reveal_keys = keys;
  page->reveal_focus = focus;
  gtk_widget_add_controller (page->reveal, keys);
  gtk_widget_add_controller (page->reveal, focus);
  g_signal_connect (page->reveal, "state-flags-changed", G_CALLBACK (on_reveal_state), page);
  gtk_widget_set_valign (page->reveal, GTK_ALIGN_START);
  /* Beside the number where nothing else stands there; rows need the whole width. */
  gboolean beside = !page->view->measure.portrait && page->view->measure.size < 2 && page->screen->row_count == 0;
  gtk_box_append (GTK_BOX (beside ? page->middle : page->column), page->reveal);
}

/* --- layout ----------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_spaced_box (PerronPage *page, double mm)
{
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&page->view->measure, mm));
}

/* Beside the words in landscape, under them in portrait; as large as the room allows where understanding depends on it. */
static void
place_picture (PerronPage *page, GtkWidget *middle)
{
  const PerronMeasure *measure = &page->view->measure;
  gboolean poster = page->view->poster == page->screen;
  const char *name = page->screen->picture == NULL && poster && measure->height_px >= 22 * measure->rem_px ? "perron" : page->screen->picture;
  if (name == NULL || measure->size >= 3)
    return;
  gboolean large = page->kind->picture_large || poster;
  double height = measure->height_px * (large ? (measure->portrait ? 0.3 : 0.46) : (measure->portrait ? 0.16 : 0.3));
  GtkWidget *picture = perron_picture_new (page->view->ui_folder, name, height, TRUE);
  if (picture == NULL)
    return;
  gtk_widget_set_valign (picture, GTK_ALIGN_CENTER);
  gtk_widget_set_vexpand (picture, measure->portrait);
  gtk_box_append (GTK_BOX (middle), picture);
}

static void
lay_out (PerronPage *page)
{
  const PerronMeasure *measure = &page->view->measure;
  page->root = new_spaced_box (page, measure->compact ? 3.5 : 7);
  gtk_widget_add_css_class (page->root, "page");
  page->middle = gtk_box_new (measure->portrait ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL, perron_measure_px (measure, 8));
  page->column = new_spaced_box (page, measure->compact ? 3.5 : 6);
  page->body = new_spaced_box (page, measure->compact ? 2.5 : 4);
  page->area = new_spaced_box (page, 5);
  page->actions = g_object_ref_sink (new_spaced_box (page, 5));
  gtk_widget_set_vexpand (page->middle, TRUE);
  gtk_box_append (GTK_BOX (page->root), page->heading);
  gtk_box_append (GTK_BOX (page->root), page->explain);
  gtk_box_append (GTK_BOX (page->column), page->body);
  gtk_box_append (GTK_BOX (page->column), page->area);
  GtkWidget *steady = perron_steady_new (page->column);
  gtk_widget_set_hexpand (steady, TRUE);
  gtk_box_append (GTK_BOX (page->middle), steady);
  place_picture (page, page->middle);
  gtk_box_append (GTK_BOX (page->root), page->middle);
}

GtkWidget *
perron_page_place_actions (PerronPage *page, int room_px)
{
  int height = 0;
  if (gtk_widget_get_first_child (page->actions) == NULL)
    return NULL;
  gtk_widget_measure (page->actions, GTK_ORIENTATION_VERTICAL, page->width_px, NULL, &height, NULL, NULL);
  /* What is to be read again before it counts is read to its end. */
  int twentieths = page->view->poster == page->screen ? 11 : page->view->measure.size >= 2 ? 9 : 8;
  if (height > room_px * twentieths / 20 || page->screen->kind == PERRON_SCREEN_REVIEW) {
    gtk_box_append (GTK_BOX (page->root), page->actions);
    return NULL;
  }
  gtk_widget_add_css_class (page->actions, "pinned");
  return page->actions;
}

PerronPage *
perron_page_new (PerronView *view, const PerronScreen *screen, int width_px)
{
  PerronPage *page = g_new0 (PerronPage, 1);
  page->view = view;
  page->screen = screen;
  page->kind = perron_page_kind_of (screen);
  page->width_px = width_px;
  page->buttons = g_ptr_array_new ();
  page->fields = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_field_view_free);
  view->masked_seen = FALSE;
  view->reveal = FALSE;
  g_autoptr (PerronSecretText) title = perron_view_dup_text (view, screen->title, NULL);
  page->heading = perron_heading_new (title);
  perron_target_mark_words (page->heading, screen->title, NULL);
  fill_explanation (page);
  lay_out (page);
  fill_body (page);
  page->kind->fill (page);
  if (view->poster == screen)
    perron_page_make_poster (page);
  if (view->masked_seen)
    add_reveal (page);
  gtk_widget_set_visible (page->body, gtk_widget_get_first_child (page->body) != NULL);
  gtk_widget_set_visible (page->area, gtk_widget_get_first_child (page->area) != NULL);
  return page;
}

void
perron_page_close (PerronPage *page)
{
  if (page->reveal == NULL)
    return;
  g_signal_handlers_disconnect_by_data (page->reveal, page);
  gtk_widget_remove_controller (page->reveal, page->reveal_keys);
  gtk_widget_remove_controller (page->reveal, page->reveal_focus);
  g_clear_object (&page->reveal);
}

void
perron_page_free (PerronPage *page)
{
  if (page == NULL)
    return;
  perron_page_close (page);
  g_clear_object (&page->actions);
  g_ptr_array_unref (page->buttons);
  g_ptr_array_unref (page->fields);
  g_clear_pointer (&page->listed.heads, g_ptr_array_unref);
  g_clear_pointer (&page->listed.lines, g_ptr_array_unref);
  g_free (page->refused);
  g_free (page);
}

void
perron_page_refresh (PerronPage *page, PerronSpeechPlan *changes)
{
  refresh_body (page, changes);
  if (page->kind->refresh != NULL)
    page->kind->refresh (page, changes);
}

/* --- arrival ---------------------------------------------------------------------------------------------------------------- */

void
perron_page_plan (PerronPage *page, PerronSpeechPlan *plan)
{
  const PerronScreen *screen = page->screen;
  if (screen->step > 0)
    perron_speech_plan_add_key (plan, "ui.step", NULL);
  perron_speech_plan_add_key (plan, screen->title, NULL);
  for (guint i = 0; screen->body != NULL && screen->body[i] != NULL; i++)
    perron_speech_plan_add_key (plan, screen->body[i], NULL);
  /* Never the whole number, even while it is held open to the eye. */
  gboolean reveal = page->view->reveal;
  page->view->reveal = FALSE;
  if (page->kind->say != NULL)
    page->kind->say (page, plan);
  page->view->reveal = reveal;
  if (perron_speech_plan_is_withheld (plan))
    perron_speech_plan_add_key (plan, "ui.say.withheld", NULL);
  guint count = page->buttons->len;
  if (count > 1 || (count == 1 && screen->option_count == 1)) {
    g_autofree char *number = g_strdup_printf ("%u", count);
    perron_speech_plan_add_key (plan, count > 1 ? "ui.say.choices" : "ui.say.one-choice",
                                (PerronViewFact[]){ { "count", number }, { NULL } });
  }
  perron_speech_plan_add_key (plan, page->kind->how, NULL);
}
