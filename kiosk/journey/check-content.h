/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * What a folder of content (journeys/, i18n/, perhaps ui/pictures/) must be before anybody is shown it, whoever signed it: it loads; each
 * journey and its texts are sound (check.h, check-texts.h); the journey that starts is there; every text and keyboard the program asks
 * for by name is there in every language; pictures are all there or none; the version of a consent rose when its text changed.
 * `faults` get one message (char*) a fault. TRUE: none. Blocks for the files; any thread.
 */
typedef struct {
  const char *folder;          /* looked at */
  const char *start;           /* id of the journey that starts */
  const char *known_texts;     /* the program's own: what it asks for by name is in there */
  const char *known_ui;        /* the program's own pictures are below */
  const char *before_journeys; /* what is shown now, for the consent; nullable */
} PerronContentFolder;

gboolean perron_journey_check_content (const PerronContentFolder *content, GPtrArray *ret_faults);

G_END_DECLS
