/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/disk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define DEPTH_MAX 10

static gboolean
refuse (const char *name, const char *why, GError **error)
{
  g_set_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_DISK, "%s: %s", name, why);
  return FALSE;
}

static gboolean
refuse_errno (const char *name, GError **error)
{
  return refuse (name, g_strerror (errno), error);
}

int
perron_disk_open_file (int folder, const char *path, GError **error)
{
  struct stat about;
  int fd = openat (folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  if (fd < 0) {
    refuse_errno (path, error);
    return -1;
  }
  if (fstat (fd, &about) == 0 && S_ISREG (about.st_mode))
    return fd;
  close (fd);
  refuse (path, "not a regular file", error);
  return -1;
}

int
perron_disk_open_folder (int folder, const char *path, GError **error)
{
  int fd = openat (folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_DIRECTORY);
  if (fd < 0)
    refuse_errno (path, error);
  return fd;
}

GBytes *
perron_disk_read (int folder, const char *path, gsize max, GError **error)
{
  perron_autofd fd = perron_disk_open_file (folder, path, error);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 piece[16384];
  gssize got = 1;

  while (fd >= 0 && got != 0) {
    got = read (fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0 || bytes->len + (gsize) got > max) {
      refuse (path, got < 0 ? g_strerror (errno) : "too large", error);
      return NULL;
    }
    g_byte_array_append (bytes, piece, (guint) got);
  }
  return fd >= 0 ? g_byte_array_free_to_bytes (g_steal_pointer (&bytes)) : NULL;
}

int
perron_disk_make_folder (int folder, const char *name, GError **error)
{
  if (mkdirat (folder, name, 0755) != 0 && errno != EEXIST) {
    refuse_errno (name, error);
    return -1;
  }
  return perron_disk_open_folder (folder, name, error);
}

gboolean
perron_disk_write (int fd, const char *name, const void *data, gsize len, GError **error)
{
  const guint8 *at = data;
  while (len > 0) {
    gssize written = write (fd, at, len);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return refuse (name, written < 0 ? g_strerror (errno) : "nothing was written", error);
    at += written;
    len -= (gsize) written;
  }
  return TRUE;
}

gboolean
perron_disk_sync (int fd, const char *name, GError **error)
{
  return fsync (fd) == 0 || refuse_errno (name, error);
}

gboolean
perron_disk_create (int folder, const char *name, const void *data, gsize len, GError **error)
{
  perron_autofd fd = openat (folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0)
    return refuse_errno (name, error);
  return perron_disk_write (fd, name, data, len, error) && perron_disk_sync (fd, name, error);
}

gboolean
perron_disk_rename (int folder, const char *from, const char *to, GError **error)
{
  if (renameat (folder, from, folder, to) != 0)
    return refuse_errno (to, error);
  return perron_disk_sync (folder, to, error);
}

gboolean
perron_disk_replace (int folder, const char *name, const void *data, gsize len, GError **error)
{
  g_autofree char *fresh = g_strconcat (name, ".new", NULL);
  return perron_disk_create (folder, fresh, data, len, error) && perron_disk_rename (folder, fresh, name, error);
}

/* A link cannot be flushed by itself: the folder is, before the rename may replace the old link. */
gboolean
perron_disk_point (int folder, const char *name, const char *target, GError **error)
{
  g_autofree char *fresh = g_strconcat (name, ".new", NULL);
  if (unlinkat (folder, fresh, 0) != 0 && errno != ENOENT)
    return refuse_errno (fresh, error);
  if (symlinkat (target, folder, fresh) != 0)
    return refuse_errno (fresh, error);
  return perron_disk_sync (folder, fresh, error) && perron_disk_rename (folder, fresh, name, error);
}

/* --- trees ------------------------------------------------------------------------------------------------------------------ */

typedef gboolean (*EntryAct) (int folder, const char *name, guint depth, gpointer data, GError **error);

static gboolean
is_dots (const char *name)
{
  return strcmp (name, ".") == 0 || strcmp (name, "..") == 0;
}

/* Takes the folder. */
static gboolean
for_each_entry (int folder, guint depth, EntryAct act, gpointer data, GError **error)
{
  DIR *dir = folder >= 0 ? fdopendir (folder) : NULL;
  gboolean good = TRUE;

  if (dir == NULL) {
    perron_fd_clear (&folder);
    return refuse ("folder", "cannot be read", error);
  }
  errno = 0;
  for (struct dirent *entry = readdir (dir); good && entry != NULL; entry = readdir (dir)) {
    good = is_dots (entry->d_name) || act (dirfd (dir), entry->d_name, depth, data, error);
    errno = 0;
  }
  if (good && errno != 0)
    good = refuse_errno ("folder", error);
  closedir (dir);
  return good;
}

static gboolean
remove_entry (int folder, const char *name, guint depth, gpointer data G_GNUC_UNUSED, GError **error)
{
  if (unlinkat (folder, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  if (errno != EISDIR && errno != EPERM)
    return refuse_errno (name, error);
  if (depth == DEPTH_MAX)
    return refuse (name, "too deep", error);
  int inside = perron_disk_open_folder (folder, name, error);
  if (inside < 0 || !for_each_entry (inside, depth + 1, remove_entry, NULL, error))
    return FALSE;
  return unlinkat (folder, name, AT_REMOVEDIR) == 0 || refuse_errno (name, error);
}

gboolean
perron_disk_remove (int folder, const char *name, GError **error)
{
  return remove_entry (folder, name, 0, NULL, error);
}

static gboolean
count_entry (int folder, const char *name, guint depth, gpointer data, GError **error)
{
  guint *count = data;
  struct stat about;

  if (fstatat (folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
    return refuse_errno (name, error);
  if (S_ISREG (about.st_mode)) {
    (*count)++;
    return TRUE;
  }
  if (!S_ISDIR (about.st_mode) || depth == DEPTH_MAX)
    return refuse (name, "neither a file nor a folder, or too deep", error);
  int inside = perron_disk_open_folder (folder, name, error);
  return inside >= 0 && for_each_entry (inside, depth + 1, count_entry, data, error);
}

gboolean
perron_disk_count (int folder, guint *ret_count, GError **error)
{
  guint count = 0;
  int own = openat (folder, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (own < 0)
    return refuse_errno ("folder", error);
  if (!for_each_entry (own, 0, count_entry, &count, error))
    return FALSE;
  *ret_count = count;
  return TRUE;
}
