/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/stick.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
perron_stick_list (const char *folder, gboolean answers, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return NULL;
  while ((name = g_dir_read_name (dir)) != NULL) {
    if (*name == '.' || !g_str_has_suffix (name, ".json") || g_str_has_suffix (name, PERRON_STICK_ANSWERS) != answers)
      continue;
    if (names->len == PERRON_STICK_FILES_MAX) {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NFILE, "%s: more than %d files", folder, PERRON_STICK_FILES_MAX);
      return NULL;
    }
    g_ptr_array_add (names, g_strdup (name));
  }
  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

char *
perron_stick_read (const char *folder, const char *name, gsize max, gsize *ret_len)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  struct stat info;
  gsize at = 0;
  gssize got = 1;

  if (fd < 0)
    return NULL;
  if (fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size <= 0 || (gsize) info.st_size > max) {
    close (fd);
    return NULL;
  }
  g_autofree char *text = g_malloc ((gsize) info.st_size);
  while (got > 0 && at < (gsize) info.st_size) {
    got = read (fd, text + at, (gsize) info.st_size - at);
    at += got > 0 ? (gsize) got : 0;
  }
  close (fd);
  *ret_len = at;
  return at == (gsize) info.st_size ? g_steal_pointer (&text) : NULL;
}
