/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-text.h"
#include "sync/engine/wire.h"

#include <string.h>

static const guint8 test_id[PERRON_UUID_BYTES] = { 0x01, 0x92, 0xf3, 0xc1, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1 };

static PerronEnvelope *
make_envelope (gsize size)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  gsize len = PERRON_DIGEST_BYTES;
  guint8 *sealed = g_malloc (size);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (gsize i = 0; i < size; i++)
    sealed[i] = (guint8) (i * 7);
  g_checksum_update (sum, sealed, (gssize) size);
  g_checksum_get_digest (sum, envelope->digest, &len);
  memcpy (envelope->id, test_id, sizeof envelope->id);
  envelope->terminal = g_strdup ("borne-0001");
  envelope->dest = g_strdup ("000");
  envelope->suite = 1;
  envelope->sealed = g_bytes_new_take (sealed, size);
  envelope->signature = g_bytes_new_static ("signature", 9);
  return envelope;
}

static char *
encode_one (gsize size, gsize *ret_len)
{
  g_autoptr (PerronEnvelope) envelope = make_envelope (size);
  const PerronEnvelope *envelopes[] = { envelope };
  char *text = perron_wire_encode_batch (envelopes, 1, ret_len, NULL);
  g_assert_nonnull (text);
  return text;
}

static void
test_json_check (void)
{
  static const char *const good[] = { "{}", "[]", " {\"a\":[1,-0.5e+3,true,false,null,\"\\u00e9\\n\"]} ", "\"x\"", "0", "[[],{},[{}]]" };
  static const char *const bad[] = { "", "{", "}", "[1,]", "{\"a\"}", "{\"a\":}", "{,}", "[1 2]", "01", "1.", "-", "+1", "'a'", "/* */ {}",
                                     "{} {}", "{}x", "[1]]", "\"\\x\"", "\"\\u12g4\"", "\"\\u0000\"", "\"\\ud83d\"", "\"\\ude00\"",
                                     "\"\\ud83d\\u0041\"", "\"\\ud83dx\"", "\"\x01\"", "\"12345678\n\"",
                                     "\"1234567\n90\"", "\"a", "nul", "{\"a\":1,}", "[}", "{]", "\"\xff\"", "{a:1}", "NaN" };
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (perron_json_check ((const guint8 *) good[i], strlen (good[i]), 8));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    if (perron_json_check ((const guint8 *) bad[i], strlen (bad[i]), 8))
      g_error ("taken: %s", bad[i]);
  }
  g_assert_false (perron_json_check ((const guint8 *) "\"\0\"", 3, 8));
  g_assert_true (perron_json_check ((const guint8 *) "[[[[1]]]]", 9, 4));
  g_assert_false (perron_json_check ((const guint8 *) "[[[[[1]]]]]", 11, 4));
}

static WireValue *
read_text (const char *text)
{
  WireValue *values = wire_read ((const guint8 *) text, strlen (text), 8, 1000);
  g_assert_nonnull (values);
  return values;
}

/* What was noted is what stands there: order, nesting, escapes, numbers as digits. */
static void
test_json_values (void)
{
  g_autofree WireValue *root = read_text (" {\"a\":[1,[],{\"x\":[true]},\"\"],\"b\\u0063\":\"\\u00e9\\ud83d\\ude00\\n\\/\\\"z\",\"d\":-12} ");
  const WireValue *array = wire_member (root, "a"), *text = wire_member (root, "bc");
  char copy[16], small[11];
  gint64 number;

  g_assert_cmpuint (root->span, ==, 14);
  g_assert_cmpuint (wire_count (array), ==, 4);
  const WireValue *one = wire_first (array), *none = wire_next (array, one), *object = wire_next (array, none), *last = wire_next (array, object);
  g_assert_true (wire_number (one, &number) && number == 1);
  g_assert_true (none->kind == WIRE_ARRAY && wire_first (none) == NULL);
  g_assert_true (object->kind == WIRE_OBJECT && wire_first (wire_member (object, "x"))->kind == WIRE_WORD);
  g_assert_true (wire_is (last, "") && wire_next (array, last) == NULL);
  g_assert_true (wire_is (text, "\xc3\xa9\xf0\x9f\x98\x80\n/\"z"));
  g_assert_false (wire_is (text, "\xc3\xa9") || wire_is (text, "\xc3\xa9\xf0\x9f\x98\x80\n/\"zz"));
  g_assert_true (wire_copy (text, copy, sizeof copy) && strcmp (copy, "\xc3\xa9\xf0\x9f\x98\x80\n/\"z") == 0);
  g_assert_true (wire_copy (text, small, sizeof small) && !wire_copy (text, small, sizeof small - 1));
  g_assert_true (wire_number (wire_member (root, "d"), &number) && number == -12);
  g_assert_true (wire_member (NULL, "a") == NULL && wire_member (array, "a") == NULL && wire_first (text) == NULL && wire_first (NULL) == NULL);
}

