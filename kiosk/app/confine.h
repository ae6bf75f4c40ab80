/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  PERRON_CONFINE_ERROR_KERNEL, /* the kernel has no seccomp: the program must not see a person */
} PerronConfineError;

#define PERRON_CONFINE_ERROR (perron_confine_error_quark ())
GQuark perron_confine_error_quark (void);

/*
 * Takes from this process, for ever and for all its threads, what the terminal has no business with: every socket that is not a
 * Unix socket (network, netlink, packet, vsock …), running another program, tracing, mounting, io_uring (which would open sockets
 * past the filter). A refused call gets an error, not a signal: libraries that probe go on. Call before the first thread.
 */
gboolean perron_confine_without_network (GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
