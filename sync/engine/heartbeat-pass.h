/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/pass.h"

G_BEGIN_DECLS

/*
 * Tells the gateway how this terminal is: after a pass that changed something, else every `heartbeat_ms`. Whatever comes of it is logged
 * and is no fault of the pass.
 */
void perron_heartbeat_pass (PerronPass *pass, const PerronPassResult *result);

G_END_DECLS
