/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/manifest.h"

#include <openssl/sha.h>
#include <string.h>

static void
clear_file (gpointer file)
{
  g_free (((PerronPackFile *) file)->path);
}

PerronManifest *
perron_manifest_new (void)
{
  PerronManifest *manifest = g_new0 (PerronManifest, 1);
  manifest->files = g_array_new (FALSE, TRUE, sizeof (PerronPackFile));
  g_array_set_clear_func (manifest->files, clear_file);
  return manifest;
}

void
perron_manifest_free (PerronManifest *manifest)
{
  if (manifest == NULL)
    return;
  g_array_unref (manifest->files);
  g_free (manifest);
}

/* --- names ------------------------------------------------------------------------------------------------------------------ */

static gboolean
begins (const char *path, gsize len, const char *prefix)
{
  gsize size = strlen (prefix);
  return len > size && memcmp (path, prefix, size) == 0;
}

static gboolean
is_plain_path (const char *path, gsize len)
{
  guint parts = 1;
  if (len == 0 || len > PERRON_PACK_PATH_MAX || path[len - 1] == '/')
    return FALSE;
  for (gsize i = 0; i < len; i++) {
    gboolean first = i == 0 || path[i - 1] == '/';
    if (g_ascii_isalnum (path[i]))
      continue;
    if (first || strchr (".-_/", path[i]) == NULL || path[i] == '\0')
      return FALSE;
    parts += path[i] == '/';
  }
  return parts <= PERRON_PACK_DEPTH_MAX;
}

/* Exactly caisses/CODE.pem, with a code as sync/CONTRACT.md section 1 has it. */
static gboolean
is_caisse_path (const char *path, gsize len)
{
  const gsize before = strlen ("caisses/"), after = strlen (".pem");
  if (!begins (path, len, "caisses/") || len <= before + after || memcmp (path + len - after, ".pem", after) != 0)
    return FALSE;
  gsize code = len - before - after;
  for (gsize i = 0; i < code; i++) {
    if (!g_ascii_isalnum (path[before + i]) && path[before + i] != '-')
      return FALSE;
  }
  return code <= 31;
}

gboolean
perron_manifest_path_ok (PerronContentRole role, const char *path, gsize len)
{
  if (!is_plain_path (path, len))
    return FALSE;
  if (role == PERRON_ROLE_CERTIFICATES)
    return is_caisse_path (path, len) || perron_span_is ((PerronSpan){ path, len }, "gateway-ca.pem");
  return begins (path, len, "journeys/") || begins (path, len, "i18n/") || begins (path, len, "ui/pictures/");
}

/* "a" and "a/b" cannot both be: a file is no folder. */
static gboolean
check_folders (const PerronManifest *manifest, GError **error)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < manifest->files->len; i++) {
    const char *path = perron_manifest_get (manifest, i)->path;
    for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
      g_hash_table_add (folders, g_strndup (path, (gsize) (slash - path)));
  }
  for (guint i = 0; i < manifest->files->len; i++) {
    const char *path = perron_manifest_get (manifest, i)->path;
    if (!g_hash_table_contains (folders, path))
      continue;
    g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_PATH, "%s: both a file and a folder", path);
    return FALSE;
  }
  return TRUE;
}

/* --- reading ---------------------------------------------------------------------------------------------------------------- */

static gboolean
parse_about (PerronCursor *cursor, PerronManifest *manifest, GError **error)
{
  PerronSpan line;
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "role"))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"role WORD\"", error);
  if (perron_span_is (line, "certificates"))
    manifest->role = PERRON_ROLE_CERTIFICATES;
  else if (perron_span_is (line, "content"))
    manifest->role = PERRON_ROLE_CONTENT;
  else
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "the role is neither content nor certificates", error);
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "version") ||
      !perron_span_to_number (line, &manifest->version) || manifest->version < 1)
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"version NUMBER\"", error);
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "created") ||
      !perron_span_to_time (line, &manifest->created_unix_s))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"created YYYY-MM-DDTHH:MM:SSZ\"", error);
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "expires") ||
      !perron_span_to_time (line, &manifest->expires_unix_s))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"expires YYYY-MM-DDTHH:MM:SSZ\"", error);
  if (!perron_cursor_take (cursor, &line) || !perron_span_take_word (&line, "needs") || !perron_span_to_release (line, manifest->needs))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"needs N.N.N\"", error);
  return TRUE;
}

