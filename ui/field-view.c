/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/page-form.h"

#include "ui/picture.h"
#include "ui/secret-buffer.h"
#include "ui/typed.h"
#include "ui/widgets.h"

#include <string.h>

static GtkText *
get_text_widget (PerronFieldView *view)
{
  return GTK_TEXT (gtk_editable_get_delegate (GTK_EDITABLE (view->entry)));
}

/* --- typing ----------------------------------------------------------------------------------------------------------------- */

static void
show_grouped (PerronFieldView *view, const char *typed, int count)
{
  GtkEditable *editable = GTK_EDITABLE (view->entry);
  g_autoptr (PerronSecretText) grouped = perron_typed_group (view->field->type, typed);
  view->settling = TRUE;
  if (!g_str_equal (gtk_editable_get_text (editable), grouped))
    gtk_editable_set_text (editable, grouped);
  gtk_editable_set_position (editable, perron_typed_caret (view->field->type, grouped, count));
  view->settling = FALSE;
}

/*
 * Before GtkText inserts: it would put the caret behind the raw character when everybody was told, undoing ours, and the next digit
 * would land before the last. The whole new text is set here instead, and the caret told through `position`.
 */
static void
on_insert (GtkEditable *text, const char *chars, int length, int *position, PerronFieldView *view)
{
  if (view->settling)
    return;
  const char *shown = gtk_editable_get_text (text);
  const gsize added = length < 0 ? strlen (chars) : (gsize) length;
  const gsize before = (gsize) (g_utf8_offset_to_pointer (shown, *position) - shown);
  g_autoptr (PerronSecretText) wanted = perron_secret_alloc (strlen (shown) + added + 1);
  memcpy (wanted, shown, before);
  memcpy (wanted + before, chars, added);
  g_stpcpy (wanted + before + added, shown + before);

  int count = perron_typed_count (view->field->type, wanted, *position + (int) g_utf8_strlen (chars, (gssize) added));
  g_autoptr (PerronSecretText) typed = perron_typed_strip (view->field->type, wanted, view->field->max_chars);
  show_grouped (view, typed, count);
  *position = gtk_editable_get_position (text);
  g_signal_stop_emission_by_name (text, "insert-text");
  perron_view_emit (view->page->view, PERRON_EVENT_FIELD, view->field->id, typed);
}

static void
on_changed (GtkEditable *editable, PerronFieldView *view)
{
  if (view->settling)
    return;
  const char *shown = gtk_editable_get_text (editable);
  int count = perron_typed_count (view->field->type, shown, gtk_editable_get_position (editable));
  g_autoptr (PerronSecretText) typed = perron_typed_strip (view->field->type, shown, view->field->max_chars);
  show_grouped (view, typed, count);
  perron_view_emit (view->page->view, PERRON_EVENT_FIELD, view->field->id, typed);
}

/*
 * The echo of what is typed is as private as the field. Where nobody but the street would hear it, a word that tells only that
 * something was typed (EN 301 549 5.1.3.8).
 */
static void
echo (PerronFieldView *view, const char *text)
{
  PerronView *owner = view->page->view;
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, owner);
  if (view->field->personal && !owner->private_listening)
    perron_speech_plan_add_key (&plan, text != NULL ? "ui.say.typed" : "ui.say.deleted", NULL);
  else if (text != NULL)
    perron_speech_plan_add_text (&plan, view->field->personal ? PERRON_PERSONAL : PERRON_PUBLIC, text);
  else
    perron_speech_plan_add_key (&plan, "ui.say.deleted", NULL);
  perron_speech_plan_send (&plan, FALSE);
}

void
perron_field_view_type (PerronFieldView *view, const char *text)
{
  GtkEditable *editable = GTK_EDITABLE (view->entry);
  int position = gtk_editable_get_position (editable);
  if (text != NULL) {
    gtk_editable_insert_text (editable, text, -1, &position);
    gtk_editable_set_position (editable, position);
    echo (view, text);
    return;
  }
  const char *shown = gtk_editable_get_text (editable);
  int from = position - 1;
  /* A separator is not a character of the person: the digit before it goes with it. */
  while (from > 0 && perron_typed_count (view->field->type, shown, from + 1) == perron_typed_count (view->field->type, shown, from))
    from--;
  if (from < 0)
    return;
  gtk_editable_delete_text (editable, from, position);
  echo (view, NULL);
}

static void
on_activate (GtkText *text, PerronFieldView *view)
{
  GPtrArray *fields = view->page->fields;
  guint index = 0;
  if (g_ptr_array_find (fields, view, &index) && index + 1 < fields->len) {
    PerronFieldView *next = g_ptr_array_index (fields, index + 1);
    gtk_widget_grab_focus (next->entry);
    return;
  }
  view->page->submitted = TRUE;
  perron_view_emit (view->page->view, PERRON_EVENT_SUBMIT, NULL, NULL);
}

/* --- nothing typed leaves the field: no clipboard, no undo, no selection with the finger -------------------------------------- */

static void
on_clipboard (GtkText *text, gpointer data)
{
  g_signal_stop_emission_by_name (text, data);
}

static void
on_touched (GtkGestureClick *click, int presses, double x, double y, PerronFieldView *view)
{
  gtk_widget_grab_focus (view->entry);
}

