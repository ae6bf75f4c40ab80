/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Who speaks, from what nginx verified: subject of the client certificate (RFC 2253, $ssl_client_s_dn) and $ssl_client_verify. The
 * common name is the terminal's id, or "caisse-" and the caisse's code. Pure; any thread.
 */
typedef enum { PERRON_ROLE_TERMINAL, PERRON_ROLE_CAISSE } PerronRole;

typedef struct {
  PerronRole role;
  char name[32]; /* "borne-0001", or the code alone: "000" */
} PerronIdentity;

/* FALSE: not verified, or a subject that could be read in two ways (escapes, several common names). Both arguments nullable. */
gboolean perron_identity_parse (const char *verified, const char *subject, PerronIdentity *ret_identity) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
