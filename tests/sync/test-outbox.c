/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/sync/store-fixture.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_enqueue (Fixture *fixture, gconstpointer data)
{
  char first[PERRON_REFERENCE_BYTES], second[PERRON_REFERENCE_BYTES], parsed[PERRON_REFERENCE_BYTES];

  g_assert_cmpint (fixture_enqueue (fixture, first), ==, 1);
  g_assert_cmpint (fixture_enqueue (fixture, second), ==, 2);
  g_assert_cmpstr (first, !=, second);
  g_assert_true (perron_reference_parse (first, parsed));

  PerronItem item = fixture_find (fixture, first);
  g_assert_cmpint (item.seq, ==, 1);
  g_assert_cmpint (item.state, ==, PERRON_ITEM_WAITING);
  g_assert_cmpstr (item.dest, ==, "000");
  g_assert_cmpint (item.created_unix_ms, ==, fixture->clock.now_unix_ms);
  g_assert_cmpint (item.sealed_bytes, ==, 1500);
}

static void
test_enqueue_is_idempotent (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES];
  char first[PERRON_REFERENCE_BYTES], again[PERRON_REFERENCE_BYTES];
  gint64 seq, seq_again;

  fixture_make_id (fixture, id);
  g_assert_true (perron_outbox_enqueue (fixture->outbox, id, fixture_seal, id, first, &seq, &error));
  fixture_reopen (fixture);
  g_assert_true (perron_outbox_enqueue (fixture->outbox, id, fixture_seal, id, again, &seq_again, &error));
  g_assert_cmpstr (first, ==, again);
  g_assert_cmpint (seq, ==, seq_again);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM outbox"), ==, 1);
}

static PerronEnvelope *
refuse_to_seal (gpointer data, gint64 counter, const char *reference, GError **error)
{
  *(gint64 *) data = counter;
  g_set_error_literal (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE, "no key");
  return NULL;
}

static void
test_failed_seal_leaves_no_gap (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES];
  char reference[PERRON_REFERENCE_BYTES] = "untouched";
  gint64 seq = -1, counter = 0;

  fixture_enqueue (fixture, NULL);
  fixture_make_id (fixture, id);
  g_assert_false (perron_outbox_enqueue (fixture->outbox, id, refuse_to_seal, &counter, reference, &seq, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE);
  g_assert_cmpstr (reference, ==, "untouched");
  g_assert_cmpint (seq, ==, -1);
  g_assert_cmpint (counter, ==, 2);
  g_assert_cmpint (fixture_enqueue (fixture, NULL), ==, 2);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, 3);
}

static void
test_limit (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES];
  char reference[PERRON_REFERENCE_BYTES];

  fixture->options.max_waiting = 2;
  fixture_reopen (fixture);
  fixture_enqueue (fixture, NULL);
  fixture_enqueue (fixture, reference);
  fixture_make_id (fixture, id);
  g_assert_false (perron_outbox_enqueue (fixture->outbox, id, fixture_seal, id, reference, NULL, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_TOO_MANY);
  g_assert_true (perron_outbox_withdraw (fixture->outbox, reference, NULL));
  g_assert_cmpint (fixture_enqueue (fixture, NULL), ==, 3);
}

