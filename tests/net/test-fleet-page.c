/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/fleet-page.h"

#include <string.h>

/* Who needs a human first, and the page that says so. */

#define NOW_MS G_GINT64_CONSTANT (1795292100123)
#define HOUR_MS G_GINT64_CONSTANT (3600000)

static GArray *
new_seen (void)
{
  return g_array_new (FALSE, TRUE, sizeof (PerronSeen));
}

/* One with nothing to say of. */
static PerronSeen *
add (GArray *seen, const char *name)
{
  PerronSeen one = { .seen_ms = NOW_MS - 60000,
                     .heartbeat = { .time_ms = NOW_MS - 60000, .ready_ms = NOW_MS - HOUR_MS, .free_kib = 1 << 20, .protocol = "h2" } };
  g_strlcpy (one.heartbeat.terminal, name, sizeof one.heartbeat.terminal);
  g_array_append_val (seen, one);
  return &g_array_index (seen, PerronSeen, seen->len - 1);
}

static GPtrArray *
rank (const GArray *seen)
{
  g_autoptr (GArray) none = g_array_new (FALSE, TRUE, sizeof (PerronHeadAlarm));
  return perron_fleet_new (seen, none, NOW_MS);
}

static void
make_dead (PerronSeen *seen) { seen->heartbeat.dead = 1; }
static void
make_escrow (PerronSeen *seen) { seen->heartbeat.recipients = PERRON_RECIPIENTS_ESCROW; }
static void
make_silent (PerronSeen *seen) { seen->seen_ms = seen->heartbeat.time_ms = seen->heartbeat.ready_ms = NOW_MS - 100 * HOUR_MS; }
static void
make_not_ready (PerronSeen *seen) { seen->heartbeat.checks[seen->heartbeat.check_count++] = (PerronCheck){ "printer", PERRON_CHECK_NOT_READY }; }
static void
make_stuck (PerronSeen *seen) { seen->heartbeat.waiting = 1, seen->heartbeat.oldest_s = 30 * 86400; }
static void
make_quiet (PerronSeen *seen) { seen->seen_ms = seen->heartbeat.time_ms = seen->heartbeat.ready_ms = NOW_MS - 27 * HOUR_MS; }
static void
make_late (PerronSeen *seen) { seen->heartbeat.waiting = 1, seen->heartbeat.oldest_s = 86400 - 30; /* a minute has passed since */ }
static void
make_clock (PerronSeen *seen) { seen->heartbeat.time_ms -= 300000; }
static void
make_space (PerronSeen *seen) { seen->heartbeat.free_kib = 1024; }
static void
make_retried (PerronSeen *seen) { seen->heartbeat.attempts[2] = 1; }
static void
make_attention (PerronSeen *seen) { seen->heartbeat.checks[seen->heartbeat.check_count++] = (PerronCheck){ "speech", PERRON_CHECK_ATTENTION }; }
static void
make_unchecked (PerronSeen *seen) { seen->heartbeat.ready_ms = 0; }
static void
make_http1 (PerronSeen *seen) { g_strlcpy (seen->heartbeat.protocol, "http/1.1", sizeof seen->heartbeat.protocol); }

/* Each alone gives its reason and no other, and they come in this order whatever the order of the store. */
static void
test_order (void)
{
  static const struct {
    void (*make) (PerronSeen *seen);
    PerronFleetReason reason;
    PerronFleetLevel level;
  } rows[] = {
    { make_dead, PERRON_FLEET_DEAD, PERRON_FLEET_ACT },           { make_escrow, PERRON_FLEET_ESCROW, PERRON_FLEET_ACT },
    { make_silent, PERRON_FLEET_SILENT, PERRON_FLEET_ACT },       { make_not_ready, PERRON_FLEET_NOT_READY, PERRON_FLEET_ACT },
    { make_stuck, PERRON_FLEET_STUCK, PERRON_FLEET_ACT },         { make_quiet, PERRON_FLEET_QUIET, PERRON_FLEET_WATCH },
    { make_late, PERRON_FLEET_LATE, PERRON_FLEET_WATCH },         { make_clock, PERRON_FLEET_CLOCK, PERRON_FLEET_WATCH },
    { make_space, PERRON_FLEET_SPACE, PERRON_FLEET_WATCH },       { make_retried, PERRON_FLEET_RETRIED, PERRON_FLEET_WATCH },
    { make_attention, PERRON_FLEET_ATTENTION, PERRON_FLEET_WATCH }, { make_unchecked, PERRON_FLEET_UNCHECKED, PERRON_FLEET_WATCH },
    { make_http1, PERRON_FLEET_HTTP1, PERRON_FLEET_WATCH },
  };
  g_autoptr (GArray) seen = new_seen ();
  add (seen, "b-fine");
  add (seen, "a-fine");
  for (gsize i = G_N_ELEMENTS (rows); i-- > 0;) {
    char name[16];
    g_snprintf (name, sizeof name, "row-%02" G_GSIZE_FORMAT, i);
    rows[i].make (add (seen, name));
  }
  g_autoptr (GPtrArray) fleet = rank (seen);
  g_assert_cmpuint (fleet->len, ==, G_N_ELEMENTS (rows) + 2);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const PerronFleetRow *row = fleet->pdata[i];
    g_assert_cmphex (row->reasons, ==, 1u << rows[i].reason);
    g_assert_cmpint (row->level, ==, rows[i].level);
  }
  g_assert_cmpstr (((PerronFleetRow *) fleet->pdata[G_N_ELEMENTS (rows)])->terminal, ==, "a-fine");
}

