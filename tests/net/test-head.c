/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/head.h"

#include <string.h>

/* The audit head on the wire: what is written is read, and nothing else is. */

static PerronHead *
make_head (gint64 after_n)
{
  PerronHead *head = g_new0 (PerronHead, 1);
  g_strlcpy (head->terminal, "borne-0001", sizeof head->terminal);
  head->n = 412;
  memset (head->hash, 0xa5, sizeof head->hash);
  head->time_unix_ms = G_GINT64_CONSTANT (1795300000123);
  head->signature = g_bytes_new_static ("signature", 9);
  head->after_n = after_n;
  memset (head->after_hash, 0x5a, sizeof head->after_hash);
  return head;
}

static void
test_round_trip (void)
{
  for (gint64 after_n = 0; after_n < 3; after_n += 2) {
    g_autoptr (PerronHead) head = make_head (after_n);
    g_autoptr (GError) error = NULL;
    gsize len;
    g_autofree char *text = perron_head_encode (head, &len);
    g_autoptr (PerronHead) read = perron_head_parse ((const guint8 *) text, len, &error);
    g_assert_no_error (error);
    g_assert_cmpstr (read->terminal, ==, "borne-0001");
    g_assert_cmpint (read->n, ==, 412);
    g_assert_cmpint (read->time_unix_ms, ==, head->time_unix_ms);
    g_assert_cmpint (read->after_n, ==, after_n);
    g_assert_cmpmem (read->hash, sizeof read->hash, head->hash, sizeof head->hash);
    g_assert_true (g_bytes_equal (read->signature, head->signature));
    if (after_n > 0)
      g_assert_cmpmem (read->after_hash, sizeof read->after_hash, head->after_hash, sizeof head->after_hash);
  }
}

/* One piece of a good head replaced: refused, each time. */
static void
test_hostile (void)
{
  static const struct {
    const char *piece, *instead;
  } rows[] = {
    { "\"Basic\"", "\"Bundle\"" },
    { "tete-journal", "demande-scellee" },
    { "CodeSystem/type", "CodeSystem/other" },
    { "identifier/terminal", "identifier/caisse" },
    { "borne-0001", "" },
    { "borne-0001", "-borne" },
    { "borne-0001", "../../etc" },
    { "borne-0001", "borne-0001-borne-0001-borne-0001-borne" },
    { ":412", ":0" },
    { ":412", ":-1" },
    { ":412", ":412.5" },
    { ":412", ":\"412\"" },
    { ":412", ":2147483648" },
    { ":412", ":9223372036854775808" },
    { "a5a5a5", "A5A5A5" },
    { "a5a5a5", "" },
    { "a5a5a5", "a5a5zz" },
    { ".123Z", "Z" },
    { ".123Z", ".123+01:00" },
    { "c2lnbmF0dXJl", "" },
    { "c2lnbmF0dXJl", "c2lnbmF0dXJ" },
    { "c2lnbmF0dXJl", "c2ln\\u0000mF0" },
    { ":398", ":0" },
    { ":398", ":null" },
    { "5a5a5a", "5a5a" },
    { "StructureDefinition/after-number", "StructureDefinition/number" },
    { "StructureDefinition/after-sha256", "StructureDefinition/sha256" },
    { "StructureDefinition/time", "StructureDefinition/thyme" },
    { "\"extension\":[", "\"extension\":[7," },
    { "]}", "]" },
    { "{\"resourceType\"", "[{\"resourceType\"" },
  };
  g_autoptr (PerronHead) head = make_head (398);
  gsize len;
  g_autofree char *good = perron_head_encode (head, &len);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    const char *at = strstr (good, rows[i].piece);
    g_assert_nonnull (at);
    g_autofree char *bad = g_strdup_printf ("%.*s%s%s", (int) (at - good), good, rows[i].instead, at + strlen (rows[i].piece));
    g_autoptr (PerronHead) read = perron_head_parse ((const guint8 *) bad, strlen (bad), &error);
    /* A stray element of an array is passed over; all else is refused. */
    gboolean stray = strstr (rows[i].instead, "[7,") != NULL;
    if ((read != NULL) != stray)
      g_error ("row %" G_GSIZE_FORMAT ": %s -> %s", i, rows[i].piece, rows[i].instead);
    g_assert_true (stray || error->domain == PERRON_WIRE_ERROR);
  }
  for (gsize cut = 0; cut < len; cut++)
    g_assert_null (perron_head_parse ((const guint8 *) good, cut, NULL));
  g_autofree char *large = g_strnfill (PERRON_HEAD_BODY_MAX + 1, ' ');
  g_assert_null (perron_head_parse ((const guint8 *) large, PERRON_HEAD_BODY_MAX + 1, NULL));
}

static void
test_answers (void)
{
  guint8 hash[PERRON_DIGEST_BYTES], read[PERRON_DIGEST_BYTES];
  gint64 n = 0;
  gsize len;

  memset (hash, 7, sizeof hash);
  g_autofree char *kept = perron_head_encode_kept ("borne-0001", 60, hash, &len);
  g_assert_true (perron_head_parse_kept ((const guint8 *) kept, len, &n, read, NULL));
  g_assert_cmpint (n, ==, 60);
  g_assert_cmpmem (read, sizeof read, hash, sizeof hash);
  g_autofree char *asked = perron_head_encode_kept ("borne-0001", 61, NULL, &len);
  g_assert_true (perron_head_parse_kept ((const guint8 *) asked, len, &n, NULL, NULL));
  g_assert_cmpint (n, ==, 61);
  g_assert_false (perron_head_parse_kept ((const guint8 *) asked, len, &n, read, NULL));
  g_assert_false (perron_head_parse_kept ((const guint8 *) "<html>", 6, &n, NULL, NULL));

  static const struct {
    const char *text, *word;
  } refusals[] = {
    { "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"diagnostics\":\"back\"}]}", "back" },
    { "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"diagnostics\":\"forked\"}]}", "forked" },
    { "{\"resourceType\":\"OperationOutcome\",\"issue\":[{\"diagnostics\":\"backwards\"}]}", NULL },
    { "{\"resourceType\":\"OperationOutcome\",\"issue\":[]}", NULL },
    { "{\"resourceType\":\"OperationOutcome\"}", NULL },
    { "{\"resourceType\":\"Bundle\",\"issue\":[{\"diagnostics\":\"back\"}]}", NULL },
    { "back", NULL },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    g_assert_cmpstr (perron_head_parse_refusal ((const guint8 *) refusals[i].text, strlen (refusals[i].text)), ==, refusals[i].word);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/head/round-trip", test_round_trip);
  g_test_add_func ("/head/hostile", test_hostile);
  g_test_add_func ("/head/answers", test_answers);
  return g_test_run ();
}
