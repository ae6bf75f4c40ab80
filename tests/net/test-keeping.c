/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/postgresql.h"
#include "tests/net/cluster.h"
#include "tests/net/place.h"

#include <glib/gstdio.h>

/*
 * How long a gateway keeps what (sync/gateway/README.md): the contract of note_time(), forget() and read_overdue() of store.h, on SQLite and on
 * PostgreSQL. Time is given, so years pass in a moment.
 */

/* --- the contract ------------------------------------------------------------------------------------------------------------- */

/* The whole life of one request: its answers stay until they were fetched and are old; its id as long as anything could bring it again; after
 * that it is refused, never stored a second time. */
static void
check_life (Place *place)
{
  gint64 made_ms = place->now_ms, cursor;
  g_assert_cmpint (place_put (place, made_ms, 1), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (place, made_ms, 1), ==, PERRON_OUTCOME_CREATED);
  place_pass (place, 130);
  place_check_forgot (place, 0, 0, 0); /* not fetched */
  g_assert_cmpint (place_reply (place, made_ms, 1, 1), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 1);
  place_look (place, place->now_ms, 0, cursor - 1);
  place_pass (place, 130);
  place_check_forgot (place, 0, 0, 0); /* the receipt was fetched, the reply was not */
  place_look (place, place->now_ms, 0, cursor);
  g_assert_cmpint (place_reply (place, made_ms, 1, 2), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 1);
  place_look (place, place->now_ms, 0, cursor);
  place_pass (place, 110);
  place_check_forgot (place, 0, 0, 0); /* fetched, and its last word is not old enough */
  place_pass (place, 20);
  place_check_forgot (place, 1, 0, 0);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 0);

  g_assert_cmpint (place_put (place, made_ms, 1), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (place_put_with (place, made_ms, 1, 8, FALSE), ==, PERRON_OUTCOME_CONFLICT);
  place_pass (place, 290);
  place_check_forgot (place, 0, 0, 0);
  g_assert_cmpint (place_put (place, made_ms, 1), ==, PERRON_OUTCOME_SAME);
  place_pass (place, 30);
  place_check_forgot (place, 0, 0, 1);
  g_assert_cmpint (place_put (place, made_ms, 1), ==, PERRON_OUTCOME_FORGOTTEN);
  g_assert_cmpint (place_put_with (place, made_ms, 1, 8, FALSE), ==, PERRON_OUTCOME_FORGOTTEN);
  g_assert_cmpuint (place_count_waiting (place), ==, 0);
  g_assert_cmpint (place_put_with (place, made_ms, 2, 7, TRUE), ==, PERRON_OUTCOME_CREATED); /* a human says so */
  g_assert_cmpint (place_put (place, made_ms, 2), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (place_count_waiting (place), ==, 1);
  g_assert_cmpint (place_acknowledge (place, made_ms, 2), ==, PERRON_OUTCOME_CREATED);
}

/* What no caisse has taken stays, however old; and when it is taken at last, its answer has its time like any other. */
static void
check_waiting (Place *place)
{
  g_autoptr (GArray) overdue = g_array_new (FALSE, TRUE, sizeof (PerronOverdue));
  gint64 made_ms = place->now_ms, cursor, real_ms = g_get_real_time () / 1000;
  PerronOverdue *one;

  g_assert_cmpint (place_put (place, made_ms, 10), ==, PERRON_OUTCOME_CREATED);
  place_pass (place, 3650);
  place_forget (place, 50);
  g_assert_cmpuint (place_count_waiting (place), ==, 1);
  g_assert_cmpint (place_put (place, made_ms, 10), ==, PERRON_OUTCOME_SAME);
  g_assert_true (place->store->read_overdue (place->store, real_ms - DAY, overdue, NULL));
  g_assert_cmpuint (overdue->len, ==, 0);
  g_assert_true (place->store->read_overdue (place->store, real_ms + DAY, overdue, NULL));
  g_assert_cmpuint (overdue->len, ==, 1);
  one = &g_array_index (overdue, PerronOverdue, 0);
  g_assert_cmpstr (one->caisse, ==, "000");
  g_assert_cmpint (one->count, ==, 1);
  g_assert_cmpint (ABS (one->oldest_unix_ms - real_ms), <, DAY);

  g_assert_cmpint (place_acknowledge (place, made_ms, 10), ==, PERRON_OUTCOME_CREATED);
  place_check_forgot (place, 0, 0, 0);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 1);
  place_pass (place, 390);
  place_check_forgot (place, 0, 0, 0);
  place_pass (place, 20);
  place_check_forgot (place, 1, 1, 1); /* its terminal never came for it: counted apart */
}

