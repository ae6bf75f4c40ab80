/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/channel.h"
#include "kiosk/core/card-status.h"

G_BEGIN_DECLS

/*
 * Where cards come from. Implementations: hw/pcsc/pcsc-source.h, hw/card/replay.h, hw/card/record.h; each keeps the contract in
 * tests/hw/contract-card-source.h. All functions: the one thread that watches, but cancel.
 */
typedef struct PerronCardSource PerronCardSource;
struct PerronCardSource {
  /*
   * Waits until the slot differs from `known`, at most `timeout_ms` (0: only look; -1: for ever). Returns NO_READER, NO_CARD,
   * MUTE or READING (= a powered card is there: open it). A card replaced by another counts as a difference, once. Never fails: an
   * unreachable service is NO_READER, and the source finds it again by itself.
   */
  PerronCardStatus (*wait) (PerronCardSource *source, PerronCardStatus known, gint timeout_ms);
  /* Connects to the card that is there. NULL with a PERRON_CHANNEL_ERROR. Transfer full. */
  PerronChannel *(*open) (PerronCardSource *source, GError **error);
  /* Any thread: makes the running wait, or else the next one, return now with what it knows. */
  void (*cancel) (PerronCardSource *source);
  void (*free) (PerronCardSource *source);
};

void perron_card_source_free (PerronCardSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronCardSource, perron_card_source_free)

G_END_DECLS
