/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/export.h"
#include "sync/engine/head.h"
#include "sync/engine/heartbeat.h"
#include "sync/engine/wire-text.h"
#include "sync/gateway/fleet-page.h"

#include <json-glib/json-glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* What every item of a Bundle must keep, whoever sent it: exactly one of envelope, receipt, reply, fault; a reply may come with its receipt. */
static void
check_item (const PerronWireItem *item)
{
  g_assert ((item->envelope != NULL) + (item->receipt != NULL || item->reply != NULL) + (item->fault != NULL) == 1);
  if (item->envelope != NULL)
    g_assert (perron_wire_envelope_ok (item->envelope, NULL));
  if (item->receipt != NULL)
    g_assert (perron_wire_token_ok (item->receipt->terminal) && perron_wire_token_ok (item->receipt->caisse));
}

static void
check_items (GPtrArray *items, GError *error)
{
  g_assert ((items == NULL) == (error != NULL));
  for (guint i = 0; items != NULL && i < items->len; i++)
    check_item (items->pdata[i]);
}

/* The id and digest of the seeds, so that an answer can be a good one. Nothing counts unless all of it does. */
static void
try_answers (const guint8 *data, gsize size)
{
  static const char digest_of[] = "aaa";
  guint8 id[PERRON_UUID_BYTES], digest[PERRON_DIGEST_BYTES];
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize len = sizeof digest;

  g_checksum_update (sum, (const guchar *) digest_of, 3);
  g_checksum_get_digest (sum, digest, &len);
  g_assert (perron_uuid_parse ("0192f3c1-0000-7000-8000-000000000001", id));
  for (guint count = 0; count <= 2; count++) {
    PerronWireExpected expected[2] = { { id, digest, 77 }, { id, digest, 77 } };
    gboolean good = perron_wire_parse_answers (data, size, expected, count, NULL);
    for (guint i = 0; i < 2; i++) {
      guint status = expected[i].ret_status;
      g_assert (good && i < count ? status == 200 || status == 201 || (status >= 400 && status < 500) : status == 77);
    }
  }
}

static void
try_bundles (const guint8 *data, gsize size)
{
  g_autoptr (GError) batch_error = NULL, search_error = NULL;
  gint64 cursor = -7;

  g_autoptr (GPtrArray) batch = perron_wire_parse_batch (data, size, &batch_error);
  check_items (batch, batch_error);
  g_autoptr (GPtrArray) found = perron_wire_parse_search (data, size, &cursor, &search_error);
  check_items (found, search_error);
  g_assert (found != NULL || cursor == -7);
}

static void
try_head (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  guint8 hash[PERRON_DIGEST_BYTES];
  gint64 n = -7;
  gsize len;

  g_autoptr (PerronHead) head = perron_head_parse (data, size, &error);
  g_assert ((head == NULL) == (error != NULL));
  if (head != NULL) {
    g_autofree char *text = perron_head_encode (head, &len);
    g_autoptr (PerronHead) again = perron_head_parse ((const guint8 *) text, len, NULL);
    g_assert (again != NULL && again->n == head->n && strcmp (again->terminal, head->terminal) == 0);
  }
  g_assert (perron_head_parse_kept (data, size, &n, hash, NULL) || n == -7);
  const char *word = perron_head_parse_refusal (data, size);
  g_assert (word == NULL || strcmp (word, "back") == 0 || strcmp (word, "forked") == 0);
}

/* What is taken is written and read again the same, and no text of it opens a tag on the operator's page. */
static void
try_heartbeat (const guint8 *data, gsize size)
{
  static const char *const tags[] = { "<script", "<img", "<iframe", "<svg", "<style", "<object" };
  PerronSeen seen = { 0 };
  PerronHeartbeat again;
  gsize len;

  if (!perron_heartbeat_parse (data, size, &seen.heartbeat, NULL))
    return;
  g_autofree char *text = perron_heartbeat_encode (&seen.heartbeat, &len);
  g_assert (perron_json_check ((const guint8 *) text, len, 3));
  g_assert (len > PERRON_HEARTBEAT_BODY_MAX || perron_heartbeat_parse ((const guint8 *) text, len, &again, NULL));
  g_assert (len > PERRON_HEARTBEAT_BODY_MAX || memcmp (&again, &seen.heartbeat, sizeof again) == 0);

  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof seen), none = g_array_new (FALSE, FALSE, sizeof (PerronHeadAlarm));
  g_array_append_val (all, seen);
  g_autoptr (GPtrArray) fleet = perron_fleet_new (all, none, 1);
  PerronFleetQuery query;
  perron_fleet_query_read (&query, NULL, seen.heartbeat.content, seen.heartbeat.waiting);
  g_autofree char *page = perron_fleet_page (fleet, NULL, &query, 1, &len);
  for (gsize i = 0; i < G_N_ELEMENTS (tags); i++)
    g_assert (strstr (page, tags[i]) == NULL);
  g_autofree char *json = perron_fleet_json (fleet, NULL, &query, 1, &len);
  g_assert (perron_json_check ((const guint8 *) json, len, 8));
}

