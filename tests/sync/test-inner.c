/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/inner.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "sync/store/secret-json.h"

static const guint8 ID[PERRON_UUID_BYTES] = { 0x01, 0x92, 0xf3, 0xc1, 0, 0, 0x70, 1, 0x80 };

static PerronRequest *
make_request (gboolean with_holder)
{
  PerronRequest *request = perron_request_new ();
  g_assert_true (perron_secret_copy_text (request->kind, sizeof request->kind, "rappel"));
  g_assert_true (perron_secret_copy_text (request->journey, sizeof request->journey, "adulte-seul"));
  g_assert_true (perron_secret_copy_text (request->language, sizeof request->language, "fr"));
  g_assert_true (perron_secret_copy_text (request->consent_key, sizeof request->consent_key, "consent.rappel"));
  g_assert_true (perron_secret_copy_text (request->consent_sha256, sizeof request->consent_sha256, "00ff"));
  request->journey_version = 3;
  request->confirmed_unix_ms = G_GINT64_CONSTANT (1795300000000);
  g_assert_true (perron_request_set_field (request, "phone", "06 39 98 00 01"));
  g_assert_true (perron_request_set_field (request, "note", "a\"b\\c\n\x01/é"));
  g_assert_true (perron_request_set_field (request, "empty", ""));
  if (with_holder) {
    PerronHolder *holder = &request->holder;
    request->has_holder = request->holder_from_card = TRUE;
    g_assert_true (perron_secret_copy_text (holder->surname, sizeof holder->surname, "D'ÉPREUVE"));
    g_assert_true (perron_secret_copy_text (holder->given_name, sizeof holder->given_name, "ZOÉ"));
    g_assert_true (perron_secret_copy_text (holder->number.value, sizeof holder->number.value, "290017500000176"));
    holder->number.kind = PERRON_NUMBER_NIR;
    g_assert_true (perron_secret_copy_text (holder->birth.raw, sizeof holder->birth.raw, "19900100"));
    holder->birth.year = 1990;
    holder->birth.month = 1;
  }
  return request;
}

/* Parsed by a reader that knows nothing of the writer. */
static JsonNode *
encode (const PerronRequest *request)
{
  g_autoptr (GError) error = NULL;
  gsize length = 0;
  g_autoptr (PerronSecretText) text = perron_inner_encode (request, ID, "borne-0001", "K7RA-42XU", 12, &length);

  g_assert_nonnull (text);
  g_assert_cmpuint (length, ==, strlen (text));
  g_assert_true (g_utf8_validate (text, (gssize) length, NULL));
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_assert_true (json_parser_load_from_data (parser, text, (gssize) length, &error));
  return json_parser_steal_root (parser);
}

static char *
find (JsonNode *root, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) found = json_path_query (path, root, &error);
  g_assert_no_error (error);
  JsonArray *array = json_node_get_array (found);
  if (json_array_get_length (array) != 1)
    return g_strdup_printf ("%u matches", json_array_get_length (array));
  JsonNode *node = json_array_get_element (array, 0);
  return json_node_get_value_type (node) == G_TYPE_INT64 ? g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node))
                                                         : json_node_dup_string (node);
}

static void
assert_at (JsonNode *root, const char *path, const char *expected)
{
  g_autofree char *is = find (root, path);
  g_test_message ("%s", path);
  g_assert_cmpstr (is, ==, expected);
}

/* Value of the Task.input of that code, or NULL. */
static char *
input (JsonNode *root, const char *code, const char *member)
{
  g_autoptr (JsonNode) found = json_path_query ("$.entry[0].resource.input[*]", root, NULL);
  JsonArray *inputs = json_node_get_array (found);
  for (guint i = 0; i < json_array_get_length (inputs); i++) {
    g_autoptr (JsonNode) one = json_node_init_object (json_node_alloc (), json_array_get_object_element (inputs, i));
    g_autofree char *is = find (one, "$.type.coding[0].code");
    if (strcmp (is, code) == 0) {
      g_autofree char *path = g_strdup_printf ("$.%s", member);
      return find (one, path);
    }
  }
  return NULL;
}

static void
assert_input (JsonNode *root, const char *code, const char *member, const char *expected)
{
  g_autofree char *is = input (root, code, member);
  g_test_message ("%s", code);
  g_assert_cmpstr (is, ==, expected);
}

