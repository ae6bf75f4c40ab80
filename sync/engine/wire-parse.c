/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/json-check.h"
#include "sync/engine/wire-json.h"
#include "sync/engine/wire-names.h"
#include "sync/engine/wire-reply.h"
#include "sync/engine/wire.h"

#include <openssl/sha.h>
#include <string.h>

static gboolean
refuse (PerronWireError code, const char *why, GError **error)
{
  g_set_error_literal (error, PERRON_WIRE_ERROR, code, why);
  return FALSE;
}

/* The Bundle of this type; the parser owns it. */
static JsonObject *
load_bundle (JsonParser *parser, const guint8 *data, gsize len, const char *type, GError **error)
{
  if (len == 0 || len > PERRON_WIRE_BODY_MAX) {
    (void) refuse (PERRON_WIRE_ERROR_LIMIT, "body: empty or too large", error);
    return NULL;
  }
  if (!perron_json_check (data, len, PERRON_WIRE_DEPTH_MAX) ||
      !json_parser_load_from_data (parser, (const char *) data, (gssize) len, NULL)) {
    (void) refuse (PERRON_WIRE_ERROR_SYNTAX, "body: not JSON", error);
    return NULL;
  }
  JsonNode *root = json_parser_get_root (parser);
  JsonObject *bundle = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  if (!wire_says (bundle, "resourceType", "Bundle") || !wire_says (bundle, "type", type)) {
    g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SHAPE, "resourceType, type: not a Bundle of type %s", type);
    return NULL;
  }
  return bundle;
}

/* `entry`, absent counting as empty. FALSE: not an array, or too many. */
static gboolean
load_entries (JsonObject *bundle, JsonArray **ret_entries, guint *ret_count, GError **error)
{
  JsonArray *entries = wire_array (bundle, "entry");
  if (entries == NULL && json_object_has_member (bundle, "entry"))
    return refuse (PERRON_WIRE_ERROR_SHAPE, "entry: not an array", error);
  guint count = entries != NULL ? json_array_get_length (entries) : 0;
  if (count > PERRON_WIRE_ENTRIES_MAX)
    return refuse (PERRON_WIRE_ERROR_LIMIT, "entry: too many", error);
  *ret_entries = entries;
  *ret_count = count;
  return TRUE;
}

/* Identifier of requester or owner: NULL unless its system is ours and its value a token. */
static const char *
party (JsonObject *task, const char *name, const char *system)
{
  JsonObject *identifier = wire_object (wire_object (task, name), "identifier");
  const char *value = wire_string (identifier, "value");
  return wire_says (identifier, "system", system) && perron_wire_token_ok (value) ? value : NULL;
}

static const char *
read_envelope (JsonObject *task, PerronWireItem *item, const char *terminal, const char *caisse, const guint8 *digest, GBytes *signature)
{
  JsonArray *inputs = wire_array (task, "input");
  JsonObject *input = wire_element (inputs, 0);
  JsonObject *attachment = wire_object (input, "valueAttachment");
  gint64 suite;

  if (!wire_int (wire_extension (task, WIRE_EXT_SUITE), "valuePositiveInt", &suite) || suite < 1 || suite > 255)
    return "extension.suite";
  if (inputs == NULL || json_array_get_length (inputs) != 1 || !wire_coding_says (wire_object (input, "type"), WIRE_SYSTEM_INPUT, WIRE_CODE_ENVELOPE))
    return "input";
  if (!wire_says (attachment, "contentType", WIRE_TYPE_CMS))
    return "input.valueAttachment.contentType";
  g_autoptr (GBytes) sealed = wire_base64 (wire_string (attachment, "data"), PERRON_SEALED_MAX);
  if (sealed == NULL)
    return "input.valueAttachment.data";

  guint8 computed[PERRON_DIGEST_BYTES];
  SHA256 (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), computed);
  if (memcmp (computed, digest, sizeof computed) != 0)
    return "extension.sha256";

  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  memcpy (envelope->id, item->id, sizeof envelope->id);
  memcpy (envelope->digest, digest, sizeof envelope->digest);
  envelope->terminal = g_strdup (terminal);
  envelope->dest = g_strdup (caisse);
  envelope->suite = (guint8) suite;
  envelope->sealed = g_steal_pointer (&sealed);
  envelope->signature = g_bytes_ref (signature);
  item->envelope = envelope;
  return NULL;
}

static const char *
read_receipt (JsonObject *task, PerronWireItem *item, const char *terminal, const char *caisse, const guint8 *digest, GBytes *signature)
{
  gint64 received;
  if (!wire_instant (wire_string (wire_extension (task, WIRE_EXT_RECEIVED), "valueInstant"), &received))
    return "extension.received";
  PerronReceipt *receipt = g_new0 (PerronReceipt, 1);
  memcpy (receipt->id, item->id, sizeof receipt->id);
  memcpy (receipt->digest, digest, sizeof receipt->digest);
  receipt->terminal = g_strdup (terminal);
  receipt->caisse = g_strdup (caisse);
  receipt->received_unix_ms = received;
  receipt->signature = g_bytes_ref (signature);
  item->receipt = receipt;
  return NULL;
}

