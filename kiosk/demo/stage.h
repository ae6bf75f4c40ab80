/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/stage-service.h"

G_BEGIN_DECLS

/* The world and its services, and the verbs one may say to it (kiosk/demo/README.md). One thread. */
typedef struct PerronStage PerronStage;

typedef struct {
  const char *const *without; /* names of services that are not wanted, NULL-terminated, nullable */
  const char *const *wraps;   /* "NAME=COMMAND WORDS" put before that service's own, NULL-terminated, nullable */
  gboolean panel;             /* the dock shows its panel */
} PerronStageOptions;

/* Starts nothing yet. Transfer full. */
PerronStage *perron_stage_new (const PerronWorldOptions *world, const PerronStageOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends everything that was started, in reverse order. */
void perron_stage_free (PerronStage *stage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronStage, perron_stage_free)

PerronWorld *perron_stage_get_world (PerronStage *stage); /* borrowed */

/* Starts every wanted service, in order. One whose program is not in this build is left out with a line on standard error. */
gboolean perron_stage_start_all (PerronStage *stage, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One verb: "start NAME", "stop NAME", "kill NAME", "restart NAME", "pid NAME", "env", "status", "collect", "quit". Answers one line:
 * "ok …" or "error …", or a JSON object for env and status. Transfer full. */
char *perron_stage_do (gpointer stage, const char *line);
gboolean perron_stage_is_ending (const PerronStage *stage); /* "quit" was said */

/* Takes note of what ended; a service that ended by itself is named on standard error. */
void perron_stage_reap (gpointer stage);
gboolean perron_stage_is_running (const PerronStage *stage, const char *name);

/* What is started outside the table (the command after "--") and must end with the stage. */
const PerronKeeper *perron_stage_get_keeper (const PerronStage *stage);

G_END_DECLS
