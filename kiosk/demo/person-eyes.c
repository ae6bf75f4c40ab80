/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/demo/person-eyes.h"

#include <json-glib/json-glib.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_AGAIN_MS 20

struct PerronEyes {
  char *path;
  int fd;
  GString *unread;
  PerronSeenScreen *screen;
  gint64 painted;
  gint64 answered;
  GPtrArray *history;
  PerronEyesCallback on_seen;
  gpointer data;
};

G_DEFINE_QUARK (perron-person-error-quark, perron_person_error)

static void
target_free (gpointer data)
{
  PerronSeenTarget *target = data;
  g_free (target->name);
  g_free (target->label);
  g_free (target);
}

static void
screen_free (PerronSeenScreen *screen)
{
  g_free (screen->journey);
  g_free (screen->screen);
  g_free (screen->kind);
  g_free (screen->text);
  g_free (screen->lang);
  g_free (screen->link);
  g_ptr_array_unref (screen->targets);
  g_free (screen);
}

static void
seen_free (gpointer data)
{
  PerronSeen *seen = data;
  g_free (seen->text);
  g_free (seen->detail);
  g_free (seen->outcome);
  g_free (seen);
}

PerronEyes *
perron_eyes_new (const char *socket_path, PerronEyesCallback on_seen, gpointer data)
{
  PerronEyes *eyes = g_new0 (PerronEyes, 1);
  eyes->path = g_strdup (socket_path);
  eyes->fd = -1;
  eyes->unread = g_string_new (NULL);
  eyes->painted = -1;
  eyes->history = g_ptr_array_new_with_free_func (seen_free);
  eyes->on_seen = on_seen;
  eyes->data = data;
  return eyes;
}

static void
forget_screen (PerronEyes *eyes)
{
  g_clear_pointer (&eyes->screen, screen_free);
  eyes->painted = -1;
}

void
perron_eyes_free (PerronEyes *eyes)
{
  if (eyes == NULL)
    return;
  forget_screen (eyes);
  if (eyes->fd >= 0)
    close (eyes->fd);
  g_string_free (eyes->unread, TRUE);
  g_ptr_array_unref (eyes->history);
  g_free (eyes->path);
  g_free (eyes);
}

const PerronSeenScreen *
perron_eyes_get_screen (const PerronEyes *eyes)
{
  return eyes->screen;
}

gboolean
perron_eyes_is_painted (const PerronEyes *eyes)
{
  return eyes->screen != NULL && eyes->painted >= eyes->screen->serial;
}

gint64
perron_eyes_get_answered (const PerronEyes *eyes)
{
  return eyes->answered;
}

const PerronSeenTarget *
perron_eyes_find_target (const PerronEyes *eyes, const char *name)
{
  for (guint i = 0; eyes->screen != NULL && i < eyes->screen->targets->len; i++) {
    const PerronSeenTarget *target = g_ptr_array_index (eyes->screen->targets, i);
    if (strcmp (target->name, name) == 0)
      return target;
  }
  return NULL;
}

const GPtrArray *
perron_eyes_get_history (const PerronEyes *eyes)
{
  return eyes->history;
}

/* --- reading ------------------------------------------------------------------------------------------------------------------ */

static const char *
text_of (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, "");
}

static void
remember (PerronEyes *eyes, PerronSeenKind kind, const char *text, const char *detail, const char *outcome)
{
  PerronSeen *seen = g_new0 (PerronSeen, 1);
  seen->kind = kind;
  seen->text = g_strdup (text);
  seen->detail = g_strdup (detail);
  seen->outcome = g_strdup (outcome);
  g_ptr_array_add (eyes->history, seen);
  if (eyes->on_seen != NULL)
    eyes->on_seen (seen, eyes->data);
}

static void
remember_device (PerronEyes *eyes, const char *device, const char *state)
{
  g_autofree char *text = g_strconcat (device, " ", state, NULL);
  remember (eyes, PERRON_SEEN_DEVICE, text, "", "");
}

static PerronSeenTarget *
read_target (JsonObject *object)
{
  PerronSeenTarget *target = g_new0 (PerronSeenTarget, 1);
  target->name = g_strdup (text_of (object, "name"));
  target->label = g_strdup (text_of (object, "label"));
  target->enabled = json_object_get_boolean_member_with_default (object, "enabled", FALSE);
  target->x = json_object_get_double_member_with_default (object, "x", 0);
  target->y = json_object_get_double_member_with_default (object, "y", 0);
  target->w = json_object_get_double_member_with_default (object, "w", 0);
  target->h = json_object_get_double_member_with_default (object, "h", 0);
  return target;
}

