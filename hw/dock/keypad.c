/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/keypad.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/input.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hw/dock/dock.h"

struct PerronDockKeypad {
  char *path;
};

/* The keys of the usual tactile keypad, and two switches as their interface boxes send them. */
static const struct {
  const char *name;
  guint16 code;
} keys[] = {
  { "previous", KEY_UP }, { "next", KEY_DOWN },   { "select", KEY_ENTER },        { "repeat", KEY_F5 },           { "help", KEY_F1 },
  { "leave", KEY_ESC },   { "language", KEY_F3 }, { "volume-up", KEY_VOLUMEUP }, { "volume-down", KEY_VOLUMEDOWN },
  { "switch-1", BTN_0 },  { "switch-2", BTN_1 },
};

static gboolean
refuse (const char *path, int code, GError **error)
{
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", path, g_strerror (code));
  return FALSE;
}

PerronDockKeypad *
perron_dock_keypad_new (const char *path, GError **error)
{
  struct stat what;
  if (mkfifo (path, 0600) != 0 && (errno != EEXIST || lstat (path, &what) != 0 || !S_ISFIFO (what.st_mode))) {
    refuse (path, EEXIST, error);
    return NULL;
  }
  signal (SIGPIPE, SIG_IGN); /* a reader that leaves between open and write */
  PerronDockKeypad *keypad = g_new0 (PerronDockKeypad, 1);
  keypad->path = g_strdup (path);
  return keypad;
}

gboolean
perron_dock_keypad_plug (PerronDockKeypad *keypad, gboolean plugged, GError **error)
{
  if (plugged)
    return mkfifo (keypad->path, 0600) == 0 || errno == EEXIST || refuse (keypad->path, errno, error);
  return g_unlink (keypad->path) == 0 || errno == ENOENT || refuse (keypad->path, errno, error);
}

void
perron_dock_keypad_free (PerronDockKeypad *keypad)
{
  if (keypad == NULL)
    return;
  g_unlink (keypad->path);
  g_free (keypad->path);
  g_free (keypad);
}

/* In one write, under PIPE_BUF: never half an event. */
static gboolean
send_events (PerronDockKeypad *keypad, const struct input_event *events, gsize count, GError **error)
{
  const int fd = open (keypad->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0 && errno == ENXIO) {
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: nobody listens to the keypad", keypad->path);
    return FALSE;
  }
  if (fd < 0)
    return refuse (keypad->path, errno, error);
  const gssize size = (gssize) (count * sizeof *events);
  const gboolean sent = write (fd, events, (gsize) size) == size;
  const int code = errno;
  close (fd);
  return sent || refuse (keypad->path, code, error);
}

static struct input_event
event (guint16 type, guint16 code, gint32 value)
{
  const gint64 now_us = g_get_real_time ();
  struct input_event made = { .type = type, .code = code, .value = value };
  made.input_event_sec = (__kernel_ulong_t) (now_us / G_USEC_PER_SEC);
  made.input_event_usec = (__kernel_ulong_t) (now_us % G_USEC_PER_SEC);
  return made;
}

static gboolean
find_code (const char *name, guint16 *ret_code, GError **error)
{
  guint64 code;
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++) {
    if (strcmp (keys[i].name, name) == 0) {
      *ret_code = keys[i].code;
      return TRUE;
    }
  }
  if (g_str_has_prefix (name, "code:") && g_ascii_string_to_unsigned (name + 5, 10, 1, KEY_MAX, &code, NULL)) {
    *ret_code = (guint16) code;
    return TRUE;
  }
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: no such key", name);
  return FALSE;
}

gboolean
perron_dock_keypad_press (PerronDockKeypad *keypad, const char *name, const char *how, GError **error)
{
  static const char *const hows[] = { "up", "down", "repeat" }; /* the values of EV_KEY */
  guint16 code;

  if (!find_code (name, &code, error))
    return FALSE;
  if (how == NULL) {
    const struct input_event events[] = { event (EV_KEY, code, 1), event (EV_SYN, SYN_REPORT, 0), event (EV_KEY, code, 0),
                                          event (EV_SYN, SYN_REPORT, 0) };
    return send_events (keypad, events, G_N_ELEMENTS (events), error);
  }
  for (guint value = 0; value < G_N_ELEMENTS (hows); value++) {
    if (strcmp (hows[value], how) == 0) {
      const struct input_event events[] = { event (EV_KEY, code, (gint32) value), event (EV_SYN, SYN_REPORT, 0) };
      return send_events (keypad, events, G_N_ELEMENTS (events), error);
    }
  }
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: must be down, up or repeat", how);
  return FALSE;
}

gboolean
perron_dock_keypad_set_jack (PerronDockKeypad *keypad, gboolean in, GError **error)
{
  const struct input_event events[] = { event (EV_SW, SW_HEADPHONE_INSERT, in), event (EV_SYN, SYN_REPORT, 0) };
  return send_events (keypad, events, G_N_ELEMENTS (events), error);
}
