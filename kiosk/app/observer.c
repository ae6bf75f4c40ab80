/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/observer.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct PerronObserver {
  GSocketService *service;
  char *path;
  GPtrArray *clients; /* GSocketConnection */
  char *screen;       /* last lines about the screen, for a client that comes later */
  char *body;         /* what they tell, without their number: told again only when it differs */
  guint serial;
};

G_DEFINE_QUARK (perron-observer-error-quark, perron_observer_error)

static gboolean
send_text (GSocketConnection *client, const char *text)
{
  int fd = g_socket_get_fd (g_socket_connection_get_socket (client));
  gsize length = strlen (text), sent = 0;

  while (sent < length) {
    ssize_t count = send (fd, text + sent, length - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return FALSE;
    sent += (gsize) count;
  }
  return TRUE;
}

static void
send_to_all (PerronObserver *observer, const char *text)
{
  for (guint i = observer->clients->len; i > 0; i--) {
    if (!send_text (g_ptr_array_index (observer->clients, i - 1), text))
      g_ptr_array_remove_index_fast (observer->clients, i - 1);
  }
}

static gboolean
on_incoming (GSocketService *service, GSocketConnection *client, GObject *source, gpointer data)
{
  PerronObserver *observer = data;
  int room = 1 << 20; /* a whole screen must fit while the client draws breath */

  setsockopt (g_socket_get_fd (g_socket_connection_get_socket (client)), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
  if (observer->screen == NULL || send_text (client, observer->screen))
    g_ptr_array_add (observer->clients, g_object_ref (client));
  return TRUE;
}

PerronObserver *
perron_observer_new (const char *socket_path, GError **error)
{
  g_autoptr (PerronObserver) observer = g_new0 (PerronObserver, 1);
  g_autoptr (GError) cause = NULL;
  struct stat status;

  /* Only a socket left by an earlier run may be replaced. */
  if (lstat (socket_path, &status) == 0 && S_ISSOCK (status.st_mode))
    unlink (socket_path);
  observer->path = g_strdup (socket_path);
  observer->clients = g_ptr_array_new_with_free_func (g_object_unref);
  observer->service = g_socket_service_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (observer->service), address, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                      NULL, NULL, &cause)) {
    g_set_error (error, PERRON_OBSERVER_ERROR, PERRON_OBSERVER_ERROR_SOCKET, "%s: %s", socket_path, cause->message);
    return NULL;
  }
  chmod (socket_path, 0600);
  g_signal_connect (observer->service, "incoming", G_CALLBACK (on_incoming), observer);
  return g_steal_pointer (&observer);
}

void
perron_observer_free (PerronObserver *observer)
{
  if (observer == NULL)
    return;
  if (observer->service != NULL) {
    g_socket_service_stop (observer->service);
    g_socket_listener_close (G_SOCKET_LISTENER (observer->service));
    g_object_unref (observer->service);
  }
  unlink (observer->path);
  g_ptr_array_unref (observer->clients);
  g_free (observer->screen);
  g_free (observer->body);
  g_free (observer->path);
  g_free (observer);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const char *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static JsonBuilder *
begin_line (const char *type)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  add_string (builder, "type", type);
  return builder;
}

static char *
end_line (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  g_autoptr (JsonNode) root = json_builder_get_root (builder);
  g_autofree char *json = json_to_string (root, FALSE);
  return g_strconcat (json, "\n", NULL);
}

static void
add_targets (JsonBuilder *builder, PerronWindow *window)
{
  g_autoptr (GPtrArray) targets = perron_window_list_targets (window);

  json_builder_set_member_name (builder, "targets");
  json_builder_begin_array (builder);
  for (guint i = 0; i < targets->len; i++) {
    const PerronTarget *target = g_ptr_array_index (targets, i);
    json_builder_begin_object (builder);
    add_string (builder, "name", target->name);
    add_string (builder, "label", target->label != NULL ? target->label : "");
    json_builder_set_member_name (builder, "enabled");
    json_builder_add_boolean_value (builder, target->enabled);
    add_int (builder, "x", (gint64) target->bounds.origin.x);
    add_int (builder, "y", (gint64) target->bounds.origin.y);
    add_int (builder, "w", (gint64) target->bounds.size.width);
    add_int (builder, "h", (gint64) target->bounds.size.height);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static const char *
kind_word (PerronScreenKind kind)
{
  static const char *const words[] = { "message", "choice", "form",   "card", "holders", "consent",
                                       "guide",   "review", "ticket", "done", "error",   "help",    "language", "list" };
  return (guint) kind < G_N_ELEMENTS (words) ? words[kind] : "?";
}

void
perron_observer_tell_screen (PerronObserver *observer, PerronWindow *window, const PerronRunner *runner, const char *journey,
                             const PerronSettings *settings, const char *link)
{
  if (observer == NULL)
    return;

  const PerronScreen *screen = perron_runner_get_screen (runner);
  g_autoptr (JsonBuilder) builder = begin_line ("screen");
  g_autoptr (PerronSecretText) text = perron_window_dup_text (window);
  add_string (builder, "journey", journey);
  add_string (builder, "screen", screen->id);
  add_string (builder, "kind", kind_word (screen->kind));
  add_string (builder, "text", text);
  add_string (builder, "lang", settings->language);
  add_int (builder, "size", settings->size);
  add_int (builder, "contrast", settings->contrast);
  add_string (builder, "link", link);
  add_targets (builder, window);
  g_autofree char *body = end_line (builder);
  if (g_strcmp0 (body, observer->body) == 0)
    return;

  g_free (observer->body);
  observer->body = g_steal_pointer (&body);
  observer->serial++;
  g_free (observer->screen);
  observer->screen = g_strdup_printf ("{\"serial\":%u,%s{\"type\":\"painted\",\"serial\":%u}\n", observer->serial, observer->body + 1,
                                      observer->serial);
  send_to_all (observer, observer->screen);
}

void
perron_observer_tell_answered (PerronObserver *observer, guint count)
{
  g_autofree char *line = g_strdup_printf ("{\"type\":\"answered\",\"count\":%u}\n", count);
  if (observer != NULL)
    send_to_all (observer, line);
}

void
perron_observer_tell_said (PerronObserver *observer, const PerronUtterance *utterance, const char *outcome)
{
  if (observer == NULL)
    return;
  g_autoptr (JsonBuilder) builder = begin_line ("said");
  add_string (builder, "text", utterance->text);
  add_string (builder, "privacy", utterance->privacy == PERRON_PERSONAL ? "personal" : "public");
  add_string (builder, "lang", utterance->language);
  add_string (builder, "outcome", outcome);
  g_autofree char *line = end_line (builder);
  send_to_all (observer, line);
}

void
perron_observer_tell (PerronObserver *observer, const char *type, const char *reference, const char *state)
{
  if (observer == NULL)
    return;
  g_autoptr (JsonBuilder) builder = begin_line (type);
  if (reference != NULL)
    add_string (builder, "reference", reference);
  if (state != NULL)
    add_string (builder, "state", state);
  g_autofree char *line = end_line (builder);
  send_to_all (observer, line);
}
