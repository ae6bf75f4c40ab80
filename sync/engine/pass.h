/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/engine/backoff.h"
#include "sync/http/http.h"
#include "sync/seal/signer.h"
#include "sync/store/outbox.h"

G_BEGIN_DECLS

/*
 * One pass of the sender: everything due goes out in batches, then the caisse's receipts come in. Blocks for the network; one thread.
 * What may end it: PERRON_HTTP_ERROR (the channel: leases are given back, link state and word are in the outbox, every row is kept),
 * PERRON_STORE_ERROR and PERRON_SEAL_ERROR (this machine: nothing was said about the link).
 */
typedef struct {
  PerronOutbox *outbox;
  PerronHttp *http;
  const char *terminal;
  const char *caisse;             /* whose receipts count */
  const char *caisse_certificate; /* PEM file that must have signed them */
  const char *cursor_path;        /* where the next question for receipts begins; lost: everything is asked again */
  int trace_fd;                   /* -1, or an open file for the last batch sent, sealed as it is */
  const char *outbox_path;        /* "<this>.head" keeps what the gateway said of the audit head */
  PerronSigner *client_signer;    /* signs the audit head: the TLS client's own key; NULL: none is shown */
  PerronClock *clock;             /* for the audit head */
  gint64 item_retry_ms;           /* before a refused row is tried again */
  gint64 cursor;
  gint64 head_n;        /* audit head that the gateway answered last */
  gint64 head_again_ms; /* boot clock: shown again then though it is the same */
  gint64 tidy_again_ms;  /* boot clock */
  gint64 alarm_again_ms; /* boot clock */
  gint64 alarmed;        /* requests of the last alarm */
  gint64 heartbeat_ms;       /* between two heartbeats when nothing changes; 0: none is sent */
  gint64 heartbeat_again_ms; /* boot clock */
  char *(*describe_content) (gpointer data); /* nullable: versions of journeys, texts and certificates; transfer full */
  gpointer describe_data;
  gboolean told_http1;         /* logged once a process */
  PerronBatchSize size;
} PerronPass;

typedef struct {
  guint accepted;        /* stored at the gateway, digest echoed */
  guint refused;         /* refused by name */
  guint receipts;        /* signed by the caisse, verified */
  guint replies;         /* beside a receipt, signed by the caisse, verified */
  guint forged;          /* receipts and replies that were not signed by the caisse */
  gint64 retry_after_ms; /* with an error: what the gateway asked for */
} PerronPassResult;

/* Reads the cursor; the other members are the caller's to set first. */
void perron_pass_prepare (PerronPass *pass);

/* `ret_result` says what was done also when it returns FALSE. */
gboolean perron_pass_run (PerronPass *pass, PerronPassResult *ret_result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
