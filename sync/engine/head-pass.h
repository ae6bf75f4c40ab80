/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/pass.h"

G_BEGIN_DECLS

/*
 * Shows the gateway the signed head of the audit chain, when it has changed or an hour has passed (sync-security facts 3.2). The answer is
 * kept in "<outbox>.head". Whatever comes of it is logged and is no fault of the pass: requests of people are not held up by it.
 */
void perron_head_pass (PerronPass *pass);

G_END_DECLS
