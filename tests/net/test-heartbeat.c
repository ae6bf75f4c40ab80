/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/heartbeat.h"

#include <string.h>

/* A heartbeat on the wire: what is written is read, and nothing else is. */

static const PerronHeartbeat full = {
  .terminal = "borne-0001",
  .time_ms = G_GINT64_CONSTANT (1795292100123),
  .program = "0.1.0",
  .content = "2026.11 \xe2\x80\x9c<b>&'\\\xe2\x80\x9d",
  .protocol = "h2",
  .recipients = PERRON_RECIPIENTS_ESCROW,
  .waiting = 3,
  .dead = 1,
  .oldest_s = 5400,
  .attempts = { 2, 1, 0, 7 },
  .receipt_ms = 11,
  .free_kib = G_GINT64_CONSTANT (1) << 40,
  .wal_kib = 64,
  .audit_n = 412,
  .ready_ms = 12,
  .check_count = 2,
  .checks = { { "card-reader", PERRON_CHECK_READY }, { "printer", PERRON_CHECK_NOT_READY } },
};

static void
test_round_trip (void)
{
  g_autoptr (GError) error = NULL;
  PerronHeartbeat read;
  gsize len;
  g_autofree char *text = perron_heartbeat_encode (&full, &len);

  g_assert_true (perron_heartbeat_parse ((const guint8 *) text, len, &read, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (&read, sizeof read, &full, sizeof full);
  g_assert_cmpuint (perron_heartbeat_count (&read, PERRON_CHECK_NOT_READY), ==, 1);
  g_assert_cmpuint (perron_heartbeat_count (&read, PERRON_CHECK_ATTENTION), ==, 0);
}

/* One piece of a good one replaced: refused each time, naming what it was. */
static void
test_hostile (void)
{
  static const struct {
    const char *piece, *instead, *named;
  } rows[] = {
    { "perron-heartbeat-1", "perron-heartbeat-2", "format" },
    { "borne-0001", "", "terminal" },
    { "borne-0001", "../../etc", "terminal" },
    { "borne-0001", "borne-0001-borne-0001-borne-0001-borne", "terminal" },
    { "\"0.1.0\"", "17", "program" },
    { "\"0.1.0\"", "null", "program" },
    { "0.1.0", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "program" },
    { "0.1.0", "1\\n2", "program" },
    { "0.1.0", "\\u202e1", "program" },
    { "0.1.0", "\\u0007", "program" },
    { "\"h2\"", "\"h3\"", "protocol" },
    { "escrow-only", "nobody", "recipients" },
    { "\"waiting\":3", "\"waiting\":-1", "waiting" },
    { "\"waiting\":3", "\"waiting\":3.5", "waiting" },
    { "\"waiting\":3", "\"waiting\":\"3\"", "waiting" },
    { "\"waiting\":3", "\"waiting\":4294967296", "waiting" },
    { "\"waiting\":3", "\"waiting\":true", "waiting" },
    { "\"waiting\":3,", "", "waiting" },
    { "\"audit_n\":412", "\"audit_n\":99999999999999999999", "audit_n" },
    { "[2,1,0,7]", "[2,1,0]", "attempts" },
    { "[2,1,0,7]", "[2,1,0,7,0]", "attempts" },
    { "[2,1,0,7]", "[2,1,0,-7]", "attempts" },
    { "[2,1,0,7]", "[2,1,0,[7]]", "attempts" },
    { "[2,1,0,7]", "7", "attempts" },
    { "\"not-ready\"", "\"broken\"", "ready" },
    { "\"not-ready\"", "1", "ready" },
    { "\"printer\"", "\"<b>\"", "ready" },
    { "\"printer\"", "\"\"", "ready" },
    { "\"printer\"", "\"printer-printer-printer-printer-printer\"", "ready" },
    { "{\"card-reader\":\"ready\",\"printer\":\"not-ready\"}", "[]", "ready" },
    { "{\"card-reader\"", "{\"x\":{\"y\":1},\"card-reader\"", "ready" },
    { "\"printer\"", "\"card-reader\"", "ready" },
    { "\"audit_n\":412", "\"audit_n\":412,\"audit_n\":412", "audit_n" },
    { "{\"card-reader\"", "{\"x\":{\"y\":{}},\"card-reader\"", "body" },
    { "}}", "}} ]", "body" },
    { "}}", "}", "body" },
  };
  gsize len;
  g_autofree char *good = perron_heartbeat_encode (&full, &len);

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GString) text = g_string_new (good);
    g_autoptr (GError) error = NULL;
    PerronHeartbeat read = { .waiting = 77 };
    g_assert_cmpuint (g_string_replace (text, rows[i].piece, rows[i].instead, 1), ==, 1);
    g_assert_false (perron_heartbeat_parse ((const guint8 *) text->str, text->len, &read, &error));
    g_assert_true (g_str_has_prefix (error->message, rows[i].named));
    g_assert_cmpint (read.waiting, ==, 77);
  }
}

static void
test_bounds (void)
{
  PerronHeartbeat read;
  g_autoptr (GString) many = g_string_new ("\"ready\":{");
  gsize len;
  g_autofree char *good = perron_heartbeat_encode (&full, &len);
  g_autofree char *large = g_strnfill (PERRON_HEARTBEAT_BODY_MAX + 1, ' ');

  memcpy (large, good, len);
  g_assert_true (perron_heartbeat_parse ((const guint8 *) large, PERRON_HEARTBEAT_BODY_MAX, &read, NULL));
  g_assert_false (perron_heartbeat_parse ((const guint8 *) large, PERRON_HEARTBEAT_BODY_MAX + 1, &read, NULL));
  g_assert_false (perron_heartbeat_parse ((const guint8 *) "", 0, &read, NULL));
  for (guint i = 0; i <= PERRON_HEARTBEAT_CHECKS_MAX; i++)
    g_string_append_printf (many, "\"c%u\":\"ready\",", i);
  g_autoptr (GString) text = g_string_new (good);
  g_string_replace (text, "\"ready\":{", many->str, 1);
  g_assert_false (perron_heartbeat_parse ((const guint8 *) text->str, text->len, &read, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/heartbeat/round-trip", test_round_trip);
  g_test_add_func ("/heartbeat/hostile", test_hostile);
  g_test_add_func ("/heartbeat/bounds", test_bounds);
  return g_test_run ();
}
