/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/enrol/authority.h"

G_BEGIN_DECLS

/* The authority behind nginx, on a Unix socket (0660: whoever reaches it is believed). One thread of its own, one request at a time. */
typedef struct PerronCaServer PerronCaServer;

/* Takes `fd`, which listens at `socket_path`. `authority` is the server's alone until it is freed. Transfer full. */
PerronCaServer *perron_ca_server_new (PerronAuthority *authority, int fd, const char *socket_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_ca_server_free (PerronCaServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronCaServer, perron_ca_server_free)

G_END_DECLS
