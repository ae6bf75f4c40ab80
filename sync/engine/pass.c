/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/pass.h"
#include "sync/engine/head-pass.h"
#include "sync/engine/heartbeat-pass.h"
#include "sync/engine/receipts.h"
#include "sync/engine/upkeep.h"
#include "sync/engine/wire.h"

#include "kiosk/core/log.h"

#include <string.h>
#include <unistd.h>

/* Longer than any pass on a slow line; a sender that died gives its leases back by its end, not by this. */
#define LEASE_MS (10 * 60 * 1000)

#define FIRST_ROWS 8

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

/*
 * A batch on its way. Its exchange runs in a thread of its own while this one reads the answers to the batch before, marks it, and leases
 * the one after: the line waits neither for the disk nor for JSON. The outbox stays with the pass's thread, the connection is used by one
 * flight at a time.
 */
typedef struct {
  PerronPass *pass;
  GPtrArray *rows;
  PerronWireExpected *expected;
  char *body;
  gsize len;
  GThread *thread; /* NULL: on the ground */
  PerronHttpAnswer answer;
  GError *fault;
  gint64 retry_after_ms;
} Flight;

static void
land (Flight *flight)
{
  if (flight->thread != NULL)
    g_thread_join (g_steal_pointer (&flight->thread));
}

static void
flight_free (Flight *flight)
{
  if (flight == NULL)
    return;
  land (flight);
  g_clear_pointer (&flight->rows, g_ptr_array_unref);
  perron_http_answer_clear (&flight->answer);
  g_clear_error (&flight->fault);
  g_free (flight->expected);
  g_free (flight->body);
  g_free (flight);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Flight, flight_free)

static char *
encode (GPtrArray *rows, gsize *ret_len, GError **error)
{
  g_autofree const PerronEnvelope **envelopes = g_new (const PerronEnvelope *, rows->len);
  for (guint i = 0; i < rows->len; i++)
    envelopes[i] = ((PerronLeased *) rows->pdata[i])->envelope;
  return perron_wire_encode_batch (envelopes, rows->len, ret_len, error);
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

/* TRUE with an answer that has the form of the gateway's, or a fault of the channel. */
static gboolean
exchange (Flight *flight, GError **error)
{
  PerronHttpAnswer *answer = &flight->answer;

  if (!perron_http_exchange (flight->pass->http, "/", flight->body, flight->len, answer, error))
    return FALSE;
  flight->retry_after_ms = answer->retry_after_ms;
  if (!perron_http_answer_check (answer, perron_wire_is_fhir (answer->content_type), error))
    return FALSE;
  flight->retry_after_ms = 0;
  return TRUE;
}

/* TRUE with every ret_status of the flight set: confirmed or refused by name. */
static gboolean
read_answers (Flight *flight, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const GByteArray *body = flight->answer.body;

  if (perron_wire_parse_answers (body->data, body->len, flight->expected, flight->rows->len, &cause))
    return TRUE;
  g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_ANSWER, "answer of the gateway: %s", cause->message);
  return FALSE;
}

static gpointer
fly (gpointer data)
{
  Flight *flight = data;
  (void) !exchange (flight, &flight->fault);
  return NULL;
}

static void
launch (Flight *flight)
{
  keep_trace (flight->pass, flight->body, flight->len);
  flight->thread = g_thread_new ("flight", fly, flight);
}

static PerronSentMark *
collect_marks (const Flight *flight, guint *ret_count)
{
  PerronSentMark *marks = g_new0 (PerronSentMark, flight->rows->len);
  *ret_count = 0;
  for (guint i = 0; i < flight->rows->len; i++) {
    /* 200: it had been stored before and the answer was lost. */
    const guint status = flight->expected[i].ret_status;
    if (status < 400)
      marks[(*ret_count)++] = (PerronSentMark){ ((PerronLeased *) flight->rows->pdata[i])->seq, status == 201 ? "created" : "same" };
  }
  return marks;
}

/* What came back (nullable) is marked as sent and the next rows are leased, in one commit: one flush a batch. */
static GPtrArray *
turn (PerronPass *pass, const Flight *back, guint max_rows, PerronPassResult *result, GError **error)
{
  guint count = 0;
  g_autofree PerronSentMark *marks = back != NULL ? collect_marks (back, &count) : NULL;
  GPtrArray *rows = perron_outbox_turn (pass->outbox, marks, count, max_rows, pass->size.bytes, LEASE_MS, error);
  if (rows != NULL)
    result->accepted += count;
  return rows;
}

static gboolean
mark_refused (PerronPass *pass, const Flight *back, PerronPassResult *result, GError **error)
{
  for (guint i = 0; back != NULL && i < back->rows->len; i++) {
    const PerronLeased *row = back->rows->pdata[i];
    const guint status = back->expected[i].ret_status;
    if (status < 400)
      continue;
    char word[24];
    g_snprintf (word, sizeof word, "refused-%u", status);
    perron_log_count (PERRON_LOG_SYNC_ITEM_FAULT, row->seq);
    result->refused++;
    if (!perron_outbox_mark_item_fault (pass->outbox, row->seq, word, pass->item_retry_ms, error))
      return FALSE;
  }
  return TRUE;
}

