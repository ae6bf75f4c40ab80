/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/job.h"

#include <string.h>

#include "hw/print/escpos.h"
#include "hw/print/pdf.h"
#include "hw/print/port.h"

typedef struct {
  PerronPort *port;
  guint answer_ms, stall_ms, finish_ms;
} Job;

static gint64
deadline (guint ms)
{
  return g_get_monotonic_time () + (gint64) ms * 1000;
}

/* What came before a question answers nothing: out with it, but not for ever. */
static gboolean
drop_stale (Job *job, GError **error)
{
  guint8 bytes[256];
  gssize got = 1;
  for (guint turn = 0; turn < 16 && got > 0; turn++)
    got = perron_port_read (job->port, bytes, sizeof bytes, 0, error);
  return got >= 0;
}

/* Reads until the question is answered, or its time is up. FALSE with error: no line. */
static gboolean
await_answer (Job *job, PerronStatusReader *reader, guint question, gboolean asked_done, GError **error)
{
  const gint64 until = deadline (job->answer_ms);
  guint8 bytes[64];

  while (reader->answered < question) {
    const gssize got = perron_port_read (job->port, bytes, sizeof bytes, until, error);
    if (got < 0)
      return FALSE;
    if (got == 0 && g_get_monotonic_time () >= until)
      return TRUE;
    if (!perron_status_feed (reader, question, asked_done, bytes, (gsize) got))
      return TRUE;
  }
  return TRUE;
}

/*
 * The four questions, each when the one before is answered, so that an answer lost does not pass for another. `ret_done` (nullable):
 * the mark is out too, and its answer may come in between.
 */
static gboolean
ask_once (Job *job, PerronPrinterState *ret_state, gboolean *ret_done, GError **error)
{
  PerronStatusReader reader = { 0 };

  if (ret_done == NULL && !drop_stale (job, error))
    return FALSE;
  for (guint question = 1; question <= PERRON_STATUS_QUESTIONS && reader.answered == question - 1; question++) {
    const guint8 ask[] = { 0x10, 0x04, (guint8) question };
    if (!perron_port_write (job->port, ask, sizeof ask, job->answer_ms, error) ||
        !await_answer (job, &reader, question, ret_done != NULL, error))
      return FALSE;
  }
  *ret_state = perron_status_judge (&reader);
  if (ret_done != NULL)
    *ret_done |= reader.done;
  return TRUE;
}

/* Some models go off-line before they say why: ask those twice. */
static gboolean
ask_state (Job *job, PerronPrinterState *ret_state, gboolean *ret_done, GError **error)
{
  if (!ask_once (job, ret_state, ret_done, error))
    return FALSE;
  return *ret_state != PERRON_PRINTER_OFFLINE || ask_once (job, ret_state, ret_done, error);
}

/* A fault of the line is a state too: whoever shows states need not read errors. */
static void
state_of_error (const GError *error, PerronPrinterState *ret_state)
{
  if (g_error_matches (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_STUCK))
    *ret_state = PERRON_PRINTER_STUCK;
  else if (g_error_matches (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_ABSENT))
    *ret_state = PERRON_PRINTER_ABSENT;
}

/*
 * The mark behind the job is answered when the paper has it. Silence: the questions that are answered at once tell why; a printer
 * that says all is well goes on (it may be slow) until the time is up. FALSE with error: no line. `ret_done`: all of it is on paper,
 * and stays so whatever the printer says next.
 */
