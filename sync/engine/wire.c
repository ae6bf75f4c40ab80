/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire.h"
#include "sync/engine/wire-names.h"
#include "sync/engine/wire-reply.h"

#include <openssl/evp.h>
#include <string.h>

G_DEFINE_QUARK (perron-wire-error-quark, perron_wire_error)

void
perron_receipt_free (PerronReceipt *receipt)
{
  if (receipt == NULL)
    return;
  g_free (receipt->terminal);
  g_free (receipt->caisse);
  g_clear_pointer (&receipt->signature, g_bytes_unref);
  g_free (receipt);
}

void
perron_reply_free (PerronReply *reply)
{
  if (reply == NULL)
    return;
  g_free (reply->terminal);
  g_free (reply->caisse);
  g_clear_pointer (&reply->signature, g_bytes_unref);
  g_free (reply);
}

void
perron_wire_item_free (PerronWireItem *item)
{
  if (item == NULL)
    return;
  perron_envelope_free (item->envelope);
  perron_receipt_free (item->receipt);
  perron_reply_free (item->reply);
  g_free (item);
}

gboolean
perron_wire_token_ok (const char *token)
{
  if (token == NULL || *token == '\0' || *token == '-' || strlen (token) > PERRON_WIRE_TOKEN_MAX)
    return FALSE;
  for (const char *c = token; *c != '\0'; c++) {
    if (!g_ascii_isalnum (*c) && *c != '-')
      return FALSE;
  }
  return TRUE;
}

gboolean
perron_wire_is_fhir (const char *content_type)
{
  gsize len = strlen (PERRON_WIRE_CONTENT_TYPE);
  if (content_type == NULL || g_ascii_strncasecmp (content_type, PERRON_WIRE_CONTENT_TYPE, len) != 0)
    return FALSE;
  return content_type[len] == '\0' || content_type[len] == ';' || content_type[len] == ' ';
}

static void
append_hex (GString *out, const guint8 *bytes, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    g_string_append_c (out, "0123456789abcdef"[bytes[i] >> 4]);
    g_string_append_c (out, "0123456789abcdef"[bytes[i] & 15]);
  }
}

static void
append_base64 (GString *out, GBytes *bytes)
{
  gsize len, at = out->len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  /* In place: an envelope may be a quarter of a mebibyte and a batch holds hundreds. */
  g_string_set_size (out, at + (len + 2) / 3 * 4);
  EVP_EncodeBlock ((guchar *) out->str + at, data, (int) len);
}

static gboolean
size_ok (GBytes *bytes, gsize max)
{
  return bytes != NULL && g_bytes_get_size (bytes) > 0 && g_bytes_get_size (bytes) <= max;
}

static gboolean
refuse_limit (const char *what, GError **error)
{
  g_set_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT, "%s: not allowed by the contract", what);
  return FALSE;
}

gboolean
perron_wire_envelope_ok (const PerronEnvelope *envelope, GError **error)
{
  if (!perron_wire_token_ok (envelope->terminal))
    return refuse_limit ("name of the terminal", error);
  if (!perron_wire_token_ok (envelope->dest))
    return refuse_limit ("code of the caisse", error);
  if (!size_ok (envelope->sealed, PERRON_SEALED_MAX))
    return refuse_limit ("size of the envelope", error);
  return size_ok (envelope->signature, PERRON_WIRE_SIGNATURE_MAX) || refuse_limit ("size of the signature", error);
}

static gboolean
instant_ok (gint64 unix_ms)
{
  return unix_ms >= 0 && unix_ms <= G_GINT64_CONSTANT (253402300799999); /* year 9999, FHIR instant */
}

static gboolean
receipt_ok (const PerronReceipt *receipt, GError **error)
{
  if (!perron_wire_token_ok (receipt->terminal) || !perron_wire_token_ok (receipt->caisse))
    return refuse_limit ("name in a receipt", error);
  if (!instant_ok (receipt->received_unix_ms))
    return refuse_limit ("time of a receipt", error);
  return size_ok (receipt->signature, PERRON_WIRE_SIGNATURE_MAX) || refuse_limit ("size of the signature", error);
}

