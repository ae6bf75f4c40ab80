/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/pass.h"

G_BEGIN_DECLS

/* What follows a pass, private to sync/engine. */

/* After a good pass: notes the time that the gateway said, and forgets what is past its retention, at least once an hour. */
gboolean perron_upkeep_tidy (PerronPass *pass, const PerronPassResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After any pass: an alarm in the log when requests wait for weeks, whenever their number changes and once a day. */
void perron_upkeep_alarm (PerronPass *pass);

G_END_DECLS
