/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * JSON read strictly: what json-glib lets through (comments, a member written twice, any depth) is an error here, and so is a
 * member nobody asked for. Every error names the file and the path in it: "x/journey.json: $.screens[3].tone: …".
 * Errors: PERRON_JOURNEY_ERROR_FORMAT, PERRON_JOURNEY_ERROR_LIMIT. Pure.
 */

#define PERRON_STRICT_JSON_DEPTH 12

/* Where the reader stands. `error` may be NULL. */
typedef struct {
  const char *file;
  GString *path;
  GError **error;
} PerronAt;

/* Always FALSE. */
gboolean perron_at_fail (const PerronAt *at, PerronJourneyError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Goes one step down; give the result to perron_at_leave(). */
gsize perron_at_enter (const PerronAt *at, const char *format, ...) G_GNUC_PRINTF (2, 3);
void perron_at_leave (const PerronAt *at, gsize before);

/* UTF-8, at most `max` bytes, one object. Transfer full. */
JsonNode *perron_strict_json_parse (const PerronAt *at, const guint8 *data, gsize len, gsize max) G_GNUC_WARN_UNUSED_RESULT;

/* Members of `object` that are not in the NULL-terminated list are errors. */
gboolean perron_at_only (const PerronAt *at, JsonObject *object, const char *const *known) G_GNUC_WARN_UNUSED_RESULT;

/*
 * One member each. Absent and not required: TRUE, `ret_` untouched. Strings are borrowed from the tree, 1 … `max` bytes, and hold
 * no control characters.
 */
gboolean perron_at_string (const PerronAt *at, JsonObject *object, const char *name, gboolean required, gsize max,
                           const char **ret_text) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_at_uint (const PerronAt *at, JsonObject *object, const char *name, gboolean required, guint low, guint high,
                         guint *ret_value) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_at_bool (const PerronAt *at, JsonObject *object, const char *name, gboolean *ret_value) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_at_array (const PerronAt *at, JsonObject *object, const char *name, gboolean required, guint max,
                          JsonArray **ret_array) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_at_object (const PerronAt *at, JsonObject *object, const char *name, gboolean required,
                           JsonObject **ret_object) G_GNUC_WARN_UNUSED_RESULT;

/* The `index`-th element as an object or a string. */
gboolean perron_at_element_object (const PerronAt *at, JsonArray *array, guint index, JsonObject **ret_object) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_at_element_string (const PerronAt *at, JsonArray *array, guint index, gsize max,
                                   const char **ret_text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
