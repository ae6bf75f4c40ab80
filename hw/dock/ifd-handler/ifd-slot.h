/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * One slot of the dock as the driver sees it: a thread of ours keeps the line to the dock, pcscd's threads look and ask.
 * Plain C with pthreads. Every function may be called from any thread, except that close must be the last.
 */
typedef struct PerronIfdSlot PerronIfdSlot;

typedef enum {
  PERRON_IFD_LOOK_EMPTY,
  PERRON_IFD_LOOK_CARD,
  PERRON_IFD_LOOK_UNPLUGGED, /* the reader itself was pulled */
} PerronIfdLook;

typedef enum {
  PERRON_IFD_ASK_OK,
  PERRON_IFD_ASK_GONE,    /* the card left, was replaced, or the dock did */
  PERRON_IFD_ASK_FAULT,   /* a transmission error, card still there */
  PERRON_IFD_ASK_TIMEOUT, /* the card stayed silent longer than the time-out */
  PERRON_IFD_ASK_TOO_BIG, /* answer longer than the caller's buffer */
} PerronIfdAsk;

/* `path`: socket of the dock; it need not exist yet. `timeout_ms`: longest silence of a card. NULL without memory or threads. */
PerronIfdSlot *perron_ifd_slot_open (const char *path, int timeout_ms);
void perron_ifd_slot_close (PerronIfdSlot *slot);

/* What pcscd is to be told now. A card that took the place of another is told as EMPTY from one wait to the next, to the
 * thread that waits for events. */
PerronIfdLook perron_ifd_slot_look (PerronIfdSlot *slot);

/* Blocks until what `look` would say differs from what it said, `timeout_ms` passed, or stop was called. */
void perron_ifd_slot_wait (PerronIfdSlot *slot, int timeout_ms);

/* Ends the wait that runs, or else the next one. pcscd calls it also at SCardDisconnect, to have the card powered down soon. */
void perron_ifd_slot_stop (PerronIfdSlot *slot);

/*
 * Asks the card that pcscd was told of, never another one. `kind`: PERRON_IFD_POWER_UP or PERRON_IFD_COMMAND. `*length` is the room
 * in `answer`, then what came. Blocks at most the time-out after the last sign of the card.
 */
PerronIfdAsk perron_ifd_slot_ask (PerronIfdSlot *slot, unsigned char kind, const unsigned char *data, size_t size,
                                  unsigned char *answer, size_t *length);

/* Tells the card it has no power any more. Does not block. */
void perron_ifd_slot_power_down (PerronIfdSlot *slot);
