/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/wire.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/*
 * What a caisse said of our requests (receipts, replies) into the outbox, from wherever it came: the line or a stick. Whoever brought it is
 * not believed: our caisse must have signed it, for this terminal. Given twice it changes nothing twice. One thread; blocks for the disk.
 */
typedef struct {
  PerronOutbox *outbox;
  const char *terminal;
  const char *caisse;
  const char *caisse_certificate; /* PEM file */
} PerronAnswers;

typedef struct {
  guint receipts; /* verified, new or not */
  guint replies;
  guint news;     /* of both together: those that changed something */
  guint others;   /* of another terminal */
  guint forged;   /* not what our caisse signed, or not readable */
} PerronAnswersCounts;

/* FALSE: this machine's fault (PERRON_STORE_ERROR, PERRON_SEAL_ERROR); what is not genuine is counted, logged, and changes nothing. */
gboolean perron_answers_take (const PerronAnswers *answers, const PerronWireItem *item, PerronAnswersCounts *counts,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
