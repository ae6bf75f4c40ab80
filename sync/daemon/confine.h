/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Shuts the process in, for good and for every later thread. Files: only those given, the resolver's and the C library's, and of /dev
 * only null and urandom (Landlock). Network: TCP only to `ports` and to DNS (Landlock 4). System calls: no ptrace, mount, exec, module,
 * keyring, no sockets but IP and netlink: a Unix socket is how one reaches pcscd or a display (seccomp). Main thread, before any other.
 */
typedef struct {
  const char *path;  /* a file, or a folder with what is in it; one that is missing, or NULL, is skipped */
  gboolean writable;
} PerronConfinePath;

typedef enum {
  PERRON_CONFINE_ERROR_REFUSED, /* the kernel has it and refused: do not go on */
} PerronConfineError;

#define PERRON_CONFINE_ERROR (perron_confine_error_quark ())
GQuark perron_confine_error_quark (void);

/* `ret_landlock`: the kernel's Landlock version, 0 when it has none (seccomp alone then). */
gboolean perron_confine (const PerronConfinePath *paths, guint count, const guint16 *ports, guint port_count, gint *ret_landlock, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