static Flight *
make_flight (PerronPass *pass, GPtrArray *rows, GError **error)
{
  g_autoptr (Flight) flight = g_new0 (Flight, 1);
  flight->pass = pass;
  flight->rows = g_ptr_array_ref (rows);
  flight->expected = make_expected (rows);
  flight->body = encode (rows, &flight->len, error);
  return flight->body != NULL ? g_steal_pointer (&flight) : NULL;
}

/* Marks what came back and makes the next batch ready; `ret_next` NULL: nothing more is due. */
static gboolean
prepare (PerronPass *pass, const Flight *back, guint max_rows, PerronPassResult *result, Flight **ret_next, GError **error)
{
  g_autoptr (GPtrArray) rows = turn (pass, back, max_rows, result, error);
  if (rows == NULL || !mark_refused (pass, back, result, error))
    return FALSE;
  while (rows->len > 0) {
    if (!drop_unfit (pass, rows, result, error))
      return FALSE;
    if (rows->len > 0) {
      *ret_next = make_flight (pass, rows, error);
      return *ret_next != NULL;
    }
    g_ptr_array_unref (rows);
    rows = turn (pass, NULL, max_rows, result, error);
    if (rows == NULL)
      return FALSE;
  }
  *ret_next = NULL;
  return TRUE;
}

/* Timeouts and "too large": the line or the gateway could not carry that much. */
static void
adapt_size (PerronPass *pass, guint rows, const GError *fault)
{
  if (g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_TIMEOUT) || g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_CUT) ||
      g_error_matches (fault, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_STATUS))
    perron_batch_size_halve (&pass->size, rows);
}

/* What came of a flight that has ended: FALSE hands its fault on. */
static gboolean
take_outcome (PerronPass *pass, Flight *flight, PerronPassResult *result, GError **error)
{
  land (flight);
  result->retry_after_ms = flight->retry_after_ms;
  if (flight->fault == NULL) {
    perron_batch_size_grow (&pass->size);
    return TRUE;
  }
  adapt_size (pass, flight->rows->len, flight->fault);
  g_propagate_error (error, g_steal_pointer (&flight->fault));
  return FALSE;
}

/*
 * Three batches at a time: one comes back and is marked, one is away, one is made ready. When the answer to `back` turns out to be no
 * receipt, the next batch is already away: it is awaited and none of it marked. Stored or not, it is sent again, and the gateway knows it
 * by its id. The first batch is small: little is at stake until somebody has answered, and the second is made ready while it shakes hands.
 */
static gboolean
drain (PerronPass *pass, PerronPassResult *result, GError **error)
{
  g_autoptr (Flight) away = NULL;
  Flight *first = NULL;
  if (!prepare (pass, NULL, MIN (FIRST_ROWS, pass->size.rows), result, &first, error))
    return FALSE;
  g_autoptr (Flight) next = first;
  while (next != NULL || away != NULL) {
    Flight *prepared = NULL;
    g_autoptr (Flight) back = g_steal_pointer (&away);
    if (back != NULL && !take_outcome (pass, back, result, error))
      return FALSE;
    if (next != NULL)
      launch (next);
    away = g_steal_pointer (&next);
    if ((back != NULL && !read_answers (back, error)) || !prepare (pass, back, pass->size.rows, result, &prepared, error))
      return FALSE;
    next = prepared;
  }
  return TRUE;
}

void
perron_pass_prepare (PerronPass *pass)
{
  pass->cursor = perron_receipts_load_cursor (pass->cursor_path);
}

/* Without HTTP/2 it works all the same (CONTRACT.md section 9), and somebody should know. */
static void
look_at_protocol (PerronPass *pass)
{
  if (pass->told_http1 || strcmp (perron_http_get_protocol (pass->http), "http/1.1") != 0)
    return;
  pass->told_http1 = TRUE;
  perron_log (PERRON_LOG_HTTP1);
}

static gboolean
run (PerronPass *pass, PerronPassResult *ret_result, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (drain (pass, ret_result, &fault) && perron_receipts_fetch (pass, ret_result, &fault) &&
      perron_outbox_mark_contact (pass->outbox, &fault)) {
    look_at_protocol (pass);
    perron_head_pass (pass);
    perron_heartbeat_pass (pass, ret_result);
    perron_log_count (PERRON_LOG_SYNC_PASS, ret_result->receipts);
    return perron_upkeep_tidy (pass, ret_result, error);
  }
  /* Asked to end: the leases end with the process, and of the link nothing new is known. */
  if (fault->domain == PERRON_HTTP_ERROR && fault->code != PERRON_HTTP_ERROR_CANCELLED) {
    const char *word = perron_http_error_word ((PerronHttpError) fault->code);
    g_autoptr (GError) second = NULL;
    if (!perron_outbox_release (pass->outbox, word, ret_result->retry_after_ms, &second)) {
      g_propagate_error (error, g_steal_pointer (&second));
      return FALSE;
    }
  }
  g_propagate_error (error, g_steal_pointer (&fault));
  return FALSE;
}

gboolean
perron_pass_run (PerronPass *pass, PerronPassResult *ret_result, GError **error)
{
  memset (ret_result, 0, sizeof *ret_result);
  gboolean ok = run (pass, ret_result, error);
  perron_upkeep_alarm (pass);
  return ok;
}
