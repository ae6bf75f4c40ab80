/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/nfc/nfc-worker.h"

G_BEGIN_DECLS

/*
 * The outer of the two processes of perron-nfc. It holds the line to the terminal and the lock on the tty, and never touches libnfc:
 * the worker does, and is killed when it says no beat for `patience_ms` or says what is no frame, and started again later and later.
 * Without a terminal that listens there is no worker: nothing is polled for nobody. One thread; returns 0 on SIGTERM or SIGINT,
 * 1 without memory.
 */
int perron_nfc_keeper_run (const PerronNfcSetup *setup);

/* No network, no program, no look into other processes, from here on and in children. `sockets` FALSE: none of any family. */
gboolean perron_nfc_confine (gboolean sockets, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
