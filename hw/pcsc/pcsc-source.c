/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pcsc/pcsc-source.h"

#include <string.h>

#include "hw/pcsc/pcsc-channel.h"
#include "hw/pcsc/pcsc-table.h"
#include "kiosk/core/log.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_LAST_MS 2000
/*
 * What comes just before the wait it is meant for is lost in pcscd: a cancel, and also a reader that joins the list between asking for
 * the list and waiting, because PnP news are counted from the start of the wait (seen). So no wait there is longer than this, and after
 * each the list is asked again: even then a reader has its name within a second.
 */
#define SLICE_MS 800
/*
 * Some ten calls a second to pcscd are too many for a terminal that nobody uses: after ten seconds without any news each wait is longer,
 * until the next news or cancel. What is lost in the tenth of a millisecond between two waits then takes that long.
 */
#define QUIET_SLICES 12
#define QUIET_SLICE_MS 60000
/* A power-up with its negotiation is over by then: what pcscd does between refusing the slot and showing that it is taken. */
#define HELD_RETRY_MS 500

typedef struct {
  PerronCardSource source;
  const PerronProfiles *profiles;
  char *filter;
  PerronPcscTable table;
  gboolean list_known;
  gboolean reader_seen;

  /* The card that was last told of or opened. */
  gboolean told;
  char told_name[MAX_READERNAME + 1];
  guint told_counter;
  gboolean held;       /* another program had it for itself when it was opened */
  gboolean held_shown; /* and pcscd has said so since: it will say when that is over */
  gint64 retry_us;     /* monotonic; when it never says so, it is tried again then */

  gint64 next_try_us; /* monotonic */
  gint backoff_ms;

  GMutex mutex; /* the rest is shared with cancel() */
  GCond cond;
  SCARDCONTEXT context;
  gboolean connected;
  gboolean cancelled;
} PcscSource;

static void
drop_context (PcscSource *self)
{
  g_mutex_lock (&self->mutex);
  gboolean was_connected = self->connected;
  SCARDCONTEXT context = self->context;
  self->connected = FALSE;
  g_mutex_unlock (&self->mutex);
  if (was_connected)
    SCardReleaseContext (context);
  perron_pcsc_table_init (&self->table);
  self->list_known = FALSE;
  self->backoff_ms = CLAMP (self->backoff_ms * 2, BACKOFF_FIRST_MS, BACKOFF_LAST_MS);
  self->next_try_us = g_get_monotonic_time () + (gint64) self->backoff_ms * 1000;
}

static gboolean
ensure_context (PcscSource *self)
{
  if (self->connected)
    return TRUE;
  if (g_get_monotonic_time () < self->next_try_us)
    return FALSE;

  SCARDCONTEXT context;
  if (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context) != SCARD_S_SUCCESS) {
    drop_context (self);
    return FALSE;
  }
  g_mutex_lock (&self->mutex);
  self->context = context;
  self->connected = TRUE;
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

static gboolean
list_readers (PcscSource *self)
{
  char list[PERRON_PCSC_READERS_MAX * (MAX_READERNAME + 1) + 1];
  DWORD size = sizeof list;
  LONG result = SCardListReaders (self->context, NULL, list, &size);

  if (result != SCARD_S_SUCCESS && result != SCARD_E_NO_READERS_AVAILABLE)
    return FALSE;
  perron_pcsc_table_set_readers (&self->table, list, result == SCARD_S_SUCCESS ? size : 0, self->filter);
  self->list_known = TRUE;
  return TRUE;
}

/*
 * With nothing new, SCardGetStatusChange() takes over a millisecond even when told not to wait; it answers at once who says to know
 * nothing (measured: 1.1 ms against 0.03). What was known is put back: it tells what has just gone.
 */
static LONG
look_now (PcscSource *self)
{
  DWORD known[PERRON_PCSC_READERS_MAX + 1];
  SCARD_READERSTATE *states = self->table.states;

  for (guint i = 1; i <= self->table.count; i++) {
    known[i] = states[i].dwCurrentState;
    states[i].dwCurrentState = SCARD_STATE_UNAWARE;
  }
  LONG result = SCardGetStatusChange (self->context, 0, states, self->table.count + 1);
  for (guint i = 1; i <= self->table.count; i++)
    states[i].dwCurrentState = known[i];
  return result;
}

/* Looks for at most `timeout_ms`, and tells pcscd what is known. FALSE: no service for now; the table is then empty. */
static gboolean
refresh (PcscSource *self, gint timeout_ms)
{
  if (!ensure_context (self))
    return FALSE;
  if (!self->list_known && !list_readers (self)) {
    drop_context (self);
    return FALSE;
  }
  LONG result = timeout_ms == 0 ? look_now (self)
                                : SCardGetStatusChange (self->context, (DWORD) timeout_ms, self->table.states, self->table.count + 1);
  if (result == SCARD_S_SUCCESS || result == SCARD_E_TIMEOUT) {
    self->list_known = !perron_pcsc_table_settle (&self->table) && (result == SCARD_S_SUCCESS || timeout_ms == 0);
    self->backoff_ms = 0;
    return TRUE;
  }
  if (result == SCARD_E_CANCELLED)
    return timeout_ms == 0 || refresh (self, 0); /* what is in the table then may be from before the wait */
  if (result == SCARD_E_UNKNOWN_READER) {
    self->list_known = FALSE;
    return TRUE;
  }
  /* SCardIsValidContext() still says yes when pcscd is dead (hardware facts, section 1.5): anything else ends the context. */
  drop_context (self);
  return FALSE;
}

