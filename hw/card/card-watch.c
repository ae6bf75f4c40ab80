/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-watch.h"

#include "hw/card/card-pulse.h"
#include "hw/card/reader.h"
#include "kiosk/core/log.h"

#define JOIN_MS 1000

/*
 * Shared by the owner, the thread, and each news under way; the last one frees it. A thread stuck in a card that never answers keeps
 * its share and frees it when, or if, the card speaks.
 */
typedef struct {
  PerronCardSource *source;
  PerronProfiles *profiles;
  gboolean production;
  GMainContext *context;
  PerronCardCallback callback;
  gpointer data;
  gboolean closed;     /* owner's thread only: no news is told any more */
  GSource *silence;    /* owner's thread only: looks whether the card that is being read still answers; nullable */
  PerronCardPulse pulse;
  gint silent;         /* atomic: what was told of the card that is being read because nothing comes: MUTE or HELD; 0 nothing */
  gint stopping;   /* atomic */
  gboolean asked;   /* under mutex, like the two that follow */
  gboolean reading;
  guint epoch;      /* grows each time reading is switched off: a card read in an earlier one is not told any more */
  gint latest;     /* atomic: serial of the youngest news */
  GMutex mutex;
  GCond cond;
  gboolean finished;
} Shared;

struct PerronCardWatch {
  Shared *shared;
  GThread *thread;
};

typedef struct {
  Shared *shared;
  gint serial;
  guint epoch;
  PerronCardStatus status;
  const char *card;
  PerronHolders *holders;
  gboolean count_mismatch;
} News;

static void
shared_clear (gpointer data)
{
  Shared *shared = data;
  perron_card_source_free (shared->source);
  perron_profiles_free (shared->profiles);
  g_main_context_unref (shared->context);
  g_mutex_clear (&shared->mutex);
  g_cond_clear (&shared->cond);
}

static void
shared_unref (Shared *shared)
{
  g_atomic_rc_box_release_full (shared, shared_clear);
}

static void
news_free (gpointer data)
{
  News *news = data;
  perron_holders_free (news->holders);
  shared_unref (news->shared);
  g_free (news);
}

static guint
get_epoch (Shared *shared)
{
  g_mutex_lock (&shared->mutex);
  guint epoch = shared->epoch;
  g_mutex_unlock (&shared->mutex);
  return epoch;
}

static void
stop_listening (Shared *shared)
{
  if (shared->silence == NULL)
    return;
  g_source_destroy (shared->silence);
  g_clear_pointer (&shared->silence, g_source_unref);
}

static gboolean listen_for_silence (gpointer data);

static void
listen_later (Shared *shared, gint64 wait_us)
{
  stop_listening (shared);
  shared->silence = g_timeout_source_new ((guint) (wait_us / 1000) + 1);
  g_source_set_callback (shared->silence, listen_for_silence, g_atomic_rc_box_acquire (shared), (GDestroyNotify) shared_unref);
  g_source_attach (shared->silence, shared->context);
}

/* A card that is free at last may still be mute: that is listened for too. */
static void
tell_silence (Shared *shared, PerronCardStatus status)
{
  if (status == PERRON_CARD_HELD)
    listen_later (shared, PERRON_CARD_SILENCE_US);
  else
    stop_listening (shared);
  if (g_atomic_int_get (&shared->silent) == (gint) status)
    return;
  g_atomic_int_set (&shared->silent, (gint) status);
  shared->callback (&(PerronCardNews) { .status = status }, shared->data);
}

/* The thread cannot say it: it waits for the card. What it learns later is told as ever. */
static gboolean
listen_for_silence (gpointer data)
{
  Shared *shared = data;
  gint64 left_us;
  PerronCardStatus heard = perron_card_pulse_judge (&shared->pulse, g_get_monotonic_time (), &left_us);

  if (heard == PERRON_CARD_READING)
    listen_later (shared, left_us);
  else if (heard != PERRON_CARD_NO_CARD)
    tell_silence (shared, heard);
  return G_SOURCE_REMOVE;
}

