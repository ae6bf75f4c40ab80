/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-json.h"
#include "sync/engine/wire-names.h"
#include "sync/engine/wire-reply.h"
#include "sync/engine/wire.h"

#include <string.h>

static gboolean
refuse (PerronWireError code, const char *why, GError **error)
{
  g_set_error_literal (error, PERRON_WIRE_ERROR, code, why);
  return FALSE;
}

/* The Bundle of this type: first of the values, which are the caller's to free and point into `data`. */
static WireValue *
load_bundle (const guint8 *data, gsize len, const char *type, GError **error)
{
  if (len == 0 || len > PERRON_WIRE_BODY_MAX) {
    (void) refuse (PERRON_WIRE_ERROR_LIMIT, "body: empty or too large", error);
    return NULL;
  }
  g_autofree WireValue *bundle = wire_read (data, len, PERRON_WIRE_DEPTH_MAX, PERRON_WIRE_VALUES_MAX);
  if (bundle == NULL) {
    (void) refuse (PERRON_WIRE_ERROR_SYNTAX, "body: not JSON", error);
    return NULL;
  }
  if (wire_says (bundle, "resourceType", "Bundle") && wire_says (bundle, "type", type))
    return g_steal_pointer (&bundle);
  g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SHAPE, "resourceType, type: not a Bundle of type %s", type);
  return NULL;
}

/* `entry`, absent counting as empty. FALSE: not an array, or too many. */
static gboolean
load_entries (const WireValue *bundle, const WireValue **ret_entries, guint *ret_count, GError **error)
{
  const WireValue *entries = wire_array (bundle, "entry");
  if (entries == NULL && wire_has (bundle, "entry"))
    return refuse (PERRON_WIRE_ERROR_SHAPE, "entry: not an array", error);
  guint count = wire_count (entries);
  if (count > PERRON_WIRE_ENTRIES_MAX)
    return refuse (PERRON_WIRE_ERROR_LIMIT, "entry: too many", error);
  *ret_entries = entries;
  *ret_count = count;
  return TRUE;
}

/* What every Task says of its request, whatever else it is. */
typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  char caisse[PERRON_WIRE_TOKEN_MAX + 1];
  guint8 digest[PERRON_DIGEST_BYTES];
} Common;

/* Identifier of requester or owner: its system is ours and its value a token. */
static gboolean
read_party (const WireValue *task, const char *name, const char *system, char *ret_token)
{
  const WireValue *identifier = wire_object (wire_object (task, name), "identifier");
  return wire_says (identifier, "system", system) && wire_token (identifier, "value", ret_token);
}

static const char *
read_envelope (const WireValue *task, PerronWireItem *item, const Common *common, GBytes *signature)
{
  const WireValue *inputs = wire_array (task, "input"), *input = wire_first_object (inputs);
  const WireValue *attachment = wire_object (input, "valueAttachment");
  gint64 suite;

  if (!wire_int (wire_extension (task, WIRE_EXT_SUITE), "valuePositiveInt", &suite) || suite < 1 || suite > 255)
    return "extension.suite";
  if (wire_count (inputs) != 1 || !wire_coding_says (wire_object (input, "type"), WIRE_SYSTEM_INPUT, WIRE_CODE_ENVELOPE))
    return "input";
  if (!wire_says (attachment, "contentType", WIRE_TYPE_CMS))
    return "input.valueAttachment.contentType";
  g_autoptr (GBytes) sealed = wire_base64 (attachment, "data", PERRON_SEALED_MAX);
  if (sealed == NULL)
    return "input.valueAttachment.data";

  guint8 computed[PERRON_DIGEST_BYTES];
  wire_sha256 (sealed, computed);
  if (memcmp (computed, common->digest, sizeof computed) != 0)
    return "extension.sha256";

  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  memcpy (envelope->id, item->id, sizeof envelope->id);
  memcpy (envelope->digest, common->digest, sizeof envelope->digest);
  envelope->terminal = g_strdup (common->terminal);
  envelope->dest = g_strdup (common->caisse);
  envelope->suite = (guint8) suite;
  envelope->sealed = g_steal_pointer (&sealed);
  envelope->signature = g_bytes_ref (signature);
  item->envelope = envelope;
  return NULL;
}

