/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-watch.h"

#include "kiosk/core/secret.h"
#include "tests/hw/fake-card.h"

#define NEWS_MAX 64

typedef struct {
  FakeSlot *slot;
  FakeCard card;
  PerronCardWatch *watch;
  PerronCardStatus told[NEWS_MAX];
  char surname[NEWS_MAX][PERRON_NAME_BYTES];
  guint count;
  guint seen;
} Fixture;

static void
on_news (const PerronCardNews *news, gpointer data)
{
  Fixture *fixture = data;

  g_assert_cmpuint (fixture->count, <, NEWS_MAX);
  fixture->told[fixture->count] = news->status;
  if (news->holders != NULL)
    g_strlcpy (fixture->surname[fixture->count], news->holders->list[0].surname, PERRON_NAME_BYTES);
  g_assert_cmpint (news->holders != NULL, ==, news->status == PERRON_CARD_READ);
  fixture->count++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fake_card_init (&fixture->card);
  fake_card_add_person (&fixture->card, "DUPONT", "CAMILLE", "19900115", 0, ' ');
  fake_card_add_number (&fixture->card, "290017500000176");
  PerronCardSource *source = fake_slot_new (&fixture->slot);
  fixture->watch = perron_card_watch_new (source, fake_profiles (), FALSE, on_news, fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_clear_pointer (&fixture->watch, perron_card_watch_free);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

/*
 * Runs the main loop until `status` is told after what earlier calls waited for; its index. One turn of the loop may tell several. A
 * watcher that never tells it hangs the test, which meson ends.
 */
static guint
run_until (Fixture *fixture, PerronCardStatus status)
{
  for (;;) {
    while (fixture->seen < fixture->count) {
      if (fixture->told[fixture->seen++] == status)
        return fixture->seen - 1;
    }
    g_main_context_iteration (NULL, TRUE);
  }
}

static gboolean
was_told (const Fixture *fixture, PerronCardStatus status)
{
  for (guint i = 0; i < fixture->count; i++) {
    if (fixture->told[i] == status)
      return TRUE;
  }
  return FALSE;
}

static void
test_reads_and_keeps_watching (Fixture *fixture, gconstpointer data)
{
  run_until (fixture, PERRON_CARD_NO_CARD);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  guint at = run_until (fixture, PERRON_CARD_READ);
  g_assert_cmpstr (fixture->surname[at], ==, "DUPONT");
  fake_slot_set (fixture->slot, PERRON_CARD_NO_CARD, NULL);
  run_until (fixture, PERRON_CARD_NO_CARD);
  fake_slot_set (fixture->slot, PERRON_CARD_MUTE, NULL);
  run_until (fixture, PERRON_CARD_MUTE);
  fake_slot_set (fixture->slot, PERRON_CARD_NO_READER, NULL);
  run_until (fixture, PERRON_CARD_NO_READER);
  g_assert_false (was_told (fixture, PERRON_CARD_REMOVED));
}

static void
test_pulled_while_read (Fixture *fixture, gconstpointer data)
{
  fixture->card.fault = (FakeFault) { 3, 1000, PERRON_CHANNEL_ERROR_REMOVED };
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  run_until (fixture, PERRON_CARD_REMOVED);
  fake_slot_set (fixture->slot, PERRON_CARD_NO_CARD, NULL);
  run_until (fixture, PERRON_CARD_NO_CARD);
  g_assert_false (was_told (fixture, PERRON_CARD_READ));
}

static void
test_swapped (Fixture *fixture, gconstpointer data)
{
  FakeCard other;
  fake_card_init (&other);
  fake_card_add_person (&other, "MARTIN", "ALIX", "19900115", 0, ' ');
  fake_card_add_number (&other, "190017500002901");

  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  run_until (fixture, PERRON_CARD_READ);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &other);
  run_until (fixture, PERRON_CARD_REMOVED);
  guint at = run_until (fixture, PERRON_CARD_READ);
  g_assert_cmpstr (fixture->surname[at], ==, "MARTIN");
  g_clear_pointer (&fixture->watch, perron_card_watch_free);
}

static void
test_asked_again (Fixture *fixture, gconstpointer data)
{
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  run_until (fixture, PERRON_CARD_READ);
  for (guint i = 0; i < 5; i++) {
    perron_card_watch_ask (fixture->watch);
    run_until (fixture, PERRON_CARD_READ);
  }
  g_assert_false (was_told (fixture, PERRON_CARD_REMOVED));
}

static void
test_reads_nothing_unasked (Fixture *fixture, gconstpointer data)
{
  run_until (fixture, PERRON_CARD_NO_CARD);
  perron_card_watch_set_reading (fixture->watch, FALSE);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  fake_slot_set (fixture->slot, PERRON_CARD_MUTE, NULL);
  run_until (fixture, PERRON_CARD_MUTE);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  fake_slot_set (fixture->slot, PERRON_CARD_NO_CARD, NULL);
  run_until (fixture, PERRON_CARD_NO_CARD);
  g_assert_cmpuint (fake_slot_opens (fixture->slot), ==, 0);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  perron_card_watch_set_reading (fixture->watch, TRUE);
  perron_card_watch_ask (fixture->watch);
  run_until (fixture, PERRON_CARD_READ);
}

/* The session ended between the reading and the news of it. */
static void
test_late_reading_is_dropped (Fixture *fixture, gconstpointer data)
{
  run_until (fixture, PERRON_CARD_NO_CARD);
  fake_slot_set (fixture->slot, PERRON_CARD_READING, &fixture->card);
  while (fake_slot_opens (fixture->slot) == 0)
    g_thread_yield ();
  perron_card_watch_set_reading (fixture->watch, FALSE);
  fake_slot_set (fixture->slot, PERRON_CARD_NO_CARD, NULL);
  run_until (fixture, PERRON_CARD_NO_CARD);
  g_assert_false (was_told (fixture, PERRON_CARD_READ));
}

/* A card that never answers: transmit blocks until the test lets it go, after the watch was freed. */
typedef struct {
  PerronCardSource source;
  PerronChannel channel;
  GMutex mutex;
  GCond cond;
  gboolean queue; /* set by the test: opening waits behind another program */
  guint waits; /* how often it was waited for */
  gboolean entered, let_go, cancelled, freed;
} Stuck;

static gssize
stuck_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Stuck *stuck = (Stuck *) ((char *) channel - G_STRUCT_OFFSET (Stuck, channel));
  g_mutex_lock (&stuck->mutex);
  stuck->entered = TRUE;
  g_cond_broadcast (&stuck->cond);
  while (!stuck->let_go)
    g_cond_wait (&stuck->cond, &stuck->mutex);
  g_mutex_unlock (&stuck->mutex);
  g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_REMOVED, "at last");
  return -1;
}

