/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The network cable: a TCP proxy on 127.0.0.1 that can be cut. Cut, every connection ends and new ones are refused, while the port
 * stays bound so that nobody else gets it. Slow, each direction carries 64 kbit/s with 300 ms of delay. Main thread only; nothing
 * blocks.
 */
typedef struct PerronDockNet PerronDockNet;

typedef enum {
  PERRON_DOCK_NET_UP,
  PERRON_DOCK_NET_SLOW,
  PERRON_DOCK_NET_CUT,
} PerronDockNetState;

/* "up", "slow", "cut". */
const char *perron_dock_net_state_to_string (PerronDockNetState state);

/* `ports`: "LISTEN:TARGET"; LISTEN 0 lets the kernel choose. Starts up. Transfer full, or NULL with PERRON_DOCK_ERROR or G_IO_ERROR. */
PerronDockNet *perron_dock_net_new (const char *ports, void (*changed) (gpointer data), gpointer data,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_net_free (PerronDockNet *net);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockNet, perron_dock_net_free)

/* Fails with G_IO_ERROR when the port cannot be had again; the state is then CUT. */
gboolean perron_dock_net_set (PerronDockNet *net, PerronDockNetState state, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PerronDockNetState perron_dock_net_get_state (const PerronDockNet *net);
guint perron_dock_net_get_port (const PerronDockNet *net);
guint perron_dock_net_get_target (const PerronDockNet *net);
guint perron_dock_net_count_connections (const PerronDockNet *net);
guint64 perron_dock_net_count_bytes (const PerronDockNet *net);

G_END_DECLS
