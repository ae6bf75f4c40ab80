/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Of the worker: is anything there at all? For the hours in which nothing is. It speaks to the chip itself, on the line that libnfc has
 * open and made raw, between two calls of libnfc: which waits for ever for a chip that is dead, is woken by every piece of every frame,
 * hears nobody meanwhile, and copies identifiers by the lengths that the chip claims. No identifier is looked at here; what is found has
 * to be listed to know what it is.
 */
typedef struct {
  int tty;
  int parent; /* as soon as it has something to say, or hangs up, a look ends and has found nothing */
} PerronNfcLook;

/* Each answers 1 for something, 0 for nothing, -1 when the chip did not answer as it should. */

#define PERRON_NFC_LOOK_TURN_MS 300 /* one turn of perron_nfc_look_native(): two types, the shortest period for each */

/* The chip looks for types A and B by itself, `turns` (1 to 254) times or until it finds one; we sleep meanwhile. Blocks so long. */
int perron_nfc_look_native (const PerronNfcLook *look, guint turns);

/* Type B' and SRx, which the chip does not know, are called once. Blocks for some 140 ms, at most for a second. */
int perron_nfc_look_called (const PerronNfcLook *look);

G_END_DECLS
