/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/stage-lines.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "kiosk/demo/stage-world.h"

#define CLIENTS_MAX 32
#define LINE_MAX_BYTES 4096

typedef struct {
  int in, out;
  GString *text;
} Client;

struct PerronLines {
  int signals;
  int listener;
  char *path;
  GPtrArray *clients; /* Client*; the first is standard input when it is read */
  gboolean with_stdin;
};

static Client *
client_new (int in, int out)
{
  Client *client = g_new0 (Client, 1);
  client->in = in;
  client->out = out;
  client->text = g_string_new (NULL);
  return client;
}

static void
client_free (gpointer data)
{
  Client *client = data;
  if (client->in == client->out)
    close (client->in);
  g_string_free (client->text, TRUE);
  g_free (client);
}

static int
open_signals (void)
{
  sigset_t set;
  sigemptyset (&set);
  sigaddset (&set, SIGINT);
  sigaddset (&set, SIGTERM);
  sigaddset (&set, SIGHUP);
  sigaddset (&set, SIGCHLD);
  sigprocmask (SIG_BLOCK, &set, NULL);
  signal (SIGPIPE, SIG_IGN);
  return signalfd (-1, &set, SFD_CLOEXEC);
}

static int
open_listener (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  unlink (path);
  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, sizeof address) == 0 && listen (fd, 8) == 0)
    return fd;
  g_set_error (error, PERRON_STAGE_ERROR, PERRON_STAGE_ERROR_FOLDER, "%s: %s", path, g_strerror (errno));
  close (fd);
  return -1;
}

PerronLines *
perron_lines_new (const char *socket_path, gboolean with_stdin, GError **error)
{
  g_autoptr (PerronLines) lines = g_new0 (PerronLines, 1);
  lines->path = g_strdup (socket_path);
  lines->clients = g_ptr_array_new_with_free_func (client_free);
  lines->signals = open_signals ();
  lines->listener = open_listener (socket_path, error);
  lines->with_stdin = with_stdin;
  if (lines->listener < 0)
    return NULL;
  if (with_stdin)
    g_ptr_array_add (lines->clients, client_new (STDIN_FILENO, STDOUT_FILENO));
  return g_steal_pointer (&lines);
}

void
perron_lines_free (PerronLines *lines)
{
  if (lines == NULL)
    return;
  g_ptr_array_unref (lines->clients);
  if (lines->listener >= 0) {
    close (lines->listener);
    unlink (lines->path);
  }
  close (lines->signals);
  g_free (lines->path);
  g_free (lines);
}

static gboolean
answer (Client *client, const char *text)
{
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  gsize left = strlen (line);
  for (const char *at = line; left > 0;) {
    gssize done = write (client->out, at, left);
    if (done < 0)
      return FALSE;
    at += done;
    left -= (gsize) done;
  }
  return TRUE;
}

/* FALSE: the client is gone, or talks nonsense. */
static gboolean
serve (Client *client, PerronLineCallback on_line, gpointer data)
{
  char buffer[1024];
  gssize got = read (client->in, buffer, sizeof buffer);
  if (got <= 0 || client->text->len > LINE_MAX_BYTES)
    return FALSE;
  g_string_append_len (client->text, buffer, got);

  const char *end;
  while ((end = memchr (client->text->str, '\n', client->text->len)) != NULL) {
    g_autofree char *line = g_strndup (client->text->str, (gsize) (end - client->text->str));
    g_string_erase (client->text, 0, end - client->text->str + 1);
    g_autofree char *said = on_line (data, g_strstrip (line));
    if (!answer (client, said))
      return FALSE;
  }
  return TRUE;
}

static gboolean
serve_all (PerronLines *lines, const struct pollfd *news, PerronLineCallback on_line, gpointer data)
{
  for (guint i = lines->clients->len; i > 0; i--) {
    if (news[i - 1].revents == 0 || serve (g_ptr_array_index (lines->clients, i - 1), on_line, data))
      continue;
    g_ptr_array_remove_index (lines->clients, i - 1);
    if (i == 1 && lines->with_stdin)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_time_to_end (const PerronLines *lines, void (*on_child) (gpointer data), gpointer data)
{
  struct signalfd_siginfo info;
  if (read (lines->signals, &info, sizeof info) != sizeof info)
    return FALSE;
  if (info.ssi_signo != SIGCHLD)
    return TRUE;
  on_child (data);
  return FALSE;
}

gboolean
perron_lines_step (PerronLines *lines, PerronLineCallback on_line, void (*on_child) (gpointer data), gpointer data)
{
  struct pollfd news[CLIENTS_MAX + 2];
  const guint count = lines->clients->len;

  for (guint i = 0; i < count; i++)
    news[i] = (struct pollfd){ .fd = ((Client *) g_ptr_array_index (lines->clients, i))->in, .events = POLLIN };
  news[count] = (struct pollfd){ .fd = lines->signals, .events = POLLIN };
  news[count + 1] = (struct pollfd){ .fd = count < CLIENTS_MAX ? lines->listener : -1, .events = POLLIN };
  if (poll (news, count + 2, -1) < 0)
    return errno == EINTR;

  if (news[count].revents != 0 && is_time_to_end (lines, on_child, data))
    return FALSE;
  if (!serve_all (lines, news, on_line, data))
    return FALSE;
  if (news[count + 1].revents != 0) {
    int fd = accept4 (lines->listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
      g_ptr_array_add (lines->clients, client_new (fd, fd));
  }
  return TRUE;
}