static const char *
read_reply (JsonObject *task, PerronWireItem *item, const char *terminal, const char *caisse, const guint8 *digest)
{
  PerronReplyCode code;
  gint64 number, replied;

  if (!wire_reply_code (task, &code))
    return "businessStatus";
  if (!wire_int (wire_extension (task, WIRE_EXT_REPLY_NUMBER), "valuePositiveInt", &number) || number < 1 || number > PERRON_REPLY_NUMBER_MAX)
    return "extension.reply-number";
  if (!wire_instant (wire_string (wire_extension (task, WIRE_EXT_REPLIED), "valueInstant"), &replied))
    return "extension.replied";
  g_autoptr (GBytes) signature =
    wire_base64 (wire_string (wire_extension (task, WIRE_EXT_REPLY_SIGNATURE), "valueBase64Binary"), PERRON_WIRE_SIGNATURE_MAX);
  if (signature == NULL)
    return "extension.reply-signature";
  PerronReply *reply = g_new0 (PerronReply, 1);
  memcpy (reply->id, item->id, sizeof reply->id);
  memcpy (reply->digest, digest, sizeof reply->digest);
  reply->terminal = g_strdup (terminal);
  reply->caisse = g_strdup (caisse);
  reply->code = code;
  reply->number = number;
  reply->replied_unix_ms = replied;
  reply->signature = g_steal_pointer (&signature);
  item->reply = reply;
  return NULL;
}

/* What the status says the Task is. A reply may carry the receipt that came before it. */
static const char *
read_kind (JsonObject *task, PerronWireItem *item, const char *terminal, const char *caisse, const guint8 *digest)
{
  gboolean reply = wire_reply_has_status (task);
  if (reply && wire_extension (task, WIRE_EXT_RECEIVED) == NULL)
    return read_reply (task, item, terminal, caisse, digest);
  g_autoptr (GBytes) signature =
    wire_base64 (wire_string (wire_extension (task, WIRE_EXT_SIGNATURE), "valueBase64Binary"), PERRON_WIRE_SIGNATURE_MAX);
  if (signature == NULL)
    return "extension.signature";
  if (wire_says (task, "status", "requested"))
    return read_envelope (task, item, terminal, caisse, digest, signature);
  if (!reply && !wire_says (task, "status", "received"))
    return "status";
  const char *fault = read_receipt (task, item, terminal, caisse, digest, signature);
  return fault == NULL && reply ? read_reply (task, item, terminal, caisse, digest) : fault;
}

static void
clear_item (PerronWireItem *item)
{
  g_clear_pointer (&item->envelope, perron_envelope_free);
  g_clear_pointer (&item->receipt, perron_receipt_free);
  g_clear_pointer (&item->reply, perron_reply_free);
}

/* NULL: the item holds what the Task is. Otherwise the element that is wrong. */
static const char *
read_task (JsonObject *task, PerronWireItem *item)
{
  guint8 digest[PERRON_DIGEST_BYTES];
  const char *id = wire_string (task, "id");

  if (!wire_says (task, "resourceType", "Task"))
    return "resource";
  if (id == NULL || !perron_uuid_parse (id, item->id))
    return "id";
  item->has_id = TRUE;
  if (!wire_says (task, "intent", "order") || !wire_coding_says (wire_object (task, "code"), WIRE_SYSTEM_TYPE, WIRE_CODE_SEALED))
    return "code";
  const char *terminal = party (task, "requester", WIRE_SYSTEM_TERMINAL);
  if (terminal == NULL)
    return "requester";
  const char *caisse = party (task, "owner", WIRE_SYSTEM_CAISSE);
  if (caisse == NULL)
    return "owner";
  if (!wire_digest (wire_string (wire_extension (task, WIRE_EXT_SHA256), "valueString"), digest))
    return "extension.sha256";
  return read_kind (task, item, terminal, caisse, digest);
}

static gboolean
is_put_of (JsonObject *entry, const PerronWireItem *item)
{
  char id[PERRON_UUID_CHARS], url[8 + PERRON_UUID_CHARS];
  JsonObject *request = wire_object (entry, "request");
  perron_uuid_format (item->id, id);
  g_snprintf (url, sizeof url, "Task/%s", id);
  return wire_says (request, "method", "PUT") && wire_says (request, "url", url);
}

