/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/gateway/fleet.h"

G_BEGIN_DECLS

/*
 * The operator's page (French; no script; one style sheet beside it) and the same as JSON. Every text that came from a terminal is escaped.
 * Pure; any thread.
 */
#define PERRON_FLEET_PATH "/bornes"
#define PERRON_FLEET_JSON_PATH "/bornes.json"
#define PERRON_FLEET_STYLE_PATH "/bornes.css"
#define PERRON_FLEET_PAGE_ROWS 100

/* What an answer with the page must say: nothing is loaded but the style sheet, nothing is framed or kept. */
#define PERRON_FLEET_POLICY "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

extern const char perron_fleet_style[];

typedef struct {
  PerronFleetLevel level; /* PERRON_FLEET_LEVELS: all */
  char name[PERRON_WIRE_TOKEN_MAX + 1];
  guint page; /* from 1 */
} PerronFleetQuery;

/* Arguments of the address, nullable, hostile: what is not understood is as if it were not there. */
void perron_fleet_query_read (PerronFleetQuery *query, const char *level, const char *name, gint64 page);

/* `overdue` (PerronOverdue; nullable): caisses that do not take what waits for them. Transfer full. */
char *perron_fleet_page (const GPtrArray *fleet, const GArray *overdue, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len);
char *perron_fleet_json (const GPtrArray *fleet, const GArray *overdue, const PerronFleetQuery *query, gint64 now_ms, gsize *ret_len);

G_END_DECLS
