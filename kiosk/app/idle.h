/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

#include "kiosk/core/clock.h"

G_BEGIN_DECLS

/*
 * When nobody moves: first the question, then, unanswered, the wipe (WCAG 2.2.1: warned at least 20 s before, extended by one simple
 * action, as often as one likes). Main thread. One timer, armed only while somebody is there: an idle terminal is not woken.
 */
typedef struct PerronIdle PerronIdle;

typedef enum {
  PERRON_IDLE_ASK,    /* nobody moved for idle_ms */
  PERRON_IDLE_EXPIRE, /* nobody answered for answer_ms */
} PerronIdleMoment;

typedef void (*PerronIdleCallback) (PerronIdleMoment moment, gpointer data);

PerronIdle *perron_idle_new (PerronClock *clock, gint64 idle_ms, gint64 answer_ms, PerronIdleCallback callback, gpointer data);
void perron_idle_free (PerronIdle *idle);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronIdle, perron_idle_free)

void perron_idle_start (PerronIdle *idle); /* somebody came */
void perron_idle_stop (PerronIdle *idle);  /* wiped: nobody is there */

/* A touch, a key, a card. Also answers the question. */
void perron_idle_touch (PerronIdle *idle);

/* Something was said to the end. Who listens does not touch: the time to act, or to answer, begins now. Answers nothing. */
void perron_idle_listen (PerronIdle *idle);

/* What the timer does, to be called by tests with their own clock. Returns milliseconds until the next look, -1: none needed. */
gint64 perron_idle_look (PerronIdle *idle);

G_END_DECLS
