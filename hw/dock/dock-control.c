/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-control.h"

#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/dock/dock-socket.h"

struct PerronDockControl {
  PerronDock *dock;
  char *path;
  int fd;
  guint watch;
  GCancellable *gone;
};

typedef struct {
  PerronDock *dock;
  GCancellable *gone; /* the control socket was freed: the dock is no more */
  GBufferedInputStream *input;
  GOutputStream *output;
  char *answer; /* on its way */
} Client;

static void
free_client (Client *client)
{
  g_object_unref (client->gone);
  g_object_unref (client->input);
  g_object_unref (client->output);
  g_free (client->answer);
  g_free (client);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, free_client)

static void read_line (Client *client);

/* Also the way from one line to the next: a pile of lines does not become a pile of calls. */
static void
on_written (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Client) client = data;
  g_clear_pointer (&client->answer, g_free);
  if (g_output_stream_write_all_finish (client->output, result, NULL, NULL) && !g_cancellable_is_cancelled (client->gone))
    read_line (g_steal_pointer (&client));
}

/* Not cancelled with the socket: the "ok" of `quit` is still to go out. */
static void
on_reply (const char *line, gpointer data)
{
  Client *client = data;
  client->answer = g_strconcat (line, "\n", NULL);
  g_output_stream_write_all_async (client->output, client->answer, strlen (client->answer), G_PRIORITY_DEFAULT, NULL, on_written, client);
}

static void
take_line (Client *client, const char *bytes, gsize length)
{
  g_autofree char *line = g_strndup (bytes, length);
  gsize skip = length + 1;
  if (g_input_stream_skip (G_INPUT_STREAM (client->input), skip, NULL, NULL) != (gssize) skip) /* from the buffer: does not block */
    return free_client (client);
  if (strlen (line) != length || !g_utf8_validate (line, -1, NULL))
    on_reply ("error: not UTF-8", client);
  else
    perron_dock_do (client->dock, line, on_reply, client);
}

static void
on_filled (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (Client) client = data;
  if (g_buffered_input_stream_fill_finish (client->input, result, NULL) > 0 && !g_cancellable_is_cancelled (client->gone))
    read_line (g_steal_pointer (&client));
}

/* The buffer has a fixed size: a client that pours without a line end fills it and is let go. */
static void
read_line (Client *client)
{
  gsize size;
  const char *bytes = g_buffered_input_stream_peek_buffer (client->input, &size);
  const char *end = size > 0 ? memchr (bytes, '\n', size) : NULL;
  if (end != NULL)
    take_line (client, bytes, (gsize) (end - bytes));
  else if (size >= PERRON_DOCK_LINE_MAX)
    free_client (client);
  else
    g_buffered_input_stream_fill_async (client->input, -1, G_PRIORITY_DEFAULT, client->gone, on_filled, client);
}

static gboolean
on_client (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockControl *control = data;
  int line = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (line < 0)
    return G_SOURCE_CONTINUE;
  g_autoptr (GInputStream) raw = g_unix_input_stream_new (dup (line), TRUE);
  Client *client = g_new0 (Client, 1);
  client->dock = control->dock;
  client->gone = g_object_ref (control->gone);
  client->input = G_BUFFERED_INPUT_STREAM (g_buffered_input_stream_new_sized (raw, PERRON_DOCK_LINE_MAX));
  client->output = g_unix_output_stream_new (line, TRUE);
  read_line (client);
  return G_SOURCE_CONTINUE;
}

PerronDockControl *
perron_dock_control_new (PerronDock *dock, const char *path, GError **error)
{
  int fd = perron_dock_socket_listen (path, SOCK_STREAM, error);
  if (fd < 0)
    return NULL;
  PerronDockControl *control = g_new0 (PerronDockControl, 1);
  control->dock = dock;
  control->path = g_strdup (path);
  control->fd = fd;
  control->gone = g_cancellable_new ();
  control->watch = g_unix_fd_add (fd, G_IO_IN, on_client, control);
  return control;
}

void
perron_dock_control_free (PerronDockControl *control)
{
  if (control == NULL)
    return;
  g_cancellable_cancel (control->gone);
  g_object_unref (control->gone);
  g_source_remove (control->watch);
  close (control->fd);
  unlink (control->path);
  g_free (control->path);
  g_free (control);
}

static char *
join_words (char **words)
{
  g_autoptr (GString) line = g_string_new (NULL);
  for (gsize i = 0; words[i] != NULL; i++) {
    gboolean is_path = strchr (words[i], '/') != NULL && g_file_test (words[i], G_FILE_TEST_EXISTS);
    g_autofree char *word = is_path ? g_canonicalize_filename (words[i], NULL) : g_strdup (words[i]);
    g_autofree char *quoted = g_shell_quote (word);
    g_string_append_printf (line, "%s%s", i > 0 ? " " : "", quoted);
  }
  g_string_append_c (line, '\n');
  return g_string_free (g_steal_pointer (&line), FALSE);
}

char *
perron_dock_control_ask (const char *path, char **words, GError **error)
{
  int fd = perron_dock_socket_connect (path, SOCK_STREAM, error);
  if (fd < 0)
    return NULL;
  g_autoptr (GOutputStream) output = g_unix_output_stream_new (dup (fd), TRUE);
  g_autoptr (GInputStream) raw = g_unix_input_stream_new (fd, TRUE);
  g_autoptr (GDataInputStream) input = g_data_input_stream_new (raw);
  g_autofree char *line = join_words (words);
  if (!g_output_stream_write_all (output, line, strlen (line), NULL, NULL, error))
    return NULL;
  g_autoptr (GError) cause = NULL;
  char *answer = g_data_input_stream_read_line (input, NULL, NULL, &cause);
  if (answer == NULL)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "%s: %s", path, cause != NULL ? cause->message : "the dock hung up");
  return answer;
}
