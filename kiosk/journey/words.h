/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/journey/model.h"
#include "kiosk/journey/runner.h"

G_BEGIN_DECLS

/* The closed sets as words: one table each, so that a new member is one row. */

gboolean perron_screen_kind_from_word (const char *word, PerronScreenKind *ret_kind) G_GNUC_WARN_UNUSED_RESULT;
const char *perron_screen_kind_to_word (PerronScreenKind kind);

gboolean perron_tone_from_word (const char *word, PerronTone *ret_tone) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_field_type_from_word (const char *word, PerronFieldType *ret_type) G_GNUC_WARN_UNUSED_RESULT;

/* "next", "choose:yes", "card:mute" … A bare "choose" or "progress" stands for any name (`ret_name` NULL). */
gboolean perron_trigger_from_word (const char *word, PerronTrigger *ret_trigger, const char **ret_name) G_GNUC_WARN_UNUSED_RESULT;
const char *perron_trigger_to_word (PerronTrigger trigger);

gboolean perron_event_from_word (const char *word, PerronEventKind *ret_kind) G_GNUC_WARN_UNUSED_RESULT;
const char *perron_effect_to_word (PerronEffectKind kind);

/* What each kind of screen may hold and must answer to. */
typedef struct {
  gboolean may_be_personal;
  gboolean options; /* may have options */
  gboolean fields;
  gboolean rows;
  guint triggers;   /* bit mask: 1 << PerronTrigger */
} PerronKindLaw;

const PerronKindLaw *perron_kind_law (PerronScreenKind kind);

/* "not-registered" reasons and "progress" states; status words come from kiosk/core. */
gboolean perron_is_reason (const char *word);
gboolean perron_is_print_reason (const char *word);
const char *perron_print_reason_word (guint index); /* NULL: no more */
gboolean perron_is_progress (const char *word);
const char *perron_reason_word (guint index);   /* NULL past the last */
const char *perron_progress_word (guint index);

/* Names a journey may use: drawings of a screen and pictograms of an option (drawn in ui/), facts beside "answer.*". */
gboolean perron_is_drawing (const char *name);
gboolean perron_is_pictogram (const char *name);
gboolean perron_is_fact (const char *name);

/* "replied" for each word of kiosk/core/reply-code.h: a way "progress:replied" is taken by all replies that have no way of their own. */
#define PERRON_PROGRESS_REPLIED "replied"
const char *perron_progress_group (const char *word); /* NULL: of no group */

/* "progress.sent" … text key of a state; NULL when there is no such state. */
const char *perron_progress_key (const char *word);
const char *perron_link_key (const char *word);

/* "language=fr", "size=0" … "3", "contrast=0" … "3", "voice=on|off": the settings a person may change. */
gboolean perron_is_setting (const char *name, const char *value);

G_END_DECLS
