/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/check.h"
#include "kiosk/journey/model.h"

G_BEGIN_DECLS

/* The parts of a check. Each adds its faults; none stops at the first. */
typedef struct {
  const PerronJourney *journey;
  PerronHasText has_text;
  gpointer data;
  GPtrArray *faults;
} PerronCheck;

void perron_check_fault (const PerronCheck *check, guint screen, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* What stands on one screen: check-screens.c. */
void perron_check_screen (const PerronCheck *check, guint screen);

/* The screens together: check-graph.c. */
void perron_check_graph (const PerronCheck *check);

gboolean perron_check_is_overlay (const PerronJourney *journey, guint screen);

/* Neither a button nor options: the house goes on by itself. */
gboolean perron_check_waits (const PerronScreen *screen);

G_END_DECLS
