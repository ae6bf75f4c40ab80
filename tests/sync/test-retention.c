/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What stays how long, and what no wrong clock can erase (sync-security facts 2.1, 3.6).
 */
#include "tests/sync/store-fixture.h"

#include <string.h>

#define DAY G_GINT64_CONSTANT (86400000)
#define YEAR (365 * DAY)

/* A day with the gateway in reach: contact, its time, and what perron-sync does after a pass. */
static void
live_a_day (Fixture *fixture)
{
  perron_fake_clock_advance (&fixture->clock, DAY);
  g_assert_true (perron_outbox_mark_contact (fixture->outbox, NULL));
  g_assert_true (perron_outbox_mark_time (fixture->outbox, fixture->clock.now_unix_ms + 500, NULL));
  g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
}

/* Most of the time at once: what comes a day at a time is tested by the days at the edges. */
static void
live (Fixture *fixture, guint days)
{
  live_a_day (fixture);
  if (days > 3)
    perron_fake_clock_advance (&fixture->clock, (days - 3) * DAY);
  for (guint i = 1; i < MIN (days, 3); i++)
    live_a_day (fixture);
}

static gint64
count_items (Fixture *fixture)
{
  return fixture_ask (fixture, "SELECT count (*) FROM outbox");
}

static gint64
check_audit (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 lines = 0;
  gboolean ok = perron_outbox_verify_audit (fixture->outbox, &lines, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  return lines;
}

static void
enqueue_withdrawn (Fixture *fixture)
{
  char reference[PERRON_REFERENCE_BYTES];
  fixture_enqueue (fixture, reference);
  g_assert_true (perron_outbox_withdraw (fixture->outbox, reference, NULL));
}

static void
receive (Fixture *fixture, gint64 seq)
{
  g_autoptr (GBytes) signature = g_bytes_new ("s", 1);
  g_autoptr (PerronEnvelope) envelope = perron_outbox_dup_envelope (fixture->outbox, seq, NULL);
  g_assert_nonnull (envelope);
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, seq, "created", NULL));
  g_assert_true (perron_outbox_mark_received (fixture->outbox, envelope->id, envelope->digest, 5, signature, NULL, NULL));
}

static void
test_what_is_over_stays_thirty_days (Fixture *fixture, gconstpointer data)
{
  char waiting[PERRON_REFERENCE_BYTES];

  receive (fixture, fixture_enqueue (fixture, NULL));
  enqueue_withdrawn (fixture);
  fixture_enqueue (fixture, waiting);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 1);
  live (fixture, 30);
  g_assert_cmpint (count_items (fixture), ==, 3);
  live (fixture, 2);
  g_assert_cmpint (count_items (fixture), ==, 1);
  g_assert_cmpint (fixture_find (fixture, waiting).state, ==, PERRON_ITEM_WAITING);
  g_assert_cmpint (fixture_ask (fixture, "SELECT detail FROM audit WHERE event = 12"), ==, 2);
  check_audit (fixture);
}

static void
test_retention_is_configured (Fixture *fixture, gconstpointer data)
{
  fixture->options.retention.keep_days = 3;
  fixture_reopen (fixture);
  enqueue_withdrawn (fixture);
  live (fixture, 3);
  g_assert_cmpint (count_items (fixture), ==, 1);
  live (fixture, 2);
  g_assert_cmpint (count_items (fixture), ==, 0);
}

