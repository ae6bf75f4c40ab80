/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why nothing, or not all, was printed. Each names what a person can do. */
typedef enum {
  PERRON_PRINT_ERROR_ABSENT,    /* no such device, or another program holds it: plug it in, switch it on */
  PERRON_PRINT_ERROR_PAPER_OUT, /* put a roll in, then print again */
  PERRON_PRINT_ERROR_COVER,     /* close the cover */
  PERRON_PRINT_ERROR_FAULT,     /* cutter or mechanics: look for jammed paper, else repair */
  PERRON_PRINT_ERROR_OFFLINE,   /* the printer says it cannot print, and not why: its own button */
  PERRON_PRINT_ERROR_STUCK,     /* no answer, or the job is not taken or not finished: switch it off and on */
  PERRON_PRINT_ERROR_BUSY,      /* a job is under way: wait for its end */
  PERRON_PRINT_ERROR_TEXT,      /* cannot be written in the characters of the printer, is too long, or not UTF-8: print it in French */
  PERRON_PRINT_ERROR_PERSONAL,  /* belongs to a person who did not ask for it on paper: ask them, or leave it out */
  PERRON_PRINT_ERROR_FOLDER,    /* the PDF could not be written: the operator's folder or disk */
  PERRON_PRINT_ERROR_CANCELLED, /* the person left, or the terminal is going down */
} PerronPrintError;

#define PERRON_PRINT_ERROR (perron_print_error_quark ())
GQuark perron_print_error_quark (void);

G_END_DECLS
