/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/metrics.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * Group commit: one thread that writes whatever has come in since its last flush in one transaction, and only then lets each be
 * answered. submit() may be called from any thread.
 */
typedef struct PerronWriter PerronWriter;

/* On the writer's thread. `stored` FALSE: nothing of it is in the store; the sender must keep it. */
typedef void (*PerronWriterDone) (gboolean stored, gpointer data);

PerronWriter *perron_writer_new (PerronGatewayStore *store, PerronMetrics *metrics);
/* Writes and answers what was submitted, then ends the thread. */
void perron_writer_free (PerronWriter *writer);

/* `writes` stay the caller's and must live until `done` was called; their outcomes stand in them then. */
void perron_writer_submit (PerronWriter *writer, PerronGatewayWrite *writes, guint count, PerronWriterDone done, gpointer data);

/* `work` on the writer's thread, when what came before is written and answered and before anything else is: back when it is done. Short: batches
 * wait for it. Any thread but that one. */
typedef void (*PerronWriterWork) (gpointer data);
void perron_writer_run (PerronWriter *writer, PerronWriterWork work, gpointer data);

/* How many wait to be written. */
guint perron_writer_get_queue (PerronWriter *writer);

G_END_DECLS
