/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/printer.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct PerronDockPrinter {
  char *path;
  int master;
  int slave; /* kept open: without it the master reads an error between two users of the line (facts/hardware.md 2.1) */
  guint watch; /* 0: stuck, or unplugged */
  gboolean plugged;
  PerronPaper *paper;
  void (*changed) (gpointer data);
  gpointer data;
};

static gboolean
refuse (const char *path, GError **error)
{
  const int code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

/* A line whose other end does not read loses answers, as wires do. */
static void
on_answer (const guint8 *bytes, gsize length, gpointer data)
{
  PerronDockPrinter *printer = data;
  if (printer->plugged && write (printer->master, bytes, length) < 0 && errno != EAGAIN)
    g_warning ("%s: %s", printer->path, g_strerror (errno));
}

static void
save (const PerronDockPrinter *printer, const char *ending, const void *bytes, gsize length)
{
  g_autofree char *path = g_strconcat (printer->path, ending, NULL);
  g_autoptr (GError) error = NULL;
  if (!g_file_set_contents_full (path, bytes, (gssize) length, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_warning ("%s", error->message);
}

static void
on_cut (gpointer data)
{
  PerronDockPrinter *printer = data;
  const char *text = perron_paper_get_text (printer->paper);
  GBytes *image = perron_paper_get_image (printer->paper);
  gsize length;

  save (printer, ".txt", text, strlen (text));
  if (image != NULL) {
    gconstpointer bytes = g_bytes_get_data (image, &length);
    save (printer, ".pbm", bytes, length);
  }
  printer->changed (printer->data);
}

static gboolean
on_bytes (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockPrinter *printer = data;
  guint8 bytes[4096];
  const gssize got = read (fd, bytes, sizeof bytes);
  if (got > 0)
    perron_paper_feed (printer->paper, bytes, (gsize) got);
  if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  printer->watch = 0;
  return G_SOURCE_REMOVE;
}

static void
close_pair (PerronDockPrinter *printer)
{
  if (printer->watch != 0)
    g_source_remove (printer->watch);
  printer->watch = 0;
  if (printer->slave >= 0)
    close (printer->slave);
  if (printer->master >= 0)
    close (printer->master);
  printer->slave = printer->master = -1;
}

static gboolean
open_pair (PerronDockPrinter *printer, GError **error)
{
  char name[128];
  struct termios line;

  printer->master = posix_openpt (O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (printer->master < 0 || grantpt (printer->master) != 0 || unlockpt (printer->master) != 0 ||
      ptsname_r (printer->master, name, sizeof name) != 0)
    return refuse ("a pseudo-terminal", error);
  printer->slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (printer->slave < 0 || tcgetattr (printer->slave, &line) != 0)
    return refuse (name, error);
  cfmakeraw (&line); /* before anybody uses it: an echo would look like answers */
  if (tcsetattr (printer->slave, TCSANOW, &line) != 0)
    return refuse (name, error);
  if (g_file_test (printer->path, G_FILE_TEST_IS_SYMLINK))
    g_unlink (printer->path);
  return symlink (name, printer->path) == 0 || refuse (printer->path, error);
}

PerronDockPrinter *
perron_dock_printer_new (const char *path, void (*changed) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (PerronDockPrinter) printer = g_new0 (PerronDockPrinter, 1);
  printer->master = printer->slave = -1;
  printer->path = g_strdup (path);
  printer->changed = changed;
  printer->data = data;
  printer->paper = perron_paper_new (on_answer, on_cut, printer);
  if (!open_pair (printer, error)) {
    g_clear_pointer (&printer->path, g_free); /* not ours to remove */
    return NULL;
  }
  printer->plugged = TRUE;
  perron_dock_printer_set_stuck (printer, FALSE);
  return g_steal_pointer (&printer);
}

void
perron_dock_printer_free (PerronDockPrinter *printer)
{
  if (printer == NULL)
    return;
  close_pair (printer);
  if (printer->path != NULL)
    g_unlink (printer->path);
  perron_paper_free (printer->paper);
  g_free (printer->path);
  g_free (printer);
}

PerronPaper *
perron_dock_printer_get_paper (PerronDockPrinter *printer)
{
  return printer->paper;
}

gboolean
perron_dock_printer_plug (PerronDockPrinter *printer, gboolean plugged, GError **error)
{
  if (plugged == printer->plugged)
    return TRUE;
  if (!plugged) {
    close_pair (printer);
    g_unlink (printer->path);
  } else if (!open_pair (printer, error)) {
    close_pair (printer);
    return FALSE;
  }
  printer->plugged = plugged;
  perron_dock_printer_set_stuck (printer, FALSE);
  printer->changed (printer->data);
  return TRUE;
}

void
perron_dock_printer_set_stuck (PerronDockPrinter *printer, gboolean stuck)
{
  if (!printer->plugged)
    return;
  if (stuck && printer->watch != 0) {
    g_source_remove (printer->watch);
    printer->watch = 0;
  } else if (!stuck && printer->watch == 0) {
    printer->watch = g_unix_fd_add (printer->master, G_IO_IN, on_bytes, printer);
  }
}

const char *
perron_dock_printer_get_state (PerronDockPrinter *printer)
{
  const PerronPaperSensors is = perron_paper_get_sensors (printer->paper);
  if (!printer->plugged)
    return "unplugged";
  if (printer->watch == 0)
    return "stuck";
  return is.cover ? "cover" : is.fault ? "fault" : is.out ? "out" : is.low ? "low" : "in";
}