/* A wall clock that jumps, years forward, back, again and again, makes nothing older; nor does a gateway that was away. */
static void
check_clock (Place *place)
{
  gint64 made_ms = place->now_ms, cursor;
  g_assert_cmpint (place_put (place, made_ms, 20), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (place, made_ms, 20), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 1);
  for (guint i = 0; i < 20; i++) {
    place_look (place, place->now_ms + 20 * YEAR, DAY / 24, cursor);
    place_check_forgot (place, 0, 0, 0);
    place_look (place, place->now_ms - 40 * YEAR, DAY / 24, cursor);
    place_look (place, place->now_ms, DAY, cursor);
    place_check_forgot (place, 0, 0, 0);
  }
  g_assert_cmpint (place_put (place, made_ms, 20), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (place_put (place, made_ms, 21), ==, PERRON_OUTCOME_CREATED); /* nor is a new one refused as forgotten */
  g_assert_cmpint (place_acknowledge (place, made_ms, 21), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpuint (place_count_answers (place, &cursor), ==, 2);
  place_look (place, place->now_ms, 0, cursor);
  place_pass (place, 800);
  place_check_forgot (place, 2, 0, 2);
}

/* Ids made under a clock that said 1970, 2000 or 2060: stored once, whatever comes, and a first one is never refused. */
static void
check_odd_ids (Place *place)
{
  const gint64 times[] = { 0, G_GINT64_CONSTANT (946684800000), place->now_ms + 30 * YEAR };
  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
      g_assert_cmpint (place_put (place, times[i], 30 + round), ==, PERRON_OUTCOME_CREATED);
      g_assert_cmpint (place_acknowledge (place, times[i], 30 + round), ==, PERRON_OUTCOME_CREATED);
    }
    place_pass (place, 1500);
    place_check_forgot (place, 3, 3, 0);
    for (guint i = 0; i < G_N_ELEMENTS (times); i++)
      g_assert_cmpint (place_put (place, times[i], 30 + round), ==, PERRON_OUTCOME_SAME);
  }
}

/* Many rows go in slices of a stated size, none of them twice, and what stands between them stays. */
static void
check_slices (Place *place)
{
  enum { COUNT = 300 };
  gint64 made_ms = place->now_ms, cursor;
  PerronForgetting forgetting = { 0 };
  guint slices = 0;

  for (guint i = 0; i < COUNT; i++) {
    g_assert_cmpint (place_put (place, made_ms + i, 100 + i), ==, PERRON_OUTCOME_CREATED);
    if (i % 3 != 0)
      g_assert_cmpint (place_acknowledge (place, made_ms + i, 100 + i), ==, PERRON_OUTCOME_CREATED);
  }
  place_count_answers (place, &cursor);
  place_look (place, place->now_ms, 0, cursor);
  place_pass (place, 800);
  while (forgetting.step != PERRON_FORGET_DONE) {
    PerronForgetting before = forgetting;
    g_assert_true (place->store->forget (place->store, &place_days, 30, &forgetting, NULL));
    g_assert_cmpint (forgetting.ret_answers - before.ret_answers, <=, 30);
    g_assert_cmpint (forgetting.ret_tasks - before.ret_tasks, <=, 30);
    slices++;
  }
  g_assert_cmpuint (slices, >=, COUNT * 2 / 3 / 30 + COUNT / 30);
  g_assert_cmpint (forgetting.ret_answers, ==, COUNT * 2 / 3);
  g_assert_cmpint (forgetting.ret_tasks, ==, COUNT * 2 / 3);
  g_assert_cmpuint (place_count_waiting (place), ==, COUNT / 3);
  for (guint i = 0; i < COUNT; i++)
    g_assert_cmpint (place_put (place, made_ms + i, 100 + i), ==, i % 3 != 0 ? PERRON_OUTCOME_FORGOTTEN : PERRON_OUTCOME_SAME);
  for (guint i = 0; i < COUNT; i += 3)
    g_assert_cmpint (place_acknowledge (place, made_ms + i, 100 + i), ==, PERRON_OUTCOME_CREATED);
}