/* A name that is there twice is read by nobody; neither is a number that is not one of ours. */
static void
test_json_twice (void)
{
  g_autofree WireValue *root = read_text ("{\"a\":1,\"\\u0061\":1,\"b\":2,"
                                          "\"c\":[1.0,1e0,9223372036854775807,9223372036854775808,-0,12345678901234567890123456]}");
  const WireValue *each = wire_first (wire_member (root, "c"));
  static const gboolean whole[] = { FALSE, FALSE, TRUE, FALSE, TRUE, FALSE };
  gint64 number;

  g_assert_null (wire_member (root, "a"));
  g_assert_nonnull (wire_member (root, "b"));
  for (gsize i = 0; i < G_N_ELEMENTS (whole); i++, each = wire_next (wire_member (root, "c"), each))
    g_assert_true (wire_number (each, &number) == whole[i]);
}

/* Wherever the first byte that matters stands in its eight, and wherever the text ends. */
static void
test_json_words_of_eight (void)
{
  for (guint len = 0; len < 40; len++) {
    g_autofree char *text = g_strdup_printf ("\"%*s\\n%*s\"", (int) len, "", (int) (40 - len), "");
    g_autofree WireValue *whole = read_text (text);
    g_assert_true (whole->escaped && whole->len == 42);
    for (gsize cut = 0; cut < strlen (text); cut++) {
      /* At the very end of a block, where a sanitizer sees one byte too many. */
      g_autofree guint8 *piece = g_memdup2 (text, cut);
      g_assert_false (perron_json_check (piece, cut, 8));
    }
    text[1 + len / 2] = len >= 2 ? '\x1f' : '"';
    g_assert_false (perron_json_check ((const guint8 *) text, strlen (text), 8));
  }
}

/* A million brackets, and more values than any batch has: refused before they cost memory. */
static void
test_deep (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');
  g_autofree char *many = g_strnfill (1000001, ',');
  g_autoptr (GError) error = NULL, many_error = NULL;
  g_assert_null (perron_wire_parse_batch ((const guint8 *) deep, 1000000, &error));
  g_assert_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SYNTAX);

  for (guint i = 0; i < 1000001; i += 2)
    many[i] = '0';
  g_autofree char *wide = g_strdup_printf ("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"x\":[%s]}", many);
  g_assert_true (perron_json_check ((const guint8 *) wide, strlen (wide), 8));
  g_assert_null (perron_wire_parse_batch ((const guint8 *) wide, strlen (wide), &many_error));
  g_assert_error (many_error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SYNTAX);
}

static void
test_round (void)
{
  static const gsize sizes[] = { 1, 2, 3, 1024, PERRON_SEALED_MAX };
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++) {
    gsize len;
    g_autofree char *text = encode_one (sizes[i], &len);
    g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) text, len, NULL);
    g_autoptr (PerronEnvelope) wanted = make_envelope (sizes[i]);
    const PerronWireItem *item = items->pdata[0];
    g_assert_cmpuint (items->len, ==, 1);
    g_assert_null (item->fault);
    g_assert_true (g_bytes_equal (item->envelope->sealed, wanted->sealed) && g_bytes_equal (item->envelope->signature, wanted->signature));
    g_assert_cmpmem (item->envelope->digest, 32, wanted->digest, 32);
    g_assert_cmpstr (item->envelope->terminal, ==, "borne-0001");
    g_assert_cmpstr (item->envelope->dest, ==, "000");
  }
}

