/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/outbox-private.h"
#include "tests/sync/crash-vfs.h"
#include "tests/sync/store-fixture.h"

#include <stdlib.h>
#include <string.h>

/*
 * Power cuts at any moment of the real path: requests are registered, sent, withdrawn and tidied away through sync/store/outbox.h on a
 * disk that remembers, and each state a cut could have left is opened as perron-kiosk opens it. PERRON_CRASH_STATES (300), PERRON_SEED.
 * The same with WAL+NORMAL and WAL+OFF must find losses: otherwise the method sees nothing.
 */
#define REQUESTS 150

typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  gint64 seq;
  guint registered; /* the moment at which the person was told so */
  guint done;       /* the moment at which it was marked sent or withdrawn; 0: never */
  PerronItemState state;
} Promise;

typedef struct {
  Fixture fixture;
  Promise promises[REQUESTS];
} Run;

typedef struct {
  guint states, checked, lost, broken, half;
} Tally;

static guint32
take_seed (void)
{
  static guint32 seed;
  const char *given = g_getenv ("PERRON_SEED");
  if (seed == 0)
    seed = given != NULL ? (guint32) strtoul (given, NULL, 10) : g_random_int ();
  return seed;
}

static guint
count_states (void)
{
  const char *given = g_getenv ("PERRON_CRASH_STATES");
  return given != NULL ? (guint) strtoul (given, NULL, 10) : 300;
}

/* --- the recorded run ------------------------------------------------------------------------------------------------------------ */