/* A year of audit lines, and the chain goes on from the hash of the last one forgotten. */
static void
test_audit_lines_stay_a_year (Fixture *fixture, gconstpointer data)
{
  for (guint days = 0; days < 365; days += 73) {
    enqueue_withdrawn (fixture);
    live (fixture, 73);
  }
  g_assert_cmpint (fixture_ask (fixture, "SELECT min (n) FROM audit"), ==, 1);
  gint64 kept = check_audit (fixture);
  for (guint days = 0; days < 40; days += 4) {
    enqueue_withdrawn (fixture);
    live (fixture, 4);
  }
  g_assert_cmpint (fixture_ask (fixture, "SELECT min (n) FROM audit"), >, 1);
  g_assert_cmpint (fixture_ask (fixture, "SELECT min (n) = audit_first FROM audit, terminal"), ==, 1);
  g_assert_cmpint (check_audit (fixture), <, kept + 10 * 5);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM anchor"), <, 400);
  /* The forgotten beginning still bites: another hash before the first kept line, and nothing fits. */
  g_autoptr (GError) error = NULL;
  gint64 lines;
  fixture_change (fixture, "UPDATE terminal SET audit_before = zeroblob (32)");
  g_assert_false (perron_outbox_verify_audit (fixture->outbox, &lines, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT);
}

/* Wall clock ± years, alone or against the gateway's word: nothing goes early. */
static void
test_no_clock_erases_early (Fixture *fixture, gconstpointer data)
{
  static const gint64 jumps[] = { 3 * YEAR, -2 * DAY, -20 * YEAR, 100 * YEAR };

  live (fixture, 2);
  enqueue_withdrawn (fixture);
  gint64 right = fixture->clock.now_unix_ms, lines = check_audit (fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (jumps); i++) {
    fixture->clock.now_unix_ms = right + jumps[i];
    g_assert_true (perron_outbox_tidy (fixture->outbox, NULL)); /* the cable is out */
    g_assert_true (perron_outbox_mark_time (fixture->outbox, right, NULL));
    g_assert_true (perron_outbox_tidy (fixture->outbox, NULL)); /* the gateway says another time */
    g_assert_cmpint (count_items (fixture), ==, 1);
    g_assert_cmpint (check_audit (fixture), ==, lines);
    fixture->clock.now_unix_ms = right;
    g_assert_true (perron_outbox_mark_time (fixture->outbox, right + jumps[i], NULL)); /* the gateway is the one who is wrong */
    g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
    g_assert_cmpint (count_items (fixture), ==, 1);
    g_assert_cmpint (check_audit (fixture), ==, lines);
  }
}

/* Made and withdrawn while the clock stood years back; then it is put right: thirty days count from there. */
static void
test_lines_of_a_wrong_clock_stay_as_long (Fixture *fixture, gconstpointer data)
{
  live (fixture, 40);
  fixture->clock.now_unix_ms -= 20 * YEAR;
  enqueue_withdrawn (fixture);
  fixture->clock.now_unix_ms += 20 * YEAR;
  gint64 first = fixture_ask (fixture, "SELECT min (n) FROM audit");
  live (fixture, 30);
  g_assert_cmpint (count_items (fixture), ==, 1);
  g_assert_cmpint (fixture_ask (fixture, "SELECT min (n) FROM audit"), ==, first);
  live (fixture, 2);
  g_assert_cmpint (count_items (fixture), ==, 0);
}

static PerronOutboxStats
stats_of (Fixture *fixture)
{
  PerronOutboxStats stats;
  g_assert_true (perron_outbox_stats (fixture->outbox, &stats, NULL));
  return stats;
}

static void
test_undelivered_is_an_alarm_and_stays (Fixture *fixture, gconstpointer data)
{
  char dead[PERRON_REFERENCE_BYTES];

  fixture_enqueue (fixture, NULL);
  gint64 seq = fixture_enqueue (fixture, dead);
  gint64 sent = fixture_enqueue (fixture, NULL);
  for (guint i = 0; i < 3; i++)
    g_assert_true (perron_outbox_mark_item_fault (fixture->outbox, seq, "refused-422", 0, NULL));
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, sent, "created", NULL));
  live (fixture, 30);
  g_assert_cmpint (stats_of (fixture).overdue + stats_of (fixture).unacknowledged, ==, 0);
  live_a_day (fixture);
  g_assert_cmpint (stats_of (fixture).overdue, ==, 2);
  g_assert_cmpint (stats_of (fixture).unacknowledged, ==, 1);
  g_assert_cmpint (stats_of (fixture).undecided, ==, 0);
  live (fixture, 60);
  g_assert_cmpint (stats_of (fixture).undecided, ==, 2);
  live (fixture, 400);
  g_assert_cmpint (count_items (fixture), ==, 3); /* never by itself */
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 2);
}

