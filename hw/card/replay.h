/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"

G_BEGIN_DECLS

/*
 * A card source made from a recording (shape: hw/card/README.md; written by hw/card/record.h or by hand). Strict: a command that is
 * not the next one recorded, or one too many, is PERRON_CHANNEL_ERROR_SEQUENCE. Each open begins the recording again.
 * NULL with PERRON_CARD_ERROR naming file and JSON path. Blocks for one file read. Transfer full.
 */
PerronCardSource *perron_replay_source_new (const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* TRUE when the last opened channel was asked everything that is recorded. */
gboolean perron_replay_source_is_spent (const PerronCardSource *source);

G_END_DECLS
