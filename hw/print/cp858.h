/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * UTF-8 → code page 858, what a receipt printer prints after ESC t 19 (facts/hardware.md 3). Our own table and not iconv: the same on
 * every machine, no state, and a text can never become a command (no byte under 0x20 comes out). Pure, any thread.
 */

/* The longest form of one character ("...", "(C)"). */
#define PERRON_CP858_FORM_MAX 3

/*
 * Writes `text` (valid UTF-8, nullable) to `bytes` of `room`; a character that does not fit ends the text. Typographic signs get a plain
 * form, a letter that the page lacks its base letter, controls and spaces of any width a space; what has no form is '?'.
 * `ret_lost` (nullable): how many became '?'. `ret_all` (nullable): FALSE when the room ended first. Returns the number of bytes.
 */
gsize perron_cp858_encode (const char *text, guint8 *bytes, gsize room, guint *ret_lost, gboolean *ret_all);

/* The character of a byte of the page: for backends that draw what the printer would print. */
gunichar perron_cp858_decode (guint8 byte);

G_END_DECLS
