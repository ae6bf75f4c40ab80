/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/config.h"
#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * What perron-gateway does once for an operator, beside the gateway that goes on running: each opens no socket, prints what it did, and gives the
 * exit status of the program. `argument` is what stood behind the option.
 */
typedef enum { PERRON_VERB_DONE = 0, PERRON_VERB_REFUSED = 1, PERRON_VERB_USAGE = 2, PERRON_VERB_FAULT = 3 } PerronVerbStatus;

typedef PerronVerbStatus (*PerronVerb) (const PerronConfig *config, PerronGatewayStore *store, const char *argument);

/* How long what stays, from [receiver]. */
PerronGatewayDays perron_verb_read_days (const PerronConfig *config);

/* An operator who knows why a chain began anew (a damaged disk was replaced) lets it; the alarm ends. */
PerronVerbStatus perron_verb_accept_chain (const PerronConfig *config, PerronGatewayStore *store, const char *terminal);

/* Sticks, there and back. 0: all of it is stored; 1: something was refused, and what. */
PerronVerbStatus perron_verb_import (const PerronConfig *config, PerronGatewayStore *store, const char *folder);
PerronVerbStatus perron_verb_import_even_forgotten (const PerronConfig *config, PerronGatewayStore *store, const char *folder);
PerronVerbStatus perron_verb_answers (const PerronConfig *config, PerronGatewayStore *store, const char *folder);

/* What no caisse has taken for [receiver] alarm_days, a line each: id, caisse, terminal, days. */
PerronVerbStatus perron_verb_overdue (const PerronConfig *config, PerronGatewayStore *store, const char *unused);
/* One of these, for good. 1: it is not to be dropped, and why. */
PerronVerbStatus perron_verb_drop (const PerronConfig *config, PerronGatewayStore *store, const char *id);
PerronVerbStatus perron_verb_forget_terminal (const PerronConfig *config, PerronGatewayStore *store, const char *terminal);

G_END_DECLS