static gboolean
reply_ok (const PerronReply *reply, GError **error)
{
  if (!perron_wire_token_ok (reply->terminal) || !perron_wire_token_ok (reply->caisse))
    return refuse_limit ("name in a reply", error);
  if (reply->code == PERRON_REPLY_NONE || (guint) reply->code >= PERRON_REPLY_COUNT)
    return refuse_limit ("code of a reply", error);
  if (reply->number < 1 || reply->number > PERRON_REPLY_NUMBER_MAX || !instant_ok (reply->replied_unix_ms))
    return refuse_limit ("number or time of a reply", error);
  return size_ok (reply->signature, PERRON_WIRE_SIGNATURE_MAX) || refuse_limit ("size of the signature", error);
}

/* What each kind of Task begins with: who asks, who owns, our digest. Tokens were checked: nothing to escape. */
static void
append_head (GString *out, const char *id, const char *status, const char *terminal, const char *caisse, const guint8 *digest)
{
  g_string_append_printf (out,
                          "{\"resourceType\":\"Task\",\"id\":\"%s\",%s,\"intent\":\"order\","
                          "\"code\":{\"coding\":[{\"system\":\"" WIRE_SYSTEM_TYPE "\",\"code\":\"" WIRE_CODE_SEALED "\"}]},"
                          "\"requester\":{\"identifier\":{\"system\":\"" WIRE_SYSTEM_TERMINAL "\",\"value\":\"%s\"}},"
                          "\"owner\":{\"identifier\":{\"system\":\"" WIRE_SYSTEM_CAISSE "\",\"value\":\"%s\"}},"
                          "\"extension\":[{\"url\":\"" WIRE_EXT_SHA256 "\",\"valueString\":\"",
                          id, status, terminal, caisse);
  append_hex (out, digest, PERRON_DIGEST_BYTES);
  g_string_append (out, "\"},");
}

static void
append_signature (GString *out, const char *url, GBytes *signature)
{
  g_string_append_printf (out, "{\"url\":\"%s\",\"valueBase64Binary\":\"", url);
  append_base64 (out, signature);
  g_string_append (out, "\"}");
}

static void
append_instant (GString *out, const char *url, gint64 unix_ms)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_ms / 1000);
  g_autofree char *text = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  g_string_append_printf (out, "{\"url\":\"%s\",\"valueInstant\":\"%s.%03dZ\"},", url, text, (gint) (unix_ms % 1000));
}

static void
append_envelope (GString *out, const char *id, const PerronEnvelope *envelope)
{
  append_head (out, id, "\"status\":\"requested\"", envelope->terminal, envelope->dest, envelope->digest);
  g_string_append_printf (out, "{\"url\":\"" WIRE_EXT_SUITE "\",\"valuePositiveInt\":%u},", envelope->suite);
  append_signature (out, WIRE_EXT_SIGNATURE, envelope->signature);
  g_string_append (out, "],\"input\":[{\"type\":{\"coding\":[{\"system\":\"" WIRE_SYSTEM_INPUT "\",\"code\":\"" WIRE_CODE_ENVELOPE "\"}]},"
                        "\"valueAttachment\":{\"contentType\":\"" WIRE_TYPE_CMS "\",\"data\":\"");
  append_base64 (out, envelope->sealed);
  g_string_append (out, "\"}}]}");
}

static void
append_receipt (GString *out, const PerronReceipt *receipt)
{
  append_instant (out, WIRE_EXT_RECEIVED, receipt->received_unix_ms);
  append_signature (out, WIRE_EXT_SIGNATURE, receipt->signature);
}

static void
append_reply (GString *out, const PerronReply *reply)
{
  g_string_append_printf (out, "{\"url\":\"" WIRE_EXT_REPLY_NUMBER "\",\"valuePositiveInt\":%" G_GINT64_FORMAT "},", reply->number);
  append_instant (out, WIRE_EXT_REPLIED, reply->replied_unix_ms);
  append_signature (out, WIRE_EXT_REPLY_SIGNATURE, reply->signature);
}

