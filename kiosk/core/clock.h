/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Time as a thing that is given, so that a test can hold it. Wall time may be wrong and may jump (a terminal without network has
 * no time source): it is only ever shown and carried. Durations come from the boot clock, which counts suspend and never jumps.
 */
typedef struct PerronClock PerronClock;
struct PerronClock {
  gint64 (*unix_ms) (PerronClock *clock);
  gint64 (*boot_ms) (PerronClock *clock); /* CLOCK_BOOTTIME */
  const char *boot_id;                    /* differs after each boot; /proc/sys/kernel/random/boot_id */
};

/* The real one. Borrowed, lives for ever, any thread. */
PerronClock *perron_clock_system (void);

/* One that stands still until it is told. `clock` first, so a PerronFakeClock* is a PerronClock*. Not for two threads at once. */
typedef struct {
  PerronClock clock;
  gint64 now_unix_ms;
  gint64 now_boot_ms;
} PerronFakeClock;

void perron_fake_clock_init (PerronFakeClock *fake, gint64 unix_ms, gint64 boot_ms);
void perron_fake_clock_advance (PerronFakeClock *fake, gint64 ms);

static inline gint64
perron_clock_unix_ms (PerronClock *clock)
{
  return clock->unix_ms (clock);
}

static inline gint64
perron_clock_boot_ms (PerronClock *clock)
{
  return clock->boot_ms (clock);
}

G_END_DECLS