static gboolean
on_news (gpointer data)
{
  News *news = data;
  Shared *shared = news->shared;
  gboolean lasting = news->status == PERRON_CARD_READ || news->status == PERRON_CARD_REMOVED;

  gboolean late = news->epoch != get_epoch (shared) && (news->status == PERRON_CARD_READ || news->status == PERRON_CARD_READING);

  stop_listening (shared);
  if (!shared->closed && !late && (lasting || news->serial == g_atomic_int_get (&shared->latest))) {
    PerronCardNews told = { news->status, news->card, news->holders, news->count_mismatch };
    shared->callback (&told, shared->data);
    if (news->status == PERRON_CARD_READING && !shared->closed)
      listen_later (shared, PERRON_CARD_SILENCE_US);
  }
  return G_SOURCE_REMOVE;
}

static void
tell (Shared *shared, guint epoch, PerronCardStatus status, PerronCardReading *reading)
{
  News *news = g_new0 (News, 1);

  news->shared = g_atomic_rc_box_acquire (shared);
  news->serial = g_atomic_int_add (&shared->latest, 1) + 1;
  news->epoch = epoch;
  news->status = status;
  if (reading != NULL) {
    news->card = reading->card;
    news->holders = g_steal_pointer (&reading->holders);
    news->count_mismatch = (reading->warnings & PERRON_CARD_WARNING_COUNT_MISMATCH) != 0;
  }
  g_autoptr (GSource) source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_news, news, news_free);
  g_source_attach (source, shared->context);
}

/* What was told last; COUNT: nothing. */
static PerronCardStatus
read_card (Shared *shared, guint epoch)
{
  g_auto (PerronCardReading) reading = { 0 };

  g_atomic_int_set (&shared->silent, 0);
  perron_card_pulse_begin (&shared->pulse);
  tell (shared, epoch, PERRON_CARD_READING, NULL);
  perron_card_read_from (shared->source, shared->profiles, shared->production, &reading);
  perron_card_pulse_end (&shared->pulse);
  PerronCardStatus status = reading.status;
  /* It was given up on the way: whatever came of it is nobody's, also when somebody asks again by now. */
  if (epoch != get_epoch (shared))
    return PERRON_CARD_STATUS_COUNT;
  if (reading.error != NULL)
    perron_log_error (PERRON_LOG_CARD_FAULT, reading.error);
  gint silent = g_atomic_int_get (&shared->silent);
  /* It was pulled because of what was told of it: that is no hurry of the person. */
  if (status == PERRON_CARD_REMOVED && silent != 0)
    return (PerronCardStatus) silent;
  if (!g_atomic_int_get (&shared->stopping))
    tell (shared, epoch, status, &reading);
  return status;
}

/*
 * TRUE once after each perron_card_watch_ask(). The question and the cancel that comes with it are one step, so that looking again
 * here also takes the cancel out of the source: left there, it would cut a later wait short and look like a swapped card.
 */
static gboolean
take_question (Shared *shared, PerronCardStatus *slot)
{
  g_mutex_lock (&shared->mutex);
  gboolean asked = shared->asked;
  shared->asked = FALSE;
  g_mutex_unlock (&shared->mutex);
  if (asked)
    *slot = shared->source->wait (shared->source, *slot, 0);
  return asked;
}

static gboolean
may_read (Shared *shared, guint *ret_epoch)
{
  g_mutex_lock (&shared->mutex);
  gboolean reading = shared->reading;
  *ret_epoch = shared->epoch;
  g_mutex_unlock (&shared->mutex);
  return reading;
}

static gboolean
has_question (Shared *shared)
{
  g_mutex_lock (&shared->mutex);
  gboolean asked = shared->asked;
  g_mutex_unlock (&shared->mutex);
  return asked || g_atomic_int_get (&shared->stopping);
}

/*
 * `slot` is what the source last said, `told` what the owner last heard: they differ while a card that was read, or is of no use,
 * still sits there.
 */