/* Other writers of JSON escape what need not be: "\/" in base64, letters in names. */
static void
test_escaped (void)
{
  gsize len;
  g_autofree char *text = encode_one (1000, &len);
  g_autoptr (GString) escaped = g_string_new (text);

  g_assert_cmpuint (g_string_replace (escaped, "/", "\\/", 0), >, 10);
  g_string_replace (escaped, "resource", "r\\u0065source", 0);
  g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) escaped->str, escaped->len, NULL);
  g_autoptr (PerronEnvelope) wanted = make_envelope (1000);
  const PerronWireItem *item = items->pdata[0];
  g_assert_null (item->fault);
  g_assert_true (g_bytes_equal (item->envelope->sealed, wanted->sealed));
}

static void
test_not_encoded (void)
{
  static const char *const names[] = { "", "-a", "a b", "a\"b", "é", "abcdefghijklmnopqrstuvwxyzabcdef" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (PerronEnvelope) envelope = make_envelope (10);
    const PerronEnvelope *envelopes[] = { envelope };
    g_autoptr (GError) error = NULL;
    gsize len;
    g_free (envelope->terminal);
    envelope->terminal = g_strdup (names[i]);
    g_assert_null (perron_wire_encode_batch (envelopes, 1, &len, &error));
    g_assert_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT);
  }
}

/* One good entry with one thing changed: its fault names the element, and nothing of it is taken. */
static void
test_hostile_entries (void)
{
  static const struct {
    const char *from, *to, *fault;
  } rows[] = {
    { "\"resourceType\":\"Task\"", "\"resourceType\":\"Patient\"", "resource" },
    { "\"resource\":{", "\"resource\":7,\"x\":{", "resource" },
    { "\"id\":\"0192f3c1", "\"id\":\"0192F3C1", "id" },
    { "\"id\":\"0192f3c1-", "\"id\":\"", "id" },
    { "\"id\":\"0192f3c1-0000-7000-8000-000000000001\"", "\"id\":12", "id" },
    { "\"intent\":\"order\"", "\"intent\":\"plan\"", "code" },
    { "demande-scellee", "autre", "code" },
    { "\"value\":\"borne-0001\"", "\"value\":\"borne 0001\"", "requester" },
    { "\"value\":\"borne-0001\"", "\"value\":[\"borne-0001\"]", "requester" },
    { "identifier/terminal", "identifier/other", "requester" },
    { "\"value\":\"000\"", "\"value\":\"../000\"", "owner" },
    { "\"valueString\":\"", "\"valueString\":\"0", "extension.sha256" },
    { "StructureDefinition/sha256", "StructureDefinition/signature", "extension.sha256" },
    { "\"valuePositiveInt\":1", "\"valuePositiveInt\":0", "extension.suite" },
    { "\"valuePositiveInt\":1", "\"valuePositiveInt\":256", "extension.suite" },
    { "\"valuePositiveInt\":1", "\"valuePositiveInt\":\"1\"", "extension.suite" },
    { "c2lnbmF0dXJl", "c2lnbmF0dXJ", "extension.signature" },
    { "c2lnbmF0dXJl", "c2ln*mF0dXJl", "extension.signature" },
    { "application/cms", "application/pdf", "input.valueAttachment.contentType" },
    { "\"data\":\"AAcO", "\"data\":\"AAcP", "extension.sha256" },
    { "\"data\":\"AAcO", "\"data\":\"A cO", "input.valueAttachment.data" },
    { "\"data\":\"", "\"data\":\" ", "input.valueAttachment.data" },
    { "\"data\":\"AAcO", "\"data\":\"AA=O", "input.valueAttachment.data" },
    { "\"data\":\"AAcO", "\"data\":\"    ", "input.valueAttachment.data" },
    { "\"data\":\"AAcO", "\"data\":\"AA\\nO", "input.valueAttachment.data" },
    { "\"data\":", "\"none\":", "input.valueAttachment.data" },
    { "\"data\":", "\"data\":\"AAcO\",\"data\":", "input.valueAttachment.data" },
    { "\"id\":", "\"id\":\"0192f3c1-0000-7000-8000-000000000001\",\"id\":", "id" },
    { "\"intent\":", "\"int\\u0065nt\":\"order\",\"intent\":", "code" },
    { "\"owner\":", "\"requester\":{},\"owner\":", "requester" },
    { "\"valuePositiveInt\":1", "\"valuePositiveInt\":1.0", "extension.suite" },
    { "\"valuePositiveInt\":1", "\"valuePositiveInt\":18446744073709551617", "extension.suite" },
    { "\"code\":\"enveloppe\"", "\"code\":\"lettre\"", "input" },
    { "\"status\":\"requested\"", "\"status\":\"completed\"", "businessStatus" },
    { "\"status\":\"requested\"", "\"status\":\"received\"", "extension.received" },
    { "\"method\":\"PUT\"", "\"method\":\"POST\"", "request" },
    { "Task/0192f3c1-0000-7000-8000-000000000001", "Task/0192f3c1-0000-7000-8000-000000000002", "request" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize len;
    g_autofree char *text = encode_one (60, &len);
    char *at = strstr (text, rows[i].from);
    g_assert_nonnull (at);
    g_autofree char *changed = g_strdup_printf ("%.*s%s%s", (int) (at - text), text, rows[i].to, at + strlen (rows[i].from));
    g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) changed, strlen (changed), NULL);
    if (items == NULL)
      g_error ("no bundle any more: %s", rows[i].to);
    const PerronWireItem *item = items->pdata[0];
    g_assert_cmpstr (item->fault, ==, rows[i].fault);
    g_assert_null (item->envelope);
    g_assert_null (item->receipt);
  }
}