static GPtrArray *
read_entries (JsonArray *entries, guint count, gboolean requests)
{
  GPtrArray *items = g_ptr_array_new_full (count, (GDestroyNotify) perron_wire_item_free);
  for (guint i = 0; i < count; i++) {
    JsonObject *entry = wire_element (entries, i);
    PerronWireItem *item = g_new0 (PerronWireItem, 1);
    g_ptr_array_add (items, item);
    item->fault = read_task (wire_object (entry, "resource"), item);
    if (item->fault == NULL && requests && !is_put_of (entry, item))
      item->fault = "request";
    if (item->fault != NULL)
      clear_item (item);
  }
  return items;
}

GPtrArray *
perron_wire_parse_batch (const guint8 *data, gsize len, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonArray *entries;
  guint count;

  JsonObject *bundle = load_bundle (parser, data, len, "batch", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &count, error))
    return NULL;
  return read_entries (entries, count, TRUE);
}

/* The digits behind "_since=" at the end of link "next". */
static gboolean
read_cursor (JsonObject *bundle, gint64 *ret_cursor)
{
  JsonArray *links = wire_array (bundle, "link");
  for (guint i = 0; links != NULL && i < json_array_get_length (links); i++) {
    JsonObject *link = wire_element (links, i);
    const char *url = wire_string (link, "url");
    if (!wire_says (link, "relation", "next") || url == NULL)
      continue;
    const char *since = strstr (url, "_since=");
    return since != NULL && g_ascii_string_to_signed (since + 7, 10, 0, G_MAXINT64, ret_cursor, NULL);
  }
  return FALSE;
}

GPtrArray *
perron_wire_parse_search (const guint8 *data, gsize len, gint64 *ret_cursor, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonArray *entries;
  guint count;
  gint64 cursor;

  JsonObject *bundle = load_bundle (parser, data, len, "searchset", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &count, error))
    return NULL;
  if (!read_cursor (bundle, &cursor)) {
    (void) refuse (PERRON_WIRE_ERROR_SHAPE, "link: no cursor", error);
    return NULL;
  }
  *ret_cursor = cursor;
  return read_entries (entries, count, FALSE);
}

static gboolean
is_location (const char *location, const guint8 *id)
{
  char wanted[5 + PERRON_UUID_CHARS] = "Task/";
  perron_uuid_format (id, wanted + 5);
  return g_strcmp0 (location, wanted) == 0;
}

/* W/"…" around the digest. */
static gboolean
is_etag (const char *etag, const guint8 *digest)
{
  char hex[2 * PERRON_DIGEST_BYTES + 1];
  guint8 said[PERRON_DIGEST_BYTES];

  if (etag == NULL || strlen (etag) != sizeof hex + 3 || !g_str_has_prefix (etag, "W/\"") || !g_str_has_suffix (etag, "\""))
    return FALSE;
  g_strlcpy (hex, etag + 3, sizeof hex);
  return wire_digest (hex, said) && memcmp (said, digest, sizeof said) == 0;
}

/* Status of one entry: 200/201 confirmed, 4xx refused by name, 0 neither. */
static guint
read_answer (JsonObject *entry, const PerronWireExpected *expected)
{
  JsonObject *response = wire_object (entry, "response");
  const char *text = wire_string (response, "status");

  if (text == NULL || strspn (text, "0123456789") != 3 || (text[3] != '\0' && text[3] != ' '))
    return 0;
  guint status = (guint) g_ascii_strtoull (text, NULL, 10);
  if (status == 200 || status == 201)
    return is_location (wire_string (response, "location"), expected->id) && is_etag (wire_string (response, "etag"), expected->digest)
             ? status : 0;
  /* Request timeout, too early, too many requests: the moment is wrong, not the entry. */
  if (status < 400 || status > 499 || status == 408 || status == 425 || status == 429)
    return 0;
  return wire_says (wire_object (response, "outcome"), "resourceType", "OperationOutcome") ? status : 0;
}

gboolean
perron_wire_parse_answers (const guint8 *data, gsize len, PerronWireExpected *expected, guint count, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonArray *entries;
  guint answered;

  JsonObject *bundle = load_bundle (parser, data, len, "batch-response", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &answered, error))
    return FALSE;
  if (answered != count)
    return refuse (PERRON_WIRE_ERROR_UNCONFIRMED, "entry: not as many as were sent", error);
  g_autofree guint *statuses = g_new0 (guint, count + 1);
  for (guint i = 0; i < count; i++) {
    statuses[i] = read_answer (wire_element (entries, i), &expected[i]);
    if (statuses[i] == 0)
      return refuse (PERRON_WIRE_ERROR_UNCONFIRMED, "entry.response: neither confirmed with our digest nor refused by name", error);
  }
  for (guint i = 0; i < count; i++)
    expected[i].ret_status = statuses[i];
  return TRUE;
}
