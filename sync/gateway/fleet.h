/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/store.h"

G_BEGIN_DECLS

/*
 * The terminals of a region as an operator needs to see them: who needs a human first. Pure; any thread.
 */
typedef enum {
  PERRON_FLEET_FINE,
  PERRON_FLEET_WATCH, /* works; somebody should look in the next days */
  PERRON_FLEET_ACT,   /* somebody must do something */
  PERRON_FLEET_LEVELS,
} PerronFleetLevel;

typedef enum {
  PERRON_FLEET_AUDIT,     /* its audit head was refused */
  PERRON_FLEET_DEAD,      /* requests set aside after three refusals */
  PERRON_FLEET_ESCROW,    /* the caisse's certificate is out of date there */
  PERRON_FLEET_SILENT,    /* not heard of over a long weekend */
  PERRON_FLEET_NOT_READY, /* a device says so */
  PERRON_FLEET_STUCK,     /* a request has waited for 30 days (sync-security facts 2.1) */
  PERRON_FLEET_QUIET,     /* not heard of since yesterday */
  PERRON_FLEET_LATE,      /* a request has waited for a day */
  PERRON_FLEET_CLOCK,     /* its clock is minutes away from ours */
  PERRON_FLEET_SPACE,     /* its disk is nearly full */
  PERRON_FLEET_RETRIED,   /* requests were refused and are tried again */
  PERRON_FLEET_ATTENTION, /* a device asks for attention */
  PERRON_FLEET_UNCHECKED, /* `perron ready` has not looked since yesterday */
  PERRON_FLEET_HTTP1,     /* no HTTP/2 on its way here */
  PERRON_FLEET_REASONS,
} PerronFleetReason;

typedef struct {
  char terminal[PERRON_WIRE_TOKEN_MAX + 1];
  gboolean has_heartbeat;
  PerronHeartbeat heartbeat;
  gint64 seen_ms;
  gint64 offset_ms; /* its clock less ours on arrival */
  gboolean has_alarm;
  PerronHeadAlarm alarm;
  guint reasons; /* 1 << PerronFleetReason */
  PerronFleetLevel level;
} PerronFleetRow;

/* "audit", "dead", … for machines. */
const char *perron_fleet_reason_word (PerronFleetReason reason);
const char *perron_fleet_level_word (PerronFleetLevel level);

/* GPtrArray of PerronFleetRow of what the store keeps (PerronSeen, PerronHeadAlarm), in the order of need: level, the gravest reason, the
 * longest silence, the name. */
GPtrArray *perron_fleet_new (const GArray *seen, const GArray *alarms, gint64 now_ms);

/* Those of a level (PERRON_FLEET_LEVELS: all) whose name holds `name` ("" all); borrowed rows. */
GPtrArray *perron_fleet_select (const GPtrArray *fleet, PerronFleetLevel level, const char *name);

/* How many there are of each level and reason, for Prometheus: no names. */
void perron_fleet_append_metrics (const GPtrArray *fleet, GString *out);

G_END_DECLS
