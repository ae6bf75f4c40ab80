/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/* What stands around every screen, in the same place and order: bar above, foot below. Rebuilt when the settings change. */
typedef struct {
  GtkWidget *bar;
  GtkWidget *foot;
  GtkWidget *back;
  GtkWidget *step_text;
  GtkWidget *dots;
  GtkWidget *link_text;
  GtkWidget *link_box;
  GtkWidget *explain;
} PerronFrame;

/* `on_explain` is called with `data` when "Expliquer autrement" is touched; everything else is an event of the view. */
void perron_frame_build (PerronFrame *frame, PerronView *view, GCallback on_explain, gpointer data);

/* Another screen, or another state of the link. Nothing changes place: what is not offered is still there, dimmed. */
void perron_frame_show_screen (PerronFrame *frame, PerronView *view, const PerronScreen *screen);
void perron_frame_show_link (PerronFrame *frame, PerronView *view);

guint perron_frame_count_languages (PerronView *view);
/* Of two languages, the one that the switch of the bar goes to. Borrowed. */
const PerronLanguage *perron_frame_get_next_language (PerronView *view);

G_END_DECLS