/* Task.status and what explains it. */
static char *
dup_status (const PerronReply *reply)
{
  if (reply == NULL)
    return g_strdup ("\"status\":\"received\"");
  const PerronReplyWords *words = wire_reply_words (reply->code);
  GString *out = g_string_new (NULL);
  g_string_append_printf (out, "\"status\":\"%s\",", words->status);
  if (words->reason != NULL)
    g_string_append_printf (out, "\"statusReason\":{\"coding\":[{\"system\":\"" WIRE_SYSTEM_REASON "\",\"code\":\"%s\"}]},", words->reason);
  g_string_append_printf (out, "\"businessStatus\":{\"coding\":[{\"system\":\"" WIRE_SYSTEM_REPLY "\",\"code\":\"%s\"}]}", words->business);
  return g_string_free (out, FALSE);
}

/* What a caisse said of a request: receipt, reply, or both in one Task. */
static void
append_answered (GString *out, const char *id, const PerronReceipt *receipt, const PerronReply *reply)
{
  g_autofree char *status = dup_status (reply);

  if (receipt != NULL)
    append_head (out, id, status, receipt->terminal, receipt->caisse, receipt->digest);
  else
    append_head (out, id, status, reply->terminal, reply->caisse, reply->digest);
  if (receipt != NULL)
    append_receipt (out, receipt);
  if (receipt != NULL && reply != NULL)
    g_string_append_c (out, ',');
  if (reply != NULL)
    append_reply (out, reply);
  g_string_append (out, "]}");
}

/* One entry: an envelope, or what was said of one. */
typedef struct {
  const PerronEnvelope *envelope;
  const PerronReceipt *receipt;
  const PerronReply *reply;
} Entry;

/* An entry of a batch when `request` is set, of a searchset when not. */
static void
append_entry (GString *out, const Entry *entry, gboolean request)
{
  char id[PERRON_UUID_CHARS];
  perron_uuid_format (entry->envelope != NULL ? entry->envelope->id : entry->receipt != NULL ? entry->receipt->id : entry->reply->id, id);
  if (out->str[out->len - 1] == '}')
    g_string_append_c (out, ',');
  g_string_append_printf (out, "{\"fullUrl\":\"urn:uuid:%s\",", id);
  if (request)
    g_string_append_printf (out, "\"request\":{\"method\":\"PUT\",\"url\":\"Task/%s\"},", id);
  g_string_append (out, "\"resource\":");
  if (entry->envelope != NULL)
    append_envelope (out, id, entry->envelope);
  else
    append_answered (out, id, entry->receipt, entry->reply);
  g_string_append_c (out, '}');
}

#define BATCH_BEGIN "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["