static void
test_hostile_bundles (void)
{
  static const char *const bodies[] = { "", "[]", "{}", "null", "{\"resourceType\":\"Bundle\"}",
                                        "{\"resourceType\":\"Bundle\",\"type\":\"transaction\"}",
                                        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":{}}",
                                        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[],\"entry\":[]}",
                                        "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"type\":\"batch\"}",
                                        "{\"resourceType\":[],\"type\":\"batch\"}" };
  for (gsize i = 0; i < G_N_ELEMENTS (bodies); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_wire_parse_batch ((const guint8 *) bodies[i], strlen (bodies[i]), &error));
    g_assert_nonnull (error);
  }
  g_autofree guint8 *large = g_malloc0 (PERRON_WIRE_BODY_MAX + 1);
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_wire_parse_batch (large, PERRON_WIRE_BODY_MAX + 1, &error));
  g_assert_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT);
}

static gboolean
parse_answer (const char *entries, guint sent, guint *ret_status)
{
  static const guint8 digest[PERRON_DIGEST_BYTES] = { 0xab };
  g_autofree char *body = g_strdup_printf ("{\"resourceType\":\"Bundle\",\"type\":\"batch-response\",\"entry\":[%s]}", entries);
  PerronWireExpected expected[2] = { { test_id, digest, 0 }, { test_id, digest, 0 } };
  g_autoptr (GError) error = NULL;
  gboolean taken = perron_wire_parse_answers ((const guint8 *) body, strlen (body), expected, sent, &error);
  g_assert_true (taken == (error == NULL));
  g_assert_true (taken || expected[0].ret_status == 0);
  *ret_status = expected[0].ret_status;
  return taken;
}

#define LOCATION "\"location\":\"Task/0192f3c1-0000-7000-8000-000000000001\""
#define ETAG "\"etag\":\"W/\\\"ab00000000000000000000000000000000000000000000000000000000000000\\\"\""
#define OUTCOME "\"outcome\":{\"resourceType\":\"OperationOutcome\",\"issue\":[]}"
#define OK_ENTRY "{\"response\":{\"status\":\"201 Created\"," LOCATION "," ETAG "}}"

