/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/runner.h"

G_BEGIN_DECLS

/*
 * A scenario: events in, what must be on screen and what must be asked of the house out. It plays on the pure runner in
 * milliseconds. Synthetic people only. The format is described in kiosk/journey/README.md.
 */

typedef enum {
  PERRON_SCENARIO_ERROR_FORMAT, /* the file; message: file and path in it */
  PERRON_SCENARIO_ERROR_DIFFERS, /* the journey did something else; message: file, step, what was expected and what came */
} PerronScenarioError;

#define PERRON_SCENARIO_ERROR (perron_scenario_error_quark ())
GQuark perron_scenario_error_quark (void);

typedef struct PerronScenario PerronScenario;

/* Pure. At most 256 KiB, 512 steps. Errors: PERRON_JOURNEY_ERROR (file and path). Transfer full. */
PerronScenario *perron_scenario_parse (const char *name, const guint8 *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PerronScenario *perron_scenario_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_scenario_free (PerronScenario *scenario);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronScenario, perron_scenario_free)

const char *perron_scenario_get_journey (const PerronScenario *scenario);
const char *perron_scenario_get_about (const PerronScenario *scenario);

/* After each event: as written in the file, and the runner and effects as they stand. */
typedef void (*PerronScenarioTell) (gpointer data, const char *event, PerronRunner *runner, const PerronEffects *effects);

/*
 * Plays all steps on a runner that has been started; stops at the first difference. `tell` nullable. FALSE with
 * PERRON_SCENARIO_ERROR, or PERRON_JOURNEY_ERROR when the file does not make sense.
 */
gboolean perron_scenario_play (const PerronScenario *scenario, PerronRunner *runner, PerronScenarioTell tell, gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
