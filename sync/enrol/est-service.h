/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/enrol/authority.h"

G_BEGIN_DECLS

/*
 * One request to the authority, as nginx hands it over, and its answer. Everything in it but what nginx set itself (verify, certificate) is
 * hostile. Nullable where said. Blocks for the authority; one thread at a time.
 */
typedef struct {
  const char *method;
  const char *path;
  const char *content_type;  /* nullable */
  const char *authorization; /* nullable: Basic, terminal:code (RFC 7030 3.2.3) */
  const char *verify;        /* nullable: $ssl_client_verify */
  const char *certificate;   /* nullable: $ssl_client_escaped_cert */
  const char *body;
  gsize len;
} PerronEstRequest;

typedef struct {
  guint status;
  const char *type; /* static */
  char *body;       /* transfer full */
} PerronEstAnswer;

/* `ret_answer` is always filled: 200 with a certificate, or 4xx/5xx with one word as text: "wrong-code", "locked", "revoked" … */
void perron_est_serve (PerronAuthority *authority, const PerronEstRequest *request, PerronEstAnswer *ret_answer);

G_END_DECLS
