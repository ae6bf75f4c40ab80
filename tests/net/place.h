/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

G_BEGIN_DECLS

/* A store of the gateway with a time of its own: what terminal borne-0001 and caisse 000 do there, and days that pass in a moment. */
#define DAY PERRON_GATEWAY_DAY_MS
#define YEAR (365 * DAY)

extern const PerronGatewayDays place_days;

typedef struct {
  PerronGatewayStore *store;
  gint64 now_ms;
} Place;

/* A UUIDv7 of that time. */
void place_fill_id (guint8 id[PERRON_UUID_BYTES], gint64 time_ms, guint number);

/* Transfer full. */
PerronEnvelope *place_make_envelope (gint64 time_ms, guint number, guint8 digest);

/* One envelope, receipt, reply, each in a commit of its own. */
PerronOutcome place_put_with (const Place *place, gint64 time_ms, guint number, guint8 digest, gboolean even_forgotten);
PerronOutcome place_put (const Place *place, gint64 time_ms, guint number);
PerronOutcome place_acknowledge (const Place *place, gint64 time_ms, guint number);
PerronOutcome place_reply (const Place *place, gint64 time_ms, guint number, gint64 which);

/* By reading them; the store counts as many. */
guint place_count_waiting (const Place *place);
guint place_count_answers (const Place *place, gint64 *ret_cursor);

/* The gateway looks at its clock; borne-0001 asked with this cursor before (below zero: it did not ask). */
void place_look (Place *place, gint64 wall_ms, gint64 passed_ms, gint64 since);

/* Days pass; the gateway looks every tenth. */
void place_pass (Place *place, guint count);

/* Everything that is over goes, in slices of `rows`. */
PerronForgetting place_forget (const Place *place, guint rows);
void place_check_forgot (const Place *place, gint64 answers, gint64 unfetched, gint64 tasks);

G_END_DECLS
