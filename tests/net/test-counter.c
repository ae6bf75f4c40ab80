/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/count-sql.h"
#include "sync/gateway/counter.h"
#include "sync/gateway/postgresql.h"
#include "tests/net/cluster.h"

#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>

/* --- how often ------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PerronGatewayStore store;
  PerronFakeClock clock;
  gint64 takes_ms;
  guint asked;
  gboolean refuses;
} Slow;

static gboolean
count_slowly (PerronGatewayStore *store, PerronGatewayCounts *ret_counts, GError **error)
{
  Slow *slow = (Slow *) store;
  slow->asked++;
  perron_fake_clock_advance (&slow->clock, slow->takes_ms);
  if (slow->refuses) {
    g_set_error_literal (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE, "away");
    return FALSE;
  }
  *ret_counts = (PerronGatewayCounts){ .waiting = slow->asked, .received = 7, .oldest_waiting_unix_ms = 9 };
  return TRUE;
}

static void
check_read (PerronCounter *counter, gint64 waiting, gint64 age_ms)
{
  PerronGatewayCounts counts;
  gint64 age;
  g_assert_true (perron_counter_read (counter, &counts, &age, NULL));
  g_assert_cmpint (counts.waiting, ==, waiting);
  g_assert_cmpint (counts.received, ==, 7);
  g_assert_cmpint (counts.oldest_waiting_unix_ms, ==, 9);
  g_assert_cmpint (age, ==, age_ms);
}

static void
test_how_often (void)
{
  Slow slow = { .store = { .count = count_slowly }, .takes_ms = 30 };
  g_autoptr (GError) error = NULL;
  PerronGatewayCounts counts = { .waiting = -1 };
  gint64 age = -1;
  perron_fake_clock_init (&slow.clock, 0, 1000);
  g_autoptr (PerronCounter) counter = perron_counter_new (&slow.store, &slow.clock.clock);

  check_read (counter, 1, 30);
  perron_fake_clock_advance (&slow.clock, 30 * PERRON_COUNTER_REST - 31);
  check_read (counter, 1, 30 * PERRON_COUNTER_REST - 1);
  perron_fake_clock_advance (&slow.clock, 1);
  check_read (counter, 2, 30);
  perron_fake_clock_advance (&slow.clock, 30 * PERRON_COUNTER_REST);
  slow.takes_ms = 0;
  /* Few rows take no time: then nothing is said twice. */
  for (gint64 i = 3; i < 10; i++)
    check_read (counter, i, 0);
  /* What a store said before it went away is not said for it. */
  slow.refuses = TRUE;
  for (guint i = 0; i < 2; i++) {
    g_assert_false (perron_counter_read (counter, &counts, &age, &error));
    g_assert_error (error, PERRON_GATEWAY_ERROR, PERRON_GATEWAY_ERROR_STORE);
    g_clear_error (&error);
  }
  g_assert_cmpint (counts.waiting, ==, -1);
  g_assert_cmpint (age, ==, -1);
  slow.refuses = FALSE;
  check_read (counter, 12, 0);
}

/* --- by which way --------------------------------------------------------------------------------------------------------------------- */

#define DONE 20000
#define WAITING 20000

/* As the database explains it: what waits is found by its own index each time, past no envelope that is done with. */
static void
check_plan (const char *plan, const char *wrong, const char *wrong_too)
{
  guint found = 0;
  g_test_message ("%s", plan);
  for (const char *at = strstr (plan, "task_waiting"); at != NULL; at = strstr (at + 1, "task_waiting"))
    found++;
  g_assert_cmpuint (found, ==, 4);
  g_assert_null (strstr (plan, wrong));
  g_assert_null (strstr (plan, wrong_too));
}

static void
check_counted (PerronGatewayStore *store)
{
  PerronGatewayCounts counts;
  g_assert_true (store->count (store, &counts, NULL));
  g_assert_cmpint (counts.waiting, ==, WAITING);
  g_assert_cmpint (counts.received, ==, DONE);
  g_assert_cmpint (counts.oldest_waiting_unix_ms, ==, DONE + 1);
}

static int
on_plan (void *plan, int columns, char **values, char **names G_GNUC_UNUSED)
{
  g_string_append_printf (plan, "%s\n", values[columns - 1]);
  return 0;
}

static void
test_sqlite (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-counter-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gateway.db", NULL);
  g_autofree char *fill = g_strdup_printf (
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %u) INSERT INTO task (id, terminal, dest, suite, digest,"
    " signature, sealed, stored_ms, received) SELECT CAST (printf ('%%016d', i) AS BLOB), 'borne', printf ('%%03d', i %% 8), 1, zeroblob (32),"
    " x'', x'', i, i <= %u FROM n;"
    " INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature) SELECT id, terminal, dest, digest, 1, x'' FROM task"
    " WHERE received = 1; ANALYZE",
    DONE + WAITING, DONE);
  PerronGatewayStore *store = perron_gateway_store_sqlite_new (path, NULL);
  g_autoptr (GString) plan = g_string_new (NULL);
  sqlite3 *db;

  g_assert_nonnull (store);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, fill, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, "EXPLAIN QUERY PLAN " PERRON_COUNT_SQL ("received = 0"), on_plan, plan, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
  check_plan (plan->str, "SCAN t\n", "INTEGER PRIMARY KEY");
  check_counted (store);
  perron_gateway_store_free (store);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_postgresql (void)
{
  Cluster cluster = { 0 };
  if (!cluster_start (&cluster))
    return;
  g_autofree char *fill = g_strdup_printf (
    "INSERT INTO task (id, terminal, dest, suite, digest, signature, sealed, stored_ms, received) SELECT lpad (i::text, 16, '0')::bytea, 'borne',"
    " lpad ((i %% 8)::text, 3, '0'), 1, repeat ('0', 32)::bytea, repeat ('s', 200)::bytea, '', i, i <= %u FROM generate_series (1, %u) AS i;"
    " INSERT INTO receipt (id, terminal, caisse, digest, received_ms, signature) SELECT id, terminal, dest, digest, 1, '' FROM task WHERE received",
    DONE, DONE + WAITING);
  PerronGatewayStore *store = perron_gateway_store_postgresql_new (cluster.where, NULL);
  PerronPg *pg = perron_pg_new (cluster.where, NULL, NULL);
  g_autoptr (GString) plan = g_string_new (NULL);

  g_assert_nonnull (store);
  g_assert_true (perron_pg_run (pg, fill, NULL));
  g_assert_true (perron_pg_run (pg, "VACUUM ANALYZE task", NULL));
  g_autoptr (PGresult) found = perron_pg_ask (pg, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " PERRON_COUNT_SQL ("NOT received"), NULL, "");
  g_assert_nonnull (found);
  for (int row = 0; row < PQntuples (found); row++)
    g_string_append_printf (plan, "%s\n", PQgetvalue (found, row, 0));
  perron_pg_free (pg);
  check_plan (plan->str, "Seq Scan on task", "task_pkey");
  check_counted (store);
  perron_gateway_store_free (store);
  cluster_stop (&cluster);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/counter/how-often", test_how_often);
  g_test_add_func ("/counter/sqlite", test_sqlite);
  g_test_add_func ("/counter/postgresql", test_postgresql);
  return g_test_run ();
}
