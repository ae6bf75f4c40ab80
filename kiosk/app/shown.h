/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "i18n/catalogue.h"
#include "kiosk/core/config.h"
#include "kiosk/journey/journey.h"
#include "sync/content/content.h"

G_BEGIN_DECLS

/*
 * The content that is shown: from the newest pack that is genuine, whole and fit, or what came with the program. Immutable; loading
 * blocks for the disk and may be done in any thread.
 */
typedef struct {
  gint64 version; /* of the pack; 0: what came with the program */
  char *journeys; /* folders */
  char *texts;
  char *ui;       /* of the pictures; fonts are always the program's */
  PerronCatalogue *catalogue;
  PerronJourney *journey;
  int hold;       /* while this is open nobody removes the folders */
} PerronShown;

void perron_shown_free (PerronShown *shown);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronShown, perron_shown_free)

/* At start: signatures, every file, and whether it is fit to be shown; what is not is logged and passed over. NULL: not even what came
 * with the program can be loaded. */
PerronShown *perron_shown_load (const PerronConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Something else than `version` and `unfit` to be shown now, with the same checks; `before_journeys` is what is shown. NULL: nothing;
 * `ret_unfit` then is the version that was looked into, or what it was. */
PerronShown *perron_shown_load_other (const PerronConfig *config, gint64 version, const char *before_journeys, gint64 *ret_unfit)
  G_GNUC_WARN_UNUSED_RESULT;

/* Certificate file of the caisse to seal for: the pack's when there is one, else the configuration's (nullable). `ret_version`: of the
 * certificates pack, 0: none. Transfer full. */
char *perron_shown_dup_caisse_certificate (const PerronConfig *config, gint64 *ret_version);

G_END_DECLS
