/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/listen/listen.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
refuse (const char *setting, const char *path, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s: %s", setting, path,
               code == EADDRINUSE ? "another one answers there" : g_strerror (code));
  return -1;
}

/* Somebody answering there is another such program; nobody answering is what a killed one left behind. */
static gboolean
is_taken (const struct sockaddr_un *address)
{
  int probe = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  gboolean taken = probe >= 0 && connect (probe, (const struct sockaddr *) address, sizeof *address) == 0;
  if (probe >= 0)
    close (probe);
  return taken;
}

int
perron_listen (const char *setting, const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    return refuse (setting, path, ENAMETOOLONG, error);
  if (is_taken (&address))
    return refuse (setting, path, EADDRINUSE, error);
  unlink (path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  mode_t mask = umask (0117);
  gboolean ready = fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0 && listen (fd, SOMAXCONN) == 0;
  umask (mask);
  if (ready)
    return fd;
  (void) refuse (setting, path, errno, error);
  if (fd >= 0)
    close (fd);
  return -1;
}
