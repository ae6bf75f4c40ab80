/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Tables, then roles with their rights and row level policies: two scripts for perron_pg_run(), as the login itself. Private to sync/gateway. */
extern const char perron_pg_schema[];
extern const char perron_pg_roles[];

#define PERRON_PG_WRITER "perron_writer"
#define PERRON_PG_CAISSE "perron_caisse"
#define PERRON_PG_TERMINAL "perron_terminal"
#define PERRON_PG_OPERATOR "perron_operator"
#define PERRON_PG_KEEPER "perron_keeper" /* postgresql-keeping.c */

G_END_DECLS