static void
test_low_space (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint8 id[PERRON_UUID_BYTES];
  char reference[PERRON_REFERENCE_BYTES];

  fixture->options.low_space_bytes = G_MAXINT64;
  fixture_reopen (fixture);
  fixture_make_id (fixture, id);
  g_assert_false (perron_outbox_enqueue (fixture->outbox, id, fixture_seal, id, reference, NULL, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM outbox"), ==, 0);
}

static GPtrArray *
lease (PerronOutbox *outbox, guint max_rows, gsize max_bytes, guint expected)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *rows = perron_outbox_lease (outbox, max_rows, max_bytes, 60000, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (rows->len, ==, expected);
  return rows;
}

static gint64
seq_of (GPtrArray *rows, guint i)
{
  return ((PerronLeased *) g_ptr_array_index (rows, i))->seq;
}

static void
test_lease (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < 5; i++)
    fixture_enqueue (fixture, NULL);
  g_autoptr (GPtrArray) two = lease (fixture->outbox, 2, G_MAXSIZE, 2);
  g_assert_cmpint (seq_of (two, 0), ==, 1);
  g_assert_cmpint (seq_of (two, 1), ==, 2);
  const PerronEnvelope *envelope = ((PerronLeased *) g_ptr_array_index (two, 0))->envelope;
  g_assert_cmpstr (envelope->terminal, ==, "borne-0001");
  g_assert_cmpuint (g_bytes_get_size (envelope->sealed), ==, 1500);
  g_assert_cmpuint (g_bytes_get_size (envelope->signature), ==, 9);
  /* 3500 bytes hold two of 1500; one row always comes. */
  g_autoptr (GPtrArray) by_size = lease (fixture->outbox, 10, 3500, 2);
  g_assert_cmpint (seq_of (by_size, 0), ==, 3);
  g_autoptr (GPtrArray) at_least_one = lease (fixture->outbox, 10, 1, 1);
  g_assert_cmpint (seq_of (at_least_one, 0), ==, 5);
  g_autoptr (GPtrArray) none = lease (fixture->outbox, 10, G_MAXSIZE, 0);
  /* Run out on the boot clock, whatever the wall clock says. */
  fixture->clock.now_unix_ms -= G_GINT64_CONSTANT (172800000);
  fixture->clock.now_boot_ms += 60000;
  g_autoptr (GPtrArray) again = lease (fixture->outbox, 10, G_MAXSIZE, 5);
}

static void
test_lease_of_another_boot_is_free (Fixture *fixture, gconstpointer data)
{
  fixture_enqueue (fixture, NULL);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
  fixture->clock.clock.boot_id = "next-boot";
  g_autoptr (GPtrArray) again = lease (fixture->outbox, 1, G_MAXSIZE, 1);
}

static void
test_lease_of_a_dead_process_is_free (Fixture *fixture, gconstpointer data)
{
  fixture_enqueue (fixture, NULL);
  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  pid_t child = fork ();
  if (child == 0) {
    PerronOutbox *outbox = fixture_open_second (fixture);
    g_autoptr (GPtrArray) rows = lease (outbox, 1, G_MAXSIZE, 1);
    _exit (0);
  }
  int status;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  fixture_reopen (fixture);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
}

static void
test_release_holds_the_channel (Fixture *fixture, gconstpointer data)
{
  PerronOutboxStats stats;
  char reference[PERRON_REFERENCE_BYTES];

  fixture_enqueue (fixture, reference);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 10, G_MAXSIZE, 1);
  g_assert_true (perron_outbox_release (fixture->outbox, "dns", 5000, NULL));
  g_assert_true (perron_outbox_stats (fixture->outbox, &stats, NULL));
  g_assert_cmpstr (stats.link, ==, "offline");
  g_assert_cmpstr (stats.link_fault, ==, "dns");
  g_assert_cmpuint (fixture_find (fixture, reference).attempts, ==, 0);
  fixture_enqueue (fixture, NULL);
  g_autoptr (GPtrArray) held = lease (fixture->outbox, 10, G_MAXSIZE, 0);
  perron_fake_clock_advance (&fixture->clock, 5000);
  g_autoptr (GPtrArray) both = lease (fixture->outbox, 10, G_MAXSIZE, 2);
  g_assert_true (perron_outbox_release (fixture->outbox, "http-503", 5000, NULL));
  g_assert_true (perron_outbox_mark_contact (fixture->outbox, NULL));
  g_assert_true (perron_outbox_stats (fixture->outbox, &stats, NULL));
  g_assert_cmpstr (stats.link, ==, "online");
  g_assert_cmpstr (stats.link_fault, ==, "");
  g_assert_cmpint (stats.last_contact_unix_ms, ==, fixture->clock.now_unix_ms);
  g_autoptr (GPtrArray) at_once = lease (fixture->outbox, 10, G_MAXSIZE, 2);
}

static void
test_sent_and_received (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = g_bytes_new ("s", 1);
  char reference[PERRON_REFERENCE_BYTES];
  guint8 wrong[PERRON_DIGEST_BYTES] = { 1 };

  gint64 seq = fixture_enqueue (fixture, reference);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
  const PerronEnvelope *envelope = ((PerronLeased *) g_ptr_array_index (rows, 0))->envelope;
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, seq, "r-1", NULL));
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, seq, "r-1", NULL));
  g_assert_cmpint (fixture_find (fixture, reference).state, ==, PERRON_ITEM_SENT);
  g_assert_cmpuint (fixture_find (fixture, reference).attempts, ==, 1);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 0);

  g_assert_false (perron_outbox_mark_received (fixture->outbox, envelope->id, wrong, 5, signature, NULL, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);
  gint64 before = fixture_ask (fixture, "SELECT count (*) FROM audit");
  g_assert_true (perron_outbox_mark_received (fixture->outbox, envelope->id, envelope->digest, 5, signature, NULL, NULL));
  g_assert_true (perron_outbox_mark_received (fixture->outbox, envelope->id, envelope->digest, 5, signature, NULL, NULL));
  g_assert_cmpint (fixture_find (fixture, reference).state, ==, PERRON_ITEM_RECEIVED);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, before + 1);
  g_assert_cmpint (fixture_ask (fixture, "SELECT received_ms FROM outbox"), ==, 5);
}

