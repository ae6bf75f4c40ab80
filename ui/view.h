/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/measure.h"
#include "ui/window.h"

G_BEGIN_DECLS

/*
 * What every part of the window needs to know: where it stands, which words it may use, and whom to tell. Inside ui/ only; main
 * thread. Owned by the window.
 */
typedef struct {
  PerronWindow *window;
  PerronCatalogue *catalogue;
  PerronRunner *runner; /* borrowed */
  PerronSettings settings;
  PerronMeasure measure;
  char *ui_folder;
  char *texts_folder;
  char *mode;
  PerronLink link;
  gboolean audible;
  gboolean private_listening;
  gboolean reveal;      /* "Voir" is held: the number stands whole */
  gboolean masked_seen; /* set by perron_view_dup_text(): a masked number is on this screen */
  const PerronScreen *poster; /* the screen the window opened with: seen from across a hall. Borrowed from the journey */
  gboolean scanning;    /* the focus is being moved by a row that says itself as a whole: it says nothing */
  gboolean explaining;  /* "Expliquer autrement" is open on this screen */
  gboolean choosing;    /* the languages stand over the screen */
} PerronView;

/* A fact that only the window knows: "position", "count", "label" … At most a handful; ends with name NULL. */
typedef struct {
  const char *name;
  const char *text;
} PerronViewFact;

/* A text key in the person's language, for the eye or for the voice. `facts` nullable. Transfer full, locked memory. */
char *perron_view_dup_text (PerronView *view, const char *key, const PerronViewFact *facts);
char *perron_view_dup_spoken (PerronView *view, const char *key, const PerronViewFact *facts, PerronPrivacy *ret_privacy);

/* A text of one fact of the runner: joined when it is a list. "" when there is none now. */
char *perron_view_dup_fact (PerronView *view, const char *name, PerronPrivacy *ret_privacy);

/* The window's: the languages stand over the screen, or "Retour" takes them away (window.h); one of them is taken. */
gboolean perron_window_close_languages (PerronWindow *window);
void perron_window_take_language (PerronWindow *window, const char *tag);

void perron_view_emit (PerronView *view, PerronEventKind kind, const char *name, const char *value);

/*
 * Something to say, put together piece by piece; neighbours of the same privacy and language become one utterance. Sent by
 * perron_speech_plan_send(): the first interrupts what is being said, the others follow it.
 */
typedef struct {
  PerronView *view;
  const char *language;  /* of what is added now; NULL: the person's */
  GPtrArray *utterances; /* PerronUtterance* */
} PerronSpeechPlan;

void perron_speech_plan_init (PerronSpeechPlan *plan, PerronView *view);
void perron_speech_plan_clear (PerronSpeechPlan *plan);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronSpeechPlan, perron_speech_plan_clear)

/* What is added from here on is said in this language (borrowed; NULL: the person's again), unless it has no voice. */
void perron_speech_plan_set_language (PerronSpeechPlan *plan, const char *tag);
void perron_speech_plan_add_key (PerronSpeechPlan *plan, const char *key, const PerronViewFact *facts);
void perron_speech_plan_add_fact (PerronSpeechPlan *plan, const char *name);
/* `text` is written form; the normaliser is applied. */
void perron_speech_plan_add_text (PerronSpeechPlan *plan, PerronPrivacy privacy, const char *text);
/* TRUE when something in the plan will be refused by the loudspeaker and only the loudspeaker is there. */
gboolean perron_speech_plan_is_withheld (const PerronSpeechPlan *plan);
void perron_speech_plan_send (PerronSpeechPlan *plan, gboolean after);

G_END_DECLS
