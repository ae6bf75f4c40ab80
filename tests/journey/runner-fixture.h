/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/runner.h"

/* A runner under test, and the shortest words for what happens to it. */
typedef struct {
  PerronJourney *journey;
  PerronRunner *runner;
  PerronEffects effects;
  gsize baseline;
} Fixture;

static inline gboolean
step (Fixture *f, PerronEventKind kind, const char *name, const char *value)
{
  const PerronEvent event = { kind, name, value, NULL, NULL };
  return perron_runner_step (f->runner, &event, &f->effects);
}

static inline gboolean
choose (Fixture *f, const char *option)
{
  return step (f, PERRON_EVENT_CHOOSE, option, NULL);
}

static inline const char *
shown (Fixture *f)
{
  return perron_runner_get_screen (f->runner)->id;
}
