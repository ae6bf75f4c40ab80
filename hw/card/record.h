/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"
#include "hw/card/profile.h"

G_BEGIN_DECLS

/*
 * A source that passes everything on to `inner` (taken) and keeps what the last opened channel exchanged, in locked memory, to write
 * a recording for hw/card/replay.h. Same threads as any source.
 */
PerronCardSource *perron_record_source_new (PerronCardSource *inner);

/*
 * Writes the recording with everything personal replaced: in the files that were read, letters of primitive values become X, digits
 * become those of a made-up person born on 1 January 1990 (commune 000, key right), other bytes 3F; answers to SELECT become zeros of
 * the same length; the ATR is kept only when a profile claims it (some transport cards hold a unique number there). A file that is
 * not TLV becomes zeros. Lengths, status words and order are kept. Blocks for one write. FALSE with PERRON_CARD_ERROR_FILE.
 */
gboolean perron_record_source_write (PerronCardSource *source, const PerronProfiles *profiles, const char *file,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