static void
watch_slot (Shared *shared)
{
  PerronCardSource *source = shared->source;
  PerronCardStatus slot = source->wait (source, PERRON_CARD_NO_READER, 0);
  PerronCardStatus told = PERRON_CARD_STATUS_COUNT;

  while (!g_atomic_int_get (&shared->stopping)) {
    gboolean asked = take_question (shared, &slot);
    guint epoch;
    gboolean reading = may_read (shared, &epoch);
    PerronCardStatus before = told;

    /* Another card in the place of one that was shown: REMOVED is never dropped, so the owner wipes before it shows the next. */
    if (slot == PERRON_CARD_READING && told == PERRON_CARD_READ && !asked)
      tell (shared, epoch, told = PERRON_CARD_REMOVED, NULL);
    if (slot == PERRON_CARD_READING && reading) {
      told = read_card (shared, epoch);
      perron_secret_wipe_stack (); /* the answers of a card went through the stacks of libpcsclite and the readers */
    } else if (slot != PERRON_CARD_READING && (asked || slot != told)) {
      tell (shared, epoch, told = slot, NULL);
    }
    if (told != before && told != PERRON_CARD_STATUS_COUNT)
      perron_log_count (PERRON_LOG_CARD_STATUS, told);
    if (!has_question (shared))
      slot = source->wait (source, slot, -1);
  }
}

static gpointer
run (gpointer data)
{
  Shared *shared = data;

  watch_slot (shared);
  g_mutex_lock (&shared->mutex);
  shared->finished = TRUE;
  g_cond_signal (&shared->cond);
  g_mutex_unlock (&shared->mutex);
  shared_unref (shared);
  return NULL;
}

PerronCardWatch *
perron_card_watch_new (PerronCardSource *source, PerronProfiles *profiles, gboolean production, PerronCardCallback callback, gpointer data)
{
  Shared *shared = g_atomic_rc_box_new0 (Shared);

  shared->source = perron_card_pulse_source_new (source, &shared->pulse);
  shared->profiles = profiles;
  shared->production = production;
  shared->reading = TRUE;
  shared->context = g_main_context_ref_thread_default ();
  shared->callback = callback;
  shared->data = data;
  g_mutex_init (&shared->mutex);
  g_cond_init (&shared->cond);

  PerronCardWatch *watch = g_new0 (PerronCardWatch, 1);
  watch->shared = shared;
  watch->thread = g_thread_new ("card-watch", run, g_atomic_rc_box_acquire (shared));
  return watch;
}

void
perron_card_watch_free (PerronCardWatch *watch)
{
  if (watch == NULL)
    return;
  Shared *shared = watch->shared;
  gint64 deadline = g_get_monotonic_time () + JOIN_MS * G_TIME_SPAN_MILLISECOND;

  shared->closed = TRUE;
  stop_listening (shared);
  g_atomic_int_set (&shared->stopping, TRUE);
  shared->source->cancel (shared->source);
  g_mutex_lock (&shared->mutex);
  gboolean in_time = TRUE;
  while (!shared->finished && in_time)
    in_time = g_cond_wait_until (&shared->cond, &shared->mutex, deadline);
  gboolean finished = shared->finished;
  g_mutex_unlock (&shared->mutex);
  if (finished)
    g_thread_join (watch->thread);
  else
    g_thread_unref (watch->thread);
  shared_unref (shared);
  g_free (watch);
}

void
perron_card_watch_ask (PerronCardWatch *watch)
{
  Shared *shared = watch->shared;
  g_mutex_lock (&shared->mutex);
  shared->asked = TRUE;
  shared->source->cancel (shared->source);
  g_mutex_unlock (&shared->mutex);
  /* The thread may still be held by a card that somebody else gave up: who asks now is told of that. */
  gint64 left_us;
  if (perron_card_pulse_judge (&shared->pulse, g_get_monotonic_time (), &left_us) != PERRON_CARD_NO_CARD)
    listen_later (shared, 0);
}

void
perron_card_watch_set_reading (PerronCardWatch *watch, gboolean reading)
{
  Shared *shared = watch->shared;
  g_mutex_lock (&shared->mutex);
  if (shared->reading && !reading)
    shared->epoch++;
  shared->reading = reading;
  g_atomic_int_set (&shared->pulse.unwanted, !reading);
  g_mutex_unlock (&shared->mutex);
  if (reading)
    return;
  stop_listening (shared);
  g_atomic_int_set (&shared->silent, 0);
}
