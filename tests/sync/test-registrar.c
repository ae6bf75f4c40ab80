/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/registrar.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "sync/seal/open.h"
#include "tests/sync/seal-fixture.h"
#include "tests/sync/store-fixture.h"

/* Flushes of this program, SQLite's among them: after `flushes_good` more, `flushes_bad` answer EIO. */
static gint flushes_good, flushes_bad;

int fdatasync (int fd);

int
fdatasync (int fd)
{
  if (g_atomic_int_get (&flushes_bad) > 0 && g_atomic_int_add (&flushes_good, -1) <= 0) {
    g_atomic_int_add (&flushes_bad, -1);
    errno = EIO;
    return -1;
  }
  return fsync (fd);
}

typedef struct {
  SealKeys keys;
  char *folder;
  char *path;
  PerronOutboxOptions options;
  PerronFakeClock clock;
  PerronRegistrar *registrar;
  GMainLoop *loop;
  guint waiting_for; /* kind + 1 */
  /* the last news */
  PerronNewsKind kind;
  guint ticket;
  char reference[PERRON_REFERENCE_BYTES];
  char link[16];
  PerronItemState state;
  PerronReplyCode reply;
  PerronListing listing;
  int error_code;
} Room;

static void
on_news (const PerronNews *news, gpointer data)
{
  Room *room = data;
  if (news->kind + 1 != room->waiting_for)
    return;
  room->waiting_for = 0;
  room->kind = news->kind;
  room->ticket = news->ticket;
  room->state = news->state;
  room->reply = news->reply;
  if (news->listing != NULL)
    room->listing = *news->listing;
  room->error_code = news->error != NULL ? news->error->code : -1;
  g_strlcpy (room->reference, news->reference != NULL ? news->reference : "", sizeof room->reference);
  g_strlcpy (room->link, news->link != NULL ? news->link : "", sizeof room->link);
  g_main_loop_quit (room->loop);
}

static void
wait_for (Room *room, PerronNewsKind kind)
{
  room->waiting_for = kind + 1;
  g_main_loop_run (room->loop);
}

static void
start (Room *room)
{
  g_autoptr (GError) error = NULL;
  room->registrar = perron_registrar_new (&room->options, &room->keys.options, &room->clock.clock, on_news, room, &error);
  g_assert_no_error (error);
}

static void
set_up (Room *room, gconstpointer data)
{
  seal_keys_make (&room->keys, 10);
  room->folder = g_dir_make_tmp ("perron-registrar-XXXXXX", NULL);
  room->path = g_build_filename (room->folder, "outbox.db", NULL);
  room->options = (PerronOutboxOptions){ room->path, 1000, 0, 0, TRUE, { 0 } };
  perron_fake_clock_init (&room->clock, SEAL_NOW_MS, 1000);
  room->loop = g_main_loop_new (NULL, FALSE);
  start (room);
}

static void
tear_down (Room *room, gconstpointer data)
{
  g_clear_pointer (&room->registrar, perron_registrar_free);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
  g_main_loop_unref (room->loop);
  fixture_remove_folder (room->folder);
  seal_keys_remove (&room->keys);
  g_free (room->folder);
  g_free (room->path);
}

static PerronRequest *
make_request (const char *phone)
{
  PerronRequest *request = perron_request_new ();
  g_assert_true (perron_secret_copy_text (request->kind, sizeof request->kind, "rappel"));
  g_assert_true (perron_request_set_field (request, "phone", phone));
  return request;
}

static void
register_one (Room *room, char reference[PERRON_REFERENCE_BYTES])
{
  guint ticket = perron_registrar_submit (room->registrar, make_request ("06 39 98 00 02"));
  wait_for (room, PERRON_NEWS_REGISTERED);
  g_assert_cmpuint (room->ticket, ==, ticket);
  memcpy (reference, room->reference, PERRON_REFERENCE_BYTES);
}

static PerronOutbox *
open_second (Room *room)
{
  PerronOutboxOptions options = room->options;
  options.create = FALSE;
  PerronOutbox *outbox = perron_outbox_open (&options, &room->clock.clock, NULL, NULL);
  g_assert_nonnull (outbox);
  return outbox;
}

