/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/key-scan.h"

#include "ui/keys-view.h"
#include "ui/target.h"

#define PAD_KEYS_MAX 16
#define SCANNED "scanned"

/* --- where the focus is --------------------------------------------------------------------------------------------------------- */

static GtkWidget *
get_focus (PerronView *view)
{
  return gtk_window_get_focus (GTK_WINDOW (view->window));
}

/* The rows of a keyboard stand in its one child. */
static GtkWidget *
get_first_row (GtkWidget *keys)
{
  GtkWidget *grid = gtk_widget_get_first_child (keys);
  return grid != NULL ? gtk_widget_get_first_child (grid) : NULL;
}

static gboolean
is_pad (GtkWidget *keys)
{
  guint count = 0;
  for (GtkWidget *row = get_first_row (keys); row != NULL; row = gtk_widget_get_next_sibling (row)) {
    for (GtkWidget *key = gtk_widget_get_first_child (row); key != NULL; key = gtk_widget_get_next_sibling (key))
      count++;
  }
  return count <= PAD_KEYS_MAX;
}

/* The keyboard of letters around the focus; NULL: the focus is not in one. `ret_key`: the key itself. */
static GtkWidget *
find_keyboard (PerronView *view, GtkWidget **ret_key)
{
  GtkWidget *focus = get_focus (view);
  GtkWidget *keys = focus != NULL ? gtk_widget_get_ancestor (focus, PERRON_TYPE_KEYS_VIEW) : NULL;
  *ret_key = keys != NULL && GTK_IS_BUTTON (focus) ? focus : NULL;
  return *ret_key != NULL && !is_pad (keys) ? keys : NULL;
}

static GtkWidget *
step (GtkWidget *widget, gboolean forward)
{
  return forward ? gtk_widget_get_next_sibling (widget) : gtk_widget_get_prev_sibling (widget);
}

/* --- a row as one thing ----------------------------------------------------------------------------------------------------------- */

static void
focus_in_silence (PerronView *view, GtkWidget *widget)
{
  view->scanning = TRUE;
  gtk_widget_grab_focus (widget);
  gtk_window_set_focus_visible (GTK_WINDOW (view->window), TRUE);
  view->scanning = FALSE;
}

static void
mean_row (PerronView *view, GtkWidget *row, gboolean after)
{
  GtkWidget *first = gtk_widget_get_first_child (row);
  if (first == NULL)
    return;
  g_auto (PerronSpeechPlan) plan;
  gtk_widget_add_css_class (row, SCANNED);
  focus_in_silence (view, first);
  perron_speech_plan_init (&plan, view);
  perron_speech_plan_add_key (&plan, "ui.say.row", NULL);
  for (GtkWidget *key = first; key != NULL; key = gtk_widget_get_next_sibling (key))
    perron_target_plan (key, &plan);
  perron_speech_plan_send (&plan, after);
}

/* From one row to the next; out of the keyboard after the last one, from its edge, so that the ordinary walk finds what follows. */
static gboolean
move_by_row (PerronView *view, GtkWidget *row, gboolean forward)
{
  GtkWidget *other = step (row, forward);
  gtk_widget_remove_css_class (row, SCANNED);
  if (other != NULL) {
    mean_row (view, other, FALSE);
    return TRUE;
  }
  focus_in_silence (view, forward ? gtk_widget_get_last_child (row) : gtk_widget_get_first_child (row));
  return FALSE;
}

gboolean
perron_key_scan_move (PerronView *view, gboolean forward)
{
  GtkWidget *key;
  if (find_keyboard (view, &key) == NULL)
    return FALSE;
  GtkWidget *row = gtk_widget_get_parent (key);
  if (gtk_widget_has_css_class (row, SCANNED))
    return move_by_row (view, row, forward);
  GtkWidget *other = step (key, forward);
  if (other != NULL)
    gtk_widget_grab_focus (other);
  else
    mean_row (view, row, FALSE);
  gtk_window_set_focus_visible (GTK_WINDOW (view->window), TRUE);
  return TRUE;
}

void
perron_key_scan_arrive (PerronView *view)
{
  GtkWidget *key;
  if (find_keyboard (view, &key) != NULL)
    mean_row (view, gtk_widget_get_parent (key), FALSE);
}

gboolean
perron_key_scan_open (PerronView *view)
{
  GtkWidget *key;
  if (find_keyboard (view, &key) == NULL || !gtk_widget_has_css_class (gtk_widget_get_parent (key), SCANNED))
    return FALSE;
  g_auto (PerronSpeechPlan) plan;
  gtk_widget_remove_css_class (gtk_widget_get_parent (key), SCANNED);
  perron_speech_plan_init (&plan, view);
  if (perron_target_plan (key, &plan))
    perron_speech_plan_send (&plan, FALSE);
  return TRUE;
}

void
perron_key_scan_again (PerronView *view)
{
  GtkWidget *key, *keys = find_keyboard (view, &key);
  GtkWidget *row = keys != NULL ? get_first_row (keys) : NULL;
  if (row != NULL)
    mean_row (view, row, TRUE);
}

void
perron_key_scan_forget (GtkWidget *focus)
{
  GtkWidget *row = gtk_widget_get_parent (focus);
  if (row != NULL)
    gtk_widget_remove_css_class (row, SCANNED);
}

/* --- from a field to its keyboard --------------------------------------------------------------------------------------------------- */

static GtkWidget *
find_shown_keyboard (GtkWidget *root)
{
  if (!gtk_widget_get_mapped (root))
    return NULL;
  if (PERRON_IS_KEYS_VIEW (root))
    return root;
  GtkWidget *found = NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_shown_keyboard (child);
  return found;
}

gboolean
perron_key_scan_begin (PerronView *view)
{
  GtkWidget *keys = find_shown_keyboard (GTK_WIDGET (view->window));
  GtkWidget *row = keys != NULL ? get_first_row (keys) : NULL;
  if (row == NULL)
    return FALSE;
  if (is_pad (keys))
    gtk_widget_grab_focus (gtk_widget_get_first_child (row));
  else
    mean_row (view, row, FALSE);
  gtk_window_set_focus_visible (GTK_WINDOW (view->window), TRUE);
  return TRUE;
}
