/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "kiosk/core/config.h"
#include "sync/daemon/wake.h"

G_BEGIN_DECLS

/* The sender: outbox, connection, and when to use them. Main thread. */
typedef struct PerronSender PerronSender;

/* Checks the configuration, names of files included. PERRON_CONFIG_ERROR, PERRON_HTTP_ERROR_SETUP. Transfer full. */
PerronSender *perron_sender_new (const PerronConfig *config, PerronWake *wake, PerronClock *clock, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void perron_sender_free (PerronSender *sender);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSender, perron_sender_free)

/* Shuts the process in (sync/confine/confine.h) with what this sender needs. */
gboolean perron_sender_confine (PerronSender *sender, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One pass. TRUE: the gateway was reached; `ret_remains` says whether anything was refused or still waits. */
gboolean perron_sender_run_once (PerronSender *sender, gboolean *ret_remains, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Passes until SIGTERM. Faults are logged, written to the outbox and tried again. */
void perron_sender_run (PerronSender *sender);

G_END_DECLS