/* What the caisse opens is what was submitted. */
static void
test_registered_opens_at_the_caisse (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  gsize length;

  register_one (room, reference);
  g_autoptr (PerronOutbox) sender = open_second (room);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (sender, 10, G_MAXSIZE, 1000, NULL);
  g_assert_cmpuint (rows->len, ==, 1);
  const PerronEnvelope *envelope = ((PerronLeased *) g_ptr_array_index (rows, 0))->envelope;
  g_autoptr (PerronOpener) opener = perron_opener_new (room->keys.caisse_key, room->keys.caisse_pem, NULL);
  g_autoptr (PerronSecretText) plain = perron_opener_open (opener, envelope, &length, NULL);
  g_assert_nonnull (plain);
  g_assert_nonnull (strstr (plain, "\"06 39 98 00 02\""));
  g_assert_nonnull (strstr (plain, reference));
  g_assert_nonnull (strstr (plain, "\"valueDecimal\":1}"));
  g_autoptr (GBytes) bytes =
    perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);
  g_assert_true (perron_seal_verify (room->keys.sign_pem, bytes, envelope->signature, NULL));
}

/* A certificates pack came: what is registered from then on is for the new certificate alone, what was before stays for the old one. */
static void
test_other_certificate (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  PerronSealOptions options = room->keys.options;
  options.caisse_certificate = room->keys.other_pem;
  options.escrow_certificate = NULL;
  const char *const pems[] = { room->keys.caisse_pem, room->keys.other_pem };
  const char *const keys[] = { room->keys.caisse_key, room->keys.other_key };

  register_one (room, reference);
  PerronSealer *sealer = perron_sealer_new (&options, NULL);
  g_assert_nonnull (sealer);
  perron_registrar_take_sealer (room->registrar, sealer);
  register_one (room, reference);
  g_autoptr (PerronOutbox) sender = open_second (room);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (sender, 10, G_MAXSIZE, 1000, NULL);
  g_assert_cmpuint (rows->len, ==, 2);
  for (guint row = 0; row < 2; row++) {
    for (guint key = 0; key < 2; key++) {
      gsize length;
      g_autoptr (PerronOpener) opener = perron_opener_new (keys[key], pems[key], NULL);
      g_autoptr (PerronSecretText) plain = perron_opener_open (opener, ((PerronLeased *) g_ptr_array_index (rows, row))->envelope, &length, NULL);
      g_assert_true ((plain != NULL) == (row == key));
    }
  }
}

static void
test_watch (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  g_autoptr (GBytes) signature = g_bytes_new ("s", 1);

  register_one (room, reference);
  g_autofree char *typed = g_ascii_strdown (reference, -1);
  perron_registrar_watch (room->registrar, typed);
  wait_for (room, PERRON_NEWS_PROGRESS);
  g_assert_cmpstr (room->reference, ==, reference);
  g_assert_cmpint (room->state, ==, PERRON_ITEM_WAITING);

  g_autoptr (PerronOutbox) sender = open_second (room);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (sender, 10, G_MAXSIZE, 1000, NULL);
  const PerronLeased *leased = g_ptr_array_index (rows, 0);
  g_assert_true (perron_outbox_mark_contact (sender, NULL));
  g_assert_true (perron_outbox_mark_sent (sender, leased->seq, "r", NULL));
  wait_for (room, PERRON_NEWS_PROGRESS);
  g_assert_cmpint (room->state, ==, PERRON_ITEM_SENT);
  g_assert_true (perron_outbox_mark_received (sender, leased->envelope->id, leased->envelope->digest, 5, signature, NULL, NULL));
  wait_for (room, PERRON_NEWS_PROGRESS);
  g_assert_cmpint (room->state, ==, PERRON_ITEM_RECEIVED);
  g_assert_cmpint (room->reply, ==, PERRON_REPLY_NONE);
  for (gint64 number = 1; number <= 2; number++) {
    gboolean news;
    PerronReplyCode code = number == 1 ? PERRON_REPLY_CALL_MISSED : PERRON_REPLY_DONE;
    g_assert_true (perron_outbox_mark_reply (sender, leased->envelope->id, leased->envelope->digest, code, number, 9, signature, &news, NULL));
    wait_for (room, PERRON_NEWS_PROGRESS);
    g_assert_cmpint (room->state, ==, PERRON_ITEM_RECEIVED);
    g_assert_cmpint (room->reply, ==, code);
  }
  g_assert_true (perron_outbox_release (sender, "dns", 0, NULL));
  wait_for (room, PERRON_NEWS_LINK);
  g_assert_cmpstr (room->link, ==, "offline");
}

