/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/jack.h"
#include "hw/keys/keypad.h"
#include "kiosk/core/clock.h"

G_BEGIN_DECLS

/*
 * The tactile keypad, the two switches and the headset's jack of a terminal, as input devices of the kernel: the same under a desktop
 * and under a compositor of its own. They come and go. Main thread only; callbacks on the default main context; nothing blocks.
 */
typedef struct {
  const char *device;         /* folder ("/dev/input": keypads by name, jacks), or one device or FIFO, taken whatever it is */
  const PerronKeypad *keypad; /* borrowed, must live longer */
  guint double_press_ms;      /* 0: every press counts; 500 for people who tremble (EN 301 549, 5.7 and 5.8) */
  PerronClock *clock;         /* borrowed */
} PerronKeysOptions;

typedef struct {
  void (*on_action) (PerronKeysAction action, gpointer data);
  void (*on_jack) (PerronJack jack, gpointer data);     /* nullable; what the jacks say together is another than before */
  void (*on_presence) (guint keypads, gpointer data);   /* nullable; the number of keypads changed */
} PerronKeysEvents;

typedef struct PerronKeys PerronKeys;

/* Never fails: a keypad that is not there may come. Events begin with the first turn of the main loop. Copies both. Transfer full. */
PerronKeys *perron_keys_new (const PerronKeysOptions *options, const PerronKeysEvents *events, gpointer data);
void perron_keys_free (PerronKeys *keys); /* not from inside one of its callbacks */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronKeys, perron_keys_free)

guint perron_keys_count_keypads (const PerronKeys *keys);

/* The setting of this person; 0 at the end of their session. */
void perron_keys_set_double_press (PerronKeys *keys, guint double_press_ms);

/* How many keypads are there now: looks only, grabs and reads nothing, so a terminal at work does not notice. Any thread. */
guint perron_keys_look (const char *device, const PerronKeypad *keypad);

G_END_DECLS
