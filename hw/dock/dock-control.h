/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/dock.h"

G_BEGIN_DECLS

/* The control socket: one line in, one line out, in order, as many as the client likes. Main thread only. */
typedef struct PerronDockControl PerronDockControl;

#define PERRON_DOCK_LINE_MAX 4096

/* `dock` is borrowed and must live longer. */
PerronDockControl *perron_dock_control_new (PerronDock *dock, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_control_free (PerronDockControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockControl, perron_dock_control_free)

/*
 * The other end: sends one verb, waits for its answer (blocking). Transfer full: the line without its end, "error: …" included; NULL
 * with a GIO error when the dock is not there. Words that are paths of existing files are sent absolute.
 */
char *perron_dock_control_ask (const char *path, char **words, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
