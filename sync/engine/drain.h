/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/pass.h"

G_BEGIN_DECLS

/*
 * Everything due leaves the outbox in batches. FALSE: PERRON_HTTP_ERROR (the channel; what the gateway had confirmed until then is marked,
 * the rest keeps its leases) or PERRON_STORE_ERROR. `result` says what was done in both cases. Blocks for the network.
 */
gboolean perron_drain (PerronPass *pass, PerronPassResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
