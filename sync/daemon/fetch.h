/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/install.h"
#include "sync/http/http.h"

G_BEGIN_DECLS

/*
 * Content packs from the gateway: /content/content.pack and /content/certificates.pack, over the same connection as everything else, in
 * the time that requests leave. The head of a pack is judged as soon as it is there, and nothing more is fetched of one that would be
 * refused; what was fetched stays when the line breaks and is gone on with. One thread.
 */
typedef struct {
  PerronHttp *http;
  PerronContentOptions options;
  gint64 max_bytes;
  gboolean (*must_yield) (gpointer data); /* somebody waits: break off, go on later */
  gpointer data;
} PerronFetch;

typedef enum {
  PERRON_FETCH_NOTHING,   /* nothing newer */
  PERRON_FETCH_INSTALLED,
  PERRON_FETCH_REFUSED,   /* logged; not asked for again while it is the same file */
  PERRON_FETCH_YIELDED,   /* there is more to fetch */
  PERRON_FETCH_FAILED,    /* the channel; logged */
} PerronFetchResult;

/* Blocks for the network. */
PerronFetchResult perron_fetch_role (const PerronFetch *fetch, PerronContentRole role);

G_END_DECLS