static void
read_screen (PerronEyes *eyes, JsonObject *object)
{
  PerronSeenScreen *screen = g_new0 (PerronSeenScreen, 1);
  screen->serial = json_object_get_int_member_with_default (object, "serial", 0);
  screen->journey = g_strdup (text_of (object, "journey"));
  screen->screen = g_strdup (text_of (object, "screen"));
  screen->kind = g_strdup (text_of (object, "kind"));
  screen->text = g_strdup (text_of (object, "text"));
  screen->lang = g_strdup (text_of (object, "lang"));
  screen->link = g_strdup (text_of (object, "link"));
  screen->size = json_object_get_int_member_with_default (object, "size", 0);
  screen->contrast = json_object_get_int_member_with_default (object, "contrast", 0);
  screen->targets = g_ptr_array_new_with_free_func (target_free);

  JsonArray *targets = json_object_has_member (object, "targets") ? json_object_get_array_member (object, "targets") : NULL;
  for (guint i = 0; targets != NULL && i < json_array_get_length (targets); i++)
    g_ptr_array_add (screen->targets, read_target (json_array_get_object_element (targets, i)));
  g_clear_pointer (&eyes->screen, screen_free);
  eyes->screen = screen;
  remember (eyes, PERRON_SEEN_SCREEN, screen->screen, screen->lang, "");
}

static void
read_line (PerronEyes *eyes, const char *line)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root = json_parser_load_from_data (parser, line, -1, NULL) ? json_parser_get_root (parser) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root)) {
    g_printerr ("perron-person: the observer wrote what is not a JSON object\n");
    return;
  }
  JsonObject *object = json_node_get_object (root);
  const char *type = text_of (object, "type");
  if (strcmp (type, "screen") == 0)
    read_screen (eyes, object);
  else if (strcmp (type, "painted") == 0)
    eyes->painted = json_object_get_int_member_with_default (object, "serial", -1);
  else if (strcmp (type, "answered") == 0)
    eyes->answered = json_object_get_int_member_with_default (object, "count", 0);
  else if (strcmp (type, "said") == 0)
    remember (eyes, PERRON_SEEN_SAID, text_of (object, "text"), text_of (object, "privacy"), text_of (object, "outcome"));
  else if (strcmp (type, "registered") == 0)
    remember (eyes, PERRON_SEEN_REGISTERED, text_of (object, "reference"), "", "");
  else if (strcmp (type, "progress") == 0)
    remember (eyes, PERRON_SEEN_PROGRESS, text_of (object, "state"), text_of (object, "reference"), "");
  else if (strcmp (type, "wiped") == 0)
    remember (eyes, PERRON_SEEN_WIPED, "", "", "");
  else if (strcmp (type, "keypads") == 0 || strcmp (type, "printer") == 0 || strcmp (type, "jack") == 0)
    remember_device (eyes, type, text_of (object, "state"));
}

static void
read_lines (PerronEyes *eyes)
{
  const char *end;
  while ((end = memchr (eyes->unread->str, '\n', eyes->unread->len)) != NULL) {
    g_autofree char *line = g_strndup (eyes->unread->str, (gsize) (end - eyes->unread->str));
    g_string_erase (eyes->unread, 0, end - eyes->unread->str + 1);
    read_line (eyes, line);
  }
}

static void
connect_again (PerronEyes *eyes)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, eyes->path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    eyes->fd = fd;
  else
    close (fd);
}

/* Waits at most `timeout_ms` for bytes and reads them. The end of the terminal is the end of what can be seen. FALSE: nothing came. */
static gboolean
look (PerronEyes *eyes, int timeout_ms)
{
  char buffer[16384];
  if (eyes->fd < 0)
    connect_again (eyes);
  struct pollfd news = { .fd = eyes->fd, .events = POLLIN };
  if (poll (&news, 1, eyes->fd < 0 ? MIN (timeout_ms, CONNECT_AGAIN_MS) : timeout_ms) <= 0 || news.revents == 0)
    return FALSE;
  gssize got = read (eyes->fd, buffer, sizeof buffer);
  if (got > 0) {
    g_string_append_len (eyes->unread, buffer, got);
    read_lines (eyes);
    return TRUE;
  }
  close (eyes->fd);
  eyes->fd = -1;
  eyes->answered = -1;
  g_string_truncate (eyes->unread, 0);
  forget_screen (eyes);
  return TRUE;
}

gboolean
perron_eyes_wait (PerronEyes *eyes, guint timeout_ms, PerronEyesCondition condition, gconstpointer data)
{
  const gint64 deadline = g_get_monotonic_time () + (gint64) timeout_ms * G_TIME_SPAN_MILLISECOND;
  /* What was told meanwhile comes first: a target may have moved. */
  while (look (eyes, 0))
    continue;
  while (!condition (eyes, data)) {
    gint64 left_ms = (deadline - g_get_monotonic_time ()) / G_TIME_SPAN_MILLISECOND;
    if (left_ms <= 0)
      return FALSE;
    look (eyes, (int) left_ms);
  }
  return TRUE;
}
