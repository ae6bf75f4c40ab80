/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-jack-line.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/dock/dock-socket.h"

#define LISTENERS_MAX 16

struct PerronDockJackLine {
  char *path;
  int listener;
  guint watch;
  gboolean in;
  gboolean pulled;
  GArray *clients; /* int */
};

/* One byte: element 0, and whether it is plugged (alsa-jack/alsa-jack.c). FALSE: nobody is there any more, or nobody reads. */
static gboolean
tell (int client, gboolean in)
{
  const guint8 byte = in ? 1 : 0;
  return send (client, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;
}

static void
tell_all (PerronDockJackLine *line)
{
  for (guint i = line->clients->len; i > 0; i--) {
    const int client = g_array_index (line->clients, int, i - 1);
    if (tell (client, line->in))
      continue;
    close (client);
    g_array_remove_index_fast (line->clients, i - 1);
  }
}

/* Who left is noticed when somebody comes: a client is only spoken to. */
static void
drop_gone (PerronDockJackLine *line)
{
  guint8 byte;
  for (guint i = line->clients->len; i > 0; i--) {
    const int client = g_array_index (line->clients, int, i - 1);
    const gssize got = recv (client, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      continue;
    close (client);
    g_array_remove_index_fast (line->clients, i - 1);
  }
}

static gboolean
on_client (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockJackLine *line = data;
  const int client = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (client < 0)
    return G_SOURCE_CONTINUE;
  drop_gone (line);
  if (!line->pulled && line->clients->len < LISTENERS_MAX && tell (client, line->in))
    g_array_append_val (line->clients, client);
  else
    close (client);
  return G_SOURCE_CONTINUE;
}

PerronDockJackLine *
perron_dock_jack_line_new (const char *path, GError **error)
{
  const int listener = perron_dock_socket_listen (path, SOCK_STREAM, error);
  if (listener < 0)
    return NULL;
  PerronDockJackLine *line = g_new0 (PerronDockJackLine, 1);
  line->path = g_strdup (path);
  line->listener = listener;
  line->clients = g_array_new (FALSE, FALSE, sizeof (int));
  line->watch = g_unix_fd_add (listener, G_IO_IN, on_client, line);
  return line;
}

void
perron_dock_jack_line_free (PerronDockJackLine *line)
{
  if (line == NULL)
    return;
  g_source_remove (line->watch);
  for (guint i = 0; i < line->clients->len; i++)
    close (g_array_index (line->clients, int, i));
  g_array_unref (line->clients);
  close (line->listener);
  g_unlink (line->path);
  g_free (line->path);
  g_free (line);
}

void
perron_dock_jack_line_set (PerronDockJackLine *line, gboolean in)
{
  line->in = in;
  tell_all (line);
}

void
perron_dock_jack_line_plug (PerronDockJackLine *line, gboolean plugged)
{
  line->pulled = !plugged;
  for (guint i = 0; !plugged && i < line->clients->len; i++)
    close (g_array_index (line->clients, int, i));
  if (!plugged)
    g_array_set_size (line->clients, 0);
}

gboolean
perron_dock_jack_line_get (const PerronDockJackLine *line)
{
  return line->in;
}
