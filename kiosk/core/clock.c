/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/clock.h"

#include <string.h>
#include <time.h>

static gint64
system_unix_ms (PerronClock *clock G_GNUC_UNUSED)
{
  return g_get_real_time () / 1000;
}

static gint64
system_boot_ms (PerronClock *clock G_GNUC_UNUSED)
{
  struct timespec now;
  clock_gettime (CLOCK_BOOTTIME, &now);
  return (gint64) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

PerronClock *
perron_clock_system (void)
{
  static PerronClock clock = { system_unix_ms, system_boot_ms, NULL };
  static gsize once;

  if (g_once_init_enter (&once)) {
    char *text = NULL;
    if (!g_file_get_contents ("/proc/sys/kernel/random/boot_id", &text, NULL, NULL))
      text = g_strdup ("unknown-boot");
    clock.boot_id = g_strstrip (text);
    g_once_init_leave (&once, 1);
  }
  return &clock;
}

static gint64
fake_unix_ms (PerronClock *clock)
{
  return ((PerronFakeClock *) clock)->now_unix_ms;
}

static gint64
fake_boot_ms (PerronClock *clock)
{
  return ((PerronFakeClock *) clock)->now_boot_ms;
}

void
perron_fake_clock_init (PerronFakeClock *fake, gint64 unix_ms, gint64 boot_ms)
{
  fake->clock = (PerronClock){ fake_unix_ms, fake_boot_ms, "fake-boot" };
  fake->now_unix_ms = unix_ms;
  fake->now_boot_ms = boot_ms;
}

void
perron_fake_clock_advance (PerronFakeClock *fake, gint64 ms)
{
  fake->now_unix_ms += ms;
  fake->now_boot_ms += ms;
}