static void
promise (Run *run, guint i)
{
  Promise *one = &run->promises[i];
  char reference[PERRON_REFERENCE_BYTES];
  g_autoptr (GError) error = NULL;

  fixture_make_id (&run->fixture, one->id);
  gboolean ok = perron_outbox_enqueue (run->fixture.outbox, one->id, fixture_seal, one->id, reference, &one->seq, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  one->registered = crash_vfs_now ();
  one->state = PERRON_ITEM_WAITING;
  if (i % 11 != 5)
    return;
  ok = perron_outbox_withdraw (run->fixture.outbox, reference, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  one->state = PERRON_ITEM_WITHDRAWN;
  one->done = crash_vfs_now ();
}

/* As perron-sync does it: lease, mark all in one transaction, give the room back. */
static void
drain (Run *run, guint rows)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) leased = perron_outbox_lease (run->fixture.outbox, rows, 1 << 20, 60000, &error);
  g_autofree PerronSentMark *marks = g_new0 (PerronSentMark, rows);

  g_assert_no_error (error);
  for (guint i = 0; i < leased->len; i++)
    marks[i] = (PerronSentMark){ ((PerronLeased *) leased->pdata[i])->seq, "created" };
  gboolean ok = perron_outbox_mark_sent_batch (run->fixture.outbox, marks, leased->len, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
  for (guint i = 0; i < leased->len; i++) {
    run->promises[marks[i].seq - 1].state = PERRON_ITEM_SENT;
    run->promises[marks[i].seq - 1].done = crash_vfs_now ();
  }
  ok = perron_outbox_tidy (run->fixture.outbox, &error);
  g_assert_no_error (error);
  g_assert_true (ok);
}

static void
record (Run *run, const char *synchronous)
{
  fixture_set_up (&run->fixture, NULL);
  g_clear_pointer (&run->fixture.outbox, perron_outbox_free); /* its WAL goes with it: the run begins with one flushed file */
  crash_vfs_record (run->fixture.path);
  fixture_reopen (&run->fixture);
  g_autofree char *pragma = g_strconcat ("PRAGMA synchronous=", synchronous, NULL);
  g_assert_true (perron_db_script (run->fixture.outbox->db, pragma, NULL));
  for (guint i = 0; i < REQUESTS; i++) {
    promise (run, i);
    if (i % 40 == 39)
      drain (run, 15);
  }
  crash_vfs_stop ();
}

/* --- after a cut ----------------------------------------------------------------------------------------------------------------- */

/* Rows that exist in a part only, or a counter, chain and rows that do not tell the same. */
static const char half_done[] =
  "SELECT (SELECT count (*) FROM outbox WHERE state = 0 AND seq NOT IN (SELECT seq FROM sealed))"
  "     + (SELECT count (*) FROM sealed WHERE seq NOT IN (SELECT seq FROM outbox WHERE state = 0))"
  "     + (SELECT count (*) FROM outbox AS o WHERE (SELECT count (*) FROM audit AS a WHERE a.event = 2 AND a.id = o.id AND a.detail = o.seq) != 1)"
  "     + (SELECT count (*) FROM audit AS a WHERE a.event = 2 AND a.id NOT IN (SELECT id FROM outbox))"
  "     + (SELECT count (*) FROM outbox AS o WHERE o.state = 1 AND (SELECT count (*) FROM audit AS a WHERE a.event = 4 AND a.id = o.id) != 1)"
  "     + (SELECT count (*) FROM outbox AS o WHERE o.state = 4 AND (SELECT count (*) FROM audit AS a WHERE a.event = 3 AND a.id = o.id) != 1)"
  "     + (SELECT counter != (SELECT coalesce (max (seq), 0) FROM outbox) FROM terminal)"
  "     + (SELECT counter != (SELECT count (*) FROM outbox) FROM terminal)";

static gboolean
is_whole (PerronOutbox *outbox)
{
  gboolean row;
  g_autoptr (PerronDbQuery) query = perron_db_query (outbox->db, NULL, "PRAGMA integrity_check", "");
  return query != NULL && perron_db_step (query, &row, NULL) && row &&
         g_strcmp0 (perron_db_text (query, 0), "ok") == 0;
}

static gboolean
has_all_bytes (PerronOutbox *outbox, const Promise *one)
{
  g_autoptr (PerronEnvelope) kept = perron_outbox_dup_envelope (outbox, one->seq, NULL);
  g_autoptr (PerronEnvelope) wanted = fixture_seal ((gpointer) one->id, one->seq, "", NULL);
  return kept != NULL && memcmp (kept->id, one->id, PERRON_UUID_BYTES) == 0 && g_bytes_equal (kept->sealed, wanted->sealed) &&
         g_bytes_equal (kept->signature, wanted->signature);
}

/* What was promised before the cut holds: the row is there, no earlier state than the last one told, and its bytes are whole while it waits. */
static gboolean
is_kept (PerronOutbox *outbox, const Promise *one, guint moment)
{
  gint64 state;
  if (!perron_db_number (outbox->db, &state, NULL, "SELECT coalesce ((SELECT state FROM outbox WHERE id = ? AND seq = ?), -1)", "bi", one->id,
                         (gsize) PERRON_UUID_BYTES, one->seq))
    return FALSE;
  if (state == PERRON_ITEM_WAITING)
    return (one->done == 0 || one->done > moment) && has_all_bytes (outbox, one);
  return state == (gint64) one->state;
}

static void
check_state (const Run *run, guint moment, const PerronOutboxOptions *options, Tally *tally)
{
  gboolean was_broken = FALSE;
  gint64 lines, half = 1;
  PerronFakeClock clock = run->fixture.clock;
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (options, &clock.clock, &was_broken, NULL);

  tally->states++;
  if (outbox == NULL || was_broken || !is_whole (outbox)) {
    tally->broken++;
    return;
  }
  tally->half += !perron_db_number (outbox->db, &half, NULL, half_done, "") || half != 0 || !perron_outbox_verify_audit (outbox, &lines, NULL);
  for (guint i = 0; i < REQUESTS && run->promises[i].registered <= moment; i++) {
    tally->checked++;
    tally->lost += !is_kept (outbox, &run->promises[i], moment);
  }
}

static int
compare_moments (gconstpointer a, gconstpointer b)
{
  const guint *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

static Tally
cut_everywhere (const Run *run, guint states)
{
  g_autoptr (GRand) chance = g_rand_new_with_seed (take_seed ());
  g_autoptr (GArray) moments = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (CrashCuts) cuts = crash_cuts_new ();
  g_autofree char *path = g_build_filename (run->fixture.folder, "after.db", NULL);
  PerronOutboxOptions options = run->fixture.options;
  Tally tally = { 0 };

  options.path = path;
  for (guint i = 0; i < states; i++) {
    guint moment = (guint) g_rand_int_range (chance, 0, (gint32) crash_vfs_now () + 1);
    g_array_append_val (moments, moment);
  }
  g_array_sort (moments, compare_moments);
  for (guint i = 0; i < states; i++) {
    guint moment = g_array_index (moments, guint, i);
    crash_cuts_lay_out (cuts, moment, chance, path);
    check_state (run, moment, &options, &tally);
  }
  return tally;
}

static Tally
run_with (const char *synchronous, guint states)
{
  g_autofree Run *run = g_new0 (Run, 1);
  record (run, synchronous);
  Tally tally = cut_everywhere (run, states);
  g_test_message ("seed %u: WAL+%s: %u states, %u promises checked: %u lost, %u broken files, %u half done", take_seed (), synchronous,
                  tally.states, tally.checked, tally.lost, tally.broken, tally.half);
  fixture_tear_down (&run->fixture, NULL);
  return tally;
}

static void
test_nothing_is_lost (void)
{
  Tally tally = run_with ("FULL", count_states ());
  g_assert_cmpuint (tally.checked, >, tally.states);
  g_assert_cmpuint (tally.lost, ==, 0);
  g_assert_cmpuint (tally.broken, ==, 0);
  g_assert_cmpuint (tally.half, ==, 0);
}

/* Without the flush of each commit: files stay whole, promises are broken. */
static void
test_normal_loses (void)
{
  Tally tally = run_with ("NORMAL", MIN (count_states (), 3000));
  g_assert_cmpuint (tally.lost, >, 0);
  g_assert_cmpuint (tally.broken, ==, 0);
}

/* Without any flush files break too: damage is seen. */
static void
test_off_breaks (void)
{
  Tally tally = run_with ("OFF", MIN (count_states (), 3000));
  g_assert_cmpuint (tally.broken, >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  crash_vfs_install ();
  g_test_add_func ("/crash/full-loses-nothing", test_nothing_is_lost);
  g_test_add_func ("/crash/normal-loses", test_normal_loses);
  g_test_add_func ("/crash/off-breaks", test_off_breaks);
  return g_test_run ();
}
