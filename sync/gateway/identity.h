/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Who speaks, from what nginx verified: subject of the client certificate (RFC 2253, $ssl_client_s_dn) and $ssl_client_verify. The
 * common name is the terminal's id, or "caisse-" and the caisse's code, or "operateur-" and a name: who may only look at the fleet. An
 * organisational unit "caisse-" and a code in a terminal's certificate says for whom alone it may leave requests. Pure; any thread.
 */
typedef enum { PERRON_ROLE_TERMINAL, PERRON_ROLE_CAISSE, PERRON_ROLE_OPERATOR } PerronRole;

#define PERRON_IDENTITY_CAISSES_MAX 8

typedef struct {
  PerronRole role;
  char name[32]; /* "borne-0001", or the code alone: "000" */
  guint caisse_count; /* 0: the certificate does not limit it */
  char caisses[PERRON_IDENTITY_CAISSES_MAX][32];
} PerronIdentity;

/* FALSE: not verified, or a subject that could be read in two ways (escapes, several common names). Both arguments nullable. */
gboolean perron_identity_parse (const char *verified, const char *subject, PerronIdentity *ret_identity) G_GNUC_WARN_UNUSED_RESULT;

gboolean perron_identity_may_send_to (const PerronIdentity *who, const char *caisse);

G_END_DECLS
