/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/build.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/content/disk.h"

#define ROOT_FILE_MAX (16 * 1024)
#define WHOLE (G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_ONLY_EXISTING)

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gboolean
refuse (PerronContentError code, const char *path, const char *why, GError **error)
{
  g_set_error (error, PERRON_CONTENT_ERROR, code, "%s: %s", path, why);
  return FALSE;
}

/* --- keys ------------------------------------------------------------------------------------------------------------------- */

static EVP_PKEY *
load_key (const char *path, gboolean is_private, GError **error)
{
  g_autoptr (BIO) file = BIO_new_file (path, "r");
  g_autoptr (EVP_PKEY) key = NULL;

  if (file != NULL)
    key = PEM_read_bio_PrivateKey (file, NULL, NULL, NULL);
  if (key == NULL && file != NULL && !is_private && BIO_reset (file) == 0)
    key = PEM_read_bio_PUBKEY (file, NULL, NULL, NULL);
  if (key != NULL && EVP_PKEY_get_base_id (key) == EVP_PKEY_ED25519)
    return g_steal_pointer (&key);
  refuse (PERRON_CONTENT_ERROR_SIGNATURE, path, is_private ? "not an Ed25519 private key (PEM)" : "not an Ed25519 key (PEM)", error);
  return NULL;
}

static gboolean
get_raw (EVP_PKEY *key, const char *path, guint8 ret_key[PERRON_KEY_BYTES], GError **error)
{
  gsize len = PERRON_KEY_BYTES;
  return (EVP_PKEY_get_raw_public_key (key, ret_key, &len) == 1 && len == PERRON_KEY_BYTES) ||
         refuse (PERRON_CONTENT_ERROR_SIGNATURE, path, "no public key in it", error);
}

gboolean
perron_build_load_public (const char *path, guint8 ret_key[PERRON_KEY_BYTES], GError **error)
{
  g_autoptr (EVP_PKEY) key = load_key (path, FALSE, error);
  return key != NULL && get_raw (key, path, ret_key, error);
}

char *
perron_build_sign (const char *key_path, const char *body, gsize len, GError **error)
{
  g_autoptr (EVP_PKEY) key = load_key (key_path, TRUE, error);
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  guint8 raw[PERRON_KEY_BYTES], signature[PERRON_SIGNATURE_BYTES];
  gsize size = sizeof signature;

  if (key == NULL || !get_raw (key, key_path, raw, error))
    return NULL;
  if (EVP_DigestSignInit (context, NULL, NULL, NULL, key) != 1 ||
      EVP_DigestSign (context, signature, &size, (const guint8 *) body, len) != 1 || size != sizeof signature) {
    refuse (PERRON_CONTENT_ERROR_SIGNATURE, key_path, "does not sign", error);
    return NULL;
  }
  GString *line = g_string_new ("signature ");
  perron_append_hex (line, raw, sizeof raw);
  g_string_append_c (line, ' ');
  perron_append_hex (line, signature, sizeof signature);
  g_string_append_c (line, '\n');
  return g_string_free (line, FALSE);
}

static gboolean
append_signatures (GString *out, const char *body, gsize len, const char *const *keys, GError **error)
{
  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    g_autofree char *line = perron_build_sign (keys[i], body, len, error);
    if (line == NULL)
      return FALSE;
    g_string_append (out, line);
  }
  return TRUE;
}

/* --- files ------------------------------------------------------------------------------------------------------------------ */

static gboolean
add_file (PerronManifest *manifest, const char *folder, const char *path, GError **error)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autoptr (GBytes) bytes = perron_disk_read (AT_FDCWD, full, PERRON_PACK_FILE_BYTES_MAX, error);
  if (bytes == NULL)
    return FALSE;
  if (!perron_manifest_path_ok (manifest->role, path, strlen (path)))
    return refuse (PERRON_CONTENT_ERROR_PATH, path, "a name that a pack of this role may not carry", error);
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  PerronPackFile file = { .path = g_strdup (path), .size = (gint64) len };
  SHA256 (data, len, file.sha256);
  manifest->total += file.size;
  g_array_append_val (manifest->files, file);
  if (manifest->files->len > PERRON_PACK_FILES_MAX || manifest->total > PERRON_PACK_BYTES_MAX)
    return refuse (PERRON_CONTENT_ERROR_LIMIT, folder, "more than 1024 files or 64 MiB", error);
  return TRUE;
}

static gboolean
add_folder (PerronManifest *manifest, const char *folder, const char *inside, guint depth, GError **error)
{
  g_autofree char *full = g_build_filename (folder, inside, NULL);
  g_autoptr (GDir) dir = g_dir_open (full, 0, error);
  if (dir == NULL)
    return FALSE;
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *path = *inside != '\0' ? g_strconcat (inside, "/", name, NULL) : g_strdup (name);
    g_autofree char *at = g_build_filename (folder, path, NULL);
    struct stat about;
    if (lstat (at, &about) != 0 || depth > PERRON_PACK_DEPTH_MAX)
      return refuse (PERRON_CONTENT_ERROR_DISK, at, "cannot be looked at, or too deep", error);
    if (S_ISDIR (about.st_mode) ? !add_folder (manifest, folder, path, depth + 1, error) : !add_file (manifest, folder, path, error))
      return FALSE;
  }
  return TRUE;
}

