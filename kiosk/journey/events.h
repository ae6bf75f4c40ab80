/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/state.h"

G_BEGIN_DECLS

/* ways.c: which way leads on, and going it. NULL: none. `name` NULL: the way for any name only. */
const PerronRule *perron_ways_find_in (const PerronRunner *runner, const PerronRule *rules, guint count, PerronTrigger trigger,
                                       const char *name);
const PerronRule *perron_ways_find_grouped (const PerronRunner *runner, guint screen, PerronTrigger trigger, const char *name, const char *group);
const PerronRule *perron_ways_find (const PerronRunner *runner, guint screen, PerronTrigger trigger, const char *name);
gboolean perron_ways_follow (PerronRunner *runner, const PerronRule *rule, gboolean by_person);
gboolean perron_ways_close_idle (PerronRunner *runner);
void perron_ways_remember_setting (PerronRunner *runner, const char *name, const char *value);

/* events-person.c, events-house.c: one function an event; TRUE when what should be on screen changed. */
gboolean perron_on_next (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_choose (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_field (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_submit (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_edit (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_holder (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_back (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_help (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_leave (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_return (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_setting (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_stay (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_card (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_idle (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_expire (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_registered (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_not_registered (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_progress (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_printer (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_printed (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_not_printed (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_link (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_tap (PerronRunner *runner, const PerronEvent *event);
gboolean perron_on_listing (PerronRunner *runner, const PerronEvent *event);

G_END_DECLS