static void
seal_entry (PerronFieldView *view)
{
  GtkText *text = get_text_widget (view);
  static const char *const leaks[] = { "copy-clipboard", "cut-clipboard", "paste-clipboard", "insert-emoji" };
  for (guint i = 0; i < G_N_ELEMENTS (leaks); i++)
    g_signal_connect (text, leaks[i], G_CALLBACK (on_clipboard), (gpointer) leaks[i]);
  gtk_editable_set_enable_undo (GTK_EDITABLE (view->entry), FALSE);
  gtk_text_set_input_hints (text, GTK_INPUT_HINT_NO_EMOJI | GTK_INPUT_HINT_NO_SPELLCHECK | GTK_INPUT_HINT_PRIVATE);
  gtk_widget_set_can_target (GTK_WIDGET (text), FALSE);
  GtkGesture *click = gtk_gesture_click_new ();
  g_signal_connect (click, "pressed", G_CALLBACK (on_touched), view);
  gtk_widget_add_controller (view->entry, GTK_EVENT_CONTROLLER (click));
}

/* --- building --------------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_error (PerronFieldView *view)
{
  PerronView *owner = view->page->view;
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, perron_measure_px (&owner->measure, 2));
  GtkWidget *picture = perron_picture_new (owner->ui_folder, "warning", owner->measure.rem_px, FALSE);
  if (picture != NULL) {
    gtk_widget_set_valign (picture, GTK_ALIGN_START);
    gtk_box_append (GTK_BOX (box), picture);
  }
  g_autoptr (PerronSecretText) text
    = perron_view_dup_text (owner, view->field->error != NULL ? view->field->error : "ui.field-refused", NULL);
  GtkWidget *words = perron_steady_new (perron_label_new (text, "strong"));
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (box), words);
  gtk_widget_add_css_class (box, "stop");
  gtk_widget_set_visible (box, FALSE);
  return box;
}

static GtkWidget *
new_entry (PerronFieldView *view, const char *label)
{
  PerronView *owner = view->page->view;
  g_autoptr (GtkEntryBuffer) buffer = perron_secret_buffer_new ();
  GtkWidget *entry = gtk_entry_new_with_buffer (buffer);
  g_autofree char *name = g_strconcat ("field:", view->field->id, NULL);
  /* As wide as what it holds (GOV.UK), at most the whole room. */
  int chars = view->field->type == PERRON_FIELD_NAME || view->field->type == PERRON_FIELD_EMAIL ? 30
              : view->field->type == PERRON_FIELD_NUMBER                                        ? 22
                                                                                                : 15;
  int width = (int) (chars * 0.72 * owner->measure.rem_px) + perron_measure_px (&owner->measure, 12);
  gtk_widget_set_halign (entry, GTK_ALIGN_START);
  /* Less the rail of the scroller: a form that is too long must not become too wide. */
  gtk_widget_set_size_request (entry, MIN (width, view->page->width_px - perron_measure_px (&owner->measure, 28)), -1);
  gtk_widget_set_direction (entry, view->field->type == PERRON_FIELD_NAME ? gtk_widget_get_default_direction () : GTK_TEXT_DIR_LTR);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  perron_target_mark (entry, &(PerronTargetSpec){ .name = name, .key = view->field->label, .detail = view->field->hint });
  return entry;
}

PerronFieldView *
perron_field_view_new (PerronPage *page, const PerronField *field)
{
  PerronFieldView *view = g_new0 (PerronFieldView, 1);
  view->page = page;
  view->field = field;
  g_autoptr (PerronSecretText) label = perron_view_dup_text (page->view, field->label, NULL);
  view->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, perron_measure_px (&page->view->measure, page->view->measure.compact ? 1.5 : 3));
  view->entry = new_entry (view, label);
  view->error = new_error (view);
  gtk_box_append (GTK_BOX (view->box), perron_label_new (label, "strong"));
  if (field->hint != NULL) {
    g_autoptr (PerronSecretText) hint = perron_view_dup_text (page->view, field->hint, NULL);
    gtk_box_append (GTK_BOX (view->box), perron_label_new (hint, "hint"));
    gtk_accessible_update_property (GTK_ACCESSIBLE (view->entry), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, hint, -1);
  }
  gtk_box_append (GTK_BOX (view->box), view->error);
  gtk_box_append (GTK_BOX (view->box), view->entry);
  const char *held = perron_runner_get_field (page->view->runner, field->id);
  g_autoptr (PerronSecretText) typed = perron_typed_strip (field->type, held != NULL ? held : "", field->max_chars);
  show_grouped (view, typed, (int) g_utf8_strlen (typed, -1));
  seal_entry (view);
  g_signal_connect (view->entry, "changed", G_CALLBACK (on_changed), view);
  g_signal_connect (get_text_widget (view), "insert-text", G_CALLBACK (on_insert), view);
  g_signal_connect (get_text_widget (view), "activate", G_CALLBACK (on_activate), view);
  return view;
}

void
perron_field_view_free (PerronFieldView *view)
{
  g_free (view);
}

void
perron_field_view_refresh (PerronFieldView *view, gboolean refused)
{
  gtk_widget_set_visible (view->error, refused);
  if (refused)
    gtk_widget_add_css_class (view->entry, "refused");
  else
    gtk_widget_remove_css_class (view->entry, "refused");
  gtk_accessible_update_state (GTK_ACCESSIBLE (view->entry), GTK_ACCESSIBLE_STATE_INVALID,
                               refused ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

void
perron_field_view_plan (PerronFieldView *view, PerronSpeechPlan *plan)
{
  perron_speech_plan_add_key (plan, view->field->label, NULL);
  perron_speech_plan_add_key (plan, view->field->hint, NULL);
  const char *shown = gtk_editable_get_text (GTK_EDITABLE (view->entry));
  perron_speech_plan_add_text (plan, view->field->personal ? PERRON_PERSONAL : PERRON_PUBLIC, shown);
}
