/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/confine/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

G_DEFINE_QUARK (perron-confine-error-quark, perron_confine_error)

/* Newer than the kernel headers of Debian 12 (Linux 6.1); numbers of the kernel's include/uapi/linux/landlock.h. */
#define FS_ABI_1 ((G_GUINT64_CONSTANT (1) << 13) - 1)
#define FS_REFER (G_GUINT64_CONSTANT (1) << 13)
#define FS_TRUNCATE (G_GUINT64_CONSTANT (1) << 14)
#define FS_IOCTL_DEV (G_GUINT64_CONSTANT (1) << 15)
#define NET_BIND_TCP (G_GUINT64_CONSTANT (1) << 0)
#define NET_CONNECT_TCP (G_GUINT64_CONSTANT (1) << 1)
#define RULE_NET_PORT 2
#define DNS_PORT 53

struct ruleset_attr {
  guint64 handled_access_fs;
  guint64 handled_access_net;
};

struct net_port_attr {
  guint64 allowed_access;
  guint64 port;
};

/* What the C library loads and asks late. Programs there cannot be run: execve is shut. */
static const PerronConfinePath system_paths[] = {
  { "/etc/localtime", FALSE },       { "/etc/ld.so.cache", FALSE }, { "/etc/ssl/openssl.cnf", FALSE }, { "/etc/nsswitch.conf", FALSE },
  { "/usr/lib", FALSE },             { "/lib", FALSE },             { "/lib64", FALSE },               { "/usr/share/zoneinfo", FALSE },
  { "/proc/sys/kernel/random", FALSE }, { "/dev/null", TRUE },      { "/dev/urandom", FALSE },
};

/* The resolver's. */
static const PerronConfinePath client_paths[] = {
  { "/etc/resolv.conf", FALSE }, { "/etc/hosts", FALSE },    { "/etc/host.conf", FALSE },
  { "/etc/gai.conf", FALSE },    { "/etc/services", FALSE }, { "/run/systemd/resolve", FALSE },
};

static gboolean
refuse (const char *what, GError **error)
{
  int code = errno;
  g_set_error (error, PERRON_CONFINE_ERROR, PERRON_CONFINE_ERROR_REFUSED, "%s: %s", what, g_strerror (code));
  return FALSE;
}

static guint64
handled_fs (gint abi)
{
  return FS_ABI_1 | (abi >= 2 ? FS_REFER : 0) | (abi >= 3 ? FS_TRUNCATE : 0) | (abi >= 5 ? FS_IOCTL_DEV : 0);
}

static guint64
access_of (const PerronConfinePath *path, gboolean folder, guint64 handled)
{
  guint64 access = LANDLOCK_ACCESS_FS_READ_FILE;
  if (folder)
    access |= LANDLOCK_ACCESS_FS_READ_DIR;
  if (path->writable)
    access |= LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE;
  if (path->writable && folder)
    access |= LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE;
  if (path->writable == PERRON_CONFINE_TREE && folder)
    access |= LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_SYM;
  return access & handled;
}

