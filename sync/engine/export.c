/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/export.h"
#include "sync/engine/json-check.h"
#include "sync/engine/wire-json.h"

#include <string.h>

/* NULL and an envelope, or the member that is wrong. */
static const char *
read_envelope (JsonObject *object, PerronWireItem *item)
{
  const char *id = wire_string (object, "id"), *terminal = wire_string (object, "terminal"), *dest = wire_string (object, "dest");
  gint64 suite;

  if (id == NULL || !perron_uuid_parse (id, item->id))
    return "id";
  item->has_id = TRUE;
  if (!perron_wire_token_ok (terminal))
    return "terminal";
  if (!perron_wire_token_ok (dest))
    return "dest";
  if (!wire_int (object, "suite", &suite) || suite < 1 || suite > 255)
    return "suite";
  g_autoptr (GBytes) digest = wire_base64 (wire_string (object, "sha256"), PERRON_DIGEST_BYTES);
  g_autoptr (GBytes) sealed = wire_base64 (wire_string (object, "sealed"), PERRON_SEALED_MAX);
  g_autoptr (GBytes) signature = wire_base64 (wire_string (object, "signature"), PERRON_WIRE_SIGNATURE_MAX);
  if (sealed == NULL)
    return "sealed";
  if (signature == NULL)
    return "signature";

  guint8 computed[PERRON_DIGEST_BYTES];
  gsize size = sizeof computed;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, g_bytes_get_data (sealed, NULL), (gssize) g_bytes_get_size (sealed));
  g_checksum_get_digest (sum, computed, &size);
  if (digest == NULL || g_bytes_get_size (digest) != size || memcmp (g_bytes_get_data (digest, NULL), computed, size) != 0)
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
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();

  if (!perron_json_check (data, len, PERRON_WIRE_DEPTH_MAX) || !json_parser_load_from_data (parser, (const char *) data, (gssize) len, NULL) ||
      !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    return NULL;
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  if (!wire_says (object, "format", "perron-envelope-1"))
    return NULL;
  PerronWireItem *item = g_new0 (PerronWireItem, 1);
  item->fault = read_envelope (object, item);
  return item;
}
