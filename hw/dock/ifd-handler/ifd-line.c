/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/ifd-handler/ifd-line.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Retry when the folder itself is missing, which inotify cannot tell, and after a dock that said nothing. */
#define RETRY_MS 1000

static int
try_connect (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  strncpy (address.sun_path, path, sizeof address.sun_path - 1);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

/* The dock renames its socket into place once it listens, so that an event means a connection that works. */
static int
watch_folder (const char *path)
{
  char folder[108] = ".";
  const char *slash = strrchr (path, '/');
  if (slash != NULL) {
    size_t length = slash == path ? 1 : (size_t) (slash - path);
    memcpy (folder, path, length);
    folder[length] = '\0';
  }
  int watch = inotify_init1 (IN_CLOEXEC | IN_NONBLOCK);
  if (watch >= 0 && inotify_add_watch (watch, folder, IN_CREATE | IN_MOVED_TO) < 0) {
    close (watch);
    return -1;
  }
  return watch;
}

static bool
wait_folder (int watch, int wake)
{
  char events[4096];
  struct pollfd fds[] = { { wake, POLLIN, 0 }, { watch, POLLIN, 0 } };
  (void) poll (fds, watch >= 0 ? 2 : 1, watch >= 0 ? -1 : RETRY_MS);
  if (watch >= 0) {
    while (read (watch, events, sizeof events) > 0)
      ;
  }
  return (fds[0].revents & POLLIN) == 0;
}

int
perron_ifd_line_connect (const char *path, int wake)
{
  int fd, watch;
  bool going = true;

  do {
    watch = watch_folder (path); /* before the attempt, or a dock that comes in between is missed */
    fd = try_connect (path);
    if (fd < 0)
      going = wait_folder (watch, wake);
    if (watch >= 0)
      close (watch);
  } while (fd < 0 && going);
  return fd;
}

ssize_t
perron_ifd_line_receive (int fd, int wake, unsigned char *packet, size_t room)
{
  for (;;) {
    struct pollfd fds[] = { { wake, POLLIN, 0 }, { fd, POLLIN, 0 } };
    if (poll (fds, 2, -1) < 0 && errno != EINTR)
      return PERRON_IFD_LINE_LOST;
    if (fds[0].revents & POLLIN)
      return PERRON_IFD_LINE_CLOSED;
    if (fds[1].revents == 0)
      continue;
    ssize_t size = recv (fd, packet, room, MSG_TRUNC | MSG_DONTWAIT);
    if (size > 0 && (size_t) size <= room)
      return size;
    if (size >= 0 || (errno != EINTR && errno != EAGAIN))
      return PERRON_IFD_LINE_LOST;
  }
}

bool
perron_ifd_line_pause (int wake)
{
  struct pollfd woken = { wake, POLLIN, 0 };
  return poll (&woken, 1, RETRY_MS) == 0;
}
