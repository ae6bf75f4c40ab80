/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/document.h"
#include "hw/print/printer-status.h"

G_BEGIN_DECLS

typedef struct {
  const char *device; /* path of a character device, TTY or Unix socket; "pdf:FOLDER": a file each document */
  guint dots;         /* 384 or 576; 0: 576 */
  guint answer_ms;    /* how long a question may stay unanswered; 0: 1000 */
  guint stall_ms;     /* how long nothing of a job may be taken; 0: 5000 */
  guint finish_ms;    /* from the last byte taken to the last on paper; 0: 15000 */
} PerronPrinterOptions;

/*
 * One whole job, blocking, in the thread of the caller: asks the state, prints when it prints, waits until it is on paper, asks
 * again: a document can be on paper and the roll be out for the next. `document` NULL: only asks. `wake`: see hw/print/port.h. FALSE
 * with PERRON_PRINT_ERROR; `ret_state` is always set (the last that is known). A document that
 * fails after the first byte may be on paper in part: say so to the person.
 */
gboolean perron_print_job_run (const PerronPrinterOptions *options, const PerronDocument *document, int wake, PerronPrinterState *ret_state,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
