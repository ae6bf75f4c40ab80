/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/pack.h"

#include <errno.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/content/disk.h"

#define PIECE 65536

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_MD_CTX, EVP_MD_CTX_free)

static gboolean
refuse (const char *path, PerronContentError code, const char *why, GError **error)
{
  g_set_error (error, PERRON_CONTENT_ERROR, code, "%s: %s", path, why);
  return FALSE;
}

/* Hashes `size` bytes from `from`, writes them to `to` unless that is -1. */
static gboolean
copy_and_hash (int from, int to, const PerronPackFile *file, guint8 *ret_sha256, GError **error)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  g_autofree guint8 *piece = g_malloc (PIECE);
  gint64 left = file->size;

  if (context == NULL || EVP_DigestInit_ex (context, EVP_sha256 (), NULL) != 1)
    return refuse (file->path, PERRON_CONTENT_ERROR_DISK, "no SHA-256", error);
  while (left > 0) {
    gssize got = read (from, piece, (gsize) MIN (left, PIECE));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return refuse (file->path, PERRON_CONTENT_ERROR_DISK, g_strerror (errno), error);
    if (got == 0)
      return refuse (file->path, PERRON_CONTENT_ERROR_FORMAT, "cut short", error);
    if (EVP_DigestUpdate (context, piece, (gsize) got) != 1 ||
        (to >= 0 && !perron_disk_write (to, file->path, piece, (gsize) got, error)))
      return FALSE;
    left -= got;
  }
  return EVP_DigestFinal_ex (context, ret_sha256, NULL) == 1 || refuse (file->path, PERRON_CONTENT_ERROR_DISK, "no SHA-256", error);
}

static gboolean
check_digest (const PerronPackFile *file, const guint8 *sha256, GError **error)
{
  return memcmp (sha256, file->sha256, PERRON_DIGEST_LEN) == 0 ||
         refuse (file->path, PERRON_CONTENT_ERROR_DIGEST, "not the file that was signed", error);
}

/* Folders of `path` below `folder`, made as needed; -1 or the last of them. */
static int
open_parent (int folder, const char *path, const char **ret_name, GError **error)
{
  int at = openat (folder, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  for (const char *slash = strchr (path, '/'); at >= 0 && slash != NULL; slash = strchr (path, '/')) {
    g_autofree char *name = g_strndup (path, (gsize) (slash - path));
    int inside = perron_disk_make_folder (at, name, error);
    close (at);
    at = inside;
    path = slash + 1;
  }
  *ret_name = path;
  return at;
}

static gboolean
unpack_file (int fd, const PerronPackFile *file, int folder, GError **error)
{
  guint8 sha256[PERRON_DIGEST_LEN];
  const char *name;

  if (folder < 0)
    return copy_and_hash (fd, -1, file, sha256, error) && check_digest (file, sha256, error);
  perron_autofd parent = open_parent (folder, file->path, &name, error);
  if (parent < 0)
    return FALSE;
  perron_autofd to = openat (parent, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (to < 0)
    return refuse (file->path, PERRON_CONTENT_ERROR_DISK, g_strerror (errno), error);
  return copy_and_hash (fd, to, file, sha256, error) && check_digest (file, sha256, error) && perron_disk_sync (to, file->path, error);
}

/* Each folder once, after all that is in it. */
static gboolean
sync_folders (const PerronManifest *manifest, int folder, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < manifest->files->len; i++) {
    const char *path = perron_manifest_get (manifest, i)->path;
    for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (slash + 1, '/')) {
      g_autofree char *name = g_strndup (path, (gsize) (slash - path));
      if (g_hash_table_contains (done, name))
        continue;
      perron_autofd inside = perron_disk_open_folder (folder, name, error);
      if (inside < 0 || !perron_disk_sync (inside, name, error))
        return FALSE;
      g_hash_table_add (done, g_steal_pointer (&name));
    }
  }
  return perron_disk_sync (folder, "folder of the pack", error);
}

gboolean
perron_pack_unpack (int fd, const PerronManifest *manifest, int folder, GError **error)
{
  guint8 more;
  for (guint i = 0; i < manifest->files->len; i++) {
    if (!unpack_file (fd, perron_manifest_get (manifest, i), folder, error))
      return FALSE;
  }
  if (read (fd, &more, 1) != 0)
    return refuse ("pack", PERRON_CONTENT_ERROR_FORMAT, "something stands behind its last file", error);
  return folder < 0 || sync_folders (manifest, folder, error);
}

gboolean
perron_pack_check_files (const PerronManifest *manifest, int folder, GError **error)
{
  guint count;
  /* First: it also says that nothing on the way is a link. */
  if (!perron_disk_count (folder, &count, error))
    return FALSE;
  for (guint i = 0; i < manifest->files->len; i++) {
    const PerronPackFile *file = perron_manifest_get (manifest, i);
    guint8 sha256[PERRON_DIGEST_LEN];
    struct stat about;
    perron_autofd fd = perron_disk_open_file (folder, file->path, error);
    if (fd < 0)
      return FALSE;
    if (fstat (fd, &about) != 0 || about.st_size != file->size)
      return refuse (file->path, PERRON_CONTENT_ERROR_DIGEST, "not of the size that was signed", error);
    if (!copy_and_hash (fd, -1, file, sha256, error) || !check_digest (file, sha256, error))
      return FALSE;
  }
  return count == manifest->files->len || refuse ("folder of the pack", PERRON_CONTENT_ERROR_DIGEST, "holds files that nobody signed", error);
}
