/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thing is held to the reader → the terminal knows which: perron-nfc and the terminal's watch, against a bare libnfc loop that looks for
 * the same things in the same order (bare-nfc.c). The chip answers as late as a real one at 115200 baud. In turn, in one run.
 */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/nfc/nfc-watch.h"

#define POLL_MS 5
#define ROUNDS 3
#define BUDGET_RATIO 1.20
#define LATE_S 30

static const char *const tags[] = { "classic-badge.json", "phone.json", "navigo-b-prime.json", "paper-ticket.json" };

typedef struct {
  char *folder, *control, *line, *config_path;
  PerronConfig *config;
  GSubprocess *dock;
  GMainLoop *loop;
  PerronNfcEvent awaited;
  gint64 seen_us;
} Bench;

static gboolean
on_late (gpointer data)
{
  g_printerr ("bench-nfc: nothing came within %d s\n", LATE_S);
  exit (2);
}

static void
ask_dock (const Bench *bench, const char *verb)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (bench->control);
  g_autoptr (GSocketConnection) connection = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, &error);
  g_assert_no_error (error);
  g_autofree char *line = g_strdup_printf ("%s\n", verb);
  char answer[256] = "";
  g_assert_true (g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), line, strlen (line), NULL, NULL, &error));
  g_assert_cmpint (g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (connection)), answer, sizeof answer - 1, NULL, &error), >, 0);
  g_assert_cmpstr (answer, ==, "ok\n");
}

static void
on_news (const PerronNfcNews *news, gpointer data)
{
  Bench *bench = data;
  if (news->event != bench->awaited)
    return;
  bench->seen_us = g_get_monotonic_time ();
  g_main_loop_quit (bench->loop);
}

static void
await_event (Bench *bench, PerronNfcEvent event)
{
  bench->awaited = event;
  guint late = g_timeout_add_seconds (LATE_S, on_late, NULL);
  g_main_loop_run (bench->loop);
  g_source_remove (late);
}

static GSubprocess *
spawn (GSubprocessFlags flags, const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *process = g_subprocess_newv (argv, flags, &error);
  g_assert_no_error (error);
  return process;
}

static void
end (GSubprocess *process)
{
  g_subprocess_send_signal (process, SIGTERM);
  g_assert_true (g_subprocess_wait (process, NULL, NULL));
  g_object_unref (process);
}

static void
run_ours (Bench *bench, GArray *times)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronNfcWatch) watch = perron_nfc_watch_new (bench->config, on_news, bench, &error);
  g_assert_no_error (error);
  GSubprocess *nfc = spawn (G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                            (const char *const[]){ PERRON_BUILD "/hw/nfc/perron-nfc", "--config", bench->config_path, NULL });
  await_event (bench, PERRON_NFC_EVENT_READER);
  for (guint i = 0; i < ROUNDS * G_N_ELEMENTS (tags); i++) {
    g_autofree char *verb = g_strdup_printf ("tap %s", tags[i % G_N_ELEMENTS (tags)]);
    gint64 start_us = g_get_monotonic_time ();
    ask_dock (bench, verb);
    await_event (bench, PERRON_NFC_EVENT_TAP);
    double ms = (double) (bench->seen_us - start_us) / 1000;
    g_array_append_val (times, ms);
    ask_dock (bench, "untap");
    await_event (bench, PERRON_NFC_EVENT_GONE);
  }
  end (nfc);
}

static void
await_byte (GSubprocess *process, char wanted)
{
  char byte = 0;
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (process), &byte, 1, NULL, NULL), ==, 1);
  g_assert_cmpint (byte, ==, wanted);
}

static void
run_bare (Bench *bench, GArray *times)
{
  g_autofree char *poll_ms = g_strdup_printf ("%d", POLL_MS);
  GSubprocess *bare = spawn (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             (const char *const[]){ PERRON_BUILD "/tests/bench/nfc/bare-nfc", bench->line, poll_ms, NULL });
  await_byte (bare, 'r');
  for (guint i = 0; i < ROUNDS * G_N_ELEMENTS (tags); i++) {
    g_autofree char *verb = g_strdup_printf ("tap %s", tags[i % G_N_ELEMENTS (tags)]);
    gint64 start_us = g_get_monotonic_time ();
    ask_dock (bench, verb);
    await_byte (bare, '+');
    double ms = (double) (g_get_monotonic_time () - start_us) / 1000;
    g_array_append_val (times, ms);
    ask_dock (bench, "untap");
    await_byte (bare, '-');
  }
  end (bare);
}

