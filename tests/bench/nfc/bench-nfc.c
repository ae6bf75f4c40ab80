/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A thing is held to the reader → the terminal knows which: perron-nfc and the terminal's watch, against a bare libnfc loop that looks for
 * the same things in the same order (bare-nfc.c), each as often as the product by default. The chip answers as late as a real one at
 * 115200 baud. In turn, in one run.
 */
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/nfc/nfc-watch.h"

#define POLL_MS 400 /* [nfc] poll_ms, of the bare loop too */
#define BUDGET_RATIO 1.05
#define BUDGET_CALLED_MS 2300 /* a round, and a listing */
#define BUDGET_GONE_MS 1200   /* "within about a second" */
#define GOLDEN 0.6180339887   /* its multiples spread evenly over a round, however many there are */
#define SPREAD_MS 1900        /* a round */
#define LATE_S 30

/* What the chip looks for by itself, and what it has to be told to call. */
static const char *const native_tags[] = { "classic-badge.json", "phone.json", "navigo-b.json", NULL };
static const char *const called_tags[] = { "navigo-b-prime.json", "paper-ticket.json", NULL };

typedef struct {
  GArray *seen; /* ms from the tap to the event */
  GArray *gone; /* ms from the removal to the event; nullable */
} Times;

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

static gboolean
on_pause (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

/* What is measured is how long it takes to be seen: it comes at every moment of a round. */
static void
pass_part_of_a_round (const Bench *bench, guint turn)
{
  double part = turn * GOLDEN - (guint) (turn * GOLDEN);
  g_timeout_add ((guint) (part * SPREAD_MS), on_pause, bench->loop);
  g_main_loop_run (bench->loop);
}

static void
note (GArray *times, gint64 start_us, gint64 end_us)
{
  double ms = (double) (end_us - start_us) / 1000;
  if (times != NULL)
    g_array_append_val (times, ms);
}

static void
run_ours (Bench *bench, const char *const *tags, guint turns, Times *times)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronNfcWatch) watch = perron_nfc_watch_new (bench->config, on_news, bench, &error);
  g_assert_no_error (error);
  GSubprocess *nfc = spawn (G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                            (const char *const[]){ PERRON_BUILD "/hw/nfc/perron-nfc", "--config", bench->config_path, NULL });
  await_event (bench, PERRON_NFC_EVENT_READER);
  for (guint i = 0; i < turns * g_strv_length ((char **) tags); i++) {
    g_autofree char *verb = g_strdup_printf ("tap %s", tags[i % g_strv_length ((char **) tags)]);
    pass_part_of_a_round (bench, i);
    gint64 start_us = g_get_monotonic_time ();
    ask_dock (bench, verb);
    await_event (bench, PERRON_NFC_EVENT_TAP);
    note (times->seen, start_us, bench->seen_us);
    start_us = g_get_monotonic_time ();
    ask_dock (bench, "untap");
    await_event (bench, PERRON_NFC_EVENT_GONE);
    note (times->gone, start_us, bench->seen_us);
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
run_bare (Bench *bench, const char *const *tags, guint turns, Times *times)
{
  g_autofree char *poll_ms = g_strdup_printf ("%d", POLL_MS);
  GSubprocess *bare = spawn (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                             (const char *const[]){ PERRON_BUILD "/tests/bench/nfc/bare-nfc", bench->line, poll_ms, NULL });
  await_byte (bare, 'r');
  for (guint i = 0; i < turns * g_strv_length ((char **) tags); i++) {
    g_autofree char *verb = g_strdup_printf ("tap %s", tags[i % g_strv_length ((char **) tags)]);
    pass_part_of_a_round (bench, i);
    gint64 start_us = g_get_monotonic_time ();
    ask_dock (bench, verb);
    await_byte (bare, '+');
    note (times->seen, start_us, g_get_monotonic_time ());
    ask_dock (bench, "untap");
    await_byte (bare, '-');
  }
  end (bare);
}

static double
mean (const GArray *times)
{
  double sum = 0;
  for (guint i = 0; i < times->len; i++)
    sum += g_array_index (times, double, i);
  return sum / times->len;
}

static double
longest (const GArray *times)
{
  double ms = 0;
  for (guint i = 0; i < times->len; i++)
    ms = MAX (ms, g_array_index (times, double, i));
  return ms;
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
  g_autofree char *text = g_strdup_printf ("[nfc]\ndevice=%s\nsocket=%s/nfc\n", bench->line, bench->folder);
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

static void
clear_times (Times *times)
{
  g_array_unref (times->seen);
  g_clear_pointer (&times->gone, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Times, clear_times)

static Times
make_times (gboolean gone)
{
  return (Times){ g_array_new (FALSE, FALSE, sizeof (double)), gone ? g_array_new (FALSE, FALSE, sizeof (double)) : NULL };
}

int
main (int argc, char **argv)
{
  guint64 turns = 8;
  Bench bench = { 0 };
  g_auto (Times) ours = make_times (TRUE), bare = make_times (FALSE), called = make_times (FALSE);

  if (argc > 2 || (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 2, 1000, &turns, NULL))) {
    fprintf (stderr, "usage: bench-nfc [TURNS]\n");
    return 2;
  }
  open_bench (&bench);
  run_ours (&bench, native_tags, (guint) turns, &ours);
  run_bare (&bench, native_tags, (guint) turns, &bare);
  run_ours (&bench, called_tags, (guint) turns / 2, &called);
  close_bench (&bench);
  double our_ms = mean (ours.seen), bare_ms = mean (bare.seen), called_ms = longest (called.seen), gone_ms = longest (ours.gone);
  printf ("beyond nfc-tap %.1f ms: %u taps of types A and B, mean %.0f ms by perron (longest %.0f), %.0f ms by a bare loop (longest %.0f)\n",
          our_ms - bare_ms, ours.seen->len, our_ms, longest (ours.seen), bare_ms, longest (bare.seen));
  printf ("beyond nfc-called: %u taps of type B' and SRx, mean %.0f ms, longest %.0f ms (budget %d)\n", called.seen->len, mean (called.seen),
          called_ms, BUDGET_CALLED_MS);
  printf ("beyond nfc-gone: mean %.0f ms, longest %.0f ms (budget %d)\n", mean (ours.gone), gone_ms, BUDGET_GONE_MS);
  printf ("ratio nfc-tap %.2f (budget %.2f)\n", our_ms / bare_ms, BUDGET_RATIO);
  return our_ms / bare_ms <= BUDGET_RATIO && called_ms <= BUDGET_CALLED_MS && gone_ms <= BUDGET_GONE_MS ? 0 : 1;
}
