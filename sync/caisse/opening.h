/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/caisse/ledger.h"
#include "sync/engine/wire.h"
#include "sync/seal/open.h"

G_BEGIN_DECLS

/*
 * Opens envelopes for one caisse, and names what is wrong with those it cannot believe. What was opened is in locked memory, wiped with
 * the desk. One thread.
 */
typedef struct {
  const char *caisse;      /* code */
  const char *terminals;   /* folder of <terminal id>.pem */
  const char *key;
  const char *certificate;
} PerronDeskOptions;

typedef struct {
  guint8 id[PERRON_UUID_BYTES];
  guint8 digest[PERRON_DIGEST_BYTES];
  char *terminal;
  gint64 counter;
  char *reference;
  gboolean again;  /* opened in an earlier run too */
  char *content;   /* FHIR JSON as the terminal sealed it; locked memory */
  gsize content_len;
} PerronOpened;

typedef struct {
  const char *kind; /* static: "signature", "altered", "gap" … */
  gboolean grave;   /* somebody forged, altered or copied; a gap alone may be a request that the person withdrew */
  char *terminal;   /* nullable */
  char *id;         /* nullable */
  gint64 first, last; /* counters; 0: unknown */
  char *words;      /* French, for the person at the desk */
} PerronProblem;

typedef struct {
  GPtrArray *opened;   /* PerronOpened */
  GPtrArray *problems; /* PerronProblem */
  gboolean more;       /* others wait: there was no room for them in this run */
  PerronDeskOptions options;
  PerronOpener *opener;
  PerronLedger *ledger; /* borrowed */
} PerronDesk;

/* PERRON_SEAL_ERROR_KEY. The strings of `options` and the ledger must outlive the desk. Transfer full. */
PerronDesk *perron_desk_new (const PerronDeskOptions *options, PerronLedger *ledger, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_desk_free (PerronDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDesk, perron_desk_free)

/* One entry of a Bundle: ends in `opened`, in `problems`, or (a reused counter) in both: a person's request is never dropped. */
void perron_desk_take (PerronDesk *desk, const PerronWireItem *item);

/* When all are taken: gaps of this run become problems. */
void perron_desk_close (PerronDesk *desk);

gboolean perron_desk_has_grave_problem (const PerronDesk *desk);

/* A reply to a request that was acknowledged: id, digest, terminal, code and number given, the rest of it and its signature made. */
PerronReply *perron_desk_sign_reply (PerronDesk *desk, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                                     const char *terminal, PerronReplyCode code, gint64 number, gint64 now_unix_ms,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A receipt for one that was opened, signed by the caisse. Transfer full. */
PerronReceipt *perron_desk_sign (PerronDesk *desk, const PerronOpened *opened, gint64 now_unix_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
