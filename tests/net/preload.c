/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/die-at.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * Loaded into the real programs by tests/net (LD_PRELOAD), so that they need no door for tests:
 *   DIE_CALL=pwrite64|fdatasync|fdatasync-after|ask|answered DIE_AT=n   SIGKILL at the n-th such call, question to the gateway, or answer:
 *                                                      the power is cut there
 *   PROBE_PATHS=a:b                                        from the thread that asks the gateway, when the sender works: what can be opened?
 *   PROBE_CALL=fdatasync                                   the same from inside that call instead: a program that does not use libcurl
 */
ssize_t pwrite64 (int fd, const void *data, size_t len, off64_t at);
int fdatasync (int fd);

static void probe_once (const char *call);

ssize_t
pwrite64 (int fd, const void *data, size_t len, off64_t at)
{
  ssize_t (*real) (int, const void *, size_t, off64_t) = (ssize_t (*) (int, const void *, size_t, off64_t)) dlsym (RTLD_NEXT, "pwrite64");
  count_down ("pwrite64");
  return real (fd, data, len, at);
}

int
fdatasync (int fd)
{
  int (*real) (int) = (int (*) (int)) dlsym (RTLD_NEXT, "fdatasync");
  count_down ("fdatasync");
  probe_once ("fdatasync");
  int result = real (fd);
  count_down ("fdatasync-after");
  return result;
}

static void
say (const char *what, int result)
{
  fprintf (stderr, "{\"probe\":\"%s\",\"result\":\"%s\"}\n", what, result >= 0 ? "ok" : strerror (errno));
}

static void
probe (const char *paths)
{
  char *copy = strdup (paths), *rest = NULL;
  for (char *path = strtok_r (copy, ":", &rest); path != NULL; path = strtok_r (NULL, ":", &rest)) {
    int fd = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    say (path, fd);
    if (fd >= 0)
      close (fd);
  }
  free (copy);
  say ("unix-socket", socket (AF_UNIX, SOCK_STREAM, 0));
  say ("packet-socket", socket (AF_PACKET, SOCK_RAW, 0));
  say ("ptrace", (int) ptrace (PTRACE_TRACEME, 0, NULL, NULL));
  say ("mount", mount ("none", "/mnt", "tmpfs", 0, NULL));
  say ("exec", execl ("/bin/true", "/bin/true", (char *) NULL));
  say ("socket", socket (AF_INET, SOCK_STREAM, 0));
}

static void
probe_once (const char *call)
{
  static int asked;
  const char *paths = getenv ("PROBE_PATHS"), *wanted = getenv ("PROBE_CALL");
  if (paths != NULL && strcmp (wanted != NULL ? wanted : "ask", call) == 0 && asked++ == 0)
    probe (paths);
}

void
on_asking (void)
{
  probe_once ("ask");
}
