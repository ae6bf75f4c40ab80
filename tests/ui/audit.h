/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "tests/ui/stage.h"

/* Each returns the number of faults, and prints one line a fault: screen, what, where. */
guint audit_targets (Stage *stage, const char *screen);   /* >= 15 mm, >= 3 mm apart, inside the window */
guint audit_words (Stage *stage, const char *screen);     /* nothing cut, no word broken, no ellipsis */
guint audit_still (Stage *stage, const char *screen, const char *first); /* what stood in the first frame stands there still */
guint audit_walk (Stage *stage, const char *screen);      /* the focus goes round, reaches every target, each says itself and has a name */
guint audit_contrast (Stage *stage, const char *screen);  /* every text 7:1 on its ground, as painted */
guint audit_mode (Stage *stage, const char *screen);      /* demonstration and training say so, production says nothing */
guint audit_capital (Stage *stage);                       /* capital H of the body in mm, at this size */
guint audit_ring (Stage *stage);                          /* the focus has its ring, as painted */
/* Where bar and foot stand: the same string on every screen. */
char *audit_dup_frame (Stage *stage);
