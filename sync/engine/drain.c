/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/drain.h"
#include "sync/engine/wire.h"

#include "kiosk/core/log.h"

#include <string.h>
#include <unistd.h>

/* Longer than any pass on a slow line; a sender that died gives its leases back by its end, not by this. */
#define LEASE_MS (10 * 60 * 1000)

#define FIRST_ROWS 8

/*
 * Two batches are away at once when the last was back within this: the gateway reads one while it commits the other. On a line that is
 * slower there is nothing to gain, and twice as much would be lost when it breaks.
 */
#define QUICK_US G_USEC_PER_SEC

typedef struct {
  GPtrArray *rows;
  PerronWireExpected *expected;
  char *body;
  gsize len;
  PerronHttpFlight *away; /* NULL: on the ground */
  gint64 launched_us;
} Batch;

/*
 * Batches move from the outbox through `ready` and `away` to `marks`, all at the same time: while two are with the gateway, the one before is
 * marked as sent and the next leased, in one commit, so that the line waits neither for the disk nor for JSON.
 */
typedef struct {
  PerronPass *pass;
  PerronPassResult *result;
  GQueue ready;   /* encoded */
  GQueue away;    /* oldest first */
  GArray *marks;  /* PerronSentMark: confirmed by the gateway, not yet by the outbox */
  guint most;     /* this many away at once; 0: none more, the channel has a fault */
  gboolean dry;   /* nothing more is due */
  GError *fault;  /* the first of the channel */
} Drain;

static void
batch_free (gpointer data)
{
  Batch *batch = data;
  g_clear_pointer (&batch->rows, g_ptr_array_unref);
  g_free (batch->expected);
  g_free (batch->body);
  g_free (batch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* Rows the contract does not allow are refused here by name; the others stay in `rows`. */
static gboolean
drop_unfit (PerronPass *pass, GPtrArray *rows, PerronPassResult *result, GError **error)
{
  for (guint i = 0; i < rows->len;) {
    PerronLeased *row = rows->pdata[i];
    if (perron_wire_envelope_ok (row->envelope, NULL)) {
      i++;
      continue;
    }
    perron_log_count (PERRON_LOG_SYNC_ITEM_FAULT, row->seq);
    result->refused++;
    if (!perron_outbox_mark_item_fault (pass->outbox, row->seq, "unfit", pass->item_retry_ms, error))
      return FALSE;
    g_ptr_array_remove_index (rows, i);
  }
  return TRUE;
}

static PerronWireExpected *
make_expected (GPtrArray *rows)
{
  PerronWireExpected *expected = g_new0 (PerronWireExpected, rows->len);
  for (guint i = 0; i < rows->len; i++) {
    const PerronLeased *row = rows->pdata[i];
    expected[i].id = row->envelope->id;
    expected[i].digest = row->envelope->digest;
  }
  return expected;
}

static char *
encode (GPtrArray *rows, gsize *ret_len, GError **error)
{
  g_autofree const PerronEnvelope **envelopes = g_new (const PerronEnvelope *, rows->len);
  for (guint i = 0; i < rows->len; i++)
    envelopes[i] = ((PerronLeased *) rows->pdata[i])->envelope;
  return perron_wire_encode_batch (envelopes, rows->len, ret_len, error);
}

static Batch *
make_batch (GPtrArray *rows, GError **error)
{
  g_autoptr (Batch) batch = g_new0 (Batch, 1);
  batch->rows = g_ptr_array_ref (rows);
  batch->expected = make_expected (rows);
  batch->body = encode (rows, &batch->len, error);
  return batch->body != NULL ? g_steal_pointer (&batch) : NULL;
}

/* An aid for demonstrations: a full disk must not stop the sender for it. */
static void
keep_trace (const PerronPass *pass, const char *body, gsize len)
{
  if (pass->trace_fd < 0 || ftruncate (pass->trace_fd, 0) != 0)
    return;
  for (gsize at = 0; at < len;) {
    gssize written = pwrite (pass->trace_fd, body + at, len - at, (off_t) at);
    if (written <= 0)
      return;
    at += (gsize) written;
  }
}

static void
launch (Drain *drain, Batch *batch)
{
  keep_trace (drain->pass, batch->body, batch->len);
  batch->launched_us = g_get_monotonic_time ();
  batch->away = perron_http_launch (drain->pass->http, "/", batch->body, batch->len);
  g_queue_push_tail (&drain->away, batch);
}

/* TRUE with an answer of the gateway's form, and every ret_status of the batch set: confirmed or refused by name. */
static gboolean
land (Drain *drain, Batch *batch, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_auto (PerronHttpAnswer) answer = { 0 };

  if (!perron_http_land (g_steal_pointer (&batch->away), &answer, error))
    return FALSE;
  if (!perron_http_answer_check (&answer, perron_wire_is_fhir (answer.content_type), error)) {
    drain->result->retry_after_ms = MAX (drain->result->retry_after_ms, answer.retry_after_ms);
    return FALSE;
  }
  if (perron_wire_parse_answers (answer.body->data, answer.body->len, batch->expected, batch->rows->len, &cause))
    return TRUE;
  g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_ANSWER, "answer of the gateway: %s", cause->message);
  return FALSE;
}

/* Timeouts and "too large": the line or the gateway could not carry that much. */
static void
adapt_size (PerronPass *pass, guint rows, const GError *fault)
{
  if (g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_TIMEOUT) || g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_CUT) ||
      g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_STATUS))
    perron_batch_size_halve (&pass->size, rows);
}

