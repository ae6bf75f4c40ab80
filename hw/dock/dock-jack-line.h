/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * The jack as alsa-lib sees it: whoever opens the control plugin (alsa-jack/) connects to this socket and hears how the jack is, now
 * and at each change. Main thread, default main context; nothing blocks.
 */
typedef struct PerronDockJackLine PerronDockJackLine;

/* Listens at `path`, the jack being out. Transfer full, NULL with G_IO_ERROR. */
PerronDockJackLine *perron_dock_jack_line_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_jack_line_free (PerronDockJackLine *line);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockJackLine, perron_dock_jack_line_free)

void perron_dock_jack_line_set (PerronDockJackLine *line, gboolean in);
/* The sound card itself: pulled, whoever has it open loses it and nobody else gets it. */
void perron_dock_jack_line_plug (PerronDockJackLine *line, gboolean plugged);
gboolean perron_dock_jack_line_get (const PerronDockJackLine *line);

G_END_DECLS
