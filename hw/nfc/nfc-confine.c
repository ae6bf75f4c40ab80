/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-keeper.h"

#include <errno.h>
#include <gio/gio.h>
#include <seccomp.h>
#include <sys/socket.h>

static const char *const shut_calls[] = {
  "execve",  "execveat",   "ptrace",      "process_vm_readv", "process_vm_writev", "pidfd_getfd", "mount",   "umount2",
  "unshare", "setns",      "chroot",      "pivot_root",       "bpf",               "io_uring_setup", "userfaultfd", "perf_event_open",
  "keyctl",  "add_key",    "request_key", "init_module",      "finit_module",      "listen",      "accept",  "accept4",
  "bind",    "open_by_handle_at",
};

static int
add_rules (scmp_filter_ctx filter, gboolean sockets)
{
  int status = 0;
  for (gsize i = 0; status == 0 && i < G_N_ELEMENTS (shut_calls); i++) {
    int number = seccomp_syscall_resolve_name (shut_calls[i]);
    if (number != __NR_SCMP_ERROR)
      status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), number, 0);
  }
  if (status == 0 && sockets)
    return seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1, SCMP_A0_32 (SCMP_CMP_NE, AF_UNIX));
  return status != 0 ? status : seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 0);
}

gboolean
perron_nfc_confine (gboolean sockets, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  int status = filter == NULL ? -ENOMEM : add_rules (filter, sockets);
  if (status == 0)
    status = seccomp_load (filter); /* also sets no_new_privs */
  if (filter != NULL)
    seccomp_release (filter);
  if (status != 0)
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (-status), "seccomp: %s", g_strerror (-status));
  return status == 0;
}
