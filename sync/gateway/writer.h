/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/batch.h"

G_BEGIN_DECLS

/*
 * Group commit: one thread that writes whatever batches have come in since its last flush in one transaction, and only then lets each
 * be answered. submit() may be called from any thread.
 */
typedef struct PerronWriter PerronWriter;

/* On the writer's thread. `stored` FALSE: nothing of this batch is in the store; the sender must keep it. */
typedef void (*PerronWriterDone) (gboolean stored, gpointer data);

PerronWriter *perron_writer_new (PerronGatewayStore *store);
/* Writes and answers what was submitted, then ends the thread. */
void perron_writer_free (PerronWriter *writer);

/* `batch` stays the caller's and must live until `done` was called. */
void perron_writer_submit (PerronWriter *writer, PerronBatch *batch, PerronWriterDone done, gpointer data);

G_END_DECLS
