/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/dock/harness.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "hw/dock/dock-control.h"

#define WAIT_MS 10000

static char *
build_file (const char *name)
{
  const char *root = g_getenv ("PERRON_BUILD_ROOT");
  g_assert_nonnull (root);
  return g_build_filename (root, "hw", "dock", name, NULL);
}

char *
harness_ask (Harness *harness, const char *line)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;
  g_assert_true (g_shell_parse_argv (line, NULL, &words, NULL));
  char *answer = perron_dock_control_ask (harness->control, words, &error);
  g_assert_no_error (error);
  return answer;
}

void
harness_do (Harness *harness, const char *format, ...)
{
  va_list arguments;
  va_start (arguments, format);
  g_autofree char *line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_autofree char *answer = harness_ask (harness, line);
  g_assert_cmpstr (answer, ==, "ok");
}

static void
on_appeared (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  g_main_loop_quit (data);
}

static gboolean
on_late (gpointer data)
{
  g_error ("%s did not appear", (const char *) data);
  return G_SOURCE_REMOVE;
}

/* The socket appears by rename once the dock listens. */
static void
wait_for_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_main_context_push_thread_default (context);
  g_autoptr (GFileMonitor) monitor = g_file_monitor_file (file, G_FILE_MONITOR_NONE, NULL, NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (context, FALSE);
  g_autoptr (GSource) late = g_timeout_source_new (WAIT_MS);
  g_signal_connect (monitor, "changed", G_CALLBACK (on_appeared), loop);
  g_source_set_callback (late, on_late, (gpointer) path, NULL);
  g_source_attach (late, context);
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_main_loop_run (loop);
  g_source_destroy (late);
  g_main_context_pop_thread_default (context);
}

/* A test that aborts takes its processes along. The mark survives the exec of pcscd by perron-pcscd. */
static void
die_with_the_test (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
harness_start_dock (Harness *harness)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = build_file ("perron-dock");
  g_unlink (harness->control);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_the_test, NULL, NULL);
  harness->dock = g_subprocess_launcher_spawn (launcher, &error, program, "--control", harness->control, "--slot", harness->slot, "--cards",
                                               g_getenv ("PERRON_CARDS"), NULL);
  g_assert_no_error (error);
  wait_for_file (harness->control);
}

void
harness_start_pcscd (Harness *harness, guint silence_ms)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *program = build_file ("perron-pcscd");
  g_autofree char *driver = build_file ("libperron-ifd.so");
  g_autofree char *conf = g_build_filename (harness->folder, "conf", NULL);
  g_autofree char *timeout = g_strdup_printf ("%u", silence_ms);
  g_autoptr (GSubprocessLauncher) launcher =
    g_subprocess_launcher_new (g_getenv ("PERRON_VERBOSE") ? G_SUBPROCESS_FLAGS_NONE : G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_the_test, NULL, NULL);
  g_unlink (harness->pcsc);
  harness->pcscd =
    g_subprocess_launcher_spawn (launcher, &error, program, "--socket", harness->pcsc, "--conf", conf, "--driver", driver, "--dock",
                                 harness->slot, "--timeout", timeout, g_getenv ("PERRON_VERBOSE") ? "--verbose" : NULL, NULL);
  g_assert_no_error (error);
  wait_for_file (harness->pcsc);
}

/* One folder a process: libpcsclite remembers for ever the socket it used first. */
static const char *
process_folder (void)
{
  static char *folder;
  g_autoptr (GError) error = NULL;
  if (folder == NULL) {
    folder = g_dir_make_tmp ("perron-dock-XXXXXX", &error);
    g_assert_no_error (error);
    g_autofree char *pcsc = g_build_filename (folder, "pcsc", NULL);
    g_setenv ("PCSCLITE_CSOCK_NAME", pcsc, TRUE);
  } else {
    g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  }
  return folder;
}

Harness *
harness_new (guint silence_ms)
{
  Harness *harness = g_new0 (Harness, 1);
  harness->folder = g_strdup (process_folder ());
  harness->control = g_build_filename (harness->folder, "control", NULL);
  harness->slot = g_build_filename (harness->folder, "slot", NULL);
  harness->pcsc = g_build_filename (harness->folder, "pcsc", NULL);
  harness_start_dock (harness);
  harness_start_pcscd (harness, silence_ms);
  return harness;
}

void
harness_kill (GSubprocess **process)
{
  g_autoptr (GError) error = NULL;
  if (*process == NULL)
    return;
  g_subprocess_force_exit (*process);
  g_subprocess_wait (*process, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (process);
}

void
harness_free (Harness *harness)
{
  g_autofree char *conf = g_build_filename (harness->folder, "conf", NULL);
  g_autofree char *file = g_build_filename (conf, "perron-dock.conf", NULL);
  harness_kill (&harness->pcscd);
  harness_kill (&harness->dock);
  g_unlink (harness->control);
  g_unlink (harness->slot);
  g_unlink (harness->pcsc);
  g_unlink (file);
  g_rmdir (conf);
  g_assert_cmpint (g_rmdir (harness->folder), ==, 0);
  g_free (harness->folder);
  g_free (harness->control);
  g_free (harness->slot);
  g_free (harness->pcsc);
  g_free (harness);
}

void
client_open (Client *client)
{
  DWORD length = sizeof client->reader;
  memset (client, 0, sizeof *client);
  g_assert_cmphex (SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &client->context), ==, SCARD_S_SUCCESS);
  g_assert_cmphex (SCardListReaders (client->context, NULL, client->reader, &length), ==, SCARD_S_SUCCESS);
  client->state.szReader = client->reader;
}

void
client_close (Client *client)
{
  SCardReleaseContext (client->context);
}

guint
client_wait (Client *client, DWORD mask, DWORD wanted)
{
  guint events = 0;
  do {
    g_assert_cmphex (SCardGetStatusChange (client->context, WAIT_MS, &client->state, 1), ==, SCARD_S_SUCCESS);
    client->state.dwCurrentState = client->state.dwEventState & ~(DWORD) SCARD_STATE_CHANGED;
    events++;
  } while ((client->state.dwEventState & mask) != wanted);
  return events;
}

LONG
client_connect (Client *client, SCARDHANDLE *ret_card)
{
  DWORD protocol;
  return SCardConnect (client->context, client->reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, ret_card, &protocol);
}

LONG
client_send (SCARDHANDLE card, const guint8 *command, gsize length, guint8 *answer, DWORD *ret_length)
{
  *ret_length = 258;
  return SCardTransmit (card, SCARD_PCI_T0, command, length, NULL, answer, ret_length);
}
