/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/store/registrar.h"

#include <string.h>

#include "kiosk/core/log.h"
#include "sync/store/inner.h"
#include "sync/store/listing.h"
#include "sync/store/news.h"

/* A person waits for a word about the request they watch; the link in the corner of the screen may be some seconds late. */
#define LOOK_EVERY_US G_USEC_PER_SEC
#define LOOK_AT_LINK_EVERY_US (3 * G_USEC_PER_SEC)

typedef enum { ORDER_SUBMIT, ORDER_WATCH, ORDER_WITHDRAW, ORDER_SEALER, ORDER_LIST, ORDER_STOP } OrderKind;

typedef struct {
  OrderKind kind;
  guint ticket;
  PerronRequest *request;
  char *reference; /* nullable */
  PerronSealer *sealer; /* nullable */
  PerronTurn turn;
} Order;

struct PerronRegistrar {
  PerronNewsDoor *door;
  GAsyncQueue *orders;
  GThread *thread;
  guint next_ticket;

  /* Of the owner thread alone, once it runs. */
  PerronOutboxOptions options;
  char *path;
  char *terminal;
  PerronClock *clock;
  PerronSealer *sealer;
  PerronOutbox *outbox; /* NULL: could not be opened again */
  char *watched;        /* nullable */
  gint64 seen_mark;
  gint64 next_look_us;
  gint seen_progress; /* of the watched one; -1: not told yet */
  char seen_link[16];
  guint page; /* that an adviser looks at; 0: none */
};

static void
order_free (Order *order)
{
  perron_request_free (order->request);
  g_clear_pointer (&order->sealer, perron_sealer_free);
  g_free (order->reference);
  g_free (order);
}

/* The new handle before the old one goes: while one is open, SQLite's index does not know the frames of a failed commit, and the next commit
 * writes over them; a last handle that closes would let the next one play them back (found by test_all_flushes_fail). */
static gboolean
open_outbox (PerronRegistrar *registrar, GError **error)
{
  gboolean was_broken = FALSE;
  PerronOutbox *fresh = perron_outbox_open (&registrar->options, registrar->clock, &was_broken, error);
  g_clear_pointer (&registrar->outbox, perron_outbox_free);
  registrar->outbox = fresh;
  if (was_broken)
    perron_log (PERRON_LOG_OUTBOX_BROKEN);
  return registrar->outbox != NULL;
}

/* These leave a handle that takes nothing more: open again. */
static gboolean
wants_reopening (const GError *error)
{
  return g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_IO) ||
         g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_CORRUPT);
}

typedef struct {
  PerronRegistrar *registrar;
  const PerronRequest *request;
  guint8 id[PERRON_UUID_BYTES];
} Submission;

static PerronEnvelope *
seal_submission (gpointer data, gint64 counter, const char *reference, GError **error)
{
  Submission *submission = data;
  PerronRegistrar *registrar = submission->registrar;
  gint64 now = perron_clock_unix_ms (registrar->clock);
  gsize length;

  g_autoptr (PerronSecretText) plain =
    perron_inner_encode (submission->request, submission->id, registrar->terminal, reference, counter, &length);
  if (plain == NULL) {
    g_set_error_literal (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_TOO_LARGE, "the request does not fit an envelope");
    return NULL;
  }
  if (perron_sealer_uses_escrow_only (registrar->sealer, now))
    perron_log (PERRON_LOG_SEAL_ESCROW_ONLY);
  return perron_sealer_seal (registrar->sealer, submission->id, (const guint8 *) plain, length, now, error);
}

static gboolean
enqueue_once (PerronRegistrar *registrar, Submission *submission, char reference[PERRON_REFERENCE_BYTES], gint64 *ret_seq, GError **error)
{
  if (registrar->outbox == NULL && !open_outbox (registrar, error))
    return FALSE;
  return perron_outbox_enqueue (registrar->outbox, submission->id, seal_submission, submission, reference, ret_seq, error);
}

/* A failed write is tried once more on a fresh handle and with the same id, so that it is stored once whichever try succeeded. */
static gboolean
enqueue_with_retry (PerronRegistrar *registrar, Submission *submission, char reference[PERRON_REFERENCE_BYTES], gint64 *ret_seq,
                    GError **error)
{
  g_autoptr (GError) cause = NULL;
  if (enqueue_once (registrar, submission, reference, ret_seq, &cause))
    return TRUE;
  if (!wants_reopening (cause)) {
    g_propagate_error (error, g_steal_pointer (&cause));
    return FALSE;
  }
  return open_outbox (registrar, error) && enqueue_once (registrar, submission, reference, ret_seq, error);
}

static void
submit (PerronRegistrar *registrar, const Order *order)
{
  g_autoptr (GError) error = NULL;
  Submission submission = { .registrar = registrar, .request = order->request };
  char reference[PERRON_REFERENCE_BYTES];
  gint64 seq;

  perron_uuid7_generate (perron_clock_unix_ms (registrar->clock), submission.id);
  if (enqueue_with_retry (registrar, &submission, reference, &seq, &error)) {
    perron_log_count (PERRON_LOG_REQUEST_REGISTERED, seq);
    PerronNews news = { .kind = PERRON_NEWS_REGISTERED, .ticket = order->ticket, .reference = reference };
    perron_news_send (registrar->door, &news);
    return;
  }
  perron_log_error (PERRON_LOG_REQUEST_REFUSED, error);
  PerronNews news = { .kind = PERRON_NEWS_NOT_REGISTERED, .ticket = order->ticket, .error = error };
  perron_news_send (registrar->door, &news);
}