/* 200 instead of 201: it had been stored before and the answer was lost. */
static gboolean
collect (Drain *drain, const Batch *batch, GError **error)
{
  PerronPass *pass = drain->pass;

  for (guint i = 0; i < batch->rows->len; i++) {
    const PerronLeased *row = batch->rows->pdata[i];
    const guint status = batch->expected[i].ret_status;
    if (status < 400) {
      PerronSentMark mark = { row->seq, status == 201 ? "created" : "same" };
      g_array_append_val (drain->marks, mark);
      continue;
    }
    char word[24];
    g_snprintf (word, sizeof word, "refused-%u", status);
    perron_log_count (PERRON_LOG_SYNC_ITEM_FAULT, row->seq);
    drain->result->refused++;
    if (!perron_outbox_mark_item_fault (pass->outbox, row->seq, word, pass->item_retry_ms, error))
      return FALSE;
  }
  return TRUE;
}

/* The oldest that is away comes back. FALSE: a fault of this machine; one of the channel is kept, and nothing more leaves. */
static gboolean
take_oldest (Drain *drain, GError **error)
{
  PerronPass *pass = drain->pass;
  g_autoptr (Batch) batch = g_queue_pop_head (&drain->away);
  g_autoptr (GError) fault = NULL;

  if (!land (drain, batch, &fault)) {
    adapt_size (pass, batch->rows->len, fault);
    drain->most = 0;
    if (drain->fault == NULL)
      drain->fault = g_steal_pointer (&fault);
    return TRUE;
  }
  gboolean quick = g_get_monotonic_time () - batch->launched_us < QUICK_US;
  if (drain->most > 0)
    drain->most = quick && strcmp (perron_http_get_protocol (pass->http), "h2") == 0 ? PERRON_HTTP_FLIGHTS : 1;
  perron_batch_size_grow (&pass->size);
  return collect (drain, batch, error);
}

static const PerronSentMark *
get_marks (const Drain *drain)
{
  return (const PerronSentMark *) (gconstpointer) drain->marks->data;
}

static void
note_marked (Drain *drain)
{
  drain->result->accepted += drain->marks->len;
  g_array_set_size (drain->marks, 0);
}

/* What came back is marked as sent and the next rows are leased, in one commit: one flush a batch. */
static GPtrArray *
turn (Drain *drain, guint max_rows, GError **error)
{
  PerronPass *pass = drain->pass;
  GPtrArray *rows = perron_outbox_turn (pass->outbox, get_marks (drain), drain->marks->len, max_rows, pass->size.bytes, LEASE_MS, error);
  if (rows != NULL)
    note_marked (drain);
  return rows;
}

/* Of what came back after the last turn. */
static gboolean
mark_rest (Drain *drain, GError **error)
{
  if (drain->marks->len == 0)
    return TRUE;
  if (!perron_outbox_mark_sent_batch (drain->pass->outbox, get_marks (drain), drain->marks->len, error))
    return FALSE;
  note_marked (drain);
  return TRUE;
}

/* One more batch is made ready, or nothing more is due. */
static gboolean
prepare (Drain *drain, guint max_rows, GError **error)
{
  for (;;) {
    g_autoptr (GPtrArray) rows = turn (drain, max_rows, error);
    if (rows == NULL)
      return FALSE;
    drain->dry = rows->len == 0;
    if (drain->dry)
      return TRUE;
    if (!drop_unfit (drain->pass, rows, drain->result, error))
      return FALSE;
    if (rows->len > 0) {
      Batch *batch = make_batch (rows, error);
      if (batch != NULL)
        g_queue_push_tail (&drain->ready, batch);
      return batch != NULL;
    }
  }
}

/*
 * The first batch is small and alone: little is at stake until somebody has answered, and the second is made ready while it shakes hands.
 * After a fault of the channel nothing more leaves, but what is away is awaited, and what was confirmed is marked. What was stored and not
 * confirmed is sent again, and the gateway knows it by its id.
 */
static gboolean
run (Drain *drain, GError **error)
{
  const PerronBatchSize *size = &drain->pass->size;
  guint most_rows = FIRST_ROWS;

  for (;;) {
    while (drain->away.length < drain->most && drain->ready.length > 0)
      launch (drain, g_queue_pop_head (&drain->ready));
    if (drain->most > 0 && drain->ready.length == 0 && !drain->dry) {
      if (!prepare (drain, MIN (most_rows, size->rows), error))
        return FALSE;
      most_rows = size->max_rows;
    } else if (drain->away.length > 0) {
      if (!take_oldest (drain, error))
        return FALSE;
    } else {
      break;
    }
  }
  return mark_rest (drain, error);
}

/* What is away reads its body until it has landed. */
static void
clear (Drain *drain)
{
  for (Batch *batch; (batch = g_queue_pop_head (&drain->away)) != NULL; batch_free (batch)) {
    g_auto (PerronHttpAnswer) answer = { 0 };
    (void) !perron_http_land (batch->away, &answer, NULL);
  }
  g_queue_clear_full (&drain->ready, batch_free);
  g_array_unref (drain->marks);
  g_clear_error (&drain->fault);
}

gboolean
perron_drain (PerronPass *pass, PerronPassResult *result, GError **error)
{
  Drain drain = { .pass = pass, .result = result, .most = 1, .marks = g_array_new (FALSE, FALSE, sizeof (PerronSentMark)) };
  gboolean done = run (&drain, error);

  if (done && drain.fault != NULL) {
    g_propagate_error (error, g_steal_pointer (&drain.fault));
    done = FALSE;
  }
  clear (&drain);
  return done;
}
