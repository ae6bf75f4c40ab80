/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a headset's jack says of itself, whoever it says it to. */
typedef enum {
  PERRON_JACK_UNKNOWN, /* there is none, or it cannot tell */
  PERRON_JACK_OUT,
  PERRON_JACK_IN,
} PerronJack;

/* Several jacks together: one that is in is enough, and one that knows is enough to know. */
static inline PerronJack
perron_jack_join (PerronJack one, PerronJack other)
{
  return MAX (one, other);
}

G_END_DECLS
