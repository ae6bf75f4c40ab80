/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Reading the files of the texts folder. They come in content packs: bounded, checked, and every error names the file. */

/* At most `max_bytes`; PERRON_I18N_ERROR_FILE or _FORMAT (too large). Transfer full, with a NUL after the end. Blocks. */
char *perron_source_read (const char *path, gsize max_bytes, gsize *ret_len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An object of a JSON file of at most 256 KiB of UTF-8 and 16 levels, whose "format" is 1. The parser owns it. */
JsonObject *perron_source_read_json (JsonParser *parser, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Members with the type checked. The error says "<path>: <where>.<member>: …". */
const char *perron_source_get_text (JsonObject *object, const char *path, const char *where, const char *member, gboolean required,
                                    gsize max_bytes, gboolean *ret_ok, GError **error);
JsonArray *perron_source_get_array (JsonObject *object, const char *path, const char *where, const char *member, guint max_length,
                                    GError **error);

/* FALSE and an error when the object has a member that is not in the NULL-terminated list. */
gboolean perron_source_check_members (JsonObject *object, const char *path, const char *where, const char *const *allowed,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Sets PERRON_I18N_ERROR_FORMAT "<path>: <where>: <why>"; returns FALSE. */
gboolean perron_source_refuse (const char *path, const char *where, const char *why, GError **error);

G_END_DECLS