static void
assert_refused (Fixture *fixture, const char *reference, PerronDecision decision, gint code, const char *word)
{
  g_autoptr (GError) error = NULL;
  g_assert_false (perron_outbox_decide (fixture->outbox, reference, decision, &error));
  g_assert_error (error, PERRON_STORE_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_a_human_decides (Fixture *fixture, gconstpointer data)
{
  char dead[PERRON_REFERENCE_BYTES], waiting[PERRON_REFERENCE_BYTES];

  gint64 seq = fixture_enqueue (fixture, dead);
  fixture_enqueue (fixture, waiting);
  for (guint i = 0; i < 3; i++)
    g_assert_true (perron_outbox_mark_item_fault (fixture->outbox, seq, "refused-422", 0, NULL));
  live (fixture, 89);
  assert_refused (fixture, waiting, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "not waited long enough");
  assert_refused (fixture, "2222-2222", PERRON_DECISION_KEEP, PERRON_STORE_ERROR_NOT_FOUND, "no such reference");
  live (fixture, 2);

  g_assert_true (perron_outbox_decide (fixture->outbox, dead, PERRON_DECISION_KEEP, NULL));
  g_assert_cmpint (fixture_find (fixture, dead).state, ==, PERRON_ITEM_WAITING);
  g_assert_cmpuint (fixture_find (fixture, dead).attempts, ==, 0);
  g_assert_cmpint (stats_of (fixture).overdue, ==, 1);
  assert_refused (fixture, dead, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "not waited long enough");

  g_assert_true (perron_outbox_release (fixture->outbox, "clock", 0, NULL));
  assert_refused (fixture, waiting, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "clock");
  g_assert_true (perron_outbox_mark_contact (fixture->outbox, NULL));

  g_autoptr (GPtrArray) rows = perron_outbox_lease (fixture->outbox, 10, G_MAXSIZE, 60000, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  assert_refused (fixture, waiting, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "being sent");
  g_assert_true (perron_outbox_release (fixture->outbox, "cut", 0, NULL));
  g_assert_true (perron_outbox_decide (fixture->outbox, waiting, PERRON_DECISION_DROP, NULL));
  PerronItem item = fixture_find (fixture, waiting);
  g_assert_cmpint (item.state, ==, PERRON_ITEM_WITHDRAWN);
  g_assert_cmpstr (item.last_fault, ==, "dropped");
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 1);
  assert_refused (fixture, waiting, PERRON_DECISION_KEEP, PERRON_STORE_ERROR_STATE, "nothing to decide");
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit WHERE event IN (10, 11)"), ==, 2);
  check_audit (fixture);
}

/* Given up at the gateway, or forgotten there: the receipt will not come, and somebody may end the alarm. If it does come, it counts. */
static void
test_a_human_gives_up_a_receipt (Fixture *fixture, gconstpointer data)
{
  char sent[PERRON_REFERENCE_BYTES];
  g_autoptr (GBytes) signature = g_bytes_new_static ("sig", 3);
  guint8 digest[PERRON_DIGEST_BYTES];

  gint64 seq = fixture_enqueue (fixture, sent);
  live (fixture, 80);
  g_autoptr (PerronEnvelope) envelope = perron_outbox_dup_envelope (fixture->outbox, seq, NULL);
  memcpy (digest, envelope->digest, sizeof digest);
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, seq, "created", NULL));
  live (fixture, 89);
  assert_refused (fixture, sent, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "not waited long enough");
  live (fixture, 2);
  g_assert_cmpint (stats_of (fixture).unacknowledged, ==, 1);
  assert_refused (fixture, sent, PERRON_DECISION_KEEP, PERRON_STORE_ERROR_STATE, "nothing to decide");
  g_assert_true (perron_outbox_decide (fixture->outbox, sent, PERRON_DECISION_DROP, NULL));
  g_assert_cmpint (stats_of (fixture).unacknowledged, ==, 0);
  g_assert_cmpint (fixture_find (fixture, sent).state, ==, PERRON_ITEM_WITHDRAWN);
  g_assert_true (perron_outbox_mark_received (fixture->outbox, envelope->id, digest, 5, signature, NULL, NULL));
  g_assert_cmpint (fixture_find (fixture, sent).state, ==, PERRON_ITEM_RECEIVED);
  assert_refused (fixture, sent, PERRON_DECISION_DROP, PERRON_STORE_ERROR_STATE, "nothing to decide");
  check_audit (fixture);
}