static gboolean
wait_for_paper (Job *job, PerronPrinterState *ret_state, gboolean *ret_done, GError **error)
{
  static const guint8 mark[] = { 0x1D, 'r', 1 };
  const gint64 until = deadline (job->finish_ms);
  PerronStatusReader reader = { 0 };
  guint8 bytes[64];

  if (!perron_port_write (job->port, mark, sizeof mark, job->stall_ms, error))
    return FALSE;
  while (!reader.done) {
    const gint64 slice = MIN (until, deadline (job->answer_ms));
    const gssize got = perron_port_read (job->port, bytes, sizeof bytes, slice, error);
    if (got < 0)
      return FALSE;
    if (got > 0 && !perron_status_feed (&reader, 0, TRUE, bytes, (gsize) got)) {
      *ret_state = PERRON_PRINTER_STUCK;
      return TRUE;
    }
    if (got > 0)
      continue;
    if (!ask_state (job, ret_state, &reader.done, error))
      return FALSE;
    if (reader.done)
      break;
    if (!perron_printer_state_prints (*ret_state))
      return TRUE;
    if (g_get_monotonic_time () >= until) {
      *ret_state = PERRON_PRINTER_STUCK;
      return TRUE;
    }
  }
  g_autoptr (GError) afterwards = NULL;
  if (!ask_state (job, ret_state, NULL, &afterwards))
    state_of_error (afterwards, ret_state);
  *ret_done = TRUE;
  return TRUE;
}

/*
 * A printer whose paper ended keeps the rest of the job and prints it on the new roll, in front of somebody else. DLE DC4 8 empties it
 * at once, whatever it is doing; a model that does not know it ignores it. If even this does not get through, nothing more can be done.
 */
static void
take_job_back (Job *job)
{
  static const guint8 clear[] = { 0x10, 0x14, 8, 1, 3, 20, 1, 6, 2, 8 };
  PerronPrinterState state;
  g_autoptr (GError) error = NULL;
  perron_port_forget_wake (job->port);
  /* An answer after it shows that it got there: closing the line drops what did not. */
  if (!perron_port_write (job->port, clear, sizeof clear, job->answer_ms, &error) || !ask_once (job, &state, NULL, &error))
    g_debug ("%s", error->message);
}

static gboolean
print_and_wait (Job *job, const PerronEscpos *paper, PerronPrinterState *ret_state, GError **error)
{
  gboolean done = FALSE;
  if (!perron_port_write (job->port, paper->bytes, paper->length, job->stall_ms, error) || !wait_for_paper (job, ret_state, &done, error))
    return FALSE;
  return done || perron_printer_state_to_error (*ret_state, error);
}

static gboolean
run_on_line (Job *job, const PerronEscpos *paper, PerronPrinterState *ret_state, GError **error)
{
  if (!ask_state (job, ret_state, NULL, error))
    return FALSE;
  if (!perron_printer_state_prints (*ret_state))
    return perron_printer_state_to_error (*ret_state, error);
  if (paper == NULL)
    return TRUE;
  if (print_and_wait (job, paper, ret_state, error))
    return TRUE;
  take_job_back (job);
  return FALSE;
}

static gboolean
run_device (const PerronPrinterOptions *options, const PerronDocument *document, int wake, PerronPrinterState *ret_state, GError **error)
{
  g_auto (PerronEscpos) paper = { 0 };
  g_autoptr (GError) local = NULL;

  if (document != NULL && !perron_escpos_encode (document, options->dots != 0 ? options->dots : 576, &paper, error))
    return FALSE;
  g_autoptr (PerronPort) port = perron_port_open (options->device, wake, &local);
  Job job = { port, options->answer_ms != 0 ? options->answer_ms : 1000, options->stall_ms != 0 ? options->stall_ms : 5000,
              options->finish_ms != 0 ? options->finish_ms : 15000 };
  if (port != NULL && run_on_line (&job, document != NULL ? &paper : NULL, ret_state, &local))
    return TRUE;
  state_of_error (local, ret_state);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gboolean
perron_print_job_run (const PerronPrinterOptions *options, const PerronDocument *document, int wake, PerronPrinterState *ret_state,
                      GError **error)
{
  *ret_state = PERRON_PRINTER_ABSENT;
  if (options->device == NULL || *options->device == '\0') {
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_ABSENT, "no printer in the configuration");
    return FALSE;
  }
  if (!g_str_has_prefix (options->device, "pdf:"))
    return run_device (options, document, wake, ret_state, error);
  if (!perron_pdf_write (options->device + 4, document, error))
    return FALSE;
  *ret_state = PERRON_PRINTER_READY;
  return TRUE;
}
