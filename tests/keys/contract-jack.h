/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/keys/jack.h"

G_BEGIN_DECLS

/*
 * What everybody who tells of a headset's jack keeps, run on each implementation. `ask` sends a verb to a dock in which that jack is:
 * "jack in", "jack out", and `unplug`, `plug` take away and give back what it belongs to (a keypad, a sound card).
 */
typedef struct {
  const char *name; /* "/jack/<name>/…" */
  gpointer (*make) (void (*callback) (PerronJack jack, gpointer data), gpointer data);
  void (*free) (gpointer jack);
  void (*ask) (const char *verb);
  const char *unplug, *plug;
} JackContract;

/* Adds the tests; `contract` must live as long as they run. */
void jack_contract_add (const JackContract *contract);

/* What was told, oldest first; and turns of the main loop until the jack was told to be this. */
typedef struct {
  GArray *told; /* PerronJack */
} Ears;

void ears_init (Ears *ears);
void ears_clear (Ears *ears);
void ears_hear (PerronJack jack, gpointer ears);
void ears_expect (Ears *ears, PerronJack jack);

G_END_DECLS
