/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printers that are none: silent, babbling, gone, held by another. Each ends in a named error, and the main loop goes on meanwhile. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

#include "hw/print/printer.h"
#include "kiosk/core/secret.h"

typedef struct {
  GMainLoop *loop;
  PerronPrinterState state;
  int code;
  guint calls;
} Result;

static void
on_done (PerronPrinterState state, const GError *error, gpointer data)
{
  Result *result = data;
  result->state = state;
  result->code = error != NULL ? error->code : -1;
  result->calls++;
  g_main_loop_quit (result->loop);
}

typedef struct {
  int master, slave;
  char path[64];
} Line;

static void
line_open (Line *line)
{
  struct termios raw;
  line->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (line->master, >=, 0);
  g_assert_cmpint (grantpt (line->master) | unlockpt (line->master) | ptsname_r (line->master, line->path, sizeof line->path), ==, 0);
  line->slave = open (line->path, O_RDWR | O_NOCTTY | O_CLOEXEC);
  g_assert_cmpint (tcgetattr (line->slave, &raw), ==, 0);
  cfmakeraw (&raw);
  g_assert_cmpint (tcsetattr (line->slave, TCSANOW, &raw), ==, 0);
}

static void
line_close (Line *line)
{
  close (line->slave);
  close (line->master);
}

static PerronDocument *
small_document (void)
{
  g_autoptr (GError) error = NULL;
  PerronDocument *document = perron_document_new (FALSE);
  g_assert_true (perron_document_add_text (document, PERRON_PRINT_TEXT, PERRON_PUBLIC, "bonjour", &error));
  return document;
}

static void
print_on (const char *path, guint answer_ms, Result *result)
{
  const PerronPrinterOptions options = { .device = path, .answer_ms = answer_ms, .stall_ms = 50, .finish_ms = 100 };
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PerronPrinter) printer = perron_printer_new (&options);
  g_autoptr (GError) error = NULL;

  *result = (Result){ .loop = loop };
  g_assert_true (perron_printer_print (printer, small_document (), on_done, result, &error));
  g_assert_true (perron_printer_is_busy (printer));
  g_assert_false (perron_printer_print (printer, small_document (), on_done, result, &error));
  g_assert_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_BUSY);
  g_main_loop_run (loop);
  g_assert_false (perron_printer_is_busy (printer));
  g_assert_cmpuint (result->calls, ==, 1);
}

static void
test_absent (void)
{
  Result result;
  print_on ("/nonexistent/printer", 50, &result);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_ABSENT);
  g_assert_cmpint (result.state, ==, PERRON_PRINTER_ABSENT);
  print_on ("/etc/hostname", 50, &result); /* a file answers nothing: it is no printer */
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_ABSENT);
}

static void
test_silent (void)
{
  Line line;
  Result result;
  line_open (&line);
  print_on (line.path, 50, &result);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_STUCK);
  g_assert_cmpint (result.state, ==, PERRON_PRINTER_STUCK);
  line_close (&line);
}

static void
test_held (void)
{
  Line line;
  Result result;
  line_open (&line);
  g_assert_cmpint (flock (line.slave, LOCK_EX), ==, 0);
  print_on (line.path, 50, &result);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_ABSENT);
  line_close (&line);
}

typedef struct {
  Line line;
  guint8 byte;
  gint ends; /* atomic */
} Babbler;

/* Pours one byte for ever, or hangs up at the first question. */
static gpointer
babble (gpointer data)
{
  Babbler *babbler = data;
  guint8 bytes[512];
  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = babbler->byte;
  while (!g_atomic_int_get (&babbler->ends)) {
    if (write (babbler->line.master, bytes, sizeof bytes) < 0)
      g_thread_yield ();
  }
  return NULL;
}

static void
test_babble (void)
{
  static const guint8 bytes[] = { 0xFF, 0x00, 0x12, 0x11 };
  for (gsize i = 0; i < G_N_ELEMENTS (bytes); i++) {
    Babbler babbler = { .byte = bytes[i] };
    Result result;
    line_open (&babbler.line);
    g_assert_cmpint (fcntl (babbler.line.master, F_SETFL, O_NONBLOCK), ==, 0);
    g_autoptr (GThread) thread = g_thread_new ("babble", babble, &babbler);
    print_on (babbler.line.path, 50, &result);
    /* 0x12 is what "all is well" looks like; but then the mark is never answered. */
    g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_STUCK);
    g_atomic_int_set (&babbler.ends, 1);
    g_thread_join (g_steal_pointer (&thread));
    line_close (&babbler.line);
  }
}