static void
tell (PerronRegistrar *registrar, PerronNewsKind kind, const char *reference, PerronItemState state, const GError *error)
{
  PerronNews news = { .kind = kind, .reference = reference, .state = state, .error = error };
  perron_news_send (registrar->door, &news);
}

/* A state and a reply in one number: what the watcher was told last. */
static gint
progress_of (const PerronItem *item)
{
  return (gint) item->state * PERRON_REPLY_COUNT + (gint) item->reply;
}

static void
look_at_link (PerronRegistrar *registrar)
{
  PerronOutboxStats stats;
  g_autoptr (GError) error = NULL;

  if (!perron_outbox_stats (registrar->outbox, &stats, &error) || stats.link[0] == '\0' || strcmp (stats.link, registrar->seen_link) == 0)
    return;
  g_strlcpy (registrar->seen_link, stats.link, sizeof registrar->seen_link);
  PerronNews news = { .kind = PERRON_NEWS_LINK, .link = stats.link };
  perron_news_send (registrar->door, &news);
}

static void
look_at_watched (PerronRegistrar *registrar)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *reference = g_strdup (registrar->watched);
  PerronItem item;

  if (perron_outbox_find (registrar->outbox, reference, &item, &error)) {
    if (registrar->seen_progress != progress_of (&item)) {
      PerronNews news = { .kind = PERRON_NEWS_PROGRESS, .reference = reference, .state = item.state, .reply = item.reply };
      perron_news_send (registrar->door, &news);
    }
    registrar->seen_progress = progress_of (&item);
  } else if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND)) {
    g_clear_pointer (&registrar->watched, g_free);
    tell (registrar, PERRON_NEWS_UNKNOWN, reference, 0, error);
  } else {
    registrar->seen_mark = -1;
  }
}

/* A page that cannot be read is not shown as an empty one: it stays as it was. */
static void
list (PerronRegistrar *registrar, PerronTurn turn)
{
  PerronListing listing;

  if (turn == PERRON_TURN_END)
    registrar->page = 0;
  if (turn == PERRON_TURN_END || (registrar->outbox == NULL && !open_outbox (registrar, NULL)))
    return;
  if (!perron_listing_read (registrar->outbox, perron_clock_unix_ms (registrar->clock), turn, &registrar->page, &listing, NULL))
    return;
  PerronNews news = { .kind = PERRON_NEWS_LISTING, .listing = &listing };
  perron_news_send (registrar->door, &news);
}

/* `always`: something just happened here; else only when another connection has committed since. */
static void
look (PerronRegistrar *registrar, gboolean always)
{
  gboolean awaited = registrar->watched != NULL || registrar->page > 0;
  registrar->next_look_us = g_get_monotonic_time () + (awaited ? LOOK_EVERY_US : LOOK_AT_LINK_EVERY_US);
  if (registrar->outbox == NULL && !open_outbox (registrar, NULL))
    return;
  gint64 mark = perron_outbox_get_change_mark (registrar->outbox);
  if (!always && mark == registrar->seen_mark && mark != -1)
    return;
  registrar->seen_mark = mark;
  if (registrar->watched != NULL)
    look_at_watched (registrar);
  if (registrar->page > 0)
    list (registrar, PERRON_TURN_STAY);
  look_at_link (registrar);
}

static void
watch (PerronRegistrar *registrar, const Order *order)
{
  char reference[PERRON_REFERENCE_BYTES];

  g_clear_pointer (&registrar->watched, g_free);
  registrar->seen_progress = -1;
  if (order->reference == NULL)
    return;
  if (!perron_reference_parse (order->reference, reference)) {
    tell (registrar, PERRON_NEWS_UNKNOWN, order->reference, 0, NULL);
    return;
  }
  registrar->watched = g_strdup (reference);
  look (registrar, TRUE);
}

static void
withdraw (PerronRegistrar *registrar, const Order *order)
{
  char reference[PERRON_REFERENCE_BYTES];
  g_autoptr (GError) error = NULL;
  PerronItem item;

  if (!perron_reference_parse (order->reference, reference)) {
    tell (registrar, PERRON_NEWS_UNKNOWN, order->reference, 0, NULL);
    return;
  }
  gboolean ok = (registrar->outbox != NULL || open_outbox (registrar, &error)) &&
                perron_outbox_withdraw (registrar->outbox, reference, &error);
  if (ok) {
    if (g_strcmp0 (registrar->watched, reference) == 0)
      registrar->seen_progress = PERRON_ITEM_WITHDRAWN * PERRON_REPLY_COUNT;
    if (perron_outbox_find (registrar->outbox, reference, &item, NULL))
      perron_log_count (PERRON_LOG_REQUEST_WITHDRAWN, item.seq);
    tell (registrar, PERRON_NEWS_PROGRESS, reference, PERRON_ITEM_WITHDRAWN, NULL);
    return;
  }
  gboolean unknown = g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND);
  if (wants_reopening (error))
    open_outbox (registrar, NULL);
  tell (registrar, unknown ? PERRON_NEWS_UNKNOWN : PERRON_NEWS_NOT_WITHDRAWN, reference, 0, error);
}

