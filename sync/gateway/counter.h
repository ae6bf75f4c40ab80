/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * How much waits and is kept, for whoever asks as often as he likes. Counting takes as long as there are rows, and neither database keeps the
 * number of its own; a number kept beside the rows would be one more row to write in each transaction. So what was counted is said again, with
 * its age, until PERRON_COUNTER_REST times as long has passed as counting took: a thousand rows are counted each time they are asked for, a
 * million once a minute at most, and counting never takes more than a hundredth of the time.
 */
#define PERRON_COUNTER_REST 100

typedef struct PerronCounter PerronCounter;

/* `store` and `clock` stay the caller's and must outlive it. Transfer full. */
PerronCounter *perron_counter_new (PerronGatewayStore *store, PerronClock *clock);
void perron_counter_free (PerronCounter *counter);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronCounter, perron_counter_free)

/* Exactly what was there `ret_age_ms` ago. Any thread; blocks for the store when it counts. */
gboolean perron_counter_read (PerronCounter *counter, PerronGatewayCounts *ret_counts, gint64 *ret_age_ms, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
