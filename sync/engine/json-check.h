/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Is this one JSON text by the letter of RFC 8259 (UTF-8, no comments, nothing behind it), nested at most `max_depth` deep?
 * Iterative and without memory of its own. It stands before json-glib, whose parser calls itself for each level and accepts more
 * than JSON: what passes here cannot exhaust the stack there. No \u0000 in a string, which C would read cut short. Pure; any thread.
 * max_depth ≤ 64.
 */
gboolean perron_json_check (const guint8 *data, gsize len, guint max_depth) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
