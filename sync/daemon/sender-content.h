/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/config.h"
#include "sync/daemon/fetch.h"
#include "sync/engine/pass.h"

G_BEGIN_DECLS

/* What perron-sync does about content packs: fetches them when it is time, uses the certificates in them. Main thread. */
typedef struct {
  PerronContentOptions options;
  PerronFetch fetch;
  PerronBackoff backoff;
  PerronClock *clock;
  gboolean enabled;
  gint64 every_ms;
  gint64 next_ms;            /* boot clock */
  const char *own_caisse;    /* certificate files of the configuration */
  const char *own_authority;
  char *caisse;              /* in use now; NULL: our own */
  char *authority;
} PerronSenderContent;

/* Borrows all but `content`. Makes the folder, so that it exists before the process shuts itself in. */
void perron_sender_content_open (PerronSenderContent *content, const PerronConfig *config, PerronHttp *http, PerronClock *clock,
                                 gboolean (*must_yield) (gpointer data), gpointer data);
void perron_sender_content_clear (PerronSenderContent *content);

/* Before a pass: the caisse's certificate and the authority of the gateway from the certificates pack when there is one, verified now;
 * else the files of the configuration. */
void perron_sender_content_refresh (PerronSenderContent *content, PerronPass *pass);

/* After a good pass. TRUE: broken off because somebody waits; to be gone on with right after the next pass. `now`: whatever the time. */
gboolean perron_sender_content_run (PerronSenderContent *content, gboolean now);

G_END_DECLS
