/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/printer-paper.h"

G_BEGIN_DECLS

/*
 * A receipt printer on a pseudo-terminal: a symbolic link leads to it, and what it printed last lies beside the link as NAME.txt and
 * NAME.pbm (the last image). Main thread only; nothing blocks.
 */
typedef struct PerronDockPrinter PerronDockPrinter;

/* `path`: of the link; one that was left there is replaced, anything else refused. Transfer full, or NULL with G_IO_ERROR. */
PerronDockPrinter *perron_dock_printer_new (const char *path, void (*changed) (gpointer data), gpointer data,
                                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_printer_free (PerronDockPrinter *printer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockPrinter, perron_dock_printer_free)

/* The paper in it: text, image, counts, sensors. Borrowed. */
PerronPaper *perron_dock_printer_get_paper (PerronDockPrinter *printer);

/* Stuck: takes nothing and answers nothing, until it is not. */
/* Unplugged, whoever has the line open gets a hang-up and the path is gone; plugged, a new line stands under it. Error: G_IO_ERROR. */
gboolean perron_dock_printer_plug (PerronDockPrinter *printer, gboolean plugged, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_printer_set_stuck (PerronDockPrinter *printer, gboolean stuck);

/* "in", "low", "out", "cover", "fault", "stuck". */
const char *perron_dock_printer_get_state (PerronDockPrinter *printer);

G_END_DECLS