static gboolean
allow_path (int ruleset, const PerronConfinePath *path, guint64 handled, GError **error)
{
  struct stat about;
  int fd = open (path->path, O_PATH | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT || errno == ENOTDIR || errno == EACCES || refuse (path->path, error);
  gboolean known = fstat (fd, &about) == 0;
  struct landlock_path_beneath_attr rule = { .parent_fd = fd,
                                             .allowed_access = access_of (path, known && S_ISDIR (about.st_mode), handled) };
  int result = known ? (int) syscall (SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) : -1;
  gboolean allowed = result == 0 || refuse (path->path, error);
  close (fd);
  return allowed;
}

static gboolean
allow_port (int ruleset, guint16 port, GError **error)
{
  struct net_port_attr rule = { NET_CONNECT_TCP, port };
  return syscall (SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0) == 0 || refuse ("Landlock port", error);
}

static gboolean
allow_paths (int ruleset, gint abi, const PerronConfinePath *paths, gsize count, GError **error)
{
  for (gsize i = 0; i < count; i++) {
    if (paths[i].path != NULL && !allow_path (ruleset, &paths[i], handled_fs (abi), error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
allow_ports (int ruleset, const PerronConfineOptions *options, GError **error)
{
  for (guint i = 0; i < options->port_count; i++) {
    if (!allow_port (ruleset, options->ports[i], error))
      return FALSE;
  }
  return allow_port (ruleset, DNS_PORT, error);
}

static gboolean
fill_ruleset (int ruleset, gint abi, const PerronConfineOptions *options, GError **error)
{
  gboolean client = options->kind == PERRON_CONFINE_CLIENT;
  return allow_paths (ruleset, abi, system_paths, G_N_ELEMENTS (system_paths), error) &&
         allow_paths (ruleset, abi, client_paths, client ? G_N_ELEMENTS (client_paths) : 0, error) &&
         allow_paths (ruleset, abi, options->paths, options->path_count, error) &&
         (abi < 4 || !client || allow_ports (ruleset, options, error));
}

static gboolean
enter_landlock (const PerronConfineOptions *options, gint *ret_abi, GError **error)
{
  long abi = syscall (SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) {
    *ret_abi = 0;
    return TRUE;
  }
  struct ruleset_attr attr = { handled_fs ((gint) abi), abi >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0 };
  gsize size = abi >= 4 ? sizeof attr : sizeof attr.handled_access_fs;
  int ruleset = (int) syscall (SYS_landlock_create_ruleset, &attr, size, 0);
  if (ruleset < 0)
    return refuse ("Landlock", error);
  gboolean entered = fill_ruleset (ruleset, (gint) abi, options, error) &&
                     (syscall (SYS_landlock_restrict_self, ruleset, 0) == 0 || refuse ("Landlock", error));
  close (ruleset);
  *ret_abi = (gint) abi;
  return entered;
}

/* By name, so that one list serves every architecture; a name this kernel does not know is left out. */
static const char *const shut_calls[] = {
  "ptrace",        "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd",     "kcmp",          "mount",
  "umount2",       "mount_setattr",    "move_mount",        "open_tree",       "fsopen",          "fsmount",       "fsconfig",
  "pivot_root",    "chroot",           "unshare",           "setns",           "init_module",     "finit_module",  "delete_module",
  "kexec_load",    "kexec_file_load",  "bpf",               "perf_event_open", "userfaultfd",     "keyctl",        "add_key",
  "request_key",   "execve",           "execveat",          "open_by_handle_at", "name_to_handle_at", "iopl",      "ioperm",
  "reboot",        "swapon",           "swapoff",           "acct",            "quotactl",        "mknod",         "mknodat",
  "io_uring_setup", "io_uring_enter",  "io_uring_register", "settimeofday",    "clock_settime",   "adjtimex",      "sethostname",
  "personality",   "syslog",           "vhangup",           "setuid",          "setgid",          "setresuid",     "setresgid",
  "fanotify_init", "listen",
};

/* A client is never called; a server calls nobody by another kind of socket. */
static const char *const client_shut_calls[] = { "accept", "accept4" };

static gboolean
may_open (PerronConfineKind kind, unsigned family)
{
  if (kind == PERRON_CONFINE_CLIENT)
    return family == AF_INET || family == AF_INET6 || family == AF_NETLINK;
  return kind == PERRON_CONFINE_SERVER_UNIX && family == AF_UNIX;
}

static gboolean
shut (scmp_filter_ctx filter, const char *const *calls, gsize count)
{
  for (gsize i = 0; i < count; i++) {
    int number = seccomp_syscall_resolve_name (calls[i]);
    if (number != __NR_SCMP_ERROR && seccomp_rule_add (filter, SCMP_ACT_ERRNO (EPERM), number, 0) != 0)
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_rules (scmp_filter_ctx filter, PerronConfineKind kind)
{
  if (!shut (filter, shut_calls, G_N_ELEMENTS (shut_calls)) ||
      !shut (filter, client_shut_calls, kind == PERRON_CONFINE_CLIENT ? G_N_ELEMENTS (client_shut_calls) : 0))
    return FALSE;
  for (unsigned family = 0; family < AF_MAX; family++) {
    if (!may_open (kind, family) &&
        seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_EQ, family)) != 0)
      return FALSE;
  }
  return seccomp_rule_add (filter, SCMP_ACT_ERRNO (EAFNOSUPPORT), SCMP_SYS (socket), 1, SCMP_A0 (SCMP_CMP_GE, AF_MAX)) == 0;
}

static gboolean
enter_seccomp (PerronConfineKind kind, GError **error)
{
  scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ALLOW);
  gboolean entered = filter != NULL && add_rules (filter, kind);
  if (entered) {
    int code = seccomp_load (filter);
    errno = -code;
    entered = code == 0;
  } else {
    errno = ENOMEM;
  }
  if (!entered)
    (void) refuse ("seccomp", error);
  if (filter != NULL)
    seccomp_release (filter);
  return entered;
}

gboolean
perron_confine (const PerronConfineOptions *options, gint *ret_landlock, GError **error)
{
  gint abi = 0;
  if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return refuse ("no_new_privs", error);
  if (!enter_landlock (options, &abi, error) || !enter_seccomp (options->kind, error))
    return FALSE;
  *ret_landlock = abi;
  return TRUE;
}
