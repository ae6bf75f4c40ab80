/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/caisse/opening.h"
#include "sync/http/http.h"

G_BEGIN_DECLS

/* All waiting envelopes of the desk's caisse, page by page. PERRON_HTTP_ERROR. Blocks. */
gboolean perron_collect_fetch (PerronDesk *desk, PerronHttp *http, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A signed receipt for each that was opened; every one must be confirmed by the gateway. Blocks. */
gboolean perron_collect_acknowledge (PerronDesk *desk, PerronHttp *http, gint64 now_unix_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One signed reply; the gateway must confirm it. Blocks. */
gboolean perron_collect_send_reply (PerronHttp *http, const PerronReply *reply, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same from a file: an envelope as `perron queue export` writes it, a batch as it went out, or an answer of the gateway.
 * PERRON_WIRE_ERROR, G_FILE_ERROR. */
gboolean perron_collect_read_file (PerronDesk *desk, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
