/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/store.h"

G_DEFINE_QUARK (perron-gateway-error-quark, perron_gateway_error)

void
perron_seen_append (GArray *seen, gint64 seen_ms, const char *body, gsize len)
{
  PerronSeen one = { .seen_ms = seen_ms };
  if (perron_heartbeat_parse ((const guint8 *) body, len, &one.heartbeat, NULL))
    g_array_append_val (seen, one);
}
