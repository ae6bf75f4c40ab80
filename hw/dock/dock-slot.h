/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/virtual-card.h"

G_BEGIN_DECLS

/*
 * One reader of the dock: listens for reader drivers (hw/dock/ifd-handler) on a Unix socket, tells each of them what is in the slot
 * and lets the card answer. Main thread only; nothing blocks.
 */
typedef struct PerronDockSlot PerronDockSlot;

typedef void (*PerronDockChanged) (gpointer data);

/* `path`: where to listen; a socket left there is replaced. `changed` is called after every change a person could see. Transfer full. */
PerronDockSlot *perron_dock_slot_new (const char *path, PerronDockChanged changed, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_slot_free (PerronDockSlot *slot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockSlot, perron_dock_slot_free)

/* The card that is in, or NULL. Borrowed until the next main loop iteration. */
PerronVirtualCard *perron_dock_slot_get_card (const PerronDockSlot *slot);
gboolean perron_dock_slot_is_plugged (const PerronDockSlot *slot);
gboolean perron_dock_slot_is_powered (const PerronDockSlot *slot);
guint perron_dock_slot_count_drivers (const PerronDockSlot *slot);

/* Takes `card`. The slot must be empty. */
void perron_dock_slot_insert (PerronDockSlot *slot, PerronVirtualCard *card);

/* Pulls the card, in the middle of whatever it was doing. */
void perron_dock_slot_remove (PerronDockSlot *slot);

/* Pulls or gives back the cable of the reader. A card stays in. */
void perron_dock_slot_plug (PerronDockSlot *slot, gboolean plugged);

G_END_DECLS
