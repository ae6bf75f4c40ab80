/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/person.h"

G_BEGIN_DECLS

struct PerronPerson {
  PerronPersonOptions options;
  PerronTranscript *transcript;
  PerronEyes *eyes;
  PerronHands *hands;
  guint mark;      /* history at the last thing done: what is expected comes after it */
  guint shots;
  char *last_shot; /* screen of the last automatic PNG */
};

/* Waits until `condition` holds; the error tells what is on screen instead. */
gboolean perron_person_wait (PerronPerson *person, PerronEyesCondition condition, gconstpointer data, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Conditions: the current screen is painted; the target of that name can be touched. */
gboolean perron_person_is_painted (const PerronEyes *eyes, gconstpointer nothing);
gboolean perron_person_can_touch (const PerronEyes *eyes, gconstpointer name);

/* The verb "expect WHAT ARGUMENT" (and "wait", the same). */
gboolean perron_person_expect (PerronPerson *person, const char *rest, char **ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A PNG of the display, numbered, when PNGs are wanted. */
gboolean perron_person_photograph (PerronPerson *person, const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "text" without its quotes. Transfer full. */
char *perron_person_unquote (const char *text);

G_END_DECLS
