/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/root.h"

#include <string.h>

#include "sync/content/disk.h"

#define ROOT_FILE_MAX (16 * 1024)

static const char *const role_words[PERRON_ROLE_COUNT + 1] = { "content", "certificates", "root" };

static gboolean
holds_key (const PerronRoot *root, const guint8 key[PERRON_KEY_BYTES])
{
  for (guint r = 0; r <= PERRON_ROLE_COUNT; r++) {
    for (guint i = 0; i < root->roles[r].count; i++) {
      if (memcmp (root->roles[r].keys[i], key, PERRON_KEY_BYTES) == 0)
        return TRUE;
    }
  }
  return FALSE;
}

static gboolean
parse_keys (PerronCursor *cursor, PerronRoot *root, PerronRootRole *role, GError **error)
{
  for (;;) {
    PerronCursor look = *cursor;
    PerronSpan line;
    guint8 key[PERRON_KEY_BYTES];
    if (!perron_cursor_take (&look, &line) || !perron_span_take_word (&line, "key"))
      break;
    if (!perron_span_to_bytes (line, key, sizeof key))
      return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, look.line, "not a key of 32 bytes in hexadecimal", error);
    if (role->count == PERRON_ROOT_KEYS_MAX)
      return perron_document_refuse (PERRON_CONTENT_ERROR_LIMIT, look.line, "more than 8 keys in a role", error);
    if (holds_key (root, key))
      return perron_document_refuse (PERRON_CONTENT_ERROR_ROLE, look.line, "this key stands twice: a key has one role", error);
    memcpy (role->keys[role->count++], key, sizeof key);
    *cursor = look;
  }
  if (role->threshold < 2 || role->threshold > role->count)
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "a role needs at least 2 signatures, and as many keys", error);
  return TRUE;
}

static gboolean
parse_role (PerronCursor *cursor, PerronRoot *root, guint which, GError **error)
{
  PerronSpan line, word;
  gint64 threshold;
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "role") || !perron_span_take_field (&line, &word) ||
      !perron_span_is (word, role_words[which]) || !perron_span_to_number (line, &threshold) || threshold > PERRON_ROOT_KEYS_MAX)
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not the \"role WORD THRESHOLD\" expected here", error);
  root->roles[which].threshold = (guint) threshold;
  return parse_keys (cursor, root, &root->roles[which], error);
}

gboolean
perron_root_parse (const PerronDocument *document, PerronRoot *ret_root, GError **error)
{
  PerronCursor cursor = perron_document_read (document);
  PerronRoot root = { 0 };
  PerronSpan line;

  if (!perron_cursor_take (&cursor, &line) || !perron_span_take_word (&line, "version") || !perron_span_to_number (line, &root.version) ||
      root.version < 1)
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor.line, "not \"version NUMBER\"", error);
  if (!perron_cursor_take (&cursor, &line) || !perron_span_take_word (&line, "expires") || !perron_span_to_time (line, &root.expires_unix_s))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor.line, "not \"expires YYYY-MM-DDTHH:MM:SSZ\"", error);
  for (guint which = 0; which <= PERRON_ROLE_COUNT; which++) {
    if (!parse_role (&cursor, &root, which, error))
      return FALSE;
  }
  if (!perron_cursor_take (&cursor, &line) || !perron_span_is (line, "end"))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor.line, "\"end\" expected behind this line", error);
  *ret_root = root;
  return TRUE;
}

char *
perron_root_format (const PerronRoot *root)
{
  GString *out = g_string_new (PERRON_ROOT_KIND " 1\n");
  g_string_append_printf (out, "version %" G_GINT64_FORMAT "\nexpires ", root->version);
  perron_append_time (out, root->expires_unix_s);
  g_string_append_c (out, '\n');
  for (guint which = 0; which <= PERRON_ROLE_COUNT; which++) {
    const PerronRootRole *role = &root->roles[which];
    g_string_append_printf (out, "role %s %u\n", role_words[which], role->threshold);
    for (guint i = 0; i < role->count; i++) {
      g_string_append (out, "key ");
      perron_append_hex (out, role->keys[i], PERRON_KEY_BYTES);
      g_string_append_c (out, '\n');
    }
  }
  g_string_append (out, "end\n");
  return g_string_free (out, FALSE);
}

static gboolean
is_approved_by (const PerronDocument *document, const PerronRootRole *role)
{
  return perron_document_count_signers (document, role->keys, role->count) >= role->threshold;
}

gboolean
perron_root_follow (PerronRoot *root, const PerronDocument *next, GError **error)
{
  PerronRoot newer;
  if (!perron_root_parse (next, &newer, error))
    return FALSE;
  if (newer.version <= root->version)
    return TRUE;
  if (newer.version != root->version + 1) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROOT,
                 "root %" G_GINT64_FORMAT " is known here, root %" G_GINT64_FORMAT " comes next: the ones between are missing", root->version,
                 newer.version);
    return FALSE;
  }
  if (!is_approved_by (next, &root->roles[PERRON_ROLE_ROOT]) || !is_approved_by (next, &newer.roles[PERRON_ROLE_ROOT])) {
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROOT,
                 "root %" G_GINT64_FORMAT " is not signed by enough root keys of both %" G_GINT64_FORMAT " and itself", newer.version, root->version);
    return FALSE;
  }
  *root = newer;
  return TRUE;
}

gboolean
perron_root_load (const char *path, PerronRoot *ret_root, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GBytes) bytes = perron_disk_read (AT_FDCWD, path, ROOT_FILE_MAX, &cause);
  PerronDocument document;

  if (bytes != NULL) {
    gsize len;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    PerronCursor cursor = { data, len, 0, 0 };
    if (perron_document_take (&cursor, PERRON_ROOT_KIND, &document, &cause) && perron_root_parse (&document, ret_root, &cause))
      return TRUE;
  }
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROOT, "%s: %s", path, cause->message);
  return FALSE;
}