static void
test_task (void)
{
  g_autoptr (PerronRequest) request = make_request (FALSE);
  g_autoptr (JsonNode) root = encode (request);

  assert_at (root, "$.resourceType", "Bundle");
  assert_at (root, "$.type", "transaction");
  assert_at (root, "$.entry[0].fullUrl", "urn:uuid:0192f3c1-0000-7001-8000-000000000000");
  assert_at (root, "$.entry[0].request.method", "PUT");
  assert_at (root, "$.entry[0].request.url", "Task/0192f3c1-0000-7001-8000-000000000000");
  assert_at (root, "$.entry[0].resource.resourceType", "Task");
  assert_at (root, "$.entry[0].resource.id", "0192f3c1-0000-7001-8000-000000000000");
  assert_at (root, "$.entry[0].resource.status", "requested");
  assert_at (root, "$.entry[0].resource.intent", "order");
  assert_at (root, "$.entry[0].resource.code.coding[0].code", "rappel");
  assert_at (root, "$.entry[0].resource.identifier[0].value", "K7RA-42XU");
  assert_at (root, "$.entry[0].resource.requester.identifier.value", "borne-0001");
  assert_at (root, "$.entry[0].resource.authoredOn", "2026-11-21T22:26:40Z");
  assert_at (root, "$.entry[*].resource.resourceType", "Task");
  assert_at (root, "$.entry[0].resource.for", "0 matches");
  assert_input (root, "counter", "valueDecimal", "12");
  assert_input (root, "journey-version", "valueDecimal", "3");
  assert_input (root, "phone", "valueString", "06 39 98 00 01");
  assert_input (root, "note", "valueString", "a\"b\\c\n\x01/é");
  assert_input (root, "consent-sha256", "valueString", "00ff");
  assert_input (root, "empty", "valueString", NULL);
}

static void
test_patient (void)
{
  g_autoptr (PerronRequest) request = make_request (TRUE);
  g_autoptr (JsonNode) root = encode (request);
  g_autofree char *system = NULL;

  assert_at (root, "$.entry[1].resource.resourceType", "Patient");
  assert_at (root, "$.entry[1].request.method", "PUT");
  assert_at (root, "$.entry[1].request.url", "Patient/0192f3c1-0000-7001-8000-000000000001");
  assert_at (root, "$.entry[0].resource.for.reference", "urn:uuid:0192f3c1-0000-7001-8000-000000000001");
  assert_at (root, "$.entry[1].fullUrl", "urn:uuid:0192f3c1-0000-7001-8000-000000000001");
  assert_at (root, "$.entry[1].resource.name[0].family", "D'ÉPREUVE");
  assert_at (root, "$.entry[1].resource.name[0].given[0]", "ZOÉ");
  assert_at (root, "$.entry[1].resource.birthDate", "1990-01");
  assert_at (root, "$.entry[1].resource._birthDate.extension[0].valueString", "19900100");
  assert_at (root, "$.entry[1].resource.telecom[0].system", "phone");
  assert_at (root, "$.entry[1].resource.telecom[0].value", "06 39 98 00 01");
  assert_at (root, "$.entry[1].resource.identifier[0].value", "290017500000176");
  assert_input (root, "identity-source", "valueString", "card");
  /* Not the systems of the INS (NIR, NIA and their test roots share this arc), and no word of it. */
  g_autofree char *text = json_to_string (root, FALSE);
  g_assert_null (strstr (text, "1.2.250.1.213.1.4"));
  g_assert_null (strstr (text, "INS"));
}

static void
test_bad_bytes (void)
{
  g_autoptr (PerronRequest) request = make_request (TRUE);
  memcpy (request->holder.surname, "A\xff" "B\xc3", 5);
  g_autoptr (JsonNode) root = encode (request);
  assert_at (root, "$.entry[1].resource.name[0].family", "A\xef\xbf\xbd" "B\xef\xbf\xbd");
}

/* The whole or nothing, at every size. */
static void
test_too_long (void)
{
  static const char expected[] = "{\"a\":[\"b\\\"\",-5],\"c\":\"\\u000a\"}";
  for (gsize size = 1; size <= sizeof expected + 1; size++) {
    PerronSecretJson json;
    gsize length = 99;
    perron_secret_json_init (&json, size);
    perron_secret_json_open (&json, NULL, '{');
    perron_secret_json_open (&json, "a", '[');
    perron_secret_json_string (&json, NULL, "b\"");
    perron_secret_json_number (&json, NULL, -5);
    perron_secret_json_close (&json, ']');
    perron_secret_json_string (&json, "c", "\n");
    perron_secret_json_close (&json, '}');
    g_autoptr (PerronSecretText) text = perron_secret_json_finish (&json, &length);
    g_assert_cmpint (text != NULL, ==, size >= sizeof expected);
    g_assert_cmpuint (length, ==, text != NULL ? sizeof expected - 1 : 99);
    if (text != NULL)
      g_assert_cmpstr (text, ==, expected);
  }
}

static void
test_memory_is_given_back (void)
{
  gsize before = perron_secret_in_use ();
  test_patient ();
  test_too_long ();
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/inner/task", test_task);
  g_test_add_func ("/inner/patient", test_patient);
  g_test_add_func ("/inner/bad-bytes", test_bad_bytes);
  g_test_add_func ("/inner/too-long", test_too_long);
  g_test_add_func ("/inner/memory-is-given-back", test_memory_is_given_back);
  return g_test_run ();
}
