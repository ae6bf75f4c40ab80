/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/jack.h"
#include "hw/keys/keypad.h"

G_BEGIN_DECLS

/*
 * One input device: /dev/input/eventN, or a FIFO of struct input_event. Every ioctl may fail (FIFO, umockdev, an odd driver:
 * facts/hardware.md 4); what it would have told is then unknown. Main thread only; nothing blocks.
 */
typedef struct PerronInputDevice PerronInputDevice;

typedef struct {
  guint16 type; /* EV_KEY or EV_SW; others do not get here */
  guint16 code;
  gint32 value;
} PerronInputEvent;

typedef void (*PerronInputCallback) (PerronInputDevice *device, const PerronInputEvent *event, gpointer data);
typedef void (*PerronInputGone) (PerronInputDevice *device, gpointer data); /* unplugged; free it */

/*
 * Opens `path` when it is ours: always when `chosen` (the configuration names it), else only a keypad by its name, or the switch of a
 * headset's jack. A keypad is grabbed, so that its keys do not also reach the desktop. NULL: not ours, or not to be opened (yet).
 */
PerronInputDevice *perron_input_device_open (const char *path, gboolean chosen, const PerronKeypad *keypad, PerronInputCallback callback,
                                             PerronInputGone gone, gpointer data);
void perron_input_device_free (PerronInputDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronInputDevice, perron_input_device_free)

const char *perron_input_device_get_path (const PerronInputDevice *device);
gboolean perron_input_device_is_keypad (const PerronInputDevice *device);

/* Would it be opened as a keypad? Neither grabs nor reads. */
gboolean perron_input_device_is_there (const char *path, gboolean chosen, const PerronKeypad *keypad);

/* What the jack of this device said last; asked when it was opened. UNKNOWN: it has none, or cannot tell. */
PerronJack perron_input_device_get_jack (const PerronInputDevice *device);

G_END_DECLS
