/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/clock.h"
#include "sync/gateway/writer.h"

G_BEGIN_DECLS

/*
 * Who sees to it that nothing stays longer than it must: a thread that looks at the clock now and then, lets the store forget what is over, slice
 * by slice on the writer's thread, and says what no caisse has taken. Batches go first: after each slice it rests for several times as long as
 * that took. Several gateways may do so at one database.
 */
typedef struct {
  PerronGatewayDays days;
  gint64 alarm_days; /* what has waited for its caisse longer is an alarm */
  guint every_s;
} PerronKeeperOptions;

typedef struct PerronKeeper PerronKeeper;

/* All but `options` stay the caller's and must outlive it. Transfer full. */
PerronKeeper *perron_keeper_new (PerronGatewayStore *store, PerronWriter *writer, PerronMetrics *metrics, PerronClock *clock,
                                 const PerronKeeperOptions *options);

/* The slice under way is finished. NULL is none. */
void perron_keeper_free (PerronKeeper *keeper);

/* This terminal asks for what comes after `since`: what was before has arrived there. Any thread; does not block. */
void perron_keeper_note_fetched (PerronKeeper *keeper, const char *terminal, gint64 since);

/* What no caisse has taken for alarm_days, as of the last look: PerronOverdue by caisse. It takes a long backlog to be gone through, so who asks
 * does not do that. Transfer full. Any thread; does not block. */
GArray *perron_keeper_dup_overdue (PerronKeeper *keeper);

G_END_DECLS
