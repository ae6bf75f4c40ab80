/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of perron-nfc: what its two processes share. */
typedef struct {
  const char *device; /* path of the tty */
  const char *socket; /* of the terminal */
  guint poll_ms;      /* between two looks at what lies there */
  guint look_ms;      /* for which the chip looks by itself while nothing does */
  guint patience_ms;  /* without a beat the worker hangs */
  guint8 key[64];     /* of the badges */
  gsize key_length;   /* 0: none */
} PerronNfcSetup;

/* Words for the exit status of the worker; anything else, or a signal, is a crash. */
enum { PERRON_NFC_EXIT_ASKED = 0, PERRON_NFC_EXIT_NO_CHIP = 3, PERRON_NFC_EXIT_LINE_LOST = 4 };

/* In memory of both processes: when the chip answered last, on the monotonic clock; the worker writes it. */
typedef struct {
  _Atomic gint64 us;
} PerronNfcBeat;

/* The life of the worker: opens the chip, looks, says frames to `parent` until it hangs up. `tty`: the line, already locked. */
int perron_nfc_worker_run (const PerronNfcSetup *setup, int parent, int tty, PerronNfcBeat *beat);

G_END_DECLS
