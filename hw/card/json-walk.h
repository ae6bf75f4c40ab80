/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "hw/card/card-error.h"

G_BEGIN_DECLS

/*
 * A place in a JSON file that knows how to name itself: every error reads "FILE: $.files[0].paths[1]: what is wrong".
 * Values are borrowed from the tree, which must live longer. One thread.
 */
#define PERRON_JSON_FILE_MAX (256 * 1024)
#define PERRON_JSON_DEPTH_MAX 16

typedef struct {
  const char *file;
  JsonNode *node;
  char path[160];
} PerronJson;

/* Reads and parses the whole file; refuses one that is too long, too deep, or not UTF-8. Blocks for one file read. Transfer full. */
JsonNode *perron_json_load (const char *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same over bytes in memory; `file` only names them. */
JsonNode *perron_json_parse (const char *file, const char *text, gsize length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PerronJson perron_json_root (const char *file, JsonNode *root);

/* Sets PERRON_CARD_ERROR_VALUE with file and path; always FALSE. */
gboolean perron_json_fail (const PerronJson *at, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* An object that has no other members than `names` (ending with NULL), "note" and "source". */
gboolean perron_json_only (const PerronJson *at, const char *const *names, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_json_has (const PerronJson *object, const char *name);
gboolean perron_json_member (const PerronJson *object, const char *name, PerronJson *ret_at, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_array (const PerronJson *at, guint min, guint max, guint *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronJson perron_json_item (const PerronJson *array, guint index);

/* Leaves. A string is at most `max` bytes and not empty. Hex digits stand in pairs, spaces between pairs are allowed. */
gboolean perron_json_string (const PerronJson *at, gsize max, const char **ret_text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_int (const PerronJson *at, gint64 low, gint64 high, guint *ret_value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_bool (const PerronJson *at, gboolean *ret_value, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_hex (const PerronJson *at, guint8 *bytes, gsize min, gsize max, gsize *ret_length,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* perron_json_member then the leaf, in one. */
gboolean perron_json_member_string (const PerronJson *object, const char *name, gsize max, const char **ret_text,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_member_int (const PerronJson *object, const char *name, gint64 low, gint64 high, guint *ret_value,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_json_member_hex (const PerronJson *object, const char *name, guint8 *bytes, gsize min, gsize max, gsize *ret_length,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
