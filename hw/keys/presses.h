/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Which events of a key are a press. The kernel's auto-repeat never is: a hand that rests on a key means it once. With `double_ms`, a
 * second press of the same key within that time is none either (a tremor); pressing another key ends the wait. Pure; one thread.
 */
typedef struct {
  guint double_ms; /* 0: every press counts */
  guint last_code; /* 0: none */
  gint64 last_ms;
} PerronPresses;

/* `value`: 0 up, 1 down, 2 repeat, as in struct input_event. `now_ms` never goes back. */
gboolean perron_presses_take (PerronPresses *presses, guint code, gint32 value, gint64 now_ms);

G_END_DECLS
