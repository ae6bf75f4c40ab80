/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/person-eyes.h"
#include "kiosk/demo/person-hands.h"
#include "kiosk/demo/person-transcript.h"

G_BEGIN_DECLS

/* A scripted person: eyes, hands, a transcript, and the verbs of a script (kiosk/demo/README.md). One thread. */
typedef struct {
  const char *display;
  const char *observer;   /* socket */
  const char *dock;       /* control socket, nullable */
  const char *stage;      /* socket, nullable */
  const char *shots;      /* folder of PNGs, nullable */
  gboolean shoot_screens; /* a PNG of each screen that is waited for, too */
  guint patience_ms;      /* bound of every wait */
} PerronPersonOptions;

typedef struct PerronPerson PerronPerson;

/* `options` and its strings and `transcript` are borrowed. Transfer full. */
PerronPerson *perron_person_new (const PerronPersonOptions *options, PerronTranscript *transcript, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
void perron_person_free (PerronPerson *person);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPerson, perron_person_free)

/* One line of a script; empty lines and those that begin with # do nothing. `ret_answer` (transfer full, may become NULL): what a peer
 * or program answered. */
gboolean perron_person_do (PerronPerson *person, const char *line, char **ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

PerronEyes *perron_person_get_eyes (PerronPerson *person); /* borrowed */

G_END_DECLS
