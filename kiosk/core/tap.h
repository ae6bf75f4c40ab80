/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Families of what may be held to the contactless reader, as words: what hw/nfc can tell apart (facts/carte-vitale.md 6), and
 * "badge-known" for a badge that was enrolled here. None of them is a Carte Vitale: no plastic one answers by radio.
 * Plain data, any thread.
 */

/* The name of a badge, with its NUL. */
#define PERRON_TAP_BADGE_BYTES 65

/* Word number `index`; NULL past the last: "badge-known", "badge", "ticket", "transport", "identity-document", "health-professional",
 * "phone", "payment", "card", "several", "unknown". */
const char *perron_tap_word (guint index);

/* One of those words; NULL is none. */
gboolean perron_is_tap_word (const char *word);

G_END_DECLS
