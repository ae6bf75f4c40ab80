/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/config.h"

G_BEGIN_DECLS

/*
 * The perron command: one file a noun, one row a verb in its table. A verb gets what stands after it and returns the exit status:
 * 0 done, 1 done but the answer is "no" (see the verb), 2 bad command line, 3 something is missing or broken (message on stderr).
 */
typedef struct {
  const char *verb;
  int (*run) (PerronConfig *config, int argc, char **argv); /* argv[0] is the verb */
  const char *usage;
} PerronVerb;

extern const PerronVerb perron_ctl_card[];    /* each ends with a row of NULL */
extern const PerronVerb perron_ctl_queue[];
extern const PerronVerb perron_ctl_journey[];
extern const PerronVerb perron_ctl_speech[];
extern const PerronVerb perron_ctl_audit[];
extern const PerronVerb perron_ctl_badge[];
extern const PerronVerb perron_ctl_content[];
extern const PerronVerb perron_ctl_enrol[];  /* one row whose verb is "" */
extern const PerronVerb perron_ctl_ready[];  /* one row whose verb is "": the noun is the command */

/* "perron: <message>" on stderr; returns `status`. */
int perron_ctl_fail (int status, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Takes a switch ("--json") out of argv; TRUE when it was there. */
gboolean perron_ctl_take_switch (int *argc, char **argv, const char *name);

/* Takes "--name VALUE" out of argv; NULL when absent. Borrowed from argv. */
const char *perron_ctl_take_value (int *argc, char **argv, const char *name);

G_END_DECLS
