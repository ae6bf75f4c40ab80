/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/pn532.h"

G_BEGIN_DECLS

/*
 * The NFC chip at the end of a serial line: pn532.h on a pseudo-terminal. The slave stays open here and raw, or the master would read
 * an error between two openings and echo what it says (facts/hardware.md 2.1). Main thread, default main context; nothing blocks.
 */
typedef struct PerronDockNfc PerronDockNfc;

/* `link` NULL, or the path of a symbolic link to the line, replaced when it is one. `realistic`: answers come at 115200 baud plus the
 * 106 kbit/s of the radio. Transfer full, NULL with error. */
PerronDockNfc *perron_dock_nfc_new (const char *link, gboolean realistic, void (*changed) (gpointer data), gpointer data,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_nfc_free (PerronDockNfc *nfc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockNfc, perron_dock_nfc_free)

Pn532 *perron_dock_nfc_get_chip (PerronDockNfc *nfc);
const char *perron_dock_nfc_get_line (const PerronDockNfc *nfc);
void perron_dock_nfc_changed (PerronDockNfc *nfc);

/* The cable is pulled and put back: who had the line open gets a hang-up, a new line appears under the same link. */
gboolean perron_dock_nfc_hang_up (PerronDockNfc *nfc, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
