/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STEP_MS 50

/* Shut to others (TIOCEXCL): the open itself is refused, but to root, who is told by asking. */
static PerronNfcLine
look_once (const char *device)
{
  int shut = 0;
  int fd = open (device, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

  if (fd < 0)
    return errno == EBUSY ? PERRON_NFC_LINE_HELD : errno == EACCES || errno == EPERM ? PERRON_NFC_LINE_FORBIDDEN : PERRON_NFC_LINE_ABSENT;
  gboolean tty = isatty (fd);
  /* The lock goes with its holder; the shutting outlives it where a pseudo-terminal is held open by others. */
  gboolean locked = flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  gboolean held = locked && ioctl (fd, TIOCGEXCL, &shut) == 0 && shut != 0;
  close (fd);
  return !tty ? PERRON_NFC_LINE_NO_TTY : held ? PERRON_NFC_LINE_HELD : PERRON_NFC_LINE_FREE;
}

PerronNfcLine
perron_nfc_line_look (const char *device, guint wait_ms)
{
  PerronNfcLine line = look_once (device);
  for (guint waited = 0; line == PERRON_NFC_LINE_FREE && waited < wait_ms; waited += STEP_MS) {
    poll (NULL, 0, STEP_MS);
    line = look_once (device);
  }
  return line;
}
