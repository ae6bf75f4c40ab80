/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * A keypad, two switches and the jack's switch as a FIFO of struct input_event, what /dev/input/eventN gives (facts/hardware.md 4).
 * Main thread only; nothing blocks.
 */
typedef struct PerronDockKeypad PerronDockKeypad;

/* Makes the FIFO; one that was left there is used, anything else refused. Transfer full, or NULL with G_IO_ERROR. */
PerronDockKeypad *perron_dock_keypad_new (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_dock_keypad_free (PerronDockKeypad *keypad);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDockKeypad, perron_dock_keypad_free)

/* Its cable: unplugged, the FIFO is gone and a new one comes when it is plugged. Error: G_IO_ERROR. */
gboolean perron_dock_keypad_plug (PerronDockKeypad *keypad, gboolean plugged, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * `name`: of a key (hw/dock/README.md), or "code:N". `how`: NULL pressed and released, else "down", "up", "repeat". Nobody who reads the
 * keypad is an error: a key that waits would be pressed later.
 */
gboolean perron_dock_keypad_press (PerronDockKeypad *keypad, const char *name, const char *how, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_dock_keypad_set_jack (PerronDockKeypad *keypad, gboolean in, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
