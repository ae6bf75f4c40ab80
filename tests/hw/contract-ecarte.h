/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/card/ecarte.h"

G_BEGIN_DECLS

/*
 * What every provider of e-cartes keeps: each presentation is answered once or, after a cancel, never; READ comes with people and nothing
 * else does; nothing of what was presented is left in the memory of the process. A real component is added by one more row.
 */
typedef struct {
  const PerronECarteProvider *provider;
  /* What it must answer to a presentation by NFC, and to the code that `write_code` writes (at most 64 bytes; NULL: any bytes). */
  PerronECarteOutcome by_nfc, by_code;
  gsize (*write_code) (guint8 ret_code[64]);
} ECarteContract;

/* Adds the tests; `contract` must live as long as they run. */
void ecarte_contract_add (const ECarteContract *contract);

G_END_DECLS
