/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page-form.h"

#include "ui/keys-view.h"
#include "ui/widgets.h"

#define SUBMIT_MM(measure) (18 + 56 * (measure)->scale)

/* Which keyboard and layer each type of field asks for: only keys that can be used. */
static const struct {
  const char *keyboard, *layer;
} keyboards[] = {
  [PERRON_FIELD_NAME] = { "azerty", "letters" }, [PERRON_FIELD_PHONE] = { "number", "digits" },
  [PERRON_FIELD_DATE] = { "number", "date" },    [PERRON_FIELD_NUMBER] = { "number", "nir" },
  [PERRON_FIELD_EMAIL] = { "azerty", "email" },  [PERRON_FIELD_REFERENCE] = { "azerty", "reference" },
};

static void
on_typed (const char *text, gpointer data)
{
  PerronPage *page = data;
  PerronFieldView *current = g_object_get_data (G_OBJECT (page->keyboard), "field");
  if (current != NULL)
    perron_field_view_type (current, text);
}

/* Letters and digits in one form: the keyboard of the field in which the person is. */
static void
serve (PerronPage *page, PerronFieldView *field)
{
  const char *id = keyboards[field->field->type].keyboard;
  GtkWidget *keys = g_object_get_data (G_OBJECT (page->keyboard), id);
  for (GtkWidget *child = gtk_widget_get_first_child (page->keyboard); child != NULL; child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_visible (child, child == keys);
  g_object_set_data (G_OBJECT (page->keyboard), "field", field);
  if (keys != NULL)
    perron_keys_view_show_layer (PERRON_KEYS_VIEW (keys), keyboards[field->field->type].layer);
}

static void
on_focus_entered (GtkEventControllerFocus *focus, PerronFieldView *field)
{
  serve (field->page, field);
}

/* A pad of digits stands beside the form where there is width, and leaves it its height; the button beside letters where lines are few. */
static void
choose_places (PerronPage *page)
{
  const PerronMeasure *measure = &page->view->measure;
  gboolean letters = FALSE;
  for (guint i = 0; i < page->screen->field_count; i++)
    letters |= g_str_equal (keyboards[page->screen->fields[i].type].keyboard, "azerty");
  page->keyboard_beside = !letters && !measure->portrait;
  page->actions_beside_keyboard = letters && measure->compact && !measure->portrait && measure->size < 2;
}

static int
get_keyboard_room (PerronPage *page)
{
  const PerronMeasure *measure = &page->view->measure;
  int margin = perron_measure_px (measure, PERRON_FRAME_MARGIN_MM), submit = 0;
  if (!page->actions_beside_keyboard)
    return measure->width_px - 2 * margin;
  gtk_widget_measure (page->actions, GTK_ORIENTATION_HORIZONTAL, -1, &submit, NULL, NULL, NULL);
  return measure->width_px - 3 * margin - submit;
}

static void
add_keyboards (PerronPage *page)
{
  int room = get_keyboard_room (page);
  page->keyboard = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (page->keyboard, "keys");
  for (guint i = 0; i < page->screen->field_count; i++) {
    const char *id = keyboards[page->screen->fields[i].type].keyboard;
    if (g_object_get_data (G_OBJECT (page->keyboard), id) != NULL)
      continue;
    GtkWidget *keys = perron_keys_view_new (page->view, id, room, on_typed, page);
    if (keys == NULL)
      continue;
    g_object_set_data (G_OBJECT (page->keyboard), id, keys);
    gtk_box_append (GTK_BOX (page->keyboard), keys);
  }
  for (GtkWidget *keys = gtk_widget_get_first_child (page->keyboard); keys != NULL; keys = gtk_widget_get_next_sibling (keys))
    gtk_widget_set_vexpand (keys, page->keyboard_beside);
  gtk_widget_set_hexpand (page->keyboard, page->actions_beside_keyboard);
}

void
perron_page_fill_form (PerronPage *page)
{
  choose_places (page);
  if (page->keyboard_beside)
    page->width_px -= perron_measure_px (&page->view->measure, 3 * 27 + 20);
  GtkWidget *grid = gtk_grid_new ();
  /* Two fields side by side leave the keyboard its height. */
  int columns = page->screen->field_count == 2 && !page->keyboard_beside && page->width_px > 22 * page->view->measure.rem_px ? 2 : 1;
  int gap = perron_measure_px (&page->view->measure, 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) gap);
  gtk_grid_set_row_spacing (GTK_GRID (grid), (guint) gap);
  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  page->width_px = (page->width_px - gap * (columns - 1)) / columns;
  for (guint i = 0; i < page->screen->field_count; i++) {
    PerronFieldView *field = perron_field_view_new (page, &page->screen->fields[i]);
    GtkEventController *focus = gtk_event_controller_focus_new ();
    g_signal_connect (focus, "enter", G_CALLBACK (on_focus_entered), field);
    gtk_widget_add_controller (field->entry, focus);
    gtk_grid_attach (GTK_GRID (grid), field->box, (int) i % columns, (int) i / columns, 1, 1);
    g_ptr_array_add (page->fields, field);
  }
  gtk_box_append (GTK_BOX (page->area), grid);
  if (page->fields->len > 0) {
    PerronFieldView *first = g_ptr_array_index (page->fields, 0);
    page->first = first->entry;
  }
  perron_page_add_next (page, "submit", "ui.next", PERRON_EVENT_SUBMIT);
  if (page->actions_beside_keyboard)
    gtk_widget_set_size_request (gtk_widget_get_first_child (page->actions),
                                 perron_measure_px (&page->view->measure, SUBMIT_MM (&page->view->measure)), -1);
  add_keyboards (page);
  if (page->fields->len > 0)
    serve (page, g_ptr_array_index (page->fields, 0));
  perron_page_refresh_form (page, NULL);
}

void
perron_page_refresh_form (PerronPage *page, PerronSpeechPlan *changes)
{
  const char *refused = perron_runner_get_refused_field (page->view->runner);
  gboolean again = refused != NULL && (page->submitted || g_strcmp0 (refused, page->refused) != 0);
  for (guint i = 0; i < page->fields->len; i++) {
    PerronFieldView *field = g_ptr_array_index (page->fields, i);
    gboolean mine = g_strcmp0 (refused, field->field->id) == 0;
    perron_field_view_refresh (field, mine);
    if (!mine)
      continue;
    page->first = field->entry;
    if (changes == NULL || !again)
      continue;
    perron_speech_plan_add_key (changes, field->field->label, NULL);
    perron_speech_plan_add_key (changes, field->field->error != NULL ? field->field->error : "ui.field-refused", NULL);
    gtk_widget_grab_focus (field->entry);
  }
  page->submitted = FALSE;
  g_free (page->refused);
  page->refused = g_strdup (refused);
}

void
perron_page_say_form (PerronPage *page, PerronSpeechPlan *plan)
{
  for (guint i = 0; i < page->fields->len; i++)
    perron_field_view_plan (g_ptr_array_index (page->fields, i), plan);
  if (page->refused == NULL)
    return;
  for (guint i = 0; i < page->fields->len; i++) {
    PerronFieldView *field = g_ptr_array_index (page->fields, i);
    if (g_str_equal (field->field->id, page->refused))
      perron_speech_plan_add_key (plan, field->field->error, NULL);
  }
}
