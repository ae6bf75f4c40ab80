/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/channel.h"

G_BEGIN_DECLS

/* Status words we act on (ISO/IEC 7816-4 table 5; public facts, section 1.6). */
enum {
  PERRON_SW_OK = 0x9000,
  PERRON_SW_END_OF_FILE = 0x6282,
  PERRON_SW_SECURITY = 0x6982,
  PERRON_SW_CONDITIONS = 0x6985,
  PERRON_SW_WRONG_P1P2 = 0x6A86,
  PERRON_SW_BEYOND_END = 0x6B00,
  PERRON_SW_GAVE_UP = 0x6F00,
};

/* GET RESPONSE rounds of one command: 32 x 256 bytes is more than any file we read. */
#define PERRON_APDU_ROUNDS_MAX 32

/*
 * Sends one command and follows what T=0 leaves to the application (public facts, section 1.5): 61 xx is fetched and joined,
 * 6C xx is sent again with that length, once. Nothing is tried again here: after a fault of the line it may be another card that
 * answers (hw/card/reader.h).
 *
 * `data` receives at most `data_size` bytes without status words; wiped from what it got when the exchange fails. May be NULL
 * with a size of 0 when the answer does not matter: data is then fetched and forgotten.
 * FALSE with a PERRON_CHANNEL_ERROR; PROTOCOL when the card chains without end or answers more than `data_size`.
 */
gboolean perron_apdu_exchange (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *data, gsize data_size,
                               gsize *ret_length, guint16 *ret_sw, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* 00 A4 P1 00 Lc ID without Le: a strict T=0 driver refuses one (section 1.5 rule 3). `command`: PERRON_APDU_MAX. Its length. */
gsize perron_apdu_select (guint8 *command, guint8 p1, const guint8 *id, guint8 id_length);

/* READ BINARY, Le = 00 (256): of the file with short identifier `sfi` from its start, or of the current file from `offset` < 0x8000. */
gsize perron_apdu_read_sfi (guint8 *command, guint8 sfi);
gsize perron_apdu_read_offset (guint8 *command, guint16 offset);

G_END_DECLS
