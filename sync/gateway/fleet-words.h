/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/fleet.h"

G_BEGIN_DECLS

/* French words of the operator's page, as HTML. Private to sync/gateway. */

void perron_fleet_put_text (GString *out, const char *text); /* escaped */
void perron_fleet_put_number (GString *out, gint64 number);
void perron_fleet_put_duration (GString *out, gint64 seconds);
void perron_fleet_put_counted (GString *out, gint64 count, const char *one, const char *many);

void perron_fleet_put_content (GString *out, const char *content);

/* One sentence: what it is, in the words of whoever will call or drive there. */
void perron_fleet_put_reason (GString *out, const PerronFleetRow *row, PerronFleetReason reason, gint64 now_ms);

G_END_DECLS