/* The one before goes with the order. */
static void
change_sealer (PerronRegistrar *registrar, Order *order)
{
  PerronSealer *before = registrar->sealer;
  registrar->sealer = order->sealer;
  order->sealer = before;
}

static Order *
next_order (PerronRegistrar *registrar)
{
  gint64 wait_us = registrar->next_look_us - g_get_monotonic_time ();
  return wait_us > 0 ? g_async_queue_timeout_pop (registrar->orders, (guint64) wait_us) : g_async_queue_try_pop (registrar->orders);
}

static gpointer
run (gpointer data)
{
  PerronRegistrar *registrar = data;
  gboolean going = TRUE;

  look (registrar, TRUE);
  while (going) {
    Order *order = next_order (registrar);
    if (order == NULL) {
      look (registrar, FALSE);
      continue;
    }
    if (order->kind == ORDER_SUBMIT)
      submit (registrar, order);
    else if (order->kind == ORDER_WATCH)
      watch (registrar, order);
    else if (order->kind == ORDER_WITHDRAW)
      withdraw (registrar, order);
    else if (order->kind == ORDER_SEALER)
      change_sealer (registrar, order);
    else if (order->kind == ORDER_LIST)
      list (registrar, order->turn);
    else
      going = FALSE;
    order_free (order);
    perron_secret_wipe_stack ();
  }
  return NULL;
}

static guint
give_turn (PerronRegistrar *registrar, OrderKind kind, PerronRequest *request, const char *reference, PerronTurn turn)
{
  Order *order = g_new0 (Order, 1);
  order->kind = kind;
  order->ticket = ++registrar->next_ticket;
  order->request = request;
  order->reference = g_strdup (reference);
  order->turn = turn;
  guint ticket = order->ticket;
  g_async_queue_push (registrar->orders, order);
  return ticket;
}

static guint
give_order (PerronRegistrar *registrar, OrderKind kind, PerronRequest *request, const char *reference)
{
  return give_turn (registrar, kind, request, reference, PERRON_TURN_STAY);
}

PerronRegistrar *
perron_registrar_new (const PerronOutboxOptions *outbox, const PerronSealOptions *seal, PerronClock *clock, PerronNewsCallback callback,
                      gpointer data, GError **error)
{
  g_autoptr (PerronRegistrar) registrar = g_new0 (PerronRegistrar, 1);

  registrar->path = g_strdup (outbox->path);
  registrar->options = *outbox;
  registrar->options.path = registrar->path;
  registrar->terminal = g_strdup (seal->terminal);
  registrar->clock = clock;
  registrar->seen_progress = -1;
  registrar->sealer = perron_sealer_new (seal, error);
  if (registrar->sealer == NULL || !open_outbox (registrar, error))
    return NULL;
  registrar->door = perron_news_door_new (callback, data);
  registrar->orders = g_async_queue_new_full ((GDestroyNotify) order_free);
  registrar->thread = g_thread_new ("perron-registrar", run, registrar);
  return g_steal_pointer (&registrar);
}

void
perron_registrar_free (PerronRegistrar *registrar)
{
  if (registrar == NULL)
    return;
  if (registrar->thread != NULL) {
    give_order (registrar, ORDER_STOP, NULL, NULL);
    g_thread_join (registrar->thread);
  }
  g_clear_pointer (&registrar->orders, g_async_queue_unref);
  g_clear_pointer (&registrar->door, perron_news_door_close);
  g_clear_pointer (&registrar->outbox, perron_outbox_free);
  g_clear_pointer (&registrar->sealer, perron_sealer_free);
  g_free (registrar->watched);
  g_free (registrar->terminal);
  g_free (registrar->path);
  g_free (registrar);
}

guint
perron_registrar_submit (PerronRegistrar *registrar, PerronRequest *request)
{
  return give_order (registrar, ORDER_SUBMIT, request, NULL);
}

void
perron_registrar_watch (PerronRegistrar *registrar, const char *reference)
{
  give_order (registrar, ORDER_WATCH, NULL, reference);
}

void
perron_registrar_withdraw (PerronRegistrar *registrar, const char *reference)
{
  give_order (registrar, ORDER_WITHDRAW, NULL, reference);
}

void
perron_registrar_take_sealer (PerronRegistrar *registrar, PerronSealer *sealer)
{
  Order *order = g_new0 (Order, 1);
  order->kind = ORDER_SEALER;
  order->sealer = sealer;
  g_async_queue_push (registrar->orders, order);
}

void
perron_registrar_list (PerronRegistrar *registrar, PerronTurn turn)
{
  give_turn (registrar, ORDER_LIST, NULL, NULL, turn);
}
