/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync/store-fixture.h"

/* What came back of a batch, marked together. */

static void
test_sent_batch_is_all_or_none (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char reference[PERRON_REFERENCE_BYTES];
  gint64 seq = fixture_enqueue (fixture, reference);
  PerronSentMark marks[] = { { seq, "a" }, { 99, "b" } };

  g_assert_false (perron_outbox_mark_sent_batch (fixture->outbox, marks, 2, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);
  g_assert_cmpint (fixture_find (fixture, reference).state, ==, PERRON_ITEM_WAITING);
  /* Marks and leases are one commit: neither, then both. */
  gint64 next = fixture_enqueue (fixture, NULL);
  g_clear_error (&error);
  g_assert_null (perron_outbox_turn (fixture->outbox, marks, 2, 1, G_MAXSIZE, 60000, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM outbox WHERE lease_boot IS NOT NULL OR state <> 0"), ==, 0);
  g_autoptr (GPtrArray) rows = perron_outbox_turn (fixture->outbox, marks, 1, 1, G_MAXSIZE, 60000, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  g_assert_cmpint (((PerronLeased *) g_ptr_array_index (rows, 0))->seq, ==, next);
  g_assert_cmpint (fixture_find (fixture, reference).state, ==, PERRON_ITEM_SENT);
}

/* A batch comes back in runs: two words, a number that is missing, and, when `withdrawn`, a row among them that no longer waits. */
static void
mark_seven (Fixture *fixture, gboolean withdrawn)
{
  char references[8][PERRON_REFERENCE_BYTES];
  PerronSentMark marks[7];
  gint64 lines;

  for (guint i = 0; i < 8; i++)
    g_assert_cmpint (fixture_enqueue (fixture, references[i]), ==, i + 1);
  if (withdrawn)
    g_assert_true (perron_outbox_withdraw (fixture->outbox, references[1], NULL));
  for (guint i = 0; i < 7; i++) /* 1 2 3, 4 5 and 7 8: the sixth is not among them */
    marks[i] = (PerronSentMark){ i < 5 ? i + 1 : i + 2, i == 3 || i == 4 ? "same" : "created" };
  g_autoptr (GPtrArray) leased = perron_outbox_lease (fixture->outbox, 8, G_MAXSIZE, 60000, NULL);
  g_assert_cmpuint (leased->len, ==, (withdrawn ? 7 : 8));
  gint64 before = fixture_ask (fixture, "SELECT count (*) FROM audit");
  g_assert_true (perron_outbox_mark_sent_batch (fixture->outbox, marks, G_N_ELEMENTS (marks), NULL));

  for (guint i = 0; i < 8; i++)
    g_assert_cmpint (fixture_find (fixture, references[i]).state, ==, (i == 5 ? PERRON_ITEM_WAITING : PERRON_ITEM_SENT));
  g_assert_cmpint (fixture_ask (fixture, "SELECT sum (seq) FROM sealed"), ==, 6);
  g_assert_cmpint (fixture_ask (fixture, "SELECT sum (seq) FROM outbox WHERE gateway_receipt = 'same' AND attempts = 1 AND lease_boot IS NULL"), ==,
                   9);
  g_assert_cmpint (fixture_ask (fixture, "SELECT sum (seq) FROM outbox WHERE gateway_receipt = 'created' AND attempts = 1"), ==, 21);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, before + 7);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit AS a JOIN outbox AS o USING (id) WHERE a.event = 4 AND o.state = 1"), ==, 7);
  g_assert_cmpint (fixture_ask (fixture, "SELECT max (detail) FROM audit WHERE event = 4"), ==, (withdrawn ? PERRON_ITEM_WITHDRAWN : 0));
  g_assert_true (perron_outbox_verify_audit (fixture->outbox, &lines, NULL));

  /* The same again changes nothing. */
  g_assert_true (perron_outbox_mark_sent_batch (fixture->outbox, marks, G_N_ELEMENTS (marks), NULL));
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, before + 7);
}

static void
test_sent_in_runs (Fixture *fixture, gconstpointer data)
{
  mark_seven (fixture, FALSE);
}

static void
test_sent_in_runs_but_one (Fixture *fixture, gconstpointer data)
{
  mark_seven (fixture, TRUE);
}

#define ADD(path, function) g_test_add ("/sent/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("all-or-none", test_sent_batch_is_all_or_none);
  ADD ("in-runs", test_sent_in_runs);
  ADD ("in-runs-but-one", test_sent_in_runs_but_one);
  return g_test_run ();
}
