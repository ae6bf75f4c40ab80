/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Between a slot of the dock and vpcd, the virtual reader of the distribution (package vsmartcard-vpcd): to the slot it is a reader
 * driver like ours (ifd-wire.h), to vpcd it is a card. So that stock software, with its habits, reads the same cards: presence looked
 * at every 400 ms, "success" with no byte for a card that was pulled, a mute card waited for without end (facts/hardware.md 1.4).
 * Main thread only; nothing blocks, but a name is never looked up: the address must be a number.
 */
typedef struct PerronDockVpcd PerronDockVpcd;

/*
 * "ADDRESS:PORT"; the slot listening at `slot_path` goes to PORT + `offset` (vpcd has two slots an entry, at ports that follow each
 * other). vpcd need not run yet. Transfer full, or NULL with error.
 */
PerronDockVpcd *perron_dock_vpcd_new (const char *address, guint offset, const char *slot_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_vpcd_free (PerronDockVpcd *vpcd);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockVpcd, perron_dock_vpcd_free)

G_END_DECLS
