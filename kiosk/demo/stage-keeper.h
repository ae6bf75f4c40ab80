/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

/*
 * A small process of its own that outlives the stage by a moment: when the stage is gone, however it went (kill -9 too), it ends
 * every process group it was told of, and removes the scratch folder. One thread.
 */
typedef struct {
  int pipe;
  pid_t pid;
} PerronKeeper;

/* To be called before anything else is started. `scratch`: folder of sockets to remove at the end, nullable. */
gboolean perron_keeper_start (PerronKeeper *keeper, const char *scratch, GError **error) G_GNUC_WARN_UNUSED_RESULT;

void perron_keeper_add (const PerronKeeper *keeper, pid_t group);
void perron_keeper_remove (const PerronKeeper *keeper, pid_t group);

/* Lets it end what is left, and waits for it: at most a few seconds. */
void perron_keeper_finish (PerronKeeper *keeper);

G_END_DECLS
