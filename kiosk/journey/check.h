/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/* TRUE when `key` has a text (and a spoken form) in every language. */
typedef gboolean (*PerronHasText) (gpointer data, const char *key, const char **ret_missing_language);

/*
 * What a journey must be beyond well-formed: every screen reachable and able to end; back, help, leave and a time-out on each;
 * every event of its kind handled; every key has a text in every language; personal fields only on kinds that allow them.
 * Appends one message (char*, "screen: what is wrong") a fault to `ret_faults`; TRUE when there is none.
 */
gboolean perron_journey_check (const PerronJourney *journey, PerronHasText has_text, gpointer data, GPtrArray *ret_faults);

G_END_DECLS
