/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/card-source.h"

G_BEGIN_DECLS

/*
 * What every PerronCardSource keeps, run on each implementation. `insert`, `take_out` and `swap` are what a hand does to the slot; NULL
 * where the source cannot have it done (a recording). The slot is empty at the start unless `insert` is NULL: then a card is in.
 */
typedef struct {
  const char *name; /* of the implementation: "/card-source/<name>/…" */
  PerronCardSource *(*make) (gpointer data);
  void (*insert) (gpointer data);
  void (*take_out) (gpointer data);
  void (*swap) (gpointer data);
  gpointer data;
  gboolean wall; /* never a Vitale: every command is answered 6A 82 */
} CardSourceContract;

/* Adds the tests; `contract` must live as long as they run. */
void card_source_contract_add (const CardSourceContract *contract);

G_END_DECLS