static int
compare (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

/* Of the times of all things, the middle of each thing's: one that takes long does not hide behind one that does not. */
static double
sum_of_medians (const GArray *times)
{
  double sum = 0;
  for (guint tag = 0; tag < G_N_ELEMENTS (tags); tag++) {
    g_autoptr (GArray) of = g_array_new (FALSE, FALSE, sizeof (double));
    for (guint i = tag; i < times->len; i += G_N_ELEMENTS (tags))
      g_array_append_val (of, g_array_index (times, double, i));
    qsort (of->data, of->len, sizeof (double), compare);
    sum += g_array_index (of, double, of->len / 2);
  }
  return sum / G_N_ELEMENTS (tags);
}

static void
open_bench (Bench *bench)
{
  g_autoptr (GError) error = NULL;
  bench->folder = g_dir_make_tmp ("perron-bench-XXXXXX", &error);
  g_assert_no_error (error);
  bench->control = g_build_filename (bench->folder, "dock", NULL);
  bench->line = g_build_filename (bench->folder, "tty", NULL);
  bench->config_path = g_build_filename (bench->folder, "perron.conf", NULL);
  bench->loop = g_main_loop_new (NULL, FALSE);
  g_autofree char *text = g_strdup_printf ("[nfc]\ndevice=%s\nsocket=%s/nfc\npoll_ms=%d\n", bench->line, bench->folder, POLL_MS);
  g_assert_true (g_file_set_contents (bench->config_path, text, -1, &error));
  bench->config = perron_config_load (bench->config_path, &error);
  g_assert_no_error (error);
  bench->dock = spawn (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                       (const char *const[]){ PERRON_BUILD "/hw/dock/perron-dock", "--control", bench->control, "--cards", PERRON_CARDS, "--nfc",
                                              bench->line, "--realistic-nfc", NULL });
  while (!g_file_test (bench->control, G_FILE_TEST_EXISTS) || !g_file_test (bench->line, G_FILE_TEST_EXISTS)) {
    g_assert_nonnull (g_subprocess_get_identifier (bench->dock));
    g_thread_yield ();
  }
}

static void
close_bench (Bench *bench)
{
  static const char *const files[] = { "dock", "tty", "nfc", "perron.conf" };
  end (bench->dock);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (bench->folder, files[i], NULL);
    g_unlink (path);
  }
  g_rmdir (bench->folder);
  perron_config_free (bench->config);
  g_main_loop_unref (bench->loop);
  g_free (bench->folder);
  g_free (bench->control);
  g_free (bench->line);
  g_free (bench->config_path);
}

int
main (int argc, char **argv)
{
  guint64 turns = 5;
  Bench bench = { 0 };
  g_autoptr (GArray) ours = g_array_new (FALSE, FALSE, sizeof (double)), bare = g_array_new (FALSE, FALSE, sizeof (double));

  if (argc > 2 || (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 1, 1000, &turns, NULL))) {
    fprintf (stderr, "usage: bench-nfc [TURNS]\n");
    return 2;
  }
  open_bench (&bench);
  for (guint64 turn = 0; turn < turns; turn++) { /* in turn, so that a busy moment falls on both */
    run_ours (&bench, ours);
    run_bare (&bench, bare);
  }
  close_bench (&bench);
  double our_ms = sum_of_medians (ours), bare_ms = sum_of_medians (bare);
  printf ("beyond nfc-tap %.2f ms: %u taps of %u kinds, median %.1f ms by perron, %.1f ms by a bare loop\n", our_ms - bare_ms, ours->len,
          (guint) G_N_ELEMENTS (tags), our_ms, bare_ms);
  printf ("ratio nfc-tap %.2f (budget %.2f)\n", our_ms / bare_ms, BUDGET_RATIO);
  return our_ms / bare_ms <= BUDGET_RATIO ? 0 : 1;
}