/* An alarm is above all, also of a terminal that never said how it is. */
static void
test_alarms (void)
{
  g_autoptr (GArray) seen = new_seen (), alarms = g_array_new (FALSE, TRUE, sizeof (PerronHeadAlarm));
  PerronHeadAlarm known = { .terminal = "borne-2", .word = "back", .kept_n = 9, .seen_n = 7, .count = 1 };
  PerronHeadAlarm unknown = { .terminal = "borne-3", .word = "forked", .kept_n = 9, .seen_n = 9, .count = 1 };
  PerronFleetQuery query;
  gsize len;

  make_dead (add (seen, "borne-1"));
  add (seen, "borne-2");
  g_array_append_val (alarms, known);
  g_array_append_val (alarms, unknown);
  g_autoptr (GPtrArray) fleet = perron_fleet_new (seen, alarms, NOW_MS);
  g_assert_cmpuint (fleet->len, ==, 3);
  g_assert_cmpstr (((PerronFleetRow *) fleet->pdata[0])->terminal, ==, "borne-3");
  g_assert_cmpstr (((PerronFleetRow *) fleet->pdata[1])->terminal, ==, "borne-2");
  perron_fleet_query_read (&query, NULL, NULL, 1);
  g_autofree char *page = perron_fleet_page (fleet, NULL, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (page, "revenu en arrière"));
  g_assert_nonnull (strstr (page, "Elle n’a encore rien dit"));
}

