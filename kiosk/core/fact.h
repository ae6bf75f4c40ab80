/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/utterance.h"

G_BEGIN_DECLS

/*
 * A thing a sentence may name: "{holder.name}", "{answer.phone}". Either plain text, or text keys to be resolved in the
 * language of the sentence (the options a person chose); several keys are joined as a list.
 */
typedef struct {
  PerronPrivacy privacy;
  const char *text;        /* borrowed from who answered the look-up; NULL when keys are given */
  const char *const *keys; /* NULL-terminated, borrowed; NULL when text is given */
} PerronFact;

/* FALSE: no such fact now. */
typedef gboolean (*PerronFactLookup) (gpointer data, const char *name, PerronFact *ret_fact);

G_END_DECLS
