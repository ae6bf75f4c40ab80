/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/speech/speech.h"
#include "ui/window.h"

G_BEGIN_DECLS

/*
 * Demonstration, training and tests only: tells a scripted person, over a Unix socket, what eyes and ears would perceive, as JSON
 * lines (kiosk/demo/README.md). It cannot do anything: touches and keys come through the display like a person's.
 * Main thread; never blocks: a client that does not read is dropped.
 */
typedef struct PerronObserver PerronObserver;

typedef enum {
  PERRON_OBSERVER_ERROR_SOCKET,
} PerronObserverError;

#define PERRON_OBSERVER_ERROR (perron_observer_error_quark ())
GQuark perron_observer_error_quark (void);

PerronObserver *perron_observer_new (const char *socket_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_observer_free (PerronObserver *observer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronObserver, perron_observer_free)

/* All of these take NULL as "nobody observes". The screen is told after each frame; what does not differ from the last time is not
 * sent. So a list that was scrolled, or a keyboard that opened, is seen although the journey did not move. */
void perron_observer_tell_screen (PerronObserver *observer, PerronWindow *window, const PerronRunner *runner, const char *journey,
                                  const PerronSettings *settings, const char *link);
/* `count` touches and keys have been answered by what is painted now. */
void perron_observer_tell_answered (PerronObserver *observer, guint count);
void perron_observer_tell_said (PerronObserver *observer, const PerronUtterance *utterance, const char *outcome);
void perron_observer_tell (PerronObserver *observer, const char *type, const char *reference, const char *state);

G_END_DECLS
