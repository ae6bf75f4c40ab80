/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/runner.h"
#include "kiosk/journey/strict-json.h"

G_BEGIN_DECLS

/* What a step of a scenario may say: "do", and what must hold afterwards. NULL-terminated. */
extern const char *const perron_expect_members[];

/* FALSE with PERRON_SCENARIO_ERROR_DIFFERS at the first thing that does not hold. */
gboolean perron_expect (const PerronAt *at, JsonObject *step, PerronRunner *runner, const PerronEffects *effects,
                        gboolean changed) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
