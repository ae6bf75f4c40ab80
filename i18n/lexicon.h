/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "i18n/catalogue.h"

G_BEGIN_DECLS

/*
 * What the voice of one language must be told: <folder>/lexicon/<tag>.json, described in i18n/README.md. Immutable, any thread.
 * A language without such a file has an empty one: its texts are said as written.
 */
typedef struct PerronLexicon PerronLexicon;

PerronLexicon *perron_lexicon_load (const char *folder, const char *tag, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_lexicon_free (PerronLexicon *lexicon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronLexicon, perron_lexicon_free)

/* What to say for a whole word ("CPAM" → "C P A M"); NULL: as written. An entry in small letters stands for any case. */
const char *perron_lexicon_find_word (const PerronLexicon *lexicon, const char *word, gsize length);

/* A word the normaliser needs ("at", "dot", "month.1"…), or `fallback`. */
const char *perron_lexicon_get_form (const PerronLexicon *lexicon, const char *name, const char *fallback);

/* Borrowed; NULL: no such language. */
const PerronLexicon *perron_catalogue_get_lexicon (const PerronCatalogue *catalogue, const char *language);

G_END_DECLS
