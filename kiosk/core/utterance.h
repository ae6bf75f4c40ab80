/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/secret.h"

G_BEGIN_DECLS

/*
 * Something to be said. Its privacy is part of it from birth: a personal utterance is refused by every output that is not private
 * (headset). It is made by whoever resolved the text, spoken by hw/speech, and cannot be turned from personal into public.
 */
typedef enum {
  PERRON_PUBLIC,   /* the same for everybody */
  PERRON_PERSONAL, /* holds something of this person: a name, a phone number, a masked number, an answer */
} PerronPrivacy;

typedef struct {
  const PerronPrivacy privacy;
  const char *const language; /* BCP 47 tag of the text; never NULL */
  const char *const text;     /* spoken form, after the normaliser; in locked memory */
} PerronUtterance;

/* Copies both strings. */
PerronUtterance *perron_utterance_new (PerronPrivacy privacy, const char *language, const char *text);
PerronUtterance *perron_utterance_copy (const PerronUtterance *utterance);
void perron_utterance_free (PerronUtterance *utterance);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronUtterance, perron_utterance_free)

G_END_DECLS
