/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/dock.h"

G_BEGIN_DECLS

/*
 * A window with large calm buttons for the devices of a dock: for demonstration and training. It only sends the verbs that the
 * control socket knows, and shows `status`. GTK thread only.
 */
typedef struct PerronDockPanel PerronDockPanel;

/* `dock` is borrowed. FALSE from the display: NULL with PERRON_DOCK_ERROR. `closed`: the window was closed. Transfer full. */
PerronDockPanel *perron_dock_panel_new (PerronDock *dock, void (*closed) (gpointer data), gpointer data,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_panel_free (PerronDockPanel *panel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockPanel, perron_dock_panel_free)

G_END_DECLS