static gboolean
parse_file (PerronSpan line, guint number, PerronManifest *manifest, GError **error)
{
  PerronSpan size, digest;
  PerronPackFile file = { 0 };

  if (!perron_span_take_field (&line, &size) || !perron_span_to_number (size, &file.size) || !perron_span_take_field (&line, &digest) ||
      !perron_span_to_bytes (digest, file.sha256, sizeof file.sha256))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, number, "not \"file SIZE SHA256 PATH\"", error);
  if (!perron_manifest_path_ok (manifest->role, line.text, line.len))
    return perron_document_refuse (PERRON_CONTENT_ERROR_PATH, number, "a name that a pack of this role may not carry", error);
  if (manifest->files->len == PERRON_PACK_FILES_MAX || file.size > PERRON_PACK_FILE_BYTES_MAX ||
      manifest->total + file.size > PERRON_PACK_BYTES_MAX)
    return perron_document_refuse (PERRON_CONTENT_ERROR_LIMIT, number, "more than 1024 files, 8 MiB in one or 64 MiB in all", error);
  file.path = g_strndup (line.text, line.len);
  guint count = manifest->files->len;
  gboolean in_order = count == 0 || strcmp (perron_manifest_get (manifest, count - 1)->path, file.path) < 0;
  manifest->total += file.size;
  g_array_append_val (manifest->files, file);
  if (!in_order)
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, number, "files stand once each, in the order of their names", error);
  return TRUE;
}

static gboolean
parse_files (PerronCursor *cursor, PerronManifest *manifest, GError **error)
{
  PerronSpan line;
  while (perron_cursor_take (cursor, &line)) {
    if (perron_span_is (line, "end"))
      return (manifest->files->len > 0 || perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "no file at all", error)) &&
             check_folders (manifest, error);
    if (!perron_span_take_word (&line, "file"))
      return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "not \"file SIZE SHA256 PATH\"", error);
    if (!parse_file (line, cursor->line, manifest, error))
      return FALSE;
  }
  return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line, "\"end\" expected behind this line", error);
}

PerronManifest *
perron_manifest_parse (const PerronDocument *document, GError **error)
{
  g_autoptr (PerronManifest) manifest = perron_manifest_new ();
  PerronCursor cursor = perron_document_read (document);

  if (!parse_about (&cursor, manifest, error) || !parse_files (&cursor, manifest, error))
    return NULL;
  SHA256 ((const guint8 *) document->body.text, document->body.len, manifest->sha256);
  return g_steal_pointer (&manifest);
}

char *
perron_manifest_format (const PerronManifest *manifest)
{
  GString *out = g_string_new (PERRON_MANIFEST_KIND " 1\n");
  g_string_append_printf (out, "role %s\nversion %" G_GINT64_FORMAT "\ncreated ", perron_content_role_word (manifest->role), manifest->version);
  perron_append_time (out, manifest->created_unix_s);
  g_string_append (out, "\nexpires ");
  perron_append_time (out, manifest->expires_unix_s);
  g_string_append_printf (out, "\nneeds %u.%u.%u\n", manifest->needs[0], manifest->needs[1], manifest->needs[2]);
  for (guint i = 0; i < manifest->files->len; i++) {
    const PerronPackFile *file = perron_manifest_get (manifest, i);
    g_string_append_printf (out, "file %" G_GINT64_FORMAT " ", file->size);
    perron_append_hex (out, file->sha256, PERRON_DIGEST_LEN);
    g_string_append_printf (out, " %s\n", file->path);
  }
  g_string_append (out, "end\n");
  return g_string_free (out, FALSE);
}

const PerronPackFile *
perron_manifest_find (const PerronManifest *manifest, const char *path)
{
  for (guint i = 0; i < manifest->files->len; i++) {
    if (strcmp (perron_manifest_get (manifest, i)->path, path) == 0)
      return perron_manifest_get (manifest, i);
  }
  return NULL;
}