static const guint8 *
stuck_atr (PerronChannel *channel, gsize *ret_len)
{
  *ret_len = 2;
  return (const guint8 *) "\x3B\x00";
}

static void
stuck_channel_free (PerronChannel *channel)
{
}

static PerronCardStatus
stuck_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  Stuck *stuck = (Stuck *) source;
  g_mutex_lock (&stuck->mutex);
  stuck->waits++;
  g_cond_broadcast (&stuck->cond);
  while (stuck->let_go && known == PERRON_CARD_NO_CARD && timeout_ms < 0 && !stuck->cancelled)
    g_cond_wait (&stuck->cond, &stuck->mutex);
  PerronCardStatus status = stuck->let_go ? PERRON_CARD_NO_CARD : PERRON_CARD_READING;
  g_mutex_unlock (&stuck->mutex);
  return status;
}

static PerronChannel *
stuck_open (PerronCardSource *source, GError **error)
{
  Stuck *stuck = (Stuck *) source;
  g_mutex_lock (&stuck->mutex);
  while (stuck->queue)
    g_cond_wait (&stuck->cond, &stuck->mutex);
  g_mutex_unlock (&stuck->mutex);
  return &stuck->channel;
}

static void
stuck_cancel (PerronCardSource *source)
{
  Stuck *stuck = (Stuck *) source;
  g_mutex_lock (&stuck->mutex);
  stuck->cancelled = TRUE;
  g_cond_broadcast (&stuck->cond);
  g_mutex_unlock (&stuck->mutex);
}

static void
stuck_free (PerronCardSource *source)
{
  Stuck *stuck = (Stuck *) source;
  g_mutex_lock (&stuck->mutex);
  stuck->freed = TRUE;
  g_cond_broadcast (&stuck->cond);
  g_mutex_unlock (&stuck->mutex);
}

/* The other program lets go of the card; `speaks`: and it answers, at last. */
static void
release (Stuck *stuck, gboolean speaks)
{
  g_mutex_lock (&stuck->mutex);
  stuck->queue = FALSE;
  stuck->let_go = speaks;
  g_cond_broadcast (&stuck->cond);
  g_mutex_unlock (&stuck->mutex);
}

static PerronCardWatch *
watch_stuck (Stuck *stuck, Fixture *fixture)
{
  stuck->source = (PerronCardSource){ stuck_wait, stuck_open, stuck_cancel, stuck_free };
  stuck->channel = (PerronChannel){ stuck_transmit, stuck_atr, stuck_channel_free };
  return perron_card_watch_new (&stuck->source, fake_profiles (), FALSE, on_news, fixture);
}