/* The four-fold rule, entry by entry. */
static void
test_answers (void)
{
  static const struct {
    const char *entry;
    guint status; /* 0: nothing of the answer counts */
  } rows[] = {
    { OK_ENTRY, 201 },
    { "{\"response\":{\"status\":\"200\"," LOCATION "," ETAG "}}", 200 },
    { "{\"response\":{\"status\":\"409 Conflict\"," OUTCOME "}}", 409 },
    { "{\"response\":{\"status\":\"422\"," OUTCOME "}}", 422 },
    { "{\"response\":{\"status\":\"201 Created\"," LOCATION "}}", 0 },
    { "{\"response\":{\"status\":\"201 Created\"," ETAG "}}", 0 },
    { "{\"response\":{\"status\":\"202 Accepted\"," LOCATION "," ETAG "}}", 0 },
    { "{\"response\":{\"status\":\"204\"," LOCATION "," ETAG "}}", 0 },
    { "{\"response\":{\"status\":\"409 Conflict\"}}", 0 },
    { "{\"response\":{\"status\":\"409\",\"outcome\":{\"resourceType\":\"Patient\"}}}", 0 },
    { "{\"response\":{\"status\":\"429\"," OUTCOME "}}", 0 },
    { "{\"response\":{\"status\":\"503\"," OUTCOME "}}", 0 },
    { "{\"response\":{\"status\":201," LOCATION "," ETAG "}}", 0 },
    { "{\"response\":{\"status\":\"2010\"," LOCATION "," ETAG "}}", 0 },
    { "{\"response\":{\"status\":\"201 Created\"," LOCATION ",\"etag\":\"W/\\\"ab\\\"\"}}", 0 },
    { "{\"response\":{\"status\":\"201 Created\",\"location\":\"Task/0192f3c1-0000-7000-8000-000000000002\"," ETAG "}}", 0 },
    { "{}", 0 }, { "7", 0 }, { "", 0 }, { OK_ENTRY "," OK_ENTRY, 0 },
  };
  guint status;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_assert_true (parse_answer (rows[i].entry, 1, &status) == (rows[i].status != 0));
    g_assert_cmpuint (status, ==, rows[i].status);
  }
  /* One bad entry and the good one beside it does not count either. */
  g_assert_true (parse_answer (OK_ENTRY "," OK_ENTRY, 2, &status));
  g_assert_false (parse_answer (OK_ENTRY ",{\"response\":{\"status\":\"201\"}}", 2, &status));
}

static void
test_search (void)
{
  gsize len;
  gint64 cursor = -1;
  PerronReceipt receipt = { .terminal = (char *) "borne-0001", .caisse = (char *) "000", .received_unix_ms = 1763755200123 };
  const PerronReceipt *receipts[] = { &receipt };
  g_autoptr (GBytes) signature = g_bytes_new_static ("sig", 3);
  memcpy (receipt.id, test_id, sizeof receipt.id);
  receipt.signature = signature;
  g_autofree char *text = perron_wire_encode_search (NULL, receipts, NULL, 1, "requester=borne-0001", 42, &len);
  g_autoptr (GPtrArray) items = perron_wire_parse_search ((const guint8 *) text, len, &cursor, NULL);
  g_assert_cmpint (cursor, ==, 42);
  g_assert_cmpint (((PerronWireItem *) items->pdata[0])->receipt->received_unix_ms, ==, 1763755200123);

  static const char *const links[] = { "[]", "7", "[{\"relation\":\"next\",\"url\":\"Task\"}]",
                                       "[{\"relation\":\"next\",\"url\":\"Task?_since=-1\"}]",
                                       "[{\"relation\":\"next\",\"url\":\"Task?_since=1x\"}]",
                                       "[{\"relation\":\"self\",\"url\":\"Task?_since=1\"}]" };
  for (gsize i = 0; i < G_N_ELEMENTS (links); i++) {
    g_autofree char *body = g_strdup_printf ("{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"link\":%s}", links[i]);
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_wire_parse_search ((const guint8 *) body, strlen (body), &cursor, &error));
    g_assert_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_SHAPE);
  }
  g_assert_cmpint (cursor, ==, 42);
}

