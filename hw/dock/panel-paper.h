/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The paper that came out of the printer, as it would lie in a hand: for the panel. Main thread only. */
GtkWidget *perron_dock_paper_new (void);

/* `text`: of the last ticket, by rows; `documents`: how many came so far. Nothing is done when neither differs from before. */
void perron_dock_paper_show (GtkWidget *paper, const char *text, guint documents);

G_END_DECLS
