/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/uuid7.h"

G_BEGIN_DECLS

/*
 * What the caisse remembers of each terminal's counter (1, 2, 3 …, inside the seal): by it a request suppressed, repeated or taken from
 * an old disk is seen. One small JSON file, replaced whole. One thread.
 */
typedef enum {
  PERRON_LEDGER_ERROR_FILE, /* cannot be read or written, or is not what this program wrote */
} PerronLedgerError;

#define PERRON_LEDGER_ERROR (perron_ledger_error_quark ())
GQuark perron_ledger_error_quark (void);

typedef enum {
  PERRON_COUNT_NEXT,   /* as expected, or ahead: what was skipped is now missing */
  PERRON_COUNT_LATE,   /* one that was missing */
  PERRON_COUNT_AGAIN,  /* this very request was opened before, and its receipt did not get through */
  PERRON_COUNT_REUSED, /* another request had this number: a copied or restored terminal */
} PerronCountVerdict;

typedef struct PerronLedger PerronLedger;

/* `path` NULL: an empty one that is kept nowhere; missing file: empty. Transfer full. */
PerronLedger *perron_ledger_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_ledger_save (PerronLedger *ledger, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_ledger_free (PerronLedger *ledger);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronLedger, perron_ledger_free)

/* counter ≥ 1. */
PerronCountVerdict perron_ledger_note (PerronLedger *ledger, const char *terminal, gint64 counter, const guint8 id[PERRON_UUID_BYTES]);

/* Each run of numbers that went missing since loading and is missing still. */
typedef void (*PerronGapCallback) (const char *terminal, gint64 first, gint64 last, gpointer data);
void perron_ledger_foreach_new_gap (PerronLedger *ledger, PerronGapCallback callback, gpointer data);

G_END_DECLS