static gint
compare_files (gconstpointer a, gconstpointer b)
{
  return strcmp (((const PerronPackFile *) a)->path, ((const PerronPackFile *) b)->path);
}

static gboolean
append_files (GString *out, const PerronManifest *manifest, const char *folder, GError **error)
{
  for (guint i = 0; i < manifest->files->len; i++) {
    g_autofree char *full = g_build_filename (folder, perron_manifest_get (manifest, i)->path, NULL);
    g_autoptr (GBytes) bytes = perron_disk_read (AT_FDCWD, full, PERRON_PACK_FILE_BYTES_MAX, error);
    if (bytes == NULL)
      return FALSE;
    gsize len;
    const guint8 *data = g_bytes_get_data (bytes, &len);
    g_string_append_len (out, (const char *) data, (gssize) len);
  }
  return TRUE;
}

static gboolean
append_roots (GString *out, const char *const *roots, GError **error)
{
  for (guint i = 0; roots != NULL && roots[i] != NULL; i++) {
    g_autoptr (GBytes) bytes = perron_disk_read (AT_FDCWD, roots[i], ROOT_FILE_MAX, error);
    if (bytes == NULL)
      return FALSE;
    gsize len;
    const char *text = g_bytes_get_data (bytes, &len);
    g_string_append_len (out, text, (gssize) len);
  }
  return TRUE;
}

gboolean
perron_build_pack (const char *folder, const PerronBuildOptions *options, const char *const *keys, const char *path, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (PerronManifest) manifest = perron_manifest_new ();

  manifest->role = options->role;
  manifest->version = options->version;
  manifest->created_unix_s = options->created_unix_s;
  manifest->expires_unix_s = options->expires_unix_s;
  memcpy (manifest->needs, options->needs, sizeof manifest->needs);
  if (!append_roots (out, options->roots, error) || !add_folder (manifest, folder, "", 1, error))
    return FALSE;
  g_array_sort (manifest->files, compare_files);
  g_autofree char *body = perron_manifest_format (manifest);
  g_string_append (out, body);
  if (!append_signatures (out, body, strlen (body), keys, error))
    return FALSE;
  g_string_append_c (out, '\n');
  return append_files (out, manifest, folder, error) &&
         g_file_set_contents_full (path, out->str, (gssize) out->len, WHOLE, 0644, error);
}

/* --- roots and signatures --------------------------------------------------------------------------------------------------- */

gboolean
perron_build_root (const PerronRoot *root, const char *const *keys, const char *path, GError **error)
{
  g_autofree char *body = perron_root_format (root);
  g_autoptr (GString) out = g_string_new (body);
  return append_signatures (out, body, strlen (body), keys, error) &&
         g_file_set_contents_full (path, out->str, (gssize) out->len, WHOLE, 0644, error);
}

/* The document that is signed: the manifest of a pack, or the one root of a root file. */
static gboolean
find_document (const guint8 *data, gsize len, const char *path, PerronDocument *ret_document, GError **error)
{
  PerronCursor cursor = { data, len, 0, 0 };
  gsize end = perron_pack_head_find_end (data, len);

  if (end > 0) {
    PerronPackHead head;
    if (!perron_pack_head_parse (data, end, &head, error))
      return FALSE;
    *ret_document = head.manifest;
    return TRUE;
  }
  if (!perron_document_take (&cursor, PERRON_ROOT_KIND, ret_document, error))
    return FALSE;
  return cursor.at == len || refuse (PERRON_CONTENT_ERROR_FORMAT, path, "neither a pack nor a root file", error);
}

gboolean
perron_build_add_signature (const char *path, const char *key_path, GError **error)
{
  PerronDocument document;
  g_autoptr (GBytes) bytes = perron_disk_read (AT_FDCWD, path, PERRON_HEAD_MAX + PERRON_PACK_BYTES_MAX, error);
  if (bytes == NULL)
    return FALSE;
  gsize len;
  const guint8 *data = g_bytes_get_data (bytes, &len);
  if (!find_document (data, len, path, &document, error))
    return FALSE;
  g_autofree char *line = perron_build_sign (key_path, document.body.text, document.body.len, error);
  if (line == NULL)
    return FALSE;
  gsize at = (gsize) (document.whole.text + document.whole.len - (const char *) data);
  g_autoptr (GString) out = g_string_new_len ((const char *) data, (gssize) at);
  g_string_append (out, line);
  g_string_append_len (out, (const char *) data + at, (gssize) (len - at));
  return g_file_set_contents_full (path, out->str, (gssize) out->len, WHOLE, 0644, error);
}
