/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Touches, keys and a camera, through the X display like those of a person (XTEST). One thread; functions return when X has dealt
 * with the events, which is before the terminal has. */
typedef struct PerronHands PerronHands;

PerronHands *perron_hands_new (const char *display, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_hands_free (PerronHands *hands);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronHands, perron_hands_free)

/* A touch at a place of the terminal's window (the largest window on the display). */
gboolean perron_hands_touch (PerronHands *hands, double x, double y, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A key by its X name ("Tab", "Return", "F1"), "shift+Tab" with modifiers. */
gboolean perron_hands_press (PerronHands *hands, const char *key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Text on the hardware keyboard, any Unicode character. */
gboolean perron_hands_type (PerronHands *hands, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The whole display as a PNG. */
gboolean perron_hands_photograph (PerronHands *hands, const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