static void
test_hold_outlives_the_sender (Fixture *fixture, gconstpointer data)
{
  gint64 hold = -1;

  g_assert_true (perron_outbox_release (fixture->outbox, "busy", 7200000, NULL));
  fixture_reopen (fixture);
  g_assert_true (perron_outbox_get_hold (fixture->outbox, &hold, NULL));
  g_assert_cmpint (hold, ==, 3600000); /* capped at an hour */
  fixture->clock.now_unix_ms += 3 * YEAR;
  fixture->clock.now_boot_ms += 3599000;
  g_assert_true (perron_outbox_get_hold (fixture->outbox, &hold, NULL));
  g_assert_cmpint (hold, ==, 1000);
  fixture->clock.clock.boot_id = "next-boot";
  g_assert_true (perron_outbox_get_hold (fixture->outbox, &hold, NULL));
  g_assert_cmpint (hold, ==, 0);
}

/* After a drain the file is small again, and its log empty. */
static void
test_a_drain_gives_the_disk_back (Fixture *fixture, gconstpointer data)
{
  fixture->options.max_waiting = 10000;
  fixture_reopen (fixture);
  for (guint i = 0; i < 600; i++)
    fixture_enqueue (fixture, NULL);
  g_assert_cmpint (fixture_ask (fixture, "SELECT page_count * 8192 FROM pragma_page_count"), >, 1000000);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (fixture->outbox, 600, G_MAXSIZE, 60000, NULL);
  g_assert_cmpuint (rows->len, ==, 600);
  g_autofree PerronSentMark *marks = g_new0 (PerronSentMark, rows->len);
  for (guint i = 0; i < rows->len; i++)
    marks[i] = (PerronSentMark){ ((PerronLeased *) rows->pdata[i])->seq, "created" };
  g_assert_true (perron_outbox_mark_sent_batch (fixture->outbox, marks, rows->len, NULL));
  g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
  g_assert_cmpint (fixture_ask (fixture, "SELECT freelist_count FROM pragma_freelist_count"), ==, 0);
  g_assert_cmpint (fixture_ask (fixture, "SELECT page_count * 8192 FROM pragma_page_count"), <, 400000);
  g_autofree char *wal = g_strconcat (fixture->path, "-wal", NULL), *text = NULL;
  gsize size = 1;
  g_assert_true (g_file_get_contents (wal, &text, &size, NULL));
  g_assert_cmpuint (size, ==, 0);
}

#define ADD(path, function) g_test_add ("/retention/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("over-stays-thirty-days", test_what_is_over_stays_thirty_days);
  ADD ("configured", test_retention_is_configured);
  ADD ("audit-a-year", test_audit_lines_stay_a_year);
  ADD ("no-clock-erases-early", test_no_clock_erases_early);
  ADD ("wrong-clock-stays-as-long", test_lines_of_a_wrong_clock_stay_as_long);
  ADD ("undelivered-alarm", test_undelivered_is_an_alarm_and_stays);
  ADD ("a-human-decides", test_a_human_decides);
  ADD ("a-human-gives-up-a-receipt", test_a_human_gives_up_a_receipt);
  ADD ("hold-outlives-the-sender", test_hold_outlives_the_sender);
  ADD ("drain-gives-back", test_a_drain_gives_the_disk_back);
  return g_test_run ();
}
