/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-nfc.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#define US_PER_WIRE_BYTE 87 /* ten bits at 115200 baud */
#define US_PER_AIR_BYTE 85  /* nine bits at 106 kbit/s */

struct PerronDockNfc {
  Pn532 *chip;
  char *link;
  char *line;
  int master;
  int slave;
  guint watch;
  gboolean realistic;
  gint64 busy_until_us; /* answers leave one after the other */
  GPtrArray *late;      /* Late: on their way */
  guint alarm;          /* the chip wants to look again */
  void (*changed) (gpointer data);
  gpointer data;
};

typedef struct {
  PerronDockNfc *nfc;
  GBytes *bytes;
  guint source;
} Late;

static void
free_late (Late *late)
{
  if (late->source != 0)
    g_source_remove (late->source);
  g_bytes_unref (late->bytes);
  g_free (late);
}

/* A host that does not read loses bytes, as on a wire: the pty takes 4 kB, sixteen frames. */
static void
write_line (PerronDockNfc *nfc, const guint8 *bytes, gsize length)
{
  if (nfc->master >= 0 && write (nfc->master, bytes, length) != (gssize) length)
    g_debug ("the NFC line is full");
}

static gboolean
on_late (gpointer data)
{
  Late *late = data;
  gsize length;
  const guint8 *bytes = g_bytes_get_data (late->bytes, &length);
  write_line (late->nfc, bytes, length);
  late->source = 0;
  g_ptr_array_remove (late->nfc->late, late);
  return G_SOURCE_REMOVE;
}

static void
on_say (const guint8 *bytes, gsize length, gsize air_bytes, guint think_ms, gpointer data)
{
  PerronDockNfc *nfc = data;
  gint64 now = g_get_monotonic_time ();
  gint64 line_us = nfc->realistic ? (gint64) (length * US_PER_WIRE_BYTE + air_bytes * (US_PER_AIR_BYTE + US_PER_WIRE_BYTE)) : 0;

  if (line_us == 0 && think_ms == 0 && nfc->busy_until_us <= now) {
    write_line (nfc, bytes, length);
    return;
  }
  nfc->busy_until_us = MAX (nfc->busy_until_us, now) + line_us + (gint64) think_ms * 1000;
  Late *late = g_new0 (Late, 1);
  late->nfc = nfc;
  late->bytes = g_bytes_new (bytes, length);
  g_ptr_array_add (nfc->late, late);
  late->source = g_timeout_add ((guint) ((nfc->busy_until_us - now + 999) / 1000), on_late, late);
}

static gboolean
on_alarm (gpointer data)
{
  PerronDockNfc *nfc = data;
  nfc->alarm = 0;
  pn532_ring (nfc->chip);
  return G_SOURCE_REMOVE;
}

static void
on_later (guint ms, gpointer data)
{
  PerronDockNfc *nfc = data;
  g_clear_handle_id (&nfc->alarm, g_source_remove);
  if (ms > 0)
    nfc->alarm = g_timeout_add (ms, on_alarm, nfc);
}

static gboolean
on_bytes (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockNfc *nfc = data;
  guint8 bytes[1024];
  gssize count = read (fd, bytes, sizeof bytes);
  if (count > 0)
    pn532_feed (nfc->chip, bytes, (gsize) count);
  return G_SOURCE_CONTINUE;
}

static gboolean
refuse (const char *what, GError **error)
{
  int code = errno;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

/* Under a name of its own first, then renamed: who follows the link never finds none. */
static gboolean
make_link (PerronDockNfc *nfc, GError **error)
{
  struct stat before;
  if (nfc->link == NULL)
    return TRUE;
  if (lstat (nfc->link, &before) == 0 && !S_ISLNK (before.st_mode)) {
    errno = EEXIST;
    return refuse (nfc->link, error);
  }
  g_autofree char *making = g_strdup_printf ("%s~%d", nfc->link, (int) getpid ());
  if (symlink (nfc->line, making) == 0 && g_rename (making, nfc->link) == 0)
    return TRUE;
  return refuse (nfc->link, error);
}

static gboolean
open_line (PerronDockNfc *nfc, GError **error)
{
  char name[64];
  nfc->master = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
  if (nfc->master < 0 || grantpt (nfc->master) != 0 || unlockpt (nfc->master) != 0 || ptsname_r (nfc->master, name, sizeof name) != 0)
    return refuse ("pseudo-terminal", error);
  nfc->slave = open (name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios raw;
  if (nfc->slave < 0 || tcgetattr (nfc->slave, &raw) != 0)
    return refuse (name, error);
  cfmakeraw (&raw);
  if (tcsetattr (nfc->slave, TCSANOW, &raw) != 0)
    return refuse (name, error);
  g_free (nfc->line);
  nfc->line = g_strdup (name);
  nfc->watch = g_unix_fd_add (nfc->master, G_IO_IN, on_bytes, nfc);
  return make_link (nfc, error);
}

static void
close_line (PerronDockNfc *nfc)
{
  g_ptr_array_set_size (nfc->late, 0);
  if (nfc->watch != 0)
    g_source_remove (nfc->watch);
  if (nfc->slave >= 0)
    close (nfc->slave);
  if (nfc->master >= 0)
    close (nfc->master);
  nfc->watch = 0;
  nfc->slave = nfc->master = -1;
}

PerronDockNfc *
perron_dock_nfc_new (const char *link, gboolean realistic, void (*changed) (gpointer data), gpointer data, GError **error)
{
  g_autoptr (PerronDockNfc) nfc = g_new0 (PerronDockNfc, 1);
  nfc->chip = pn532_new (on_say, on_later, nfc);
  nfc->link = g_strdup (link);
  nfc->late = g_ptr_array_new_with_free_func ((GDestroyNotify) free_late);
  nfc->master = nfc->slave = -1;
  nfc->realistic = realistic;
  nfc->changed = changed;
  nfc->data = data;
  return open_line (nfc, error) ? g_steal_pointer (&nfc) : NULL;
}

void
perron_dock_nfc_free (PerronDockNfc *nfc)
{
  if (nfc == NULL)
    return;
  close_line (nfc);
  if (nfc->link != NULL && g_file_test (nfc->link, G_FILE_TEST_IS_SYMLINK))
    g_unlink (nfc->link);
  pn532_free (nfc->chip);
  g_ptr_array_unref (nfc->late);
  g_free (nfc->link);
  g_free (nfc->line);
  g_free (nfc);
}

Pn532 *
perron_dock_nfc_get_chip (PerronDockNfc *nfc)
{
  return nfc->chip;
}

const char *
perron_dock_nfc_get_line (const PerronDockNfc *nfc)
{
  return nfc->line;
}

void
perron_dock_nfc_changed (PerronDockNfc *nfc)
{
  nfc->changed (nfc->data);
}

gboolean
perron_dock_nfc_hang_up (PerronDockNfc *nfc, GError **error)
{
  close_line (nfc);
  pn532_reset (nfc->chip);
  return open_line (nfc, error);
}
