/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/port.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

struct PerronPort {
  int fd;
  int wake;
  gboolean is_socket;
};

static int
refuse (PerronPrintError code, const char *path, const char *why, GError **error)
{
  g_set_error (error, PERRON_PRINT_ERROR, (gint) code, "%s: %s", path, why);
  return -1;
}

/* A busy listener answers EAGAIN at once: nothing here waits. */
static int
connect_socket (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (g_strlcpy (address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path)
    return refuse (PERRON_PRINT_ERROR_ABSENT, path, "too long for a socket", error);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  const int code = errno;
  if (fd >= 0)
    close (fd);
  return refuse (PERRON_PRINT_ERROR_ABSENT, path, g_strerror (code), error);
}

/* Bytes as they are, both ways. The speed stays as it was set outside (udev, stty): no printer says which it wants. */
static void
make_raw (int fd)
{
  struct termios line;
  if (tcgetattr (fd, &line) != 0)
    return;
  cfmakeraw (&line);
  line.c_cflag |= CLOCAL | CREAD;
  line.c_cc[VMIN] = 1;
  line.c_cc[VTIME] = 0;
  tcsetattr (fd, TCSANOW, &line);
}

static int
open_device (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return refuse (PERRON_PRINT_ERROR_ABSENT, path, g_strerror (errno), error);
  struct stat what;
  if (fstat (fd, &what) != 0 || !S_ISCHR (what.st_mode)) {
    close (fd);
    return refuse (PERRON_PRINT_ERROR_ABSENT, path, "neither a device nor a socket", error);
  }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0) {
    close (fd);
    return refuse (PERRON_PRINT_ERROR_ABSENT, path, "another program prints on it", error);
  }
  if (isatty (fd))
    make_raw (fd);
  return fd;
}

PerronPort *
perron_port_open (const char *path, int wake, GError **error)
{
  struct stat what;
  const gboolean is_socket = stat (path, &what) == 0 && S_ISSOCK (what.st_mode);
  const int fd = is_socket ? connect_socket (path, error) : open_device (path, error);
  if (fd < 0)
    return NULL;
  PerronPort *port = g_new (PerronPort, 1);
  *port = (PerronPort){ fd, wake, is_socket };
  return port;
}

void
perron_port_free (PerronPort *port)
{
  if (port == NULL)
    return;
  /* What a stuck printer did not take must not come out later, in front of somebody else: drop it. Needed before close, which drains. */
  if (isatty (port->fd))
    tcflush (port->fd, TCIOFLUSH);
  close (port->fd);
  g_free (port);
}

void
perron_port_forget_wake (PerronPort *port)
{
  port->wake = -1; /* poll() leaves it out */
}

/* 1: ready, 0: not until then, -1 with error. */
static int
wait_for (PerronPort *port, short events, gint64 deadline_us, GError **error)
{
  struct pollfd both[] = { { port->fd, events, 0 }, { port->wake, POLLIN, 0 } };

  for (;;) {
    const gint64 left_us = deadline_us - g_get_monotonic_time ();
    const int ready = poll (both, 2, (int) CLAMP ((left_us + 999) / 1000, 0, 60000));
    if (ready < 0 && errno != EINTR)
      return refuse (PERRON_PRINT_ERROR_ABSENT, "printer", g_strerror (errno), error);
    if (ready > 0 && both[1].revents != 0)
      return refuse (PERRON_PRINT_ERROR_CANCELLED, "printer", "the terminal is going down", error);
    if (ready > 0 && (both[0].revents & events) != 0)
      return 1;
    if (ready > 0)
      return refuse (PERRON_PRINT_ERROR_ABSENT, "printer", "pulled or switched off", error);
    if (left_us <= 0)
      return 0;
  }
}

gboolean
perron_port_write (PerronPort *port, const guint8 *bytes, gsize length, guint stall_ms, GError **error)
{
  while (length > 0) {
    const int ready = wait_for (port, POLLOUT, g_get_monotonic_time () + (gint64) stall_ms * 1000, error);
    if (ready < 0)
      return FALSE;
    if (ready == 0) {
      refuse (PERRON_PRINT_ERROR_STUCK, "printer", "takes no more of the job", error);
      return FALSE;
    }
    /* A listener that went away must not end the terminal by SIGPIPE. */
    const gssize taken = port->is_socket ? send (port->fd, bytes, length, MSG_NOSIGNAL) : write (port->fd, bytes, length);
    if (taken < 0 && errno != EAGAIN && errno != EINTR) {
      refuse (PERRON_PRINT_ERROR_ABSENT, "printer", g_strerror (errno), error);
      return FALSE;
    }
    if (taken > 0) {
      bytes += taken;
      length -= (gsize) taken;
    }
  }
  return TRUE;
}

gssize
perron_port_read (PerronPort *port, guint8 *bytes, gsize room, gint64 deadline_us, GError **error)
{
  const int ready = wait_for (port, POLLIN, deadline_us, error);
  if (ready <= 0)
    return ready;
  const gssize got = read (port->fd, bytes, room);
  if (got > 0)
    return got;
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return 0;
  return refuse (PERRON_PRINT_ERROR_ABSENT, "printer", "pulled or switched off", error);
}
