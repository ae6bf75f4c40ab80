/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/http/http.h"
#include "sync/http/line.h"

G_BEGIN_DECLS

/* An exchange: one of libcurl's handles with what came back on it. Between launch and landing it is the line's thread that touches it. */
struct PerronHttpFlight {
  PerronTransfer transfer;
  PerronHttp *http;
  gboolean away;
  GByteArray *body;
  gboolean too_large;
  gboolean stalled;
  const PerronHttpFetch *fetch; /* NULL: the body is kept */
  gint64 offset, fetched;       /* where the pieces began; bytes handed on */
  curl_off_t moved;             /* bytes both ways so far */
  char message[CURL_ERROR_SIZE];
};

struct PerronHttp {
  PerronLine *line;
  PerronHttpFlight flights[PERRON_HTTP_FLIGHTS];
  struct curl_slist *post_headers;
  struct curl_slist *get_headers;
  char *url; /* without a slash at its end */
  char *certificate;
  PerronHttpIdentity identity;
  gsize answer_max;
  gboolean (*cancelled) (gpointer data);
  gpointer data;
  gint64 connect_s;
  gint64 stall_s;
  gint64 moved_at; /* when something last moved on the line, monotonic µs; 0: nothing was asked yet; the line's thread, or nobody is away */
  gboolean failed; /* the next connection is a new one */
  gint64 peer_unix_ms;
  const char *protocol; /* static */
};

/* What stays the same for all exchanges of this handle. FALSE: libcurl does not start. */
gboolean perron_http_flight_init (PerronHttpFlight *flight, PerronHttp *http, const PerronHttpOptions *options);
void perron_http_flight_clear (PerronHttpFlight *flight);

/* Header of the answer; valid until the next question. */
const char *perron_http_flight_get_header (const PerronHttpFlight *flight, const char *name);

G_END_DECLS