static void
test_card_that_never_answers (void)
{
  static Stuck stuck;
  Fixture fixture = { 0 };
  PerronCardWatch *watch = watch_stuck (&stuck, &fixture);

  g_mutex_lock (&stuck.mutex);
  while (!stuck.entered)
    g_cond_wait (&stuck.cond, &stuck.mutex);
  g_mutex_unlock (&stuck.mutex);
  perron_card_watch_free (watch); /* comes back although the thread cannot */
  g_assert_false (stuck.freed);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (fixture.count, ==, 0);
  release (&stuck, TRUE);
  g_mutex_lock (&stuck.mutex);
  while (!stuck.freed) /* and what it kept is given back when the card speaks */
    g_cond_wait (&stuck.cond, &stuck.mutex);
  g_mutex_unlock (&stuck.mutex);
}

/* The thread is held by the card; the person is told all the same, and pulling such a card is no hurry of theirs. */
static void
test_silence_has_a_name (void)
{
  static Stuck stuck;
  Fixture fixture = { 0 };
  PerronCardWatch *watch = watch_stuck (&stuck, &fixture);

  run_until (&fixture, PERRON_CARD_READING);
  run_until (&fixture, PERRON_CARD_MUTE);
  g_assert_false (stuck.let_go);
  release (&stuck, TRUE);
  run_until (&fixture, PERRON_CARD_NO_CARD);
  g_assert_false (was_told (&fixture, PERRON_CARD_REMOVED));
  perron_card_watch_free (watch);
}

/* Another program is in a transaction: the card was not asked anything, so it is not the card that is silent, until it is. */
static void
test_queue_has_another_name (void)
{
  static Stuck stuck;
  Fixture fixture = { 0 };
  stuck.queue = TRUE;
  PerronCardWatch *watch = watch_stuck (&stuck, &fixture);

  run_until (&fixture, PERRON_CARD_READING);
  run_until (&fixture, PERRON_CARD_HELD);
  g_assert_false (was_told (&fixture, PERRON_CARD_MUTE));
  release (&stuck, FALSE);
  run_until (&fixture, PERRON_CARD_MUTE);
  release (&stuck, TRUE);
  run_until (&fixture, PERRON_CARD_NO_CARD);
  g_assert_false (was_told (&fixture, PERRON_CARD_REMOVED));
  perron_card_watch_free (watch);
}

/* Somebody waited for a card that another program had, and left: when it is free at last, nobody asked for it. */
static void
test_given_up_is_not_read (void)
{
  static Stuck stuck;
  Fixture fixture = { 0 };
  stuck.queue = TRUE;
  PerronCardWatch *watch = watch_stuck (&stuck, &fixture);

  run_until (&fixture, PERRON_CARD_HELD);
  perron_card_watch_set_reading (watch, FALSE);
  g_mutex_lock (&stuck.mutex);
  guint waits = stuck.waits;
  g_mutex_unlock (&stuck.mutex);
  release (&stuck, FALSE);
  g_mutex_lock (&stuck.mutex);
  while (!stuck.entered && stuck.waits == waits)
    g_cond_wait (&stuck.cond, &stuck.mutex);
  g_assert_false (stuck.entered);
  g_mutex_unlock (&stuck.mutex);
  release (&stuck, TRUE);
  run_until (&fixture, PERRON_CARD_NO_CARD);
  g_assert_false (was_told (&fixture, PERRON_CARD_REMOVED));
  perron_card_watch_free (watch);
}

/* And who comes next, while it is still held, is told why nothing happens. */
static void
test_held_is_told_again (void)
{
  static Stuck stuck;
  Fixture fixture = { 0 };
  stuck.queue = TRUE;
  PerronCardWatch *watch = watch_stuck (&stuck, &fixture);

  run_until (&fixture, PERRON_CARD_HELD);
  perron_card_watch_set_reading (watch, FALSE);
  perron_card_watch_set_reading (watch, TRUE);
  perron_card_watch_ask (watch);
  run_until (&fixture, PERRON_CARD_HELD);
  release (&stuck, TRUE);
  run_until (&fixture, PERRON_CARD_NO_CARD);
  perron_card_watch_free (watch);
}

#define ADD(name, test) g_test_add ("/card-watch/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("reads-and-keeps-watching", test_reads_and_keeps_watching);
  ADD ("pulled-while-read", test_pulled_while_read);
  ADD ("swapped", test_swapped);
  ADD ("asked-again", test_asked_again);
  ADD ("reads-nothing-unasked", test_reads_nothing_unasked);
  ADD ("late-reading-is-dropped", test_late_reading_is_dropped);
  g_test_add_func ("/card-watch/card-that-never-answers", test_card_that_never_answers);
  g_test_add_func ("/card-watch/silence-has-a-name", test_silence_has_a_name);
  g_test_add_func ("/card-watch/queue-has-another-name", test_queue_has_another_name);
  g_test_add_func ("/card-watch/given-up-is-not-read", test_given_up_is_not_read);
  g_test_add_func ("/card-watch/held-is-told-again", test_held_is_told_again);
  return g_test_run ();
}
