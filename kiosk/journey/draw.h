/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/journey.h"

G_BEGIN_DECLS

/* The journey as a Graphviz graph: screens by kind, ways by event. Free with g_free(). */
char *perron_journey_draw (const PerronJourney *journey);

G_END_DECLS
