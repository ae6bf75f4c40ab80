/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-socket.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
refuse (const char *path, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return -1;
}

static gboolean
fill (struct sockaddr_un *address, const char *path, GError **error)
{
  *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
  if (g_strlcpy (address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path)
    return TRUE;
  refuse (path, ENAMETOOLONG, error);
  return FALSE;
}

int
perron_dock_socket_connect (const char *path, int type, GError **error)
{
  struct sockaddr_un address;
  if (!fill (&address, path, error))
    return -1;
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return refuse (path, errno, error);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  int code = errno;
  close (fd);
  return refuse (path, code, error);
}

static gboolean
check_free (const char *path, int type, GError **error)
{
  struct stat before;
  if (lstat (path, &before) != 0)
    return TRUE;
  if (!S_ISSOCK (before.st_mode)) {
    refuse (path, EEXIST, error);
    return FALSE;
  }
  int fd = perron_dock_socket_connect (path, type, NULL);
  if (fd < 0)
    return TRUE;
  close (fd);
  refuse (path, EADDRINUSE, error);
  return FALSE;
}

int
perron_dock_socket_listen (const char *path, int type, GError **error)
{
  struct sockaddr_un address;
  g_autofree char *making = g_strdup_printf ("%s~%d", path, (int) getpid ());
  if (!check_free (path, type, error) || !fill (&address, making, error))
    return -1;
  int fd = socket (AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return refuse (path, errno, error);
  mode_t mask = umask (0077);
  int failed = bind (fd, (struct sockaddr *) &address, sizeof address);
  umask (mask);
  if (failed == 0 && listen (fd, 16) == 0 && g_rename (making, path) == 0)
    return fd;
  int code = errno;
  close (fd);
  g_unlink (making);
  return refuse (path, code, error);
}
