/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/person-eyes.h"

G_BEGIN_DECLS

/* Says one line to a control socket (dock, stage) and returns its one line of answer; blocks until it comes. An answer that begins with
 * "error" is a PERRON_PERSON_ERROR_PEER. Transfer full. */
char *perron_peer_ask (const char *socket_path, const char *line, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