static const char *
read_receipt (const WireValue *task, PerronWireItem *item, const Common *common, GBytes *signature)
{
  gint64 received;
  if (!wire_instant (wire_extension (task, WIRE_EXT_RECEIVED), "valueInstant", &received))
    return "extension.received";
  PerronReceipt *receipt = g_new0 (PerronReceipt, 1);
  memcpy (receipt->id, item->id, sizeof receipt->id);
  memcpy (receipt->digest, common->digest, sizeof receipt->digest);
  receipt->terminal = g_strdup (common->terminal);
  receipt->caisse = g_strdup (common->caisse);
  receipt->received_unix_ms = received;
  receipt->signature = g_bytes_ref (signature);
  item->receipt = receipt;
  return NULL;
}

static const char *
read_reply (const WireValue *task, PerronWireItem *item, const Common *common)
{
  PerronReplyCode code;
  gint64 number, replied;

  if (!wire_reply_code (task, &code))
    return "businessStatus";
  if (!wire_int (wire_extension (task, WIRE_EXT_REPLY_NUMBER), "valuePositiveInt", &number) || number < 1 || number > PERRON_REPLY_NUMBER_MAX)
    return "extension.reply-number";
  if (!wire_instant (wire_extension (task, WIRE_EXT_REPLIED), "valueInstant", &replied))
    return "extension.replied";
  g_autoptr (GBytes) signature =
    wire_base64 (wire_extension (task, WIRE_EXT_REPLY_SIGNATURE), "valueBase64Binary", PERRON_WIRE_SIGNATURE_MAX);
  if (signature == NULL)
    return "extension.reply-signature";
  PerronReply *reply = g_new0 (PerronReply, 1);
  memcpy (reply->id, item->id, sizeof reply->id);
  memcpy (reply->digest, common->digest, sizeof reply->digest);
  reply->terminal = g_strdup (common->terminal);
  reply->caisse = g_strdup (common->caisse);
  reply->code = code;
  reply->number = number;
  reply->replied_unix_ms = replied;
  reply->signature = g_steal_pointer (&signature);
  item->reply = reply;
  return NULL;
}

/* What the status says the Task is. A reply may carry the receipt that came before it. */
static const char *
read_kind (const WireValue *task, PerronWireItem *item, const Common *common)
{
  gboolean reply = wire_reply_has_status (task);
  if (reply && wire_extension (task, WIRE_EXT_RECEIVED) == NULL)
    return read_reply (task, item, common);
  g_autoptr (GBytes) signature = wire_base64 (wire_extension (task, WIRE_EXT_SIGNATURE), "valueBase64Binary", PERRON_WIRE_SIGNATURE_MAX);
  if (signature == NULL)
    return "extension.signature";
  if (wire_says (task, "status", "requested"))
    return read_envelope (task, item, common, signature);
  if (!reply && !wire_says (task, "status", "received"))
    return "status";
  const char *fault = read_receipt (task, item, common, signature);
  return fault == NULL && reply ? read_reply (task, item, common) : fault;
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
read_task (const WireValue *task, PerronWireItem *item)
{
  Common common;

  if (!wire_says (task, "resourceType", "Task"))
    return "resource";
  item->has_id = wire_uuid (task, "id", item->id);
  if (!item->has_id)
    return "id";
  if (!wire_says (task, "intent", "order") || !wire_coding_says (wire_object (task, "code"), WIRE_SYSTEM_TYPE, WIRE_CODE_SEALED))
    return "code";
  if (!read_party (task, "requester", WIRE_SYSTEM_TERMINAL, common.terminal))
    return "requester";
  if (!read_party (task, "owner", WIRE_SYSTEM_CAISSE, common.caisse))
    return "owner";
  if (!wire_digest (wire_extension (task, WIRE_EXT_SHA256), "valueString", common.digest))
    return "extension.sha256";
  return read_kind (task, item, &common);
}

/* "Task/" and the id. */
static gboolean
says_task (const WireValue *object, const char *name, const guint8 *id)
{
  char text[8 + PERRON_UUID_CHARS] = "Task/";
  perron_uuid_format (id, text + 5);
  return wire_says (object, name, text);
}

static gboolean
is_put_of (const WireValue *entry, const PerronWireItem *item)
{
  const WireValue *request = wire_object (entry, "request");
  return wire_says (request, "method", "PUT") && says_task (request, "url", item->id);
}

static GPtrArray *
read_entries (const WireValue *entries, guint count, gboolean requests)
{
  GPtrArray *items = g_ptr_array_new_full (count, (GDestroyNotify) perron_wire_item_free);
  for (const WireValue *entry = wire_first (entries); entry != NULL; entry = wire_next (entries, entry)) {
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
  const WireValue *entries;
  guint count;

  g_autofree WireValue *bundle = load_bundle (data, len, "batch", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &count, error))
    return NULL;
  return read_entries (entries, count, TRUE);
}

/* The digits behind "_since=" at the end of link "next". */
static gboolean
read_cursor (const WireValue *bundle, gint64 *ret_cursor)
{
  const WireValue *links = wire_array (bundle, "link");
  char url[512];
  for (const WireValue *link = wire_first (links); link != NULL; link = wire_next (links, link)) {
    if (!wire_says (link, "relation", "next") || !wire_text (link, "url", url, sizeof url))
      continue;
    const char *since = strstr (url, "_since=");
    return since != NULL && g_ascii_string_to_signed (since + 7, 10, 0, G_MAXINT64, ret_cursor, NULL);
  }
  return FALSE;
}

GPtrArray *
perron_wire_parse_search (const guint8 *data, gsize len, gint64 *ret_cursor, GError **error)
{
  const WireValue *entries;
  guint count;
  gint64 cursor;

  g_autofree WireValue *bundle = load_bundle (data, len, "searchset", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &count, error))
    return NULL;
  if (!read_cursor (bundle, &cursor)) {
    (void) refuse (PERRON_WIRE_ERROR_SHAPE, "link: no cursor", error);
    return NULL;
  }
  *ret_cursor = cursor;
  return read_entries (entries, count, FALSE);
}