/* --- a second reader of JSON -------------------------------------------------------------------------------------------------- */

static void
check_string (const WireValue *value, const char *wanted)
{
  gsize size = (gsize) value->len + 1;
  g_autofree char *copy = g_malloc (size);
  g_assert (wire_is (value, wanted) && wire_copy (value, copy, size) && strcmp (copy, wanted) == 0);
  g_assert (!wire_copy (value, copy, strlen (wanted)));
}

static void
check_scalar (const WireValue *value, JsonNode *node)
{
  gint64 number;
  g_assert (value->span == 1);
  if (value->kind == WIRE_STRING)
    check_string (value, json_node_get_string (node));
  else if (value->kind == WIRE_NUMBER && wire_number (value, &number))
    g_assert (json_node_get_value_type (node) == G_TYPE_INT64 && json_node_get_int (node) == number);
  else if (value->kind == WIRE_WORD)
    g_assert (value->text[0] == 'n' ? JSON_NODE_HOLDS_NULL (node) : json_node_get_boolean (node) == (value->text[0] == 't'));
}

/* json-glib keeps the last of several members of one name: only what is there once can be compared. */
static void
check_value (const WireValue *value, JsonNode *node)
{
  guint at = 0;
  if (value->kind > WIRE_ARRAY) {
    check_scalar (value, node);
    return;
  }
  g_assert (json_node_get_node_type (node) == (value->kind == WIRE_OBJECT ? JSON_NODE_OBJECT : JSON_NODE_ARRAY));
  for (const WireValue *each = wire_first (value); each != NULL && value->kind == WIRE_ARRAY; each = wire_next (value, each))
    check_value (each, json_array_get_element (json_node_get_array (node), at++));
  g_assert (value->kind == WIRE_OBJECT || at == json_array_get_length (json_node_get_array (node)));
  for (const WireValue *name = wire_first (value); name != NULL && value->kind == WIRE_OBJECT; name = wire_next (value, name + 1)) {
    g_autofree char *text = g_malloc ((gsize) name->len + 1);
    g_assert (wire_copy (name, text, (gsize) name->len + 1) && json_object_has_member (json_node_get_object (node), text));
    const WireValue *found = wire_member (value, text);
    g_assert (found == NULL || found == name + 1);
    if (found != NULL)
      check_value (found, json_object_get_member (json_node_get_object (node), text));
  }
}

/* Whatever ours takes is JSON to json-glib too, and says the same. */
static void
try_json (const guint8 *data, gsize size)
{
  g_autofree WireValue *values = wire_read (data, size, PERRON_WIRE_DEPTH_MAX, PERRON_WIRE_VALUES_MAX);
  g_autoptr (JsonParser) parser = json_parser_new ();
  if (values == NULL)
    return;
  g_autofree WireValue *fewer = wire_read (data, size, PERRON_WIRE_DEPTH_MAX, values->span);
  g_autofree WireValue *too_few = wire_read (data, size, PERRON_WIRE_DEPTH_MAX, values->span - 1);
  g_assert (fewer != NULL && too_few == NULL);
  g_assert (json_parser_load_from_data (parser, (const char *) data, (gssize) size, NULL));
  check_value (values, json_parser_get_root (parser));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  try_json (data, size);
  for (guint depth = 1; depth < 64; depth = depth * 4 - 1) {
    gboolean shallow = perron_json_check (data, size, depth);
    g_assert (!shallow || perron_json_check (data, size, 64));
  }
  try_bundles (data, size);
  try_answers (data, size);
  try_head (data, size);
  try_heartbeat (data, size);
  PerronWireItem *item = perron_export_parse (data, size);
  if (item != NULL) {
    check_item (item);
    perron_wire_item_free (item);
  }
  return 0;
}
