/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/store.h"

#include <string.h>

G_DEFINE_QUARK (perron-gateway-error-quark, perron_gateway_error)

void
perron_id_of_time (gint64 unix_ms, guint8 ret_id[PERRON_UUID_BYTES])
{
  memset (ret_id, 0, PERRON_UUID_BYTES);
  for (guint i = 0; i < 6; i++)
    ret_id[i] = (guint8) (unix_ms >> (40 - 8 * i));
}

gint64
perron_id_get_time (const guint8 id[PERRON_UUID_BYTES])
{
  gint64 unix_ms = 0;
  for (guint i = 0; i < 6; i++)
    unix_ms = unix_ms << 8 | id[i];
  return unix_ms;
}

void
perron_seen_append (GArray *seen, gint64 seen_ms, const char *body, gsize len)
{
  PerronSeen one = { .seen_ms = seen_ms };
  if (perron_heartbeat_parse ((const guint8 *) body, len, &one.heartbeat, NULL))
    g_array_append_val (seen, one);
}