static gpointer
hang_up (gpointer data)
{
  Line *line = data;
  guint8 byte;
  g_assert_cmpint (read (line->master, &byte, 1), ==, 1);
  close (line->master);
  return NULL;
}

static void
test_hang_up (void)
{
  Line line;
  Result result;
  line_open (&line);
  GThread *thread = g_thread_new ("hang-up", hang_up, &line);
  print_on (line.path, 60000, &result);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_ABSENT);
  g_thread_join (thread);
  close (line.slave);
}

/* Answers as a printer whose roll ends right behind the job: the person has their ticket. */
static gpointer
print_the_last (gpointer data)
{
  Line *line = data;
  guint8 seen[3] = { 0 }, byte;
  gboolean out = FALSE;
  while (read (line->master, &byte, 1) == 1) { /* until the other end is closed */
    seen[0] = seen[1];
    seen[1] = seen[2];
    seen[2] = byte;
    guint8 answer = out && byte == 4 ? 0x7E : 0x12;
    const gboolean mark = seen[0] == 0x1D && seen[1] == 'r', question = seen[0] == 0x10 && seen[1] == 0x04;
    out |= mark;
    if (mark)
      answer = 0x00;
    if (mark || question)
      g_assert_cmpint (write (line->master, &answer, 1), ==, 1);
  }
  return NULL;
}

static void
test_last_of_the_roll (void)
{
  Line line;
  Result result;
  line_open (&line);
  GThread *thread = g_thread_new ("printer", print_the_last, &line);
  print_on (line.path, 60000, &result);
  close (line.slave);
  g_thread_join (thread);
  close (line.master);
  g_assert_cmpint (result.code, ==, -1);
  g_assert_cmpint (result.state, ==, PERRON_PRINTER_PAPER_OUT);
}

/* A terminal that goes down does not wait for a printer, and no answer comes after. */
static void
test_free (void)
{
  Line line;
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  guint8 byte;

  line_open (&line);
  const PerronPrinterOptions options = { .device = line.path, .answer_ms = 3600 * 1000 };
  PerronPrinter *printer = perron_printer_new (&options);
  g_assert_true (perron_printer_print (printer, small_document (), on_done, &result, &error));
  g_assert_cmpint (read (line.master, &byte, 1), ==, 1); /* it asks, and waits for an hour */
  perron_printer_free (printer);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (result.calls, ==, 0);
  line_close (&line);
}

/* The person leaves while a printer stands still: the job ends at once, nothing of it stays, and the next person's is not touched. */
static void
test_cancel (void)
{
  Line line;
  Result result = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  const gsize before = perron_secret_in_use ();
  line_open (&line);
  const PerronPrinterOptions slow = { .device = line.path, .answer_ms = 500, .stall_ms = 50, .finish_ms = 60000 };
  g_autoptr (PerronPrinter) printer = perron_printer_new (&slow);

  result.loop = loop;
  perron_printer_cancel (printer); /* nothing under way: nothing */
  g_assert_true (perron_printer_print (printer, small_document (), on_done, &result, &error));
  perron_printer_cancel (printer);
  g_main_loop_run (loop);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_CANCELLED);
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
  g_assert_true (perron_printer_ask (printer, on_done, &result, &error));
  g_main_loop_run (loop);
  g_assert_cmpint (result.code, ==, PERRON_PRINT_ERROR_STUCK); /* it was asked: the cancelling did not stay */
  line_close (&line);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/printer/absent", test_absent);
  g_test_add_func ("/print/printer/silent", test_silent);
  g_test_add_func ("/print/printer/held", test_held);
  g_test_add_func ("/print/printer/babble", test_babble);
  g_test_add_func ("/print/printer/hang-up", test_hang_up);
  g_test_add_func ("/print/printer/last-of-the-roll", test_last_of_the_roll);
  g_test_add_func ("/print/printer/free", test_free);
  g_test_add_func ("/print/printer/cancel", test_cancel);
  return g_test_run ();
}
