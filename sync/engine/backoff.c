/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/backoff.h"

/* What waits longer than this waits because of an outage, which others had too. */
#define OLD_MS G_GINT64_CONSTANT (3600000)

void
perron_backoff_init (PerronBackoff *backoff, gint64 base_ms, gint64 cap_ms)
{
  *backoff = (PerronBackoff){ MAX (base_ms, 1), MAX (cap_ms, 1), 0 };
}

void
perron_backoff_reset (PerronBackoff *backoff)
{
  backoff->faults = 0;
}

gint64
perron_backoff_next_ms (PerronBackoff *backoff, guint32 dice, gint64 retry_after_ms)
{
  gint64 most = MIN (backoff->base_ms, backoff->cap_ms);
  for (guint i = 0; i < backoff->faults && most < backoff->cap_ms; i++)
    most = most > backoff->cap_ms / 2 ? backoff->cap_ms : most * 2;
  if (backoff->faults < G_MAXUINT)
    backoff->faults++;
  gint64 delay = (gint64) ((guint64) dice * (guint64) most >> 32);
  return MAX (delay, CLAMP (retry_after_ms, 0, PERRON_RETRY_AFTER_CAP_MS));
}

gint64
perron_backoff_spread_ms (gint64 spread_ms, guint32 dice, gint64 oldest_unix_ms, gint64 now_unix_ms)
{
  gint64 age_ms = now_unix_ms - oldest_unix_ms;
  if (oldest_unix_ms == 0 || (age_ms >= 0 && age_ms < OLD_MS))
    return 0;
  return (gint64) ((guint64) dice * (guint64) MAX (spread_ms, 0) >> 32);
}

void
perron_batch_size_init (PerronBatchSize *size, guint max_rows, gsize max_bytes)
{
  *size = (PerronBatchSize){ MAX (max_rows, 1), MAX (max_rows, 1), MAX (max_bytes, 1), MAX (max_bytes, 1) };
}

void
perron_batch_size_halve (PerronBatchSize *size, guint rows_sent)
{
  size->rows = MAX (MIN (size->rows, rows_sent) / 2, 1);
  size->bytes = MAX (size->bytes / 2, 1);
}

void
perron_batch_size_grow (PerronBatchSize *size)
{
  size->rows = MIN (size->rows * 2, size->max_rows);
  size->bytes = MIN (size->bytes * 2, size->max_bytes);
}
