/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Shuts a process in, for good and for every later thread. Files: only those given and the C library's, and of /dev only null and urandom
 * (Landlock). Network: no socket but of the kind named, TCP only to `ports` (Landlock 4). System calls: no ptrace, mount, exec, module,
 * keyring (seccomp). Main thread, before any other.
 */
typedef enum {
  PERRON_CONFINE_CLIENT,     /* IP sockets, the resolver's files, DNS: a Unix socket is how one reaches pcscd or a display */
  PERRON_CONFINE_SERVER,     /* none: answers on the socket it has */
  PERRON_CONFINE_SERVER_UNIX /* Unix sockets: the same, before a database of this machine */
} PerronConfineKind;

#define PERRON_CONFINE_TREE 2

typedef struct {
  const char *path;  /* a file, or a folder with what is in it; one that is missing, or NULL, is skipped */
  guint writable;    /* FALSE, TRUE: files in it, PERRON_CONFINE_TREE: folders and links too */
} PerronConfinePath;

typedef enum {
  PERRON_CONFINE_ERROR_REFUSED, /* the kernel has it and refused: do not go on */
} PerronConfineError;

#define PERRON_CONFINE_ERROR (perron_confine_error_quark ())
GQuark perron_confine_error_quark (void);

typedef struct {
  PerronConfineKind kind;
  const PerronConfinePath *paths;
  guint path_count;
  const guint16 *ports; /* a client's */
  guint port_count;
} PerronConfineOptions;

/* `ret_landlock`: the kernel's Landlock version, 0 when it has none (seccomp alone then). */
gboolean perron_confine (const PerronConfineOptions *options, gint *ret_landlock, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
