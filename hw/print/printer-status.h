/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/print-error.h"

G_BEGIN_DECLS

/*
 * What a printer says of itself. DLE EOT n (n = 1 printer, 2 why off-line, 3 errors, 4 paper) is answered at once by one byte with
 * fixed bits 0xx1xx10, whatever the printer is doing; GS r 1 by one byte 0xx0xxxx only when everything before it was carried out:
 * that is how a job is known to be on paper. Answers are hostile: any byte, any number. Pure, any thread.
 */
#define PERRON_STATUS_QUESTIONS 4
#define PERRON_STATUS_NONSENSE_MAX 256 /* bytes that answer nothing, before whoever is there is no printer */

typedef enum {
  PERRON_PRINTER_READY,
  PERRON_PRINTER_LOW, /* prints, but the roll is near its end */
  PERRON_PRINTER_PAPER_OUT,
  PERRON_PRINTER_COVER_OPEN,
  PERRON_PRINTER_FAULT,
  PERRON_PRINTER_OFFLINE,
  PERRON_PRINTER_STUCK,
  PERRON_PRINTER_ABSENT,
} PerronPrinterState;

#define PERRON_PRINTER_STATE_COUNT (PERRON_PRINTER_ABSENT + 1)

const char *perron_printer_state_to_string (PerronPrinterState state); /* "ready", "low", "paper-out" … */

/* READY and LOW print. */
gboolean perron_printer_state_prints (PerronPrinterState state);

/* Sets the error of a state that does not print; returns FALSE. */
gboolean perron_printer_state_to_error (PerronPrinterState state, GError **error);

typedef struct {
  guint8 answers[PERRON_STATUS_QUESTIONS];
  guint answered; /* questions 1 … answered have their byte */
  gboolean done;  /* GS r 1 was answered */
  guint nonsense;
} PerronStatusReader;

/*
 * Takes bytes from the printer. `asked`: questions sent so far; a byte for none of them, and XON, XOFF, is nonsense. FALSE: too much of
 * that, the reader takes no more.
 */
gboolean perron_status_feed (PerronStatusReader *reader, guint asked, gboolean asked_done, const guint8 *bytes,
                             gsize length) G_GNUC_WARN_UNUSED_RESULT;

/* Of four answers. */
PerronPrinterState perron_status_judge (const PerronStatusReader *reader);

G_END_DECLS
