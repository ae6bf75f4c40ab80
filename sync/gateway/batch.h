/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/identity.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * One batch on its way through the gateway: parsed and judged, then written, then answered. A terminal may only leave envelopes of its
 * own, a caisse only receipts for what was addressed to it; whatever else gets its 4xx entry by entry. One thread at a time.
 */
typedef struct {
  GPtrArray *items;            /* PerronWireItem */
  PerronWireAnswer *answers;   /* one an item */
  PerronGatewayWrite *writes;  /* what may be written */
  guint *write_of;             /* its item */
  guint write_count;
} PerronBatch;

/* PERRON_WIRE_ERROR when the body as a whole is not a batch. Transfer full. */
PerronBatch *perron_batch_new (const guint8 *data, gsize len, const PerronIdentity *who, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_batch_free (PerronBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronBatch, perron_batch_free)

/* After the writes have their outcomes: the batch-response. How many envelopes were new, how many entries are a 409. Transfer full. */
char *perron_batch_answer (PerronBatch *batch, guint *ret_created, guint *ret_conflicts, gsize *ret_len);

G_END_DECLS
