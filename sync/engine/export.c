/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/export.h"
#include "sync/engine/wire-json.h"

#include <string.h>

/* NULL and an envelope, or the member that is wrong. */
static const char *
read_envelope (const WireValue *object, PerronWireItem *item)
{
  char terminal[PERRON_WIRE_TOKEN_MAX + 1], dest[PERRON_WIRE_TOKEN_MAX + 1];
  gint64 suite;

  item->has_id = wire_uuid (object, "id", item->id);
  if (!item->has_id)
    return "id";
  if (!wire_token (object, "terminal", terminal))
    return "terminal";
  if (!wire_token (object, "dest", dest))
    return "dest";
  if (!wire_int (object, "suite", &suite) || suite < 1 || suite > 255)
    return "suite";
  g_autoptr (GBytes) digest = wire_base64 (object, "sha256", PERRON_DIGEST_BYTES);
  g_autoptr (GBytes) sealed = wire_base64 (object, "sealed", PERRON_SEALED_MAX);
  g_autoptr (GBytes) signature = wire_base64 (object, "signature", PERRON_WIRE_SIGNATURE_MAX);
  if (sealed == NULL)
    return "sealed";
  if (signature == NULL)
    return "signature";

  guint8 computed[PERRON_DIGEST_BYTES];
  wire_sha256 (sealed, computed);
  if (digest == NULL || g_bytes_get_size (digest) != sizeof computed || memcmp (g_bytes_get_data (digest, NULL), computed, sizeof computed) != 0)
    return "extension.sha256";

  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  memcpy (envelope->id, item->id, sizeof envelope->id);
  memcpy (envelope->digest, computed, sizeof envelope->digest);
  envelope->terminal = g_strdup (terminal);
  envelope->dest = g_strdup (dest);
  envelope->suite = (guint8) suite;
  envelope->sealed = g_steal_pointer (&sealed);
  envelope->signature = g_steal_pointer (&signature);
  item->envelope = envelope;
  return NULL;
}

PerronWireItem *
perron_export_parse (const guint8 *data, gsize len)
{
  g_autofree WireValue *object = wire_read (data, len, PERRON_WIRE_DEPTH_MAX, PERRON_WIRE_VALUES_MAX);

  if (!wire_says (object, "format", "perron-envelope-1"))
    return NULL;
  PerronWireItem *item = g_new0 (PerronWireItem, 1);
  item->fault = read_envelope (object, item);
  return item;
}
