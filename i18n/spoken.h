/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "i18n/catalogue.h"

G_BEGIN_DECLS

/*
 * Written form → spoken form: acronyms, numbers that look like a NIR, dates, phones, e-mails, "14h30", lexicon of names and words
 * the voice gets wrong. Idempotent. Result in locked memory. Proven by golden phonemes (tests/speech).
 */
char *perron_spoken_normalise (const PerronCatalogue *catalogue, const char *language, const char *text);

G_END_DECLS
