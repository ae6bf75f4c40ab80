/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/upkeep.h"

#include "kiosk/core/log.h"

#define TIDY_EVERY_MS G_GINT64_CONSTANT (3600000)
#define ALARM_EVERY_MS G_GINT64_CONSTANT (86400000)

gboolean
perron_upkeep_tidy (PerronPass *pass, const PerronPassResult *result, GError **error)
{
  gint64 now = perron_clock_boot_ms (pass->clock), gateway_ms = perron_http_get_peer_time (pass->http);

  if (gateway_ms > 0 && !perron_outbox_mark_time (pass->outbox, gateway_ms, error))
    return FALSE;
  if (result->accepted == 0 && result->receipts == 0 && now < pass->tidy_again_ms)
    return TRUE;
  pass->tidy_again_ms = now + TIDY_EVERY_MS;
  return perron_outbox_tidy (pass->outbox, error);
}

void
perron_upkeep_alarm (PerronPass *pass)
{
  PerronOutboxStats stats;
  gint64 now = perron_clock_boot_ms (pass->clock);

  if (!perron_outbox_stats (pass->outbox, &stats, NULL))
    return;
  gint64 late = stats.overdue + stats.unacknowledged;
  if (late > 0 && (late != pass->alarmed || now >= pass->alarm_again_ms)) {
    perron_log_count (PERRON_LOG_REQUESTS_OVERDUE, late);
    pass->alarm_again_ms = now + ALARM_EVERY_MS;
  }
  pass->alarmed = late;
}
