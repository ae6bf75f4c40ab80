/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The headset's jack: a null sink named "casque" comes and goes in a PulseAudio server (facts/hardware.md 4: null sinks have no
 * ports, so the sink itself is the plug). The server is the only memory: nothing is assumed about who loaded the sink. Main thread
 * only, on the default main context; nothing blocks.
 */
typedef struct PerronDockJack PerronDockJack;

typedef enum {
  PERRON_DOCK_JACK_UNKNOWN, /* no answer from the sound server yet, or any more */
  PERRON_DOCK_JACK_OUT,
  PERRON_DOCK_JACK_IN,
} PerronDockJackState;

#define PERRON_DOCK_JACK_SINK "casque"

/* `server`: PulseAudio server string. Starts to connect; a server that is not there is met at the next move. Transfer full. */
PerronDockJack *perron_dock_jack_new (const char *server, void (*changed) (gpointer data), gpointer data);
void perron_dock_jack_free (PerronDockJack *jack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockJack, perron_dock_jack_free)

/* "unknown", "out", "in". */
const char *perron_dock_jack_get_state (const PerronDockJack *jack);

/*
 * Plugs or unplugs. `done` is called exactly once, maybe before this returns: `why` is NULL for success, else the reason. One move at
 * a time: a second one is refused.
 */
void perron_dock_jack_move (PerronDockJack *jack, gboolean in, void (*done) (const char *why, gpointer data), gpointer data);

G_END_DECLS
