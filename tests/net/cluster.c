/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/net/cluster.h"

#include <signal.h>
#include <string.h>

static GSubprocess *
start_script (GSubprocessFlags flags, const char *verb, const char *folder)
{
  const char *script = g_getenv ("PERRON_POSTGRES_SH");
  g_autoptr (GError) error = NULL;
  g_assert_nonnull (script);
  GSubprocess *process = g_subprocess_new (flags, &error, "sh", script, verb, folder, NULL);
  g_assert_no_error (error);
  return process;
}

gboolean
cluster_start (Cluster *cluster)
{
  g_autoptr (GSubprocess) find = start_script (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, "find", NULL);
  if (!g_subprocess_wait_check (find, NULL, NULL)) {
    g_test_skip ("initdb is not installed");
    return FALSE;
  }
  g_autoptr (GSubprocess) init = start_script (G_SUBPROCESS_FLAGS_STDOUT_PIPE, "init", NULL);
  g_assert_true (g_subprocess_communicate_utf8 (init, NULL, NULL, &cluster->folder, NULL, NULL));
  g_assert_true (g_subprocess_get_successful (init));
  g_strstrip (cluster->folder);
  cluster->where = g_strdup_printf ("host=%s user=perron dbname=postgres", cluster->folder);
  cluster->server = start_script (G_SUBPROCESS_FLAGS_STDERR_PIPE, "serve", cluster->folder);
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stderr_pipe (cluster->server));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  for (;;) {
    g_autofree char *line = g_data_input_stream_read_line (lines, NULL, NULL, NULL);
    g_assert_nonnull (line);
    if (strstr (line, "ready to accept connections") != NULL)
      return TRUE;
  }
}

void
cluster_stop (Cluster *cluster)
{
  g_subprocess_send_signal (cluster->server, SIGINT);
  g_assert_true (g_subprocess_wait (cluster->server, NULL, NULL));
  g_clear_object (&cluster->server);
  g_autoptr (GSubprocess) rm = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, NULL, "rm", "-rf", cluster->folder, NULL);
  g_assert_true (g_subprocess_wait_check (rm, NULL, NULL));
  g_free (cluster->folder);
  g_free (cluster->where);
}
