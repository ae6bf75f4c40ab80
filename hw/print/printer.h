/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/job.h"

G_BEGIN_DECLS

/*
 * The printer of a terminal. One owner thread does the jobs, one at a time; public functions: the thread that made it, none blocks
 * beyond the joining in free. Results come on the main context that was its thread's default when it was made.
 */
typedef struct PerronPrinter PerronPrinter;

/* `error` NULL: it is on paper. `state`: what the printer said last, maybe that there is no paper for the next. Called
 * once a job, never after perron_printer_free(). */
typedef void (*PerronPrinterDone) (PerronPrinterState state, const GError *error, gpointer data);

/* Copies the options. A printer that is not there is met at each job: it may be plugged in at any time. Transfer full. */
PerronPrinter *perron_printer_new (const PerronPrinterOptions *options);
void perron_printer_free (PerronPrinter *printer); /* ends the job under way; joins within a few ms (a PDF: when it is written) */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPrinter, perron_printer_free)

/* Takes `document` (also when it fails). FALSE with BUSY: a job is under way, `done` will not be called for this one. */
gboolean perron_printer_print (PerronPrinter *printer, PerronDocument *document, PerronPrinterDone done, gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Asks only for the state. */
gboolean perron_printer_ask (PerronPrinter *printer, PerronPrinterDone done, gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes back what is not on paper yet: the job under way ends with CANCELLED, its document is wiped. Nothing under way: nothing. */
void perron_printer_cancel (PerronPrinter *printer);
gboolean perron_printer_is_busy (const PerronPrinter *printer);

G_END_DECLS