/* W/"…" around the digest. */
static gboolean
says_etag (const WireValue *response, const guint8 *digest)
{
  char wanted[4 + 2 * PERRON_DIGEST_BYTES + 1] = "W/\"";
  for (guint i = 0; i < PERRON_DIGEST_BYTES; i++) {
    wanted[3 + 2 * i] = "0123456789abcdef"[digest[i] >> 4];
    wanted[4 + 2 * i] = "0123456789abcdef"[digest[i] & 15];
  }
  wanted[sizeof wanted - 2] = '"';
  return wire_says (response, "etag", wanted);
}

/* Status of one entry: 200/201 confirmed, 4xx refused by name, 0 neither. */
static guint
read_answer (const WireValue *entry, const PerronWireExpected *expected)
{
  const WireValue *response = wire_object (entry, "response");
  char text[128];

  if (!wire_text (response, "status", text, sizeof text) || strspn (text, "0123456789") != 3 || (text[3] != '\0' && text[3] != ' '))
    return 0;
  guint status = (guint) g_ascii_strtoull (text, NULL, 10);
  if (status == 200 || status == 201)
    return says_task (response, "location", expected->id) && says_etag (response, expected->digest) ? status : 0;
  /* Request timeout, too early, too many requests: the moment is wrong, not the entry. */
  if (status < 400 || status > 499 || status == 408 || status == 425 || status == 429)
    return 0;
  return wire_says (wire_object (response, "outcome"), "resourceType", "OperationOutcome") ? status : 0;
}

gboolean
perron_wire_parse_answers (const guint8 *data, gsize len, PerronWireExpected *expected, guint count, GError **error)
{
  const WireValue *entries;
  guint answered, at = 0;

  g_autofree WireValue *bundle = load_bundle (data, len, "batch-response", error);
  if (bundle == NULL || !load_entries (bundle, &entries, &answered, error))
    return FALSE;
  if (answered != count)
    return refuse (PERRON_WIRE_ERROR_UNCONFIRMED, "entry: not as many as were sent", error);
  g_autofree guint *statuses = g_new0 (guint, count + 1);
  for (const WireValue *entry = wire_first (entries); entry != NULL; entry = wire_next (entries, entry), at++) {
    statuses[at] = read_answer (entry, &expected[at]);
    if (statuses[at] == 0)
      return refuse (PERRON_WIRE_ERROR_UNCONFIRMED, "entry.response: neither confirmed with our digest nor refused by name", error);
  }
  for (guint i = 0; i < count; i++)
    expected[i].ret_status = statuses[i];
  return TRUE;
}
