/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/printer-status.h"

static const struct {
  const char *word;
  PerronPrintError code;
  const char *why;
} states[PERRON_PRINTER_STATE_COUNT] = {
  [PERRON_PRINTER_READY] = { "ready", 0, NULL },
  [PERRON_PRINTER_LOW] = { "low", 0, NULL },
  [PERRON_PRINTER_PAPER_OUT] = { "paper-out", PERRON_PRINT_ERROR_PAPER_OUT, "no paper: put a roll in" },
  [PERRON_PRINTER_COVER_OPEN] = { "cover-open", PERRON_PRINT_ERROR_COVER, "the cover is open: close it" },
  [PERRON_PRINTER_FAULT] = { "fault", PERRON_PRINT_ERROR_FAULT, "the printer reports a fault: look for jammed paper" },
  [PERRON_PRINTER_OFFLINE] = { "offline", PERRON_PRINT_ERROR_OFFLINE, "the printer is off-line: press its own button" },
  [PERRON_PRINTER_STUCK] = { "stuck", PERRON_PRINT_ERROR_STUCK, "the printer does not answer or does not finish: switch it off and on" },
  [PERRON_PRINTER_ABSENT] = { "absent", PERRON_PRINT_ERROR_ABSENT, "no printer there: plug it in and switch it on" },
};

const char *
perron_printer_state_to_string (PerronPrinterState state)
{
  g_return_val_if_fail ((guint) state < PERRON_PRINTER_STATE_COUNT, "");
  return states[state].word;
}

gboolean
perron_printer_state_prints (PerronPrinterState state)
{
  return state == PERRON_PRINTER_READY || state == PERRON_PRINTER_LOW;
}

gboolean
perron_printer_state_to_error (PerronPrinterState state, GError **error)
{
  g_return_val_if_fail ((guint) state < PERRON_PRINTER_STATE_COUNT && states[state].why != NULL, FALSE);
  g_set_error_literal (error, PERRON_PRINT_ERROR, (gint) states[state].code, states[state].why);
  return FALSE;
}

static gboolean
is_answer (guint8 byte)
{
  return (byte & 0x93) == 0x12;
}

static gboolean
is_done (guint8 byte)
{
  return (byte & 0x90) == 0;
}

gboolean
perron_status_feed (PerronStatusReader *reader, guint asked, gboolean asked_done, const guint8 *bytes, gsize length)
{
  g_return_val_if_fail (asked <= PERRON_STATUS_QUESTIONS, FALSE);
  for (gsize i = 0; i < length && reader->nonsense < PERRON_STATUS_NONSENSE_MAX; i++) {
    if (is_answer (bytes[i]) && reader->answered < asked)
      reader->answers[reader->answered++] = bytes[i];
    else if (is_done (bytes[i]) && asked_done && !reader->done)
      reader->done = TRUE;
    else
      reader->nonsense++;
  }
  return reader->nonsense < PERRON_STATUS_NONSENSE_MAX;
}

PerronPrinterState
perron_status_judge (const PerronStatusReader *reader)
{
  const guint8 printer = reader->answers[0], offline = reader->answers[1], errors = reader->answers[2], paper = reader->answers[3];

  if (reader->answered < PERRON_STATUS_QUESTIONS)
    return PERRON_PRINTER_STUCK;
  /* What a person can mend comes first: an open cover also counts as no paper on most models. */
  if (offline & 0x04)
    return PERRON_PRINTER_COVER_OPEN;
  if ((paper & 0x60) != 0 || (offline & 0x20) != 0)
    return PERRON_PRINTER_PAPER_OUT;
  if ((errors & 0x6C) != 0 || (offline & 0x40) != 0)
    return PERRON_PRINTER_FAULT;
  if (printer & 0x08)
    return PERRON_PRINTER_OFFLINE;
  return (paper & 0x0C) != 0 ? PERRON_PRINTER_LOW : PERRON_PRINTER_READY;
}
