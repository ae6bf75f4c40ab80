/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/confine.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int
socket_error (long domain)
{
  errno = 0;
  long fd = syscall (SYS_socket, domain, SOCK_STREAM, 0);
  int error = errno;
  if (fd >= 0)
    close ((int) fd);
  return fd >= 0 ? 0 : error;
}

static gpointer
try_in_thread (gpointer data)
{
  return GINT_TO_POINTER (socket_error (AF_INET));
}

static void
test_no_network (void)
{
  if (!g_test_subprocess ()) {
    g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
    g_test_trap_assert_passed ();
    return;
  }

  g_autoptr (GError) error = NULL;
  g_assert_cmpint (socket_error (AF_INET), ==, 0); /* or the test would prove nothing */
  g_assert_true (perron_confine_without_network (&error));
  g_assert_no_error (error);
  g_assert_cmpint (socket_error (AF_INET), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (AF_INET6), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (AF_NETLINK), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (AF_PACKET), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (AF_VSOCK), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (0x100000000L | AF_INET), ==, EAFNOSUPPORT);
  g_assert_cmpint (socket_error (AF_UNIX), ==, 0);

  GThread *thread = g_thread_new ("try", try_in_thread, NULL);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, EAFNOSUPPORT);

  char *const argv[] = { "true", NULL };
  g_assert_cmpint (execv ("/bin/true", argv), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (syscall (SYS_io_uring_setup, 8, NULL), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/confine/no-network", test_no_network);
  return g_test_run ();
}
