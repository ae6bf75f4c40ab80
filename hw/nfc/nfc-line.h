/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What stands at [nfc] device, looked at from outside and without a byte on the line: for `perron ready`. */
typedef enum {
  PERRON_NFC_LINE_ABSENT,    /* no such file */
  PERRON_NFC_LINE_NO_TTY,    /* a file, but no serial line */
  PERRON_NFC_LINE_FORBIDDEN, /* the caller may not look */
  PERRON_NFC_LINE_FREE,      /* nobody speaks to a chip there: no perron-nfc, no terminal that listens, or no chip that answers */
  PERRON_NFC_LINE_HELD,      /* perron-nfc has it, and its chip answered when it was opened (only then is it shut to others) */
} PerronNfcLine;

/* Any thread. `wait_ms`: how long a line that is free may take to be held (a worker may be starting). */
PerronNfcLine perron_nfc_line_look (const char *device, guint wait_ms);

G_END_DECLS