static char *
finish (GString *out, gsize *ret_len)
{
  *ret_len = out->len;
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
perron_wire_encode_batch (const PerronEnvelope *const *envelopes, guint count, gsize *ret_len, GError **error)
{
  gsize room = 512;
  for (guint i = 0; i < count; i++) {
    if (!perron_wire_envelope_ok (envelopes[i], error))
      return NULL;
    room += g_bytes_get_size (envelopes[i]->sealed) / 3 * 4 + 2048;
  }
  GString *out = g_string_sized_new (room);
  g_string_append (out, BATCH_BEGIN);
  for (guint i = 0; i < count; i++)
    append_entry (out, &(Entry){ .envelope = envelopes[i] }, TRUE);
  g_string_append (out, "]}");
  return finish (out, ret_len);
}

char *
perron_wire_encode_receipts (const PerronReceipt *const *receipts, guint count, gsize *ret_len, GError **error)
{
  for (guint i = 0; i < count; i++) {
    if (!receipt_ok (receipts[i], error))
      return NULL;
  }
  GString *out = g_string_sized_new (512 + count * 1500);
  g_string_append (out, BATCH_BEGIN);
  for (guint i = 0; i < count; i++)
    append_entry (out, &(Entry){ .receipt = receipts[i] }, TRUE);
  g_string_append (out, "]}");
  return finish (out, ret_len);
}

char *
perron_wire_encode_replies (const PerronReply *const *replies, guint count, gsize *ret_len, GError **error)
{
  for (guint i = 0; i < count; i++) {
    if (!reply_ok (replies[i], error))
      return NULL;
  }
  GString *out = g_string_sized_new (512 + count * 1800);
  g_string_append (out, BATCH_BEGIN);
  for (guint i = 0; i < count; i++)
    append_entry (out, &(Entry){ .reply = replies[i] }, TRUE);
  g_string_append (out, "]}");
  return finish (out, ret_len);
}

char *
perron_wire_encode_search (const PerronEnvelope *const *envelopes, const PerronReceipt *const *receipts, const PerronReply *const *replies,
                           guint count, const char *query, gint64 cursor, gsize *ret_len)
{
  GString *out = g_string_sized_new (4096);
  g_string_append_printf (out,
                          "{\"resourceType\":\"Bundle\",\"type\":\"searchset\","
                          "\"link\":[{\"relation\":\"next\",\"url\":\"Task?%s&_since=%" G_GINT64_FORMAT "\"}]",
                          query, cursor);
  /* FHIR R4 forbids an empty array: nothing found is no `entry` at all. */
  if (count > 0)
    g_string_append (out, ",\"entry\":[");
  for (guint i = 0; i < count; i++) {
    const Entry entry = { envelopes != NULL ? envelopes[i] : NULL, envelopes != NULL ? NULL : receipts[i],
                          replies != NULL ? replies[i] : NULL };
    append_entry (out, &entry, FALSE);
  }
  g_string_append (out, count > 0 ? "]}" : "}");
  return finish (out, ret_len);
}

static const char *
status_text (guint status)
{
  static const struct {
    guint status;
    const char *line;
  } lines[] = { { 200, "200 OK" },        { 201, "201 Created" },   { 403, "403 Forbidden" },
                { 404, "404 Not Found" }, { 409, "409 Conflict" },  { 410, "410 Gone" },
                { 413, "413 Payload Too Large" } };
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    if (lines[i].status == status)
      return lines[i].line;
  }
  return "422 Unprocessable Entity";
}

/* IssueType of FHIR R4 (http://hl7.org/fhir/R4/valueset-issue-type.html). */
static const char *
issue_code (guint status)
{
  switch (status) {
  case 403:
    return "forbidden";
  case 404:
    return "not-found";
  case 409:
    return "conflict";
  case 410:
    return "deleted";
  case 413:
    return "too-long";
  default:
    return "invalid";
  }
}

char *
perron_wire_encode_answers (const PerronWireAnswer *answers, guint count, gsize *ret_len)
{
  GString *out = g_string_sized_new (128 + count * 256);
  g_string_append (out, "{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[");
  for (guint i = 0; i < count; i++) {
    const PerronWireAnswer *answer = &answers[i];
    g_string_append (out, i > 0 ? ",{\"response\":{\"status\":\"" : "{\"response\":{\"status\":\"");
    g_string_append (out, status_text (answer->status));
    if (answer->status == 200 || answer->status == 201) {
      char id[PERRON_UUID_CHARS];
      perron_uuid_format (answer->id, id);
      g_string_append (out, "\",\"location\":\"Task/");
      g_string_append (out, id);
      g_string_append (out, "\",\"etag\":\"W/\\\"");
      append_hex (out, answer->digest, PERRON_DIGEST_BYTES);
      g_string_append (out, "\\\"\"}}");
    } else {
      g_string_append_printf (out,
                              "\",\"outcome\":{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"severity\":\"error\","
                              "\"code\":\"%s\",\"diagnostics\":\"%s\"}]}}}",
                              issue_code (answer->status), answer->fault != NULL ? answer->fault : "refused");
    }
  }
  g_string_append (out, "]}");
  return finish (out, ret_len);
}
