/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A PostgreSQL of a test's own (tests/net/postgres.sh, named by PERRON_POSTGRES_SH). Blocks; one thread. */
typedef struct {
  char *folder;
  char *where; /* words to connect with */
  GSubprocess *server;
} Cluster;

/* FALSE: there is no PostgreSQL here; the test is skipped and says so. */
gboolean cluster_start (Cluster *cluster);
void cluster_stop (Cluster *cluster);

G_END_DECLS
