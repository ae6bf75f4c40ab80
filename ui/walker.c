/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/walker.h"

#include "ui/key-scan.h"
#include "ui/target.h"

/* Wraps at both ends: with two switches there is no way back but round. */
static void
move (PerronView *view, GtkDirectionType direction)
{
  if (perron_key_scan_move (view, direction == GTK_DIR_TAB_FORWARD))
    return;
  gtk_widget_child_focus (GTK_WIDGET (view->window), direction);
  gtk_window_set_focus_visible (GTK_WINDOW (view->window), TRUE);
  perron_key_scan_arrive (view);
}

/* What has the focus says itself again: a press that does nothing must not be silence. */
static void
say_again (PerronView *view, GtkWidget *focus)
{
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, view);
  if (perron_target_plan (focus, &plan))
    perron_speech_plan_send (&plan, FALSE);
}

/* The nearest of its kind that holds `widget`. */
static GtkWidget *
find_around (GtkWidget *widget, GType type)
{
  while (widget != NULL && !g_type_is_a (G_OBJECT_TYPE (widget), type))
    widget = gtk_widget_get_parent (widget);
  return widget;
}

static void
choose (PerronView *view)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (view->window));
  GtkWidget *button = find_around (focus, GTK_TYPE_BUTTON);

  if (perron_key_scan_open (view))
    return;
  /* "clicked" and not "activate": GTK answers the latter a quarter of a second later. */
  if (button != NULL) {
    g_signal_emit_by_name (button, "clicked");
    perron_key_scan_again (view);
  } else if (find_around (focus, GTK_TYPE_ENTRY) != NULL && perron_key_scan_begin (view)) {
    return;
  } else if (focus != NULL) {
    say_again (view, focus);
  }
}

void
perron_walker_press (PerronView *view, PerronWindowPress press)
{
  switch (press) {
  case PERRON_PRESS_PREVIOUS:
    move (view, GTK_DIR_TAB_BACKWARD);
    break;
  case PERRON_PRESS_NEXT:
    move (view, GTK_DIR_TAB_FORWARD);
    break;
  case PERRON_PRESS_SELECT:
    choose (view);
    break;
  case PERRON_PRESS_REPEAT:
    perron_window_repeat (view->window);
    break;
  case PERRON_PRESS_HELP:
    perron_view_emit (view, PERRON_EVENT_HELP, NULL, NULL);
    break;
  case PERRON_PRESS_LANGUAGE:
    perron_window_choose_language (view->window);
    break;
  case PERRON_PRESS_LEAVE:
    perron_view_emit (view, PERRON_EVENT_LEAVE, NULL, NULL);
    break;
  }
}

void
perron_walker_tell_volume (PerronView *view, guint level, guint count)
{
  g_autofree char *position = g_strdup_printf ("%u", level);
  g_autofree char *steps = g_strdup_printf ("%u", count);
  const PerronViewFact facts[] = { { "position", position }, { "count", steps }, { NULL, NULL } };
  g_auto (PerronSpeechPlan) plan;
  perron_speech_plan_init (&plan, view);
  perron_speech_plan_add_key (&plan, "ui.say.volume", facts);
  perron_speech_plan_send (&plan, FALSE);
}
