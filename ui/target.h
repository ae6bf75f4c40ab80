/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "ui/view.h"

G_BEGIN_DECLS

/*
 * What a thing that can be touched is called (in tests and scripts, the same in every language) and what it says of itself when
 * focus comes to it: label, detail, state, place among its like.
 */
typedef struct {
  const char *name;        /* "option:yes" */
  const char *key;         /* text key of the label, nullable */
  const char *detail;      /* text key, nullable */
  const char *text;        /* instead of key: words that are no key (a name, a letter) */
  PerronPrivacy privacy;   /* of text */
  const char *language;    /* that all of it is said in, when it has a voice; NULL: the person's. Borrowed for good */
  const char *state;       /* text key, nullable */
  guint position, count;   /* 0: not told */
  const PerronViewFact *facts; /* for key, nullable; copied */
} PerronTargetSpec;

void perron_target_mark (GtkWidget *widget, const PerronTargetSpec *spec);
void perron_target_set_state (GtkWidget *widget, const char *state_key);

/* Words that are no target: a finger that slides over them hears `key`, and `fact` of the runner (both nullable). */
void perron_target_mark_words (GtkWidget *widget, const char *key, const char *fact);
/* The same with words that are no key, in their written form: never of a person. */
void perron_target_mark_said (GtkWidget *widget, const char *text);
/* The same for a line of a list, which holds the focus (PerronStop): what it is called, its place among its like. */
void perron_target_mark_line (GtkWidget *widget, const char *name, const char *text, guint position, guint count);
/* The widget or its nearest ancestor that has something to say, target or words; NULL: none. */
GtkWidget *perron_target_find_spoken (GtkWidget *widget);

/* Of the widget or its nearest marked ancestor, else of the line that it stands in; NULL: none. Borrowed. */
const char *perron_target_get_name (GtkWidget *widget);
GtkWidget *perron_target_find (GtkWidget *root, const char *name);

/* Appends what the target, or the words, say of themselves. FALSE when `widget` is neither. */
gboolean perron_target_plan (GtkWidget *widget, PerronSpeechPlan *plan);

/* PerronTarget* of every mapped target under `root`, with bounds relative to `window`. */
void perron_target_collect (GtkWidget *root, GtkWidget *window, GPtrArray *targets);

/* Everything written under `root`, in the order of the eye. */
char *perron_target_dup_written (GtkWidget *root);

G_END_DECLS