/* Pages in a circle, oldest first; told again when another program changed something; nothing more after the end. */
static void
test_list (Room *room, gconstpointer data)
{
  char references[7][PERRON_REFERENCE_BYTES];
  g_autoptr (GBytes) signature = g_bytes_new ("s", 1);
  gboolean news;

  perron_registrar_list (room->registrar, PERRON_TURN_FIRST);
  wait_for (room, PERRON_NEWS_LISTING);
  g_assert_cmpuint (room->listing.count, ==, 0);
  g_assert_cmpuint (room->listing.total, ==, 0);
  g_assert_cmpuint (room->listing.pages, ==, 1);
  g_assert_false (room->listing.oldest.known || room->listing.contact.known);
  perron_registrar_list (room->registrar, PERRON_TURN_END);
  for (guint i = 0; i < 7; i++)
    register_one (room, references[i]);

  perron_registrar_list (room->registrar, PERRON_TURN_FIRST);
  wait_for (room, PERRON_NEWS_LISTING);
  g_assert_cmpuint (room->listing.waiting, ==, 7);
  g_assert_cmpuint (room->listing.pages, ==, 2);
  g_assert_cmpuint (room->listing.count, ==, PERRON_LISTING_ROWS);
  g_assert_true (room->listing.oldest.known);
  for (guint i = 0; i < PERRON_LISTING_ROWS; i++) {
    g_assert_cmpstr (room->listing.list[i].reference, ==, references[i]);
    g_assert_cmpstr (room->listing.list[i].state, ==, "waiting");
    g_assert_null (room->listing.list[i].why);
  }
  for (guint turn = 0; turn < 4; turn++) {
    perron_registrar_list (room->registrar, turn < 2 ? PERRON_TURN_NEXT : PERRON_TURN_PREVIOUS);
    wait_for (room, PERRON_NEWS_LISTING);
    g_assert_cmpuint (room->listing.page, ==, turn % 2 == 0 ? 2 : 1);
    g_assert_cmpuint (room->listing.total, ==, 7);
    g_assert_cmpuint (perron_listing_get_place (&room->listing, room->listing.count - 1), ==, turn % 2 == 0 ? 7 : 5);
    g_assert_cmpstr (room->listing.list[0].reference, ==, references[turn % 2 == 0 ? 5 : 0]);
  }

  g_autoptr (PerronOutbox) sender = open_second (room);
  g_autoptr (GPtrArray) rows = perron_outbox_lease (sender, 10, G_MAXSIZE, 1000, NULL);
  const PerronLeased *first = g_ptr_array_index (rows, 0), *second = g_ptr_array_index (rows, 1);
  for (guint i = 0; i < 3; i++)
    g_assert_true (perron_outbox_mark_item_fault (sender, second->seq, "refused-409", 0, NULL));
  while (room->listing.list[1].why == NULL)
    wait_for (room, PERRON_NEWS_LISTING);
  g_assert_cmpstr (room->listing.list[1].state, ==, "refused");
  g_assert_cmpstr (room->listing.list[1].why, ==, "conflict");
  g_assert_true (perron_outbox_mark_reply (sender, first->envelope->id, first->envelope->digest, PERRON_REPLY_DONE, 1, 9, signature, &news, NULL));
  while (strcmp (room->listing.list[0].reference, references[0]) == 0)
    wait_for (room, PERRON_NEWS_LISTING);
  g_assert_cmpstr (room->listing.list[0].reference, ==, references[1]); /* what is done needs nobody */
  g_assert_cmpuint (room->listing.total, ==, 6);
  g_assert_cmpuint (room->listing.waiting, ==, 5);
}

static void
test_unknown (Room *room, gconstpointer data)
{
  perron_registrar_watch (room->registrar, "2222-2222");
  wait_for (room, PERRON_NEWS_UNKNOWN);
  perron_registrar_watch (room->registrar, "not a reference");
  wait_for (room, PERRON_NEWS_UNKNOWN);
  perron_registrar_withdraw (room->registrar, "2222-2222");
  wait_for (room, PERRON_NEWS_UNKNOWN);
}

