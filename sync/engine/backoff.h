/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * When to try again, and how much at once (facts/sync-security.md 2.1, 2.3). Plain structs, no clock, no randomness of their own:
 * durations are for the boot clock, `dice` comes from the caller. One thread.
 */
#define PERRON_RETRY_AFTER_CAP_MS (3600 * 1000)

typedef struct {
  gint64 base_ms;
  gint64 cap_ms;
  guint faults; /* channel faults in a row */
} PerronBackoff;

void perron_backoff_init (PerronBackoff *backoff, gint64 base_ms, gint64 cap_ms);
void perron_backoff_reset (PerronBackoff *backoff);

/* One more fault. Full jitter: dice (any 32 bits) picks from 0 … min (cap, base·2^n); `retry_after_ms` is a floor, itself capped at 1 h. */
gint64 perron_backoff_next_ms (PerronBackoff *backoff, guint32 dice, gint64 retry_after_ms);

/*
 * The wait before a first pass: 0 … `spread_ms` when the oldest waiting row is an hour old, or of the future (then it was made under a wrong
 * clock, and nothing is known of its age); else 0.
 */
gint64 perron_backoff_spread_ms (gint64 spread_ms, guint32 dice, gint64 oldest_unix_ms, gint64 now_unix_ms);

/* Rows and bytes of one batch: halved when the line could not carry it, down to one row; doubled after each success. */
typedef struct {
  guint max_rows;
  guint rows;
  gsize max_bytes;
  gsize bytes;
} PerronBatchSize;

void perron_batch_size_init (PerronBatchSize *size, guint max_rows, gsize max_bytes);
void perron_batch_size_halve (PerronBatchSize *size, guint rows_sent); /* half of what was just tried */
void perron_batch_size_grow (PerronBatchSize *size);

G_END_DECLS
