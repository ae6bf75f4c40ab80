/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/*
 * Reading a JSON object without trusting it: each getter names file and JSON path in its error. Errors are
 * PERRON_VIRTUAL_CARD_ERROR_VALUE. `at` is the path of the object ("$.files[2]").
 */
typedef struct {
  const char *file;
  char *at;
  JsonObject *object; /* borrowed */
} PerronStrict;

void perron_strict_clear (PerronStrict *strict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronStrict, perron_strict_clear)

/* Always FALSE. `member` NULL: the object itself. */
gboolean perron_strict_refuse (const PerronStrict *strict, const char *member, GError **error, const char *why);

/* Every member must be in the NULL-terminated `names`. */
gboolean perron_strict_only (const PerronStrict *strict, const char *const *names, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* NULL when absent, with `ret_ok` TRUE. Borrowed. At most `max` bytes of UTF-8. */
const char *perron_strict_string (const PerronStrict *strict, const char *member, gsize max, gboolean *ret_ok, GError **error);

/* Leaves `*ret_value` alone when absent. */
gboolean perron_strict_int (const PerronStrict *strict, const char *member, gint64 low, gint64 high, gint64 *ret_value,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Hexadecimal with or without spaces, at most `max` bytes; NULL when absent. Transfer full. */
GByteArray *perron_strict_hex (const PerronStrict *strict, const char *member, gsize max, gboolean *ret_ok, GError **error);

/* The array's length, 0 when absent; -1 with error when it is no array, or longer than `max`. */
gint perron_strict_count (const PerronStrict *strict, const char *member, guint max, GError **error);

/* The object at `index` of an array member, or the object member itself when `index` is -1. `*ret_item` must be cleared. */
gboolean perron_strict_item (const PerronStrict *strict, const char *member, gint index, PerronStrict *ret_item,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
