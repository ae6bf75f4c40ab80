/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * LD_PRELOAD: counts flushes and makes them fail. PERRON_FLUSH_LOG=FILE gets one byte a flush; when the file PERRON_FLUSH_FAIL exists,
 * every flush answers EIO, as a dying disk does.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int fsync (int fd);
int fdatasync (int fd);

static int
flush (int fd, const char *name)
{
  const char *log = getenv ("PERRON_FLUSH_LOG"), *fail = getenv ("PERRON_FLUSH_FAIL");
  if (log != NULL) {
    int out = open (log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out >= 0 && write (out, ".", 1) != 1)
      abort ();
    close (out);
  }
  if (fail != NULL && access (fail, F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, name);
  return real (fd);
}

int
fsync (int fd)
{
  return flush (fd, "fsync");
}

int
fdatasync (int fd)
{
  return flush (fd, "fdatasync");
}
