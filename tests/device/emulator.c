/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/device/emulator.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

void
emulator_make (Emulator *emulator)
{
  g_autoptr (GError) error = NULL;
  emulator->folder = g_dir_make_tmp ("perron-tpm-XXXXXX", &error);
  g_assert_no_error (error);
  emulator->tcti = g_strdup_printf ("swtpm:path=%s/tpm", emulator->folder);
  emulator_switch_on (emulator);
}

/* Looked up, not tried: who connects to its server is a client of the TPM. proc(5): flags 00010000 (it listens), the path last. */
static gboolean
listens (const char *path)
{
  g_autofree char *sockets = NULL;
  g_assert_true (g_file_get_contents ("/proc/net/unix", &sockets, NULL, NULL));
  g_auto (GStrv) lines = g_strsplit (sockets, "\n", -1);
  g_autofree char *end = g_strconcat (" ", path, NULL);
  gboolean found = FALSE;
  for (guint i = 0; lines[i] != NULL && !found; i++)
    found = g_str_has_suffix (lines[i], end) && strstr (lines[i], " 00010000 ") != NULL;
  return found;
}

/* A test that aborts leaves nothing behind. */
static void
on_child (gpointer data G_GNUC_UNUSED)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
emulator_switch_on (Emulator *emulator)
{
  g_autofree char *server_path = g_strdup_printf ("%s/tpm", emulator->folder);
  g_autofree char *state = g_strdup_printf ("dir=%s,mode=0600", emulator->folder);
  g_autofree char *server = g_strconcat ("type=unixio,path=", server_path, NULL);
  g_autofree char *control_path = g_strdup_printf ("%s/tpm.ctrl", emulator->folder);
  g_autofree char *control = g_strconcat ("type=unixio,path=", control_path, NULL);
  g_autoptr (GError) error = NULL;
  char *argv[] = { "swtpm", "socket", "--tpm2", "--tpmstate", state, "--server", server, "--ctrl", control, "--flags",
                   "not-need-init,startup-clear", NULL };
  const GSpawnFlags flags =
    G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL;
  g_spawn_async (NULL, argv, NULL, flags, on_child, NULL, &emulator->pid, &error);
  g_assert_no_error (error);
  while (!listens (server_path) || !listens (control_path)) {
    g_assert_cmpint (waitpid (emulator->pid, NULL, WNOHANG), ==, 0);
    g_thread_yield ();
  }
}

void
emulator_freeze (Emulator *emulator, gboolean frozen)
{
  g_assert_cmpint (kill (emulator->pid, frozen ? SIGSTOP : SIGCONT), ==, 0);
}

void
emulator_switch_off (Emulator *emulator)
{
  kill (emulator->pid, SIGKILL);
  waitpid (emulator->pid, NULL, 0);
  g_spawn_close_pid (emulator->pid);
  emulator->pid = 0;
}

void
emulator_remove (Emulator *emulator)
{
  const char *name;
  if (emulator->pid != 0)
    emulator_switch_off (emulator);
  g_autoptr (GDir) dir = g_dir_open (emulator->folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (emulator->folder, name, NULL);
    g_unlink (path);
  }
  g_rmdir (emulator->folder);
  g_clear_pointer (&emulator->folder, g_free);
  g_clear_pointer (&emulator->tcti, g_free);
}
