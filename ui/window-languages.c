/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/window-private.h"

/* The languages over the screen: nothing of the runner moves, so nothing can be lost. */

static void
cover (PerronWindow *self)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self));
  g_free (self->covered.focus);
  self->covered.focus = focus != NULL ? g_strdup (perron_target_get_name (focus)) : NULL;
  self->covered.explaining = self->view.explaining;
  self->covered.screen = perron_runner_get_screen (self->view.runner);
  self->view.choosing = TRUE;
  self->view.explaining = FALSE;
  /* Who asks is somebody: the house watches whether they are still there. */
  perron_view_emit (&self->view, PERRON_EVENT_SETTING, "language", self->view.settings.language);
  perron_touch_guard (self->touch);
  perron_window_build_page (self);
  perron_window_focus_named (self, NULL);
  perron_window_say_screen (self);
}

void
perron_window_uncover (PerronWindow *self)
{
  if (self->covered.screen == NULL)
    return;
  self->told = g_steal_pointer (&self->covered.screen);
  self->view.choosing = FALSE;
  self->view.explaining = self->covered.explaining;
}

gboolean
perron_window_close_languages (PerronWindow *self)
{
  if (self->covered.screen == NULL)
    return FALSE;
  perron_window_uncover (self);
  perron_touch_guard (self->touch);
  perron_window_build_page (self);
  perron_window_focus_named (self, self->covered.focus);
  g_clear_pointer (&self->covered.focus, g_free);
  perron_window_say_screen (self);
  return TRUE;
}

void
perron_window_take_language (PerronWindow *self, const char *tag)
{
  if (g_str_equal (tag, self->view.settings.language))
    perron_window_close_languages (self);
  else
    perron_view_emit (&self->view, PERRON_EVENT_SETTING, "language", tag);
}

void
perron_window_choose_language (PerronWindow *self)
{
  guint count = perron_frame_count_languages (&self->view);
  if (perron_window_close_languages (self) || count < 2)
    return;
  if (count > 2)
    cover (self);
  else
    perron_view_emit (&self->view, PERRON_EVENT_SETTING, "language", perron_frame_get_next_language (&self->view)->tag);
}