static PerronReply *
make_reply (PerronReplyCode code, gint64 number)
{
  PerronReply *reply = g_new0 (PerronReply, 1);
  memcpy (reply->id, test_id, sizeof reply->id);
  reply->digest[0] = 0xab;
  reply->terminal = g_strdup ("borne-0001");
  reply->caisse = g_strdup ("000");
  reply->code = code;
  reply->number = number;
  reply->replied_unix_ms = 1763755200123;
  reply->signature = g_bytes_new_static ("signature", 9);
  return reply;
}

static void
test_replies (void)
{
  for (guint code = PERRON_REPLY_NONE + 1; code < PERRON_REPLY_COUNT; code++) {
    g_autoptr (PerronReply) reply = make_reply ((PerronReplyCode) code, code * 7);
    const PerronReply *replies[] = { reply };
    gsize len;
    g_autofree char *text = perron_wire_encode_replies (replies, 1, &len, NULL);
    g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) text, len, NULL);
    const PerronWireItem *item = items->pdata[0];
    g_assert_null (item->fault);
    g_assert_null (item->receipt);
    g_assert_cmpint (item->reply->code, ==, code);
    g_assert_cmpint (item->reply->number, ==, code * 7);
    g_assert_cmpint (item->reply->replied_unix_ms, ==, 1763755200123);
    g_assert_cmpmem (item->reply->digest, 32, reply->digest, 32);
    g_assert_true (g_bytes_equal (item->reply->signature, reply->signature));
  }
}

static void
test_replies_not_encoded (void)
{
  static const struct {
    guint code;
    gint64 number, time;
  } rows[] = { { PERRON_REPLY_NONE, 1, 1 }, { PERRON_REPLY_COUNT, 1, 1 }, { PERRON_REPLY_DONE, 0, 1 },
               { PERRON_REPLY_DONE, PERRON_REPLY_NUMBER_MAX + 1LL, 1 }, { PERRON_REPLY_DONE, 1, -1 }, { PERRON_REPLY_DONE, 1, 253402300800000 } };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PerronReply) reply = make_reply ((PerronReplyCode) rows[i].code, rows[i].number);
    const PerronReply *replies[] = { reply };
    g_autoptr (GError) error = NULL;
    gsize len;
    reply->replied_unix_ms = rows[i].time;
    g_assert_null (perron_wire_encode_replies (replies, 1, &len, &error));
    g_assert_error (error, PERRON_WIRE_ERROR, PERRON_WIRE_ERROR_LIMIT);
  }
}

/* One thing of a good reply changed: named, and nothing of it is taken. */
static void
test_hostile_replies (void)
{
  static const struct {
    const char *from, *to, *fault;
  } rows[] = {
    { "\"code\":\"cannot-be-done\"", "\"code\":\"cannot\"", "businessStatus" },
    { "\"status\":\"rejected\"", "\"status\":\"completed\"", "businessStatus" }, /* "done" is not said with this code */
    { "\"code\":\"phone\"", "\"code\":\"other\"", "businessStatus" },
    { "\"statusReason\"", "\"statusReasons\"", "businessStatus" },
    { "CodeSystem/reponse", "CodeSystem/motif", "businessStatus" },
    { "\"valuePositiveInt\":3", "\"valuePositiveInt\":0", "extension.reply-number" },
    { "\"valuePositiveInt\":3", "\"valuePositiveInt\":2147483648", "extension.reply-number" },
    { "\"valuePositiveInt\":3", "\"valuePositiveInt\":\"3\"", "extension.reply-number" },
    { "StructureDefinition/replied", "StructureDefinition/received", "extension.signature" },
    { "T20:00:00.123Z", "T20:00:00Z", "extension.replied" },
    { "c2lnbmF0dXJl", "c2ln*mF0dXJl", "extension.reply-signature" },
    { "\"status\":\"rejected\"", "\"status\":\"cancelled\"", "extension.signature" },
    { "\"method\":\"PUT\"", "\"method\":\"PATCH\"", "request" },
  };
  g_autoptr (PerronReply) reply = make_reply (PERRON_REPLY_CANNOT_PHONE, 3);
  const PerronReply *replies[] = { reply };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    gsize len;
    g_autofree char *text = perron_wire_encode_replies (replies, 1, &len, NULL);
    char *at = strstr (text, rows[i].from);
    g_assert_nonnull (at);
    g_autofree char *changed = g_strdup_printf ("%.*s%s%s", (int) (at - text), text, rows[i].to, at + strlen (rows[i].from));
    g_autoptr (GPtrArray) items = perron_wire_parse_batch ((const guint8 *) changed, strlen (changed), NULL);
    const PerronWireItem *item = items->pdata[0];
    g_assert_cmpstr (item->fault, ==, rows[i].fault);
    g_assert_true (item->reply == NULL && item->receipt == NULL);
  }
}