/* What a terminal says of itself is text and nothing else, in the page and in JSON. */
static void
test_escaped (void)
{
  g_autoptr (GArray) seen = new_seen ();
  PerronFleetQuery query;
  gsize len;
  PerronSeen *one = add (seen, "borne-1");
  g_strlcpy (one->heartbeat.content, "<script>alert(\"1\")</script>", sizeof one->heartbeat.content);
  g_strlcpy (one->heartbeat.program, "'><img src=x>&amp;", sizeof one->heartbeat.program);
  g_autoptr (GPtrArray) fleet = rank (seen);
  perron_fleet_query_read (&query, NULL, "borne", 1);
  g_autofree char *page = perron_fleet_page (fleet, NULL, &query, NOW_MS, &len);
  g_assert_cmpuint (strlen (page), ==, len);
  g_assert_null (strstr (page, "<script"));
  g_assert_null (strstr (page, "<img"));
  g_assert_nonnull (strstr (page, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"));
  g_assert_nonnull (strstr (page, "&apos;&gt;&lt;img src=x&gt;&amp;amp;"));
  g_autofree char *json = perron_fleet_json (fleet, NULL, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (json, "<script>alert(\\\"1\\\")"));
}

static void
test_query (void)
{
  static const struct {
    const char *level, *name;
    gint64 page;
    PerronFleetLevel is;
    const char *is_name;
  } rows[] = {
    { NULL, NULL, 1, PERRON_FLEET_LEVELS, "" },
    { "a-traiter", "borne-1", 3, PERRON_FLEET_ACT, "borne-1" },
    { "a-surveiller", "", 1, PERRON_FLEET_WATCH, "" },
    { "en-ordre", "\"><script>", 1, PERRON_FLEET_FINE, "" },
    { "<b>", "borne-0001-borne-0001-borne-0001-borne", 1, PERRON_FLEET_LEVELS, "" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronFleetQuery query;
    perron_fleet_query_read (&query, rows[i].level, rows[i].name, rows[i].page);
    g_assert_cmpint (query.level, ==, rows[i].is);
    g_assert_cmpstr (query.name, ==, rows[i].is_name);
    g_assert_cmpuint (query.page, ==, (guint) rows[i].page);
  }
}

static guint
count (const char *text, const char *piece)
{
  guint found = 0;
  for (const char *at = strstr (text, piece); at != NULL; at = strstr (at + 1, piece))
    found++;
  return found;
}

/* Five thousand: every one on exactly one page, by links that are there. */
static void
test_pages (void)
{
  g_autoptr (GArray) seen = new_seen ();
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  PerronFleetQuery query;
  gsize len;

  for (guint i = 0; i < 5000; i++) {
    char name[16];
    g_snprintf (name, sizeof name, "borne-%04u", i);
    add (seen, name);
  }
  g_autoptr (GPtrArray) fleet = rank (seen);
  for (guint i = 1; i <= 50; i++) {
    perron_fleet_query_read (&query, "en-ordre", NULL, i);
    g_autofree char *page = perron_fleet_page (fleet, NULL, &query, NOW_MS, &len);
    g_assert_cmpuint (count (page, "<tr role=\"row\" class=\"fine\">"), ==, PERRON_FLEET_PAGE_ROWS);
    g_assert_cmpuint (count (page, "rel=\"next\""), ==, i < 50);
    g_assert_cmpuint (count (page, "rel=\"prev\""), ==, i > 1);
    for (const char *at = strstr (page, "scope=\"row\">"); at != NULL; at = strstr (at + 1, "scope=\"row\">"))
      g_hash_table_add (names, g_strndup (at + strlen ("scope=\"row\">"), strlen ("borne-0000")));
  }
  g_assert_cmpuint (g_hash_table_size (names), ==, 5000);
  perron_fleet_query_read (&query, "en-ordre", NULL, 51);
  g_autofree char *beyond = perron_fleet_page (fleet, NULL, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (beyond, "Page 50 sur 50"));
  perron_fleet_query_read (&query, "a-traiter", NULL, 1);
  g_autofree char *none = perron_fleet_page (fleet, NULL, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (none, "Aucune borne ici."));
}

/* Envelopes that their caisse does not take are said first, by caisse, in words and for machines. */
static void
test_overdue (void)
{
  g_autoptr (GArray) seen = new_seen (), overdue = g_array_new (FALSE, TRUE, sizeof (PerronOverdue));
  const PerronOverdue rows[] = { { "000", 1, NOW_MS - 31 * 24 * HOUR_MS }, { "999", 1200, NOW_MS - 90 * 24 * HOUR_MS } };
  PerronFleetQuery query;
  gsize len;

  add (seen, "borne-1");
  g_autoptr (GPtrArray) fleet = rank (seen);
  perron_fleet_query_read (&query, NULL, NULL, 1);
  g_autofree char *calm = perron_fleet_page (fleet, overdue, &query, NOW_MS, &len);
  g_assert_null (strstr (calm, "<section"));
  g_array_append_vals (overdue, rows, G_N_ELEMENTS (rows));
  g_autofree char *page = perron_fleet_page (fleet, overdue, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (page, "<b>Caisse 000</b>\u00a0: 1 demande qu’elle n’a pas relevée, déposée il y a 31\u00a0jours</li>"));
  g_assert_nonnull (strstr (page, "1\u202f200 demandes qu’elle n’a pas relevées, la plus ancienne déposée il y a 90\u00a0jours"));
  g_assert_cmpuint (count (page, "<section"), ==, 1);
  g_assert_true (strstr (page, "<section") < strstr (page, "<table"));
  g_autofree char *json = perron_fleet_json (fleet, overdue, &query, NOW_MS, &len);
  g_assert_nonnull (strstr (json, "\"overdue\":[{\"caisse\":\"000\",\"count\":1,\"oldest_ms\":"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fleet/order", test_order);
  g_test_add_func ("/fleet/alarms", test_alarms);
  g_test_add_func ("/fleet/escaped", test_escaped);
  g_test_add_func ("/fleet/overdue", test_overdue);
  g_test_add_func ("/fleet/query", test_query);
  g_test_add_func ("/fleet/pages", test_pages);
  return g_test_run ();
}
