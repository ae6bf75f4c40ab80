/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/idle.h"

typedef enum { NOBODY, THERE, ASKED } IdleState;

struct PerronIdle {
  PerronClock *clock;
  gint64 idle_ms;
  gint64 answer_ms;
  PerronIdleCallback callback;
  gpointer data;
  IdleState state;
  gint64 since_boot_ms;
  guint timer;
};

static gboolean on_timer (gpointer data);

static void
arm (PerronIdle *idle, gint64 ms)
{
  g_clear_handle_id (&idle->timer, g_source_remove);
  if (ms >= 0)
    idle->timer = g_timeout_add ((guint) MAX (ms, 1), on_timer, idle);
}

gint64
perron_idle_look (PerronIdle *idle)
{
  gint64 quiet_ms = perron_clock_boot_ms (idle->clock) - idle->since_boot_ms;

  if (idle->state == NOBODY)
    return -1;
  if (idle->state == THERE && quiet_ms < idle->idle_ms)
    return idle->idle_ms - quiet_ms;
  if (idle->state == THERE) {
    idle->state = ASKED;
    idle->since_boot_ms = perron_clock_boot_ms (idle->clock);
    idle->callback (PERRON_IDLE_ASK, idle->data);
    return idle->state == ASKED ? idle->answer_ms : -1;
  }
  if (quiet_ms < idle->answer_ms)
    return idle->answer_ms - quiet_ms;
  idle->state = NOBODY;
  idle->callback (PERRON_IDLE_EXPIRE, idle->data);
  return -1;
}

static gboolean
on_timer (gpointer data)
{
  PerronIdle *idle = data;
  idle->timer = 0;
  gint64 next_ms = perron_idle_look (idle);
  if (idle->timer == 0)
    arm (idle, next_ms);
  return G_SOURCE_REMOVE;
}

PerronIdle *
perron_idle_new (PerronClock *clock, gint64 idle_ms, gint64 answer_ms, PerronIdleCallback callback, gpointer data)
{
  PerronIdle *idle = g_new0 (PerronIdle, 1);
  *idle = (PerronIdle){ .clock = clock, .idle_ms = idle_ms, .answer_ms = answer_ms, .callback = callback, .data = data };
  return idle;
}

void
perron_idle_free (PerronIdle *idle)
{
  if (idle == NULL)
    return;
  g_clear_handle_id (&idle->timer, g_source_remove);
  g_free (idle);
}

void
perron_idle_start (PerronIdle *idle)
{
  idle->state = THERE;
  idle->since_boot_ms = perron_clock_boot_ms (idle->clock);
  arm (idle, idle->idle_ms);
}

void
perron_idle_stop (PerronIdle *idle)
{
  idle->state = NOBODY;
  arm (idle, -1);
}

void
perron_idle_touch (PerronIdle *idle)
{
  if (idle->state == NOBODY)
    return;
  /* The timer is not moved at each touch: when it fires it looks at how long it has been quiet. */
  gboolean was_asked = idle->state == ASKED;
  idle->state = THERE;
  idle->since_boot_ms = perron_clock_boot_ms (idle->clock);
  if (was_asked)
    arm (idle, idle->idle_ms);
}

void
perron_idle_listen (PerronIdle *idle)
{
  if (idle->state != NOBODY)
    idle->since_boot_ms = perron_clock_boot_ms (idle->clock);
}
