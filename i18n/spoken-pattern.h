/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "i18n/lexicon.h"
#include "i18n/secret-text.h"

G_BEGIN_DECLS

/* The normaliser at work. Internal to i18n. Everything stays on the stack or in locked memory: a text may hold a name. */
typedef struct {
  const PerronLexicon *lexicon;
  PerronSecretBuilder *out;
  gboolean space; /* white space stands before what comes next */
} PerronSpeaker;

/* Appends, with one space before it if one is due. */
void perron_speaker_say (PerronSpeaker *speaker, const char *text, gsize length);
void perron_speaker_say_text (PerronSpeaker *speaker, const char *text);

/* Says a run of letters or digits as the lexicon has it, else as written. */
void perron_speaker_say_word (PerronSpeaker *speaker, const char *word, gsize length);

/*
 * Patterns of letters and digits that the voice gets wrong. `text` is at the start of a run (nothing alphanumeric before it).
 * Each says the spoken form and returns the bytes it took; 0: not this pattern, nothing said. Tried in this order.
 */
typedef gsize (*PerronPattern) (PerronSpeaker *speaker, const char *text);
extern const PerronPattern perron_patterns[]; /* ends with NULL */

G_END_DECLS
