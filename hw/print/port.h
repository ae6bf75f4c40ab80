/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/print-error.h"

G_BEGIN_DECLS

/*
 * The line to a printer: a character device (/dev/usb/lp0), a TTY, or a Unix socket. No network socket: the terminal opens none; a
 * printer at host:9100 is reached through a Unix socket that another program joins to it (hw/print/README.md). One thread; every call
 * is bounded by its deadline and by `wake`.
 */
typedef struct PerronPort PerronPort;

/* `wake`: a descriptor that becomes readable when everything must end; -1: none; borrowed. Errors: ABSENT. Does not wait. Transfer full. */
PerronPort *perron_port_open (const char *path, int wake, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_port_free (PerronPort *port);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPort, perron_port_free)

/* All of it, as long as some of it is taken each `stall_ms`. Errors: STUCK, ABSENT (pulled), CANCELLED. */
gboolean perron_port_write (PerronPort *port, const guint8 *bytes, gsize length, guint stall_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* From here on nothing wakes it: for the last words of a job that was cancelled. */
void perron_port_forget_wake (PerronPort *port);

/* What is there, waiting for the first byte until `deadline_us` (g_get_monotonic_time). 0: nothing came. -1 with ABSENT, CANCELLED. */
gssize perron_port_read (PerronPort *port, guint8 *bytes, gsize room, gint64 deadline_us, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
