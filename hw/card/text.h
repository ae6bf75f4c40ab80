/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PERRON_TEXT_OK,
  PERRON_TEXT_NEUTRAL, /* shown as well as it can be; the character set was not the expected one */
  PERRON_TEXT_REFUSED, /* control characters, or longer than fits: nobody's name */
} PerronTextResult;

/*
 * A name as a card writes it: ISO 8859-1 bytes, padded with spaces or NULs, to UTF-8 in `ret_text` (NUL-terminated, `size` bytes).
 * Padding at both ends is taken off, a run of spaces or NULs inside becomes one space, letters are left as they are.
 * No card with accents is publicly known (public facts, section 2), so the other thing a writer may have done is foreseen too:
 * bytes that only make sense as UTF-8 are read as UTF-8; what makes sense as neither becomes one "?" a run. Both are NEUTRAL.
 * REFUSED leaves `ret_text` empty. Pure, any thread.
 */
PerronTextResult perron_text_decode (const guint8 *bytes, gsize length, char *ret_text, gsize size) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