static void
note_readers (PcscSource *self, PerronCardStatus status)
{
  gboolean seen = status != PERRON_CARD_NO_READER;
  if (seen != self->reader_seen)
    perron_log (seen ? PERRON_LOG_READER_FOUND : PERRON_LOG_READER_LOST);
  self->reader_seen = seen;
}

static PerronCardStatus
choose (PcscSource *self, guint *ret_index)
{
  PerronCardStatus status = perron_pcsc_table_choose (&self->table, self->profiles, ret_index);
  note_readers (self, status);
  return status;
}

/* pcscd refuses a second program some time before it shows the first, and the first may let go in between. */
static gboolean
was_let_go (PcscSource *self, guint index)
{
  if (!self->held)
    return FALSE;
  if (self->table.states[index + 1].dwEventState & SCARD_STATE_EXCLUSIVE)
    self->held_shown = TRUE;
  else if (self->held_shown || g_get_monotonic_time () >= self->retry_us)
    return TRUE;
  return FALSE;
}

static gboolean
is_another_card (PcscSource *self, guint index)
{
  if (!self->told)
    return FALSE;
  if (was_let_go (self, index))
    return TRUE;
  return strcmp (self->told_name, self->table.names[index]) != 0 || self->told_counter != perron_pcsc_table_counter (&self->table, index);
}

static void
note_card (PcscSource *self, guint index)
{
  self->told = TRUE;
  self->held = FALSE;
  g_strlcpy (self->told_name, self->table.names[index], sizeof self->told_name);
  self->told_counter = perron_pcsc_table_counter (&self->table, index);
}

static gboolean
take_cancel (PcscSource *self)
{
  g_mutex_lock (&self->mutex);
  gboolean cancelled = self->cancelled;
  self->cancelled = FALSE;
  g_mutex_unlock (&self->mutex);
  return cancelled;
}

/* Without pcscd: until the next try is due, `end_us`, or a cancel. */
static void
wait_for_service (PcscSource *self, gint64 end_us)
{
  gint64 until = MIN (end_us, self->next_try_us);
  g_mutex_lock (&self->mutex);
  while (!self->cancelled && g_cond_wait_until (&self->cond, &self->mutex, until))
    ;
  g_mutex_unlock (&self->mutex);
}

static PerronCardStatus
pcsc_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  PcscSource *self = (PcscSource *) source;
  gint64 end_us = timeout_ms < 0 ? G_MAXINT64 : g_get_monotonic_time () + (gint64) timeout_ms * 1000;
  gint slice_ms = 0; /* first a look, so that what is already different is told at once */

  for (guint quiet = 0;; quiet++) {
    gboolean service = refresh (self, slice_ms);
    /* A list that has just become doubtful is asked again before anything is said of it. */
    if (service && !self->list_known)
      service = refresh (self, 0);
    guint index;
    PerronCardStatus status = choose (self, &index);
    gboolean another = status == PERRON_CARD_READING && is_another_card (self, index);
    gint64 left_us = end_us - g_get_monotonic_time ();
    if (take_cancel (self) || status != known || another || left_us <= 0) {
      if (status == PERRON_CARD_READING && (another || status != known || !self->told))
        note_card (self, index);
      return status;
    }
    if (!service)
      wait_for_service (self, end_us);
    gint longest_ms = self->held && !self->held_shown ? HELD_RETRY_MS : quiet < QUIET_SLICES ? SLICE_MS : QUIET_SLICE_MS;
    slice_ms = service ? (gint) MIN (longest_ms, left_us / 1000 + 1) : 0;
  }
}

static PerronChannel *
pcsc_open (PerronCardSource *source, GError **error)
{
  PcscSource *self = (PcscSource *) source;
  g_autoptr (GError) failure = NULL;
  guint index;

  refresh (self, 0);
  PerronCardStatus status = choose (self, &index);
  if (status != PERRON_CARD_READING) {
    gint code = status == PERRON_CARD_MUTE        ? PERRON_CHANNEL_ERROR_MUTE
                : status == PERRON_CARD_NO_READER ? PERRON_CHANNEL_ERROR_READER
                                                  : PERRON_CHANNEL_ERROR_REMOVED;
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, code, "no card to open");
    return NULL;
  }
  note_card (self, index);
  PerronChannel *channel = perron_pcsc_channel_new (self->context, self->told_name, &failure);
  if (channel == NULL) {
    self->held = g_error_matches (failure, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_HELD);
    self->held_shown = FALSE;
    self->retry_us = g_get_monotonic_time () + HELD_RETRY_MS * G_TIME_SPAN_MILLISECOND;
    g_propagate_error (error, g_steal_pointer (&failure));
  }
  return channel;
}

static void
pcsc_cancel (PerronCardSource *source)
{
  PcscSource *self = (PcscSource *) source;
  g_mutex_lock (&self->mutex);
  self->cancelled = TRUE;
  if (self->connected)
    SCardCancel (self->context);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static void
pcsc_free (PerronCardSource *source)
{
  PcscSource *self = (PcscSource *) source;
  drop_context (self);
  g_free (self->filter);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

PerronCardSource *
perron_pcsc_source_new (const char *reader, const PerronProfiles *profiles)
{
  PcscSource *self = g_new0 (PcscSource, 1);
  self->source = (PerronCardSource) { pcsc_wait, pcsc_open, pcsc_cancel, pcsc_free };
  self->profiles = profiles;
  self->filter = reader != NULL && reader[0] != '\0' ? g_strdup (reader) : NULL;
  self->reader_seen = TRUE; /* so that a start without reader is logged */
  perron_pcsc_table_init (&self->table);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  return &self->source;
}
