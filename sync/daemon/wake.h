/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What the sender sleeps on: a moment of the boot clock (which counts suspend), a change of the outbox's files, or SIGTERM/SIGINT.
 * One a process; main thread.
 */
typedef struct PerronWake PerronWake;

typedef enum {
  PERRON_WAKE_TIME,    /* the moment came */
  PERRON_WAKE_TOUCHED, /* somebody wrote to the outbox; SQLite makes it visible a moment later */
  PERRON_WAKE_STOP,    /* asked to end */
} PerronWakeReason;

/* Handles SIGTERM and SIGINT from here on. A folder that cannot be watched leaves the clock alone to wake us. Transfer full. */
PerronWake *perron_wake_new (const char *database, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_wake_free (PerronWake *wake);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronWake, perron_wake_free)

/* FALSE: nobody tells us of a change, it has to be looked for. */
gboolean perron_wake_hears (const PerronWake *wake);

/* Forgets what was heard until now: the caller wrote itself. TRUE when there was anything. */
gboolean perron_wake_forget (PerronWake *wake);

/* Blocks. */
PerronWakeReason perron_wake_wait (PerronWake *wake, gint64 until_boot_ms);

/* Was SIGTERM or SIGINT seen? For work that blocks elsewhere; any thread. */
gboolean perron_wake_is_stopping (gpointer wake);

G_END_DECLS