static PerronDropOutcome
drop (const Place *place, gint64 time_ms, guint number)
{
  PerronDropOutcome outcome;
  guint8 id[PERRON_UUID_BYTES];
  g_autoptr (GError) error = NULL;
  place_fill_id (id, time_ms, number);
  place->store->drop (place->store, &place_days, id, 1234, &outcome, &error);
  g_assert_no_error (error);
  return outcome;
}

/* Only a human gives up what no caisse takes, only when it is old by counted time, and what is given up is still known. */
static void
check_decisions (Place *place)
{
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronWaitingItem));
  gint64 made_ms = place->now_ms, soon_ms = g_get_real_time () / 1000 + DAY;
  guint8 id[PERRON_UUID_BYTES];

  g_assert_cmpint (drop (place, made_ms, 40), ==, PERRON_DROP_UNKNOWN);
  for (guint i = 40; i < 43; i++)
    g_assert_cmpint (place_put (place, made_ms, i), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (place, made_ms, 42), ==, PERRON_OUTCOME_CREATED);
  place_look (place, place->now_ms + 20 * YEAR, DAY / 24, -1);
  g_assert_cmpint (drop (place, made_ms, 40), ==, PERRON_DROP_TOO_YOUNG);
  place_look (place, place->now_ms, 0, -1);
  place_pass (place, 110);
  g_assert_cmpint (place_put (place, made_ms, 43), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (drop (place, made_ms, 43), ==, PERRON_DROP_TOO_YOUNG); /* of the same day, and it has not waited */
  g_assert_cmpint (drop (place, made_ms, 42), ==, PERRON_DROP_NOT_WAITING);
  g_assert_cmpint (drop (place, made_ms, 40), ==, PERRON_DROP_DONE);
  g_assert_cmpint (drop (place, made_ms, 40), ==, PERRON_DROP_NOT_WAITING);
  g_assert_cmpint (place_put (place, made_ms, 40), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpuint (place_count_waiting (place), ==, 2);

  g_assert_true (place->store->list_overdue (place->store, soon_ms, 10, items, NULL));
  g_assert_cmpuint (items->len, ==, 2);
  place_fill_id (id, made_ms, 41);
  const PerronWaitingItem *one = &g_array_index (items, PerronWaitingItem, 0);
  g_assert_cmpmem (one->id, sizeof one->id, id, sizeof id);
  g_assert_cmpstr (one->terminal, ==, "borne-0001");
  g_assert_cmpstr (one->caisse, ==, "000");
  g_assert_true (place->store->list_overdue (place->store, soon_ms, 1, items, NULL));
  g_assert_cmpuint (items->len, ==, 3);
  /* The caisse had fetched it just before, after all: its receipt is true. */
  g_assert_cmpint (place_acknowledge (place, made_ms, 40), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (place, made_ms, 41), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (place, made_ms, 43), ==, PERRON_OUTCOME_CREATED);
}

/* A terminal that is no more does not hold its answers up, nor is it shown any longer. */
static void
check_terminal_gone (Place *place)
{
  PerronHeartbeat heartbeat = { .terminal = "borne-0001" };
  PerronGatewayWrite write = { .heartbeat = &heartbeat };
  g_autoptr (GArray) seen = g_array_new (FALSE, TRUE, sizeof (PerronSeen));

  g_assert_true (place->store->write (place->store, &write, 1, NULL));
  place_pass (place, 130);
  place_check_forgot (place, 0, 0, 0);
  g_assert_true (place->store->forget_terminal (place->store, "borne-0001", NULL));
  g_assert_true (place->store->read_seen (place->store, seen, NULL));
  g_assert_cmpuint (seen->len, ==, 0);
  place_check_forgot (place, 4, 0, 0);
  place_pass (place, 700);
  place_check_forgot (place, 0, 0, 4);
  place_look (place, place->now_ms, 0, 0); /* another machine under its name: it counts again what that has fetched */
}

/* One group, as the writer's thread hands it over: what is forgotten stands between what is new, and each gets its own answer. */
static void
check_group (Place *place)
{
  enum { COUNT = 450 };
  g_autofree PerronGatewayWrite *writes = g_new0 (PerronGatewayWrite, COUNT);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  gint64 old_ms = place->now_ms - 750 * DAY;
  guint before = place_count_waiting (place);

  for (guint i = 0; i < COUNT; i++) {
    guint number = 2000 + i % 225;
    PerronEnvelope *envelope = place_make_envelope (number % 3 == 0 ? old_ms : place->now_ms, number, 7);
    g_ptr_array_add (kept, envelope);
    writes[i].envelope = envelope;
  }
  g_assert_true (place->store->write (place->store, writes, COUNT, NULL));
  for (guint i = 0; i < COUNT; i++)
    g_assert_cmpint (writes[i].ret_outcome, ==, (2000 + i % 225) % 3 == 0 ? PERRON_OUTCOME_FORGOTTEN
                                                : i < 225                 ? PERRON_OUTCOME_CREATED
                                                                          : PERRON_OUTCOME_SAME);
  g_assert_cmpuint (place_count_waiting (place), ==, before + 150);
}

/* --- whatever happens, in whatever order ---------------------------------------------------------------------------------------- */

typedef struct {
  gint64 time_ms;
  guint number;
  gboolean acknowledged;
} Known;

/* The promise itself, against a model: an id is created once in all its life, what waits is there to the last, nothing is unknown that was
 * not forgotten by its age. */
static void
check_model (Place *place, guint steps)
{
  g_autoptr (GArray) known = g_array_new (FALSE, TRUE, sizeof (Known));
  guint waiting = place_count_waiting (place), number = 1000, forgotten = 0;
  gint64 cursor, start_ms = place->now_ms;

  for (guint i = 0; i < steps; i++) {
    gint dice = g_test_rand_int_range (0, 100);
    if (dice < 35 || known->len == 0) {
      /* Of today, or of a terminal that was away for up to 200 days. */
      Known one = { place->now_ms - g_test_rand_int_range (0, 200) * DAY * (dice % 2), number++, FALSE };
      g_assert_cmpint (place_put (place, one.time_ms, one.number), ==, PERRON_OUTCOME_CREATED);
      g_array_append_val (known, one);
      waiting++;
    } else if (dice < 75) {
      Known *one = &g_array_index (known, Known, g_test_rand_int_range (0, (gint32) known->len));
      PerronOutcome again = place_put (place, one->time_ms, one->number);
      if (!one->acknowledged) {
        g_assert_cmpint (again, ==, PERRON_OUTCOME_SAME);
        if (dice < 65) {
          g_assert_cmpint (place_acknowledge (place, one->time_ms, one->number), ==, PERRON_OUTCOME_CREATED);
          one->acknowledged = TRUE;
          waiting--;
        }
      } else {
        g_assert_true (again == PERRON_OUTCOME_SAME ||
                       (again == PERRON_OUTCOME_FORGOTTEN && place->now_ms - one->time_ms >= place_days.remember * DAY));
        forgotten += again == PERRON_OUTCOME_FORGOTTEN;
      }
    } else if (dice < 85) {
      place_pass (place, (guint) g_test_rand_int_range (1, 60));
    } else if (dice < 90) {
      place_look (place, place->now_ms + g_test_rand_int_range (-50, 50) * YEAR, DAY / 24, -1);
    } else {
      place_count_answers (place, &cursor);
      place_look (place, place->now_ms, 0, dice % 2 == 0 ? cursor : -1);
      place_forget (place, 20);
      g_assert_cmpuint (place_count_waiting (place), ==, waiting);
    }
  }
  g_test_message ("%u ids over %" G_GINT64_FORMAT " days, %u still wait, %u came again after they were forgotten", known->len,
                  (place->now_ms - start_ms) / DAY, waiting, forgotten);
}

typedef PerronGatewayStore *(*MakeStore) (const char *place, GError **error);

static void
check_keeping (MakeStore make, const char *where, guint steps)
{
  g_autoptr (GError) error = NULL;
  Place place = { make (where, &error), g_get_real_time () / 1000 };

  g_assert_no_error (error);
  check_life (&place);
  check_waiting (&place);
  perron_gateway_store_free (place.store);
  place.store = make (where, &error);
  g_assert_no_error (error);
  check_clock (&place);
  check_decisions (&place);
  check_terminal_gone (&place);
  check_odd_ids (&place);
  check_slices (&place);
  check_group (&place);
  place_pass (&place, 800);
  place_forget (&place, 100);
  check_model (&place, steps);
  perron_gateway_store_free (place.store);
}

/* --- on each --------------------------------------------------------------------------------------------------------------------- */

static void
test_sqlite (void)
{
  g_autofree char *folder = g_dir_make_tmp ("perron-keeping-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "gateway.db", NULL);
  check_keeping (perron_gateway_store_sqlite_new, path, 1500);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* The database itself: whoever clears away cannot take what waits, even when told to. */
static void
check_rights (const char *where)
{
  Place place = { perron_gateway_store_postgresql_new (where, NULL), g_get_real_time () / 1000 + 60 * YEAR };
  g_assert_nonnull (place.store);
  guint before = place_count_waiting (&place);
  g_assert_cmpint (place_put (&place, place.now_ms, 9000), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_put (&place, place.now_ms, 9001), ==, PERRON_OUTCOME_CREATED);
  g_assert_cmpint (place_acknowledge (&place, place.now_ms, 9001), ==, PERRON_OUTCOME_CREATED);
  PerronPg *pg = perron_pg_new (where, "perron_keeper", NULL);
  g_assert_true (perron_pg_run (pg, "DELETE FROM reply", NULL));
  g_assert_true (perron_pg_run (pg, "DELETE FROM receipt", NULL));
  g_assert_true (perron_pg_run (pg, "DELETE FROM task", NULL));
  g_assert_false (perron_pg_run (pg, "UPDATE task SET received = true", NULL));
  g_assert_false (perron_pg_run (pg, "SELECT sealed FROM task", NULL));
  g_assert_false (perron_pg_run (pg, "SELECT signature FROM receipt", NULL));
  g_assert_false (perron_pg_run (pg, "SELECT code FROM reply", NULL));
  perron_pg_free (pg);
  g_assert_cmpuint (place_count_waiting (&place), ==, before + 1);
  g_assert_cmpint (place_put (&place, place.now_ms, 9000), ==, PERRON_OUTCOME_SAME);
  g_assert_cmpint (place_put (&place, place.now_ms, 9001), ==, PERRON_OUTCOME_CREATED);
  perron_gateway_store_free (place.store);
}

typedef struct {
  const char *where;
  gint64 tasks;
} Clearer;

static gpointer
clear_away (gpointer data)
{
  Clearer *clearer = data;
  Place place = { perron_gateway_store_postgresql_new (clearer->where, NULL), 0 };
  g_assert_nonnull (place.store);
  clearer->tasks = place_forget (&place, 15).ret_tasks;
  perron_gateway_store_free (place.store);
  return NULL;
}

/* Two gateways clear away at once, a third stores and acknowledges: each row goes once, none is in another's way. */
static void
check_several (const char *where)
{
  enum { COUNT = 60 };
  Place place = { perron_gateway_store_postgresql_new (where, NULL), g_get_real_time () / 1000 + 80 * YEAR };
  gint64 made_ms = place.now_ms, cursor;
  Clearer one = { where, 0 }, other = { where, 0 };

  place_look (&place, place.now_ms, DAY, -1);
  for (guint i = 0; i < COUNT; i++) {
    place_put (&place, made_ms, i);
    place_acknowledge (&place, made_ms, i);
  }
  place_count_answers (&place, &cursor);
  place_look (&place, place.now_ms, 0, cursor);
  place_pass (&place, 800);
  GThread *first = g_thread_new ("first", clear_away, &one), *second = g_thread_new ("second", clear_away, &other);
  for (guint i = 0; i < COUNT; i++) {
    g_assert_cmpint (place_put (&place, place.now_ms, i), ==, PERRON_OUTCOME_CREATED);
    g_assert_cmpint (place_acknowledge (&place, place.now_ms, i), ==, PERRON_OUTCOME_CREATED);
  }
  g_thread_join (first);
  g_thread_join (second);
  g_assert_cmpint (one.tasks + other.tasks, >=, COUNT);
  for (guint i = 0; i < COUNT; i++) {
    g_assert_cmpint (place_put (&place, made_ms, i), ==, PERRON_OUTCOME_FORGOTTEN);
    g_assert_cmpint (place_put (&place, place.now_ms, i), ==, PERRON_OUTCOME_SAME);
  }
  perron_gateway_store_free (place.store);
}

static void
test_postgresql (void)
{
  Cluster cluster = { 0 };
  if (!cluster_start (&cluster))
    return;
  check_keeping (perron_gateway_store_postgresql_new, cluster.where, 300);
  check_rights (cluster.where);
  check_several (cluster.where);
  cluster_stop (&cluster);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keeping/sqlite", test_sqlite);
  g_test_add_func ("/keeping/postgresql", test_postgresql);
  return g_test_run ();
}
