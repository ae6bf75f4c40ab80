/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Files on a stick that somebody carried: hostile, and bounded before they are read. Blocks; any thread. */
#define PERRON_STICK_FILES_MAX 100000
#define PERRON_STICK_ANSWERS ".answers.json" /* what a gateway wrote for a terminal; other ".json" is what a terminal wrote */

/* Names in order, so that two runs say the same; hidden files (what an interrupted writer leaves) are not among them. `answers` tells which
 * of the two kinds. G_FILE_ERROR. GPtrArray of char *, transfer full. */
GPtrArray *perron_stick_list (const char *folder, gboolean answers, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A plain file of 1 to `max` bytes: no link out of the stick, no pipe to wait at. NULL: it is not. Not NUL-terminated. Transfer full. */
char *perron_stick_read (const char *folder, const char *name, gsize max, gsize *ret_len) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
