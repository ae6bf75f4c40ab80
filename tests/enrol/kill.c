/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/die-at.h"

#include <dlfcn.h>

/*
 * Loaded into perron and perron-ca by tests/enrol (LD_PRELOAD): DIE_CALL=rename|rename-after|fsync|fsync-after|fdatasync|unlink|unlink-after|
 * ask|answered DIE_AT=n is SIGKILL before, or after, the n-th such call, question, or answer to one: the power is cut there.
 */
int rename (const char *from, const char *to);
int fsync (int fd);
int fdatasync (int fd);
int unlink (const char *path);

int
rename (const char *from, const char *to)
{
  int (*real) (const char *, const char *) = (int (*) (const char *, const char *)) dlsym (RTLD_NEXT, "rename");
  count_down ("rename");
  int result = real (from, to);
  count_down ("rename-after");
  return result;
}

int
fsync (int fd)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, "fsync");
  count_down ("fsync");
  int result = real (fd);
  count_down ("fsync-after");
  return result;
}

int
fdatasync (int fd)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, "fdatasync");
  count_down ("fdatasync");
  return real (fd);
}

int
unlink (const char *path)
{
  int (*real) (const char *) = (int (*) (const char *)) dlsym (RTLD_NEXT, "unlink");
  count_down ("unlink");
  int result = real (path);
  count_down ("unlink-after");
  return result;
}
