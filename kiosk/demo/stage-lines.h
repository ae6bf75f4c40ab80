/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Lines in, lines out: standard input and output, and any number of clients of a Unix socket, one line at a time. Signals
 * (INT, TERM, HUP: end; CHLD: somebody ended) come by the same wait. One thread.
 */
typedef struct PerronLines PerronLines;

/* Answers one line without its end; transfer full, without end of line. */
typedef char *(*PerronLineCallback) (gpointer data, const char *line);

/* Blocks INT, TERM, HUP and CHLD for this thread. `with_stdin`: lines are also read there, and its end ends perron_lines_run(). */
PerronLines *perron_lines_new (const char *socket_path, gboolean with_stdin, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_lines_free (PerronLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronLines, perron_lines_free)

/* Waits for one thing and deals with it. `on_child` is called after a SIGCHLD. FALSE: time to end. */
gboolean perron_lines_step (PerronLines *lines, PerronLineCallback on_line, void (*on_child) (gpointer data), gpointer data);

G_END_DECLS
