/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/pn532-tag.h"

G_BEGIN_DECLS

/*
 * The NFC chip as a machine of bytes: what a host writes goes in, what the chip says comes out. No input or output; its clock is whoever
 * keeps `Pn532Later`. Frames and commands: PN532 user manual (UM0701-02) 6.2 and 7; the set that libnfc 1.8 needs is in
 * facts/hardware.md 2.1. Main thread only.
 */
typedef struct Pn532 Pn532;

typedef enum {
  PN532_FAULT_NONE,
  PN532_FAULT_NAD,      /* status byte with bit 7: libnfc 1.8 aborts */
  PN532_FAULT_OVERSIZE, /* an answer longer than the library's buffer */
  PN532_FAULT_LONG_UID, /* a target whose identifier claims 200 bytes */
  PN532_FAULT_SILENCE,  /* acknowledged, never answered */
  PN532_FAULT_CHECKSUM,
  PN532_FAULT_COUNT
} Pn532Fault;

#define PN532_TARGETS_MAX 2
#define PN532_APDUS_KEPT 256
#define PN532_COMMANDS_KEPT 256

/*
 * `say` gets whole frames. For who plays the timing: `air_bytes` is what went over the radio for it (0 for an acknowledgement), `think_ms`
 * how long the tag took over it.
 */
typedef void (*Pn532Say) (const guint8 *bytes, gsize length, gsize air_bytes, guint think_ms, gpointer data);

/* pn532_ring() is wanted `ms` from now, instead of any that was wanted before; 0: none is. */
typedef void (*Pn532Later) (guint ms, gpointer data);

Pn532 *pn532_new (Pn532Say say, Pn532Later later, gpointer data);
void pn532_free (Pn532 *chip);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pn532, pn532_free)

/* The time that `later` was told is over. Without effect when none was wanted. */
void pn532_ring (Pn532 *chip);

/* Bytes from the host, in pieces of any size. */
void pn532_feed (Pn532 *chip, const guint8 *bytes, gsize length);

/* Brings a tag into the field (taken). FALSE: PN532_TARGETS_MAX are there, the tag is freed. */
gboolean pn532_add (Pn532 *chip, PerronTag *tag) G_GNUC_WARN_UNUSED_RESULT;
void pn532_clear (Pn532 *chip);
guint pn532_count (const Pn532 *chip);
const PerronTag *pn532_get (const Pn532 *chip, guint index);

/* The next answer that speaks of a tag (for LONG_UID: the next list of targets) has this fault, once. */
void pn532_arm (Pn532 *chip, Pn532Fault fault);
Pn532Fault pn532_get_fault (const Pn532 *chip);

/* The library hung up, or the cable was pulled: half a frame and a waiting command are forgotten. */
void pn532_reset (Pn532 *chip);

/* Every byte string sent to a tag since the start, in order, as hexadecimal, the last PN532_APDUS_KEPT; borrowed. */
const GPtrArray *pn532_get_apdus (const Pn532 *chip);

/* The code of each command since the start, in order, the last PN532_COMMANDS_KEPT; borrowed. */
const GByteArray *pn532_get_commands (const Pn532 *chip);

G_END_DECLS
