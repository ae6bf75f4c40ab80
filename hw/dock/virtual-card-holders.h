/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/dock/json-strict.h"

G_BEGIN_DECLS

/*
 * Turns the "holders" of a file in a card description into the bytes of a Vitale 2 file: a template 65 each, holding 80 surname,
 * 81 given name, 82 birth date, 90 country, 93 number, those that are given (facts/carte-vitale.md 2). `file` may say "charset"
 * (latin1, utf8), "width" (names are padded to it) and "pad" (the byte of padding). Appended to `data`.
 */
gboolean perron_virtual_holders_encode (const PerronStrict *file, GByteArray *data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
