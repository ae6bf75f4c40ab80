/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sync/store/schema.h"

static gboolean
system_fault (const char *what, const char *path, GError **error)
{
  int code = errno;
  g_set_error (error, PERRON_STORE_ERROR, code == ENOSPC || code == EDQUOT ? PERRON_STORE_ERROR_FULL : PERRON_STORE_ERROR_IO, "%s: %s: %s",
               path, what, g_strerror (code));
  return FALSE;
}

/* A new name is durable only when its folder is (sync-security facts 2.1). */
static gboolean
sync_path (const char *path, int flags, GError **error)
{
  int fd = open (path, flags | O_CLOEXEC);
  if (fd < 0)
    return system_fault ("cannot open", path, error);
  gboolean ok = fsync (fd) == 0 || system_fault ("cannot flush", path, error);
  close (fd);
  return ok;
}

static gboolean
sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  return sync_path (folder, O_RDONLY | O_DIRECTORY, error);
}

static gboolean
lay_down (const char *fresh, GError **error)
{
  g_autoptr (PerronDb) db = perron_store_connect (fresh, PERRON_STORE_CREATE, error);
  return db != NULL && perron_schema_migrate (db, TRUE, error);
}

static void
remove_with_companions (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  unlink (path);
  unlink (wal);
  unlink (shm);
}

static gboolean
put_in_place (const char *fresh, const char *path, GError **error)
{
  /* perron-kiosk and perron-sync may be two users of one group. */
  if (chmod (fresh, 0660) != 0)
    return system_fault ("cannot set the mode", fresh, error);
  if (!sync_path (fresh, O_RDWR, error))
    return FALSE;
  if (renameat2 (AT_FDCWD, fresh, AT_FDCWD, path, RENAME_NOREPLACE) != 0 && errno != EEXIST)
    return system_fault ("cannot put in place", path, error);
  return sync_folder_of (path, error);
}

gboolean
perron_file_create (const char *path, GError **error)
{
  g_autofree char *fresh = g_strdup_printf ("%s.new-%d", path, (int) getpid ());

  remove_with_companions (fresh);
  gboolean ok = lay_down (fresh, error) && put_in_place (fresh, path, error);
  remove_with_companions (fresh);
  return ok;
}

static gboolean
rename_if_there (const char *from, const char *to, GError **error)
{
  return rename (from, to) == 0 || errno == ENOENT || system_fault ("cannot set aside", from, error);
}

gboolean
perron_file_set_aside (const char *path, gint64 now_unix_ms, GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_utc (now_unix_ms / 1000);
  g_autofree char *stamp = now != NULL ? g_date_time_format (now, "%Y%m%dT%H%M%SZ") : g_strdup ("undated");
  g_autofree char *broken = g_strdup_printf ("%s-broken-%s", path, stamp);

  for (guint i = 2; g_file_test (broken, G_FILE_TEST_EXISTS); i++) {
    g_free (broken);
    broken = g_strdup_printf ("%s-broken-%s-%u", path, stamp, i);
  }
  g_autofree char *wal = g_strconcat (path, "-wal", NULL), *broken_wal = g_strconcat (broken, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);
  /* The database first: a WAL left beside a missing database is thrown away at the next start, one beside a new database would be
   * played into it. The shm is rebuilt from the WAL. */
  if (!rename_if_there (path, broken, error) || !rename_if_there (wal, broken_wal, error))
    return FALSE;
  unlink (shm);
  return sync_folder_of (path, error);
}

gboolean
perron_file_has_former (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path), *start = g_strconcat (name, "-broken-", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL) {
    if (g_str_has_prefix (entry, start))
      return TRUE;
  }
  return FALSE;
}

static gboolean
free_space (const char *path, gint64 *ret_bytes)
{
  struct statvfs info;
  g_autofree char *folder = g_path_get_dirname (path);
  if (statvfs (folder, &info) != 0)
    return FALSE;
  *ret_bytes = (gint64) info.f_bavail * (gint64) info.f_frsize;
  return TRUE;
}

gint64
perron_file_get_free_bytes (const char *path)
{
  gint64 bytes;
  return free_space (path, &bytes) ? bytes : 0;
}

gboolean
perron_file_check_space (const char *path, gint64 low_space_bytes, GError **error)
{
  gint64 bytes;
  if (!free_space (path, &bytes))
    return system_fault ("cannot ask for free space", path, error);
  if (bytes >= low_space_bytes)
    return TRUE;
  g_set_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL,
               "%s: %" G_GINT64_FORMAT " bytes free, %" G_GINT64_FORMAT " must stay free", path, bytes, low_space_bytes);
  return FALSE;
}

void
perron_file_keep_reserve (const char *path, gint64 reserve_bytes, gint64 low_space_bytes)
{
  gint64 bytes;
  struct stat info;
  g_autofree char *reserve = g_strconcat (path, ".reserve", NULL);

  if (reserve_bytes <= 0 || (stat (reserve, &info) == 0 && info.st_size == reserve_bytes))
    return;
  if (!free_space (path, &bytes) || bytes < reserve_bytes + low_space_bytes)
    return;
  int fd = open (reserve, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0660);
  if (fd < 0)
    return;
  /* Real blocks, not a hole: a hole frees nothing. */
  if (posix_fallocate (fd, 0, reserve_bytes) != 0)
    unlink (reserve);
  close (fd);
}

gboolean
perron_file_free_reserve (const char *path)
{
  g_autofree char *reserve = g_strconcat (path, ".reserve", NULL);
  return unlink (reserve) == 0;
}
