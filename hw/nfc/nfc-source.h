/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "kiosk/core/config.h"

G_BEGIN_DECLS

/*
 * The contactless reader as a source of cards: whatever lies there is a "card" that answers 6A 82 to everything. It never yields a Vitale
 * (no plastic one speaks by radio), and what is sent to its channel never reaches the thing. It listens on [nfc] socket in the place of
 * the terminal, which must not run. Threads: as every card source; it has a main context of its own, which wait() runs. NO_READER:
 * perron-nfc is away, or its chip is. Error: as perron_nfc_watch_new(). Transfer full.
 */
PerronCardSource *perron_nfc_source_new (const PerronConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What lies there, or lay there last: a word of kiosk/core/tap.h; NULL: nothing came yet. `source` is one of these. Static. */
const char *perron_nfc_source_get_family (const PerronCardSource *source);

G_END_DECLS
