/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/gateway/counter.h"

struct PerronCounter {
  PerronGatewayStore *store;
  PerronClock *clock;
  GMutex mutex; /* over what follows: two who ask at once are told of one count */
  PerronGatewayCounts counts;
  gboolean counted;
  gint64 boot_ms; /* before the count: at least as old is what it found */
  gint64 took_ms;
};

PerronCounter *
perron_counter_new (PerronGatewayStore *store, PerronClock *clock)
{
  PerronCounter *counter = g_new0 (PerronCounter, 1);
  counter->store = store;
  counter->clock = clock;
  g_mutex_init (&counter->mutex);
  return counter;
}

void
perron_counter_free (PerronCounter *counter)
{
  if (counter == NULL)
    return;
  g_mutex_clear (&counter->mutex);
  g_free (counter);
}

static gboolean
count (PerronCounter *counter, gint64 now_ms, GError **error)
{
  counter->counted = counter->store->count (counter->store, &counter->counts, error);
  counter->boot_ms = now_ms;
  counter->took_ms = perron_clock_boot_ms (counter->clock) - now_ms;
  return counter->counted;
}

gboolean
perron_counter_read (PerronCounter *counter, PerronGatewayCounts *ret_counts, gint64 *ret_age_ms, GError **error)
{
  g_autoptr (GMutexLocker) lock = g_mutex_locker_new (&counter->mutex);
  gint64 now_ms = perron_clock_boot_ms (counter->clock);
  gboolean fresh = counter->counted && now_ms - counter->boot_ms < PERRON_COUNTER_REST * counter->took_ms;
  if (!fresh && !count (counter, now_ms, error))
    return FALSE;
  *ret_counts = counter->counts;
  *ret_age_ms = perron_clock_boot_ms (counter->clock) - counter->boot_ms;
  return TRUE;
}