/* A searchset has one Task a request: reply and receipt together. */
static void
test_search_replied (void)
{
  g_autoptr (PerronReply) reply = make_reply (PERRON_REPLY_CALL_MISSED, 2);
  PerronReceipt receipt = { .terminal = reply->terminal, .caisse = reply->caisse, .received_unix_ms = 5, .signature = reply->signature };
  const PerronReceipt *receipts[] = { &receipt, &receipt };
  const PerronReply *replies[] = { reply, NULL };
  gsize len;
  gint64 cursor;
  memcpy (receipt.id, test_id, sizeof receipt.id);
  g_autofree char *text = perron_wire_encode_search (NULL, receipts, replies, 2, "requester=borne-0001", 9, &len);
  g_autoptr (GPtrArray) items = perron_wire_parse_search ((const guint8 *) text, len, &cursor, NULL);
  g_assert_cmpuint (items->len, ==, 2);
  const PerronWireItem *both = items->pdata[0], *plain = items->pdata[1];
  g_assert_true (both->fault == NULL && plain->fault == NULL && plain->reply == NULL);
  g_assert_cmpint (both->receipt->received_unix_ms, ==, 5);
  g_assert_cmpint (both->reply->number, ==, 2);
  g_assert_cmpint (plain->receipt->received_unix_ms, ==, 5);
}

static void
test_fhir_type (void)
{
  g_assert_true (perron_wire_is_fhir ("application/fhir+json") && perron_wire_is_fhir ("Application/FHIR+json; charset=utf-8"));
  g_assert_false (perron_wire_is_fhir (NULL) || perron_wire_is_fhir ("application/json") || perron_wire_is_fhir ("application/fhir+jsonx"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/json-check", test_json_check);
  g_test_add_func ("/wire/json-values", test_json_values);
  g_test_add_func ("/wire/json-twice", test_json_twice);
  g_test_add_func ("/wire/json-words-of-eight", test_json_words_of_eight);
  g_test_add_func ("/wire/deep", test_deep);
  g_test_add_func ("/wire/round", test_round);
  g_test_add_func ("/wire/escaped", test_escaped);
  g_test_add_func ("/wire/not-encoded", test_not_encoded);
  g_test_add_func ("/wire/hostile-entries", test_hostile_entries);
  g_test_add_func ("/wire/hostile-bundles", test_hostile_bundles);
  g_test_add_func ("/wire/answers", test_answers);
  g_test_add_func ("/wire/search", test_search);
  g_test_add_func ("/wire/replies", test_replies);
  g_test_add_func ("/wire/replies-not-encoded", test_replies_not_encoded);
  g_test_add_func ("/wire/hostile-replies", test_hostile_replies);
  g_test_add_func ("/wire/search-replied", test_search_replied);
  g_test_add_func ("/wire/fhir-type", test_fhir_type);
  return g_test_run ();
}