static void
test_withdraw (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];

  register_one (room, reference);
  perron_registrar_withdraw (room->registrar, reference);
  wait_for (room, PERRON_NEWS_PROGRESS);
  g_assert_cmpint (room->state, ==, PERRON_ITEM_WITHDRAWN);
  perron_registrar_withdraw (room->registrar, reference);
  wait_for (room, PERRON_NEWS_NOT_WITHDRAWN);
  g_assert_cmpint (room->error_code, ==, PERRON_STORE_ERROR_STATE);
}

static void
test_expired (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];

  perron_fake_clock_advance (&room->clock, 91 * SEAL_DAY_MS);
  perron_registrar_submit (room->registrar, make_request ("06 39 98 00 03"));
  wait_for (room, PERRON_NEWS_NOT_REGISTERED);
  g_assert_cmpint (room->error_code, ==, PERRON_SEAL_ERROR_EXPIRED);
  perron_fake_clock_advance (&room->clock, -91 * SEAL_DAY_MS);
  register_one (room, reference);
}

/* One flush fails: opened anew and tried again with the same id, the person notices nothing. */
static void
test_one_flush_fails (Room *room, gconstpointer data)
{
  char reference[PERRON_REFERENCE_BYTES];
  PerronOutboxStats stats;

  register_one (room, reference);
  g_atomic_int_set (&flushes_good, 0);
  g_atomic_int_set (&flushes_bad, 1);
  register_one (room, reference);
  g_assert_cmpint (g_atomic_int_get (&flushes_bad), ==, 0);
  g_autoptr (PerronOutbox) second = open_second (room);
  g_assert_true (perron_outbox_stats (second, &stats, NULL));
  g_assert_cmpint (stats.count[PERRON_ITEM_WAITING], ==, 2);
}

/* All fail: told so, nothing stored; the disk well again: registered, without a gap. */
static void
test_all_flushes_fail (Room *room, gconstpointer data)
{
  char first[PERRON_REFERENCE_BYTES], second[PERRON_REFERENCE_BYTES];
  g_autoptr (GArray) items = g_array_new (FALSE, TRUE, sizeof (PerronItem));

  register_one (room, first);
  g_atomic_int_set (&flushes_good, 0);
  g_atomic_int_set (&flushes_bad, G_MAXINT);
  perron_registrar_submit (room->registrar, make_request ("06 39 98 00 05"));
  wait_for (room, PERRON_NEWS_NOT_REGISTERED);
  g_assert_cmpint (room->error_code, ==, PERRON_STORE_ERROR_IO);
  g_atomic_int_set (&flushes_bad, 0);
  register_one (room, second);
  g_autoptr (PerronOutbox) outbox = open_second (room);
  g_assert_true (perron_outbox_list (outbox, 0, 10, items, NULL));
  g_assert_cmpuint (items->len, ==, 2);
  g_assert_cmpstr (g_array_index (items, PerronItem, 1).reference, ==, second);
  g_assert_cmpint (g_array_index (items, PerronItem, 1).seq, ==, 2);
}

static void
test_finishes_before_it_ends (Room *room, gconstpointer data)
{
  PerronOutboxStats stats;

  for (guint i = 0; i < 20; i++)
    perron_registrar_submit (room->registrar, make_request ("06 39 98 00 04"));
  g_clear_pointer (&room->registrar, perron_registrar_free);
  g_autoptr (PerronOutbox) outbox = open_second (room);
  g_assert_true (perron_outbox_stats (outbox, &stats, NULL));
  g_assert_cmpint (stats.count[PERRON_ITEM_WAITING], ==, 20);
}

#define ADD(path, function) g_test_add ("/registrar/" path, Room, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("registered-opens-at-the-caisse", test_registered_opens_at_the_caisse);
  ADD ("other-certificate", test_other_certificate);
  ADD ("watch", test_watch);
  ADD ("list", test_list);
  ADD ("unknown", test_unknown);
  ADD ("withdraw", test_withdraw);
  ADD ("expired", test_expired);
  ADD ("one-flush-fails", test_one_flush_fails);
  ADD ("all-flushes-fail", test_all_flushes_fail);
  ADD ("finishes-before-it-ends", test_finishes_before_it_ends);
  return g_test_run ();
}
