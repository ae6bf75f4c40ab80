/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/ecarte.h"

/* No component: whatever is presented is let go of unread, and that is said. */
static void
begin (gpointer state, PerronECartePresentation *presentation)
{
  perron_ecarte_done (presentation, PERRON_ECARTE_NOT_AVAILABLE, NULL);
}

const PerronECarteProvider perron_ecarte_none = { .name = "none", .begin = begin };
