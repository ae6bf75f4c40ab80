/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/socket.h>

G_DEFINE_QUARK (perron-confine-error-quark, perron_confine_error)

static const int forbidden[] = {
  SCMP_SYS (execve),           SCMP_SYS (execveat),          SCMP_SYS (ptrace),         SCMP_SYS (process_vm_readv),
  SCMP_SYS (process_vm_writev), SCMP_SYS (mount),            SCMP_SYS (umount2),        SCMP_SYS (pivot_root),
  SCMP_SYS (chroot),           SCMP_SYS (setns),             SCMP_SYS (unshare),        SCMP_SYS (io_uring_setup),
  SCMP_SYS (io_uring_enter),   SCMP_SYS (io_uring_register), SCMP_SYS (bpf),            SCMP_SYS (perf_event_open),
  SCMP_SYS (userfaultfd),      SCMP_SYS (keyctl),            SCMP_SYS (add_key),        SCMP_SYS (request_key),
  SCMP_SYS (kexec_load),       SCMP_SYS (init_module),       SCMP_SYS (finit_module),   SCMP_SYS (swapon),
  SCMP_SYS (pidfd_getfd),      SCMP_SYS (open_by_handle_at),
};

static gint
add_rules (scmp_filter_ctx filter)
{
  /* A domain argument is 32 bits wide: comparing 64 would let a caller hide AF_INET behind high bits. */
  gint status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1,
                                  SCMP_A0_32 (SCMP_CMP_NE, AF_UNIX));
  if (status == 0)
    status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socketpair), 1, SCMP_A0_32 (SCMP_CMP_NE, AF_UNIX));
  for (gsize i = 0; status == 0 && i < G_N_ELEMENTS (forbidden); i++)
    status = seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), forbidden[i], 0);
  return status;
}

gboolean
perron_confine_without_network (GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  gint status = filter == NULL ? -ENOMEM : add_rules (filter);

  if (status == 0)
    status = seccomp_load (filter); /* also sets no_new_privs */
  seccomp_release (filter);
  if (status != 0)
    g_set_error (error, PERRON_CONFINE_ERROR, PERRON_CONFINE_ERROR_KERNEL, "cannot give up the network (seccomp): %s",
                 g_strerror (-status));
  return status == 0;
}
