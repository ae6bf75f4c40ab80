/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/*
 * Listens on a Unix socket that only this user may open. It appears under its name once it listens, so that who waits for the name
 * may connect at once; a dead socket of that name is replaced, a living one is an error (G_IO_ERROR_ADDRESS_IN_USE).
 * `type`: SOCK_STREAM or SOCK_SEQPACKET. A non-blocking descriptor, or -1 with error.
 */
int perron_dock_socket_listen (const char *path, int type, GError **error);

/* Connects, blocking. A descriptor, or -1 with error. */
int perron_dock_socket_connect (const char *path, int type, GError **error);

G_END_DECLS