static void
test_replies (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = g_bytes_new ("r", 1);
  char reference[PERRON_REFERENCE_BYTES];
  guint8 wrong[PERRON_DIGEST_BYTES] = { 1 };
  gboolean news = TRUE;

  fixture_enqueue (fixture, reference);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
  const PerronEnvelope *envelope = ((PerronLeased *) g_ptr_array_index (rows, 0))->envelope;
  g_assert_cmpint (fixture_find (fixture, reference).reply, ==, PERRON_REPLY_NONE);
  g_assert_false (perron_outbox_mark_reply (fixture->outbox, envelope->id, wrong, PERRON_REPLY_DONE, 1, 7, signature, &news, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);

  /* A reply proves receipt, though the receipt has not come: the row no longer waits, and its sealed bytes are gone. */
  gint64 before = fixture_ask (fixture, "SELECT count (*) FROM audit");
  g_assert_true (
    perron_outbox_mark_reply (fixture->outbox, envelope->id, envelope->digest, PERRON_REPLY_CALL_MISSED, 3, 700, signature, &news, NULL));
  g_assert_true (news);
  PerronItem item = fixture_find (fixture, reference);
  g_assert_cmpint (item.state, ==, PERRON_ITEM_RECEIVED);
  g_assert_cmpint (item.reply, ==, PERRON_REPLY_CALL_MISSED);
  g_assert_cmpint (item.reply_number, ==, 3);
  g_assert_cmpint (item.replied_unix_ms, ==, 700);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 0);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, before + 2);

  /* The receipt that comes late adds what it proves and takes nothing back. */
  g_assert_true (perron_outbox_mark_received (fixture->outbox, envelope->id, envelope->digest, 5, signature, NULL, NULL));
  g_assert_cmpint (fixture_ask (fixture, "SELECT received_ms FROM outbox"), ==, 5);
  g_assert_cmpint (fixture_find (fixture, reference).reply, ==, PERRON_REPLY_CALL_MISSED);

  for (gint64 old = 1; old <= 3; old++) {
    g_assert_true (
      perron_outbox_mark_reply (fixture->outbox, envelope->id, envelope->digest, PERRON_REPLY_DONE, old, 900, signature, &news, NULL));
    g_assert_false (news);
    g_assert_cmpint (fixture_find (fixture, reference).reply, ==, PERRON_REPLY_CALL_MISSED);
  }
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM audit"), ==, before + 2);
  g_assert_true (perron_outbox_mark_reply (fixture->outbox, envelope->id, envelope->digest, PERRON_REPLY_DONE, 4, 900, signature, &news, NULL));
  g_assert_true (news);
  g_assert_cmpint (fixture_find (fixture, reference).reply, ==, PERRON_REPLY_DONE);
  g_assert_true (perron_outbox_verify_audit (fixture->outbox, &before, NULL));
}

static void
test_item_faults (Fixture *fixture, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  gint64 seq = fixture_enqueue (fixture, reference);

  for (guint i = 1; i <= 3; i++) {
    g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
    g_assert_true (perron_outbox_mark_item_fault (fixture->outbox, seq, "invalid \"x\"", 5000, NULL));
    g_assert_cmpuint (fixture_find (fixture, reference).attempts, ==, i);
    g_autoptr (GPtrArray) none = lease (fixture->outbox, 1, G_MAXSIZE, 0);
    perron_fake_clock_advance (&fixture->clock, 5000);
  }
  PerronItem item = fixture_find (fixture, reference);
  g_assert_cmpint (item.state, ==, PERRON_ITEM_DEAD);
  g_assert_cmpstr (item.last_fault, ==, "invalid??x?");
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 1);
  g_autoptr (GPtrArray) none = lease (fixture->outbox, 1, G_MAXSIZE, 0);
}

