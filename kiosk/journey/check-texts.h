/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "i18n/catalogue.h"
#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/*
 * What the words themselves must be: every "{fact}" in them exists; a personal fact stands only on a personal screen; the text a
 * person agrees to is, in every language, the one whose hash stands beside consent.version (so that it cannot change in silence).
 * Appends one message (char*) a fault; TRUE when there is none.
 */
gboolean perron_journey_check_texts (const PerronJourney *journey, const PerronCatalogue *catalogue, GPtrArray *ret_faults);

G_END_DECLS