static void
test_due_clamp (Fixture *fixture, gconstpointer data)
{
  gint64 seq = fixture_enqueue (fixture, NULL);
  gint64 right = fixture->clock.now_unix_ms;

  /* Put off while the clock was three years ahead; then the clock is put right. */
  fixture->clock.now_unix_ms += G_GINT64_CONSTANT (94608000000);
  g_assert_true (perron_outbox_mark_item_fault (fixture->outbox, seq, "later", 3600000, NULL));
  g_autoptr (GPtrArray) none = lease (fixture->outbox, 1, G_MAXSIZE, 0);
  fixture->clock.now_unix_ms = right;
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
}

static void
test_withdraw (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  char waiting[PERRON_REFERENCE_BYTES], leased[PERRON_REFERENCE_BYTES];

  gint64 seq = fixture_enqueue (fixture, leased);
  g_autoptr (GPtrArray) rows = lease (fixture->outbox, 1, G_MAXSIZE, 1);
  fixture_enqueue (fixture, waiting);
  g_assert_true (perron_outbox_withdraw (fixture->outbox, waiting, NULL));
  g_assert_cmpint (fixture_find (fixture, waiting).state, ==, PERRON_ITEM_WITHDRAWN);
  g_assert_cmpint (fixture_ask (fixture, "SELECT count (*) FROM sealed"), ==, 1);
  g_assert_false (perron_outbox_withdraw (fixture->outbox, waiting, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE);
  g_clear_error (&error);

  g_assert_false (perron_outbox_withdraw (fixture->outbox, leased, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_STATE);
  g_clear_error (&error);
  g_assert_false (perron_outbox_withdraw (fixture->outbox, "2222-2222", &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);

  /* The lease ran out, the person withdrew, and only then came the word that it had arrived: it is called sent. */
  fixture->clock.now_boot_ms += 60000;
  g_assert_true (perron_outbox_withdraw (fixture->outbox, leased, NULL));
  g_assert_true (perron_outbox_mark_sent (fixture->outbox, seq, "late", NULL));
  g_assert_cmpint (fixture_find (fixture, leased).state, ==, PERRON_ITEM_SENT);
}

static gboolean
file_holds (const char *path, const char *suffix, const guint8 *bytes, gsize length)
{
  g_autofree char *name = g_strconcat (path, suffix, NULL), *text = NULL;
  gsize size;
  return g_file_get_contents (name, &text, &size, NULL) && memmem (text, size, bytes, length) != NULL;
}

/* Envelope 1 is made of bytes 2 (see fixture_seal()). */
static void
test_withdrawn_bytes_are_erased (Fixture *fixture, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  guint8 sealed[1000];

  memset (sealed, 2, sizeof sealed);
  fixture_enqueue (fixture, reference);
  g_assert_true (file_holds (fixture->path, "-wal", sealed, sizeof sealed));
  g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
  g_assert_true (file_holds (fixture->path, "", sealed, sizeof sealed));
  g_assert_true (perron_outbox_withdraw (fixture->outbox, reference, NULL));
  g_assert_true (perron_outbox_tidy (fixture->outbox, NULL));
  g_assert_false (file_holds (fixture->path, "", sealed, sizeof sealed));
  g_assert_false (file_holds (fixture->path, "-wal", sealed, sizeof sealed));
}

/* Somebody changed the file by hand: the settings are put back, or the file is refused. */
static void
test_settings_are_put_back (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  fixture_change (fixture, "PRAGMA journal_mode=DELETE");
  g_assert_false (fixture_reopen (fixture));
  g_clear_pointer (&fixture->outbox, perron_outbox_free);
  g_assert_cmpint (fixture_ask (fixture, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
  fixture_change (fixture, "PRAGMA journal_mode=DELETE; PRAGMA auto_vacuum=NONE; VACUUM");
  g_assert_null (perron_outbox_open (&fixture->options, &fixture->clock.clock, NULL, &error));
  g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "auto_vacuum"));
}

static void
test_list_and_stats (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronItem));
  PerronOutboxStats stats;
  char reference[PERRON_REFERENCE_BYTES];

  g_assert_true (perron_outbox_stats (fixture->outbox, &stats, NULL));
  g_assert_cmpint (stats.oldest_waiting_unix_ms, ==, 0);
  g_assert_cmpstr (stats.link, ==, "");
  gint64 oldest = fixture->clock.now_unix_ms;
  for (guint i = 0; i < 4; i++) {
    fixture_enqueue (fixture, reference);
    perron_fake_clock_advance (&fixture->clock, 1000);
  }
  g_assert_true (perron_outbox_withdraw (fixture->outbox, reference, NULL));
  g_assert_true (perron_outbox_list (fixture->outbox, 1, 2, items, NULL));
  g_assert_cmpuint (items->len, ==, 2);
  g_assert_cmpint (g_array_index (items, PerronItem, 0).seq, ==, 2);
  g_assert_true (perron_outbox_stats (fixture->outbox, &stats, NULL));
  g_assert_cmpint (stats.count[PERRON_ITEM_WAITING], ==, 3);
  g_assert_cmpint (stats.count[PERRON_ITEM_WITHDRAWN], ==, 1);
  g_assert_cmpint (stats.oldest_waiting_unix_ms, ==, oldest);
  g_assert_cmpint (stats.sealed_bytes_waiting, ==, 4500);
}

static void
test_two_connections (Fixture *fixture, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  g_autoptr (PerronOutbox) second = fixture_open_second (fixture);

  gint64 mark = perron_outbox_get_change_mark (fixture->outbox);
  gint64 seq = fixture_enqueue (fixture, reference);
  g_assert_cmpint (perron_outbox_get_change_mark (fixture->outbox), ==, mark);
  g_autoptr (GPtrArray) rows = lease (second, 1, G_MAXSIZE, 1);
  g_assert_true (perron_outbox_mark_sent (second, seq, "r", NULL));
  g_assert_cmpint (perron_outbox_get_change_mark (fixture->outbox), !=, mark);
  g_assert_cmpint (fixture_find (fixture, reference).state, ==, PERRON_ITEM_SENT);
  g_assert_true (perron_outbox_tidy (second, NULL));
}

static void
test_audit_chain (Fixture *fixture, gconstpointer data)
{
  static const char *const damages[] = {
    "UPDATE audit SET detail = detail + 1 WHERE n = 3",
    "DELETE FROM audit WHERE n = 3",
    "DELETE FROM audit WHERE n = (SELECT max (n) FROM audit)",
    "UPDATE terminal SET audit_n = audit_n - 1",
  };
  gint64 lines = 0;

  for (guint i = 0; i < 5; i++)
    fixture_enqueue (fixture, NULL);
  g_assert_true (perron_outbox_verify_audit (fixture->outbox, &lines, NULL));
  g_assert_cmpint (lines, ==, 6);
  for (gsize i = 0; i < G_N_ELEMENTS (damages); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *kept = NULL;
    gsize size;
    g_clear_pointer (&fixture->outbox, perron_outbox_free);
    g_assert_true (g_file_get_contents (fixture->path, &kept, &size, NULL));
    fixture_change (fixture, damages[i]);
    fixture_reopen (fixture);
    g_assert_false (perron_outbox_verify_audit (fixture->outbox, &lines, &error));
    g_assert_error (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT);
    g_assert_nonnull (strstr (error->message, "audit line"));
    g_clear_pointer (&fixture->outbox, perron_outbox_free);
    g_assert_true (g_file_set_contents (fixture->path, kept, (gssize) size, NULL));
    fixture_reopen (fixture);
  }
  g_assert_true (perron_outbox_verify_audit (fixture->outbox, &lines, NULL));
}

#define ADD(path, function) g_test_add ("/outbox/" path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("enqueue", test_enqueue);
  ADD ("enqueue-is-idempotent", test_enqueue_is_idempotent);
  ADD ("failed-seal-leaves-no-gap", test_failed_seal_leaves_no_gap);
  ADD ("limit", test_limit);
  ADD ("low-space", test_low_space);
  ADD ("lease", test_lease);
  ADD ("lease-of-another-boot-is-free", test_lease_of_another_boot_is_free);
  ADD ("lease-of-a-dead-process-is-free", test_lease_of_a_dead_process_is_free);
  ADD ("release-holds-the-channel", test_release_holds_the_channel);
  ADD ("sent-and-received", test_sent_and_received);
  ADD ("replies", test_replies);
  ADD ("item-faults", test_item_faults);
  ADD ("due-clamp", test_due_clamp);
  ADD ("withdraw", test_withdraw);
  ADD ("withdrawn-bytes-are-erased", test_withdrawn_bytes_are_erased);
  ADD ("settings-are-put-back", test_settings_are_put_back);
  ADD ("list-and-stats", test_list_and_stats);
  ADD ("two-connections", test_two_connections);
  ADD ("audit-chain", test_audit_chain);
  return g_test_run ();
}
