/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/device.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <linux/input.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 64
#define BITS_OF(count) (((count) + 8) / 8)

struct PerronInputDevice {
  char *path;
  int fd;
  guint watch;
  gboolean keypad;
  PerronJack jack;
  gboolean dropped; /* the kernel lost events: wait for the end of the report */
  gsize half;       /* bytes of an event that came in part (a FIFO may) */
  guint8 bytes[EVENTS_AT_ONCE * sizeof (struct input_event)];
  PerronInputCallback callback;
  PerronInputGone gone;
  gpointer data;
};

static gboolean
has_jack_switch (int fd)
{
  guint8 bits[BITS_OF (SW_MAX)] = { 0 };
  return ioctl (fd, EVIOCGBIT (EV_SW, sizeof bits), bits) >= 0 && (bits[SW_HEADPHONE_INSERT / 8] >> SW_HEADPHONE_INSERT % 8 & 1);
}

static PerronJack
ask_jack (int fd)
{
  guint8 bits[BITS_OF (SW_MAX)] = { 0 };
  if (!has_jack_switch (fd) || ioctl (fd, EVIOCGSW (sizeof bits), bits) < 0)
    return PERRON_JACK_UNKNOWN;
  return (bits[SW_HEADPHONE_INSERT / 8] >> SW_HEADPHONE_INSERT % 8 & 1) != 0 ? PERRON_JACK_IN : PERRON_JACK_OUT;
}

static gboolean
has_our_name (int fd, const PerronKeypad *keypad)
{
  char name[256] = "";
  return ioctl (fd, EVIOCGNAME (sizeof name - 1), name) >= 0 && perron_keypad_matches (keypad, name);
}

static void
take (PerronInputDevice *device, const struct input_event *event)
{
  const PerronInputEvent given = { event->type, event->code, event->value };
  const gboolean lost = event->type == EV_SYN && event->code == SYN_DROPPED;
  if (lost || (device->dropped && event->type == EV_SYN && event->code == SYN_REPORT))
    device->dropped = lost;
  else if (!device->dropped && (event->type == EV_KEY || event->type == EV_SW)) {
    if (event->type == EV_SW && event->code == SW_HEADPHONE_INSERT)
      device->jack = event->value != 0 ? PERRON_JACK_IN : PERRON_JACK_OUT;
    device->callback (device, &given, device->data);
  }
}

static gboolean
lose (PerronInputDevice *device)
{
  device->watch = 0;
  device->gone (device, device->data); /* frees it */
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  PerronInputDevice *device = data;
  struct input_event event;
  const gssize got = read (fd, device->bytes + device->half, sizeof device->bytes - device->half);

  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (got <= 0) /* ENODEV: pulled */
    return lose (device);
  const gsize length = device->half + (gsize) got;
  gsize at = 0;
  for (; at + sizeof event <= length; at += sizeof event) {
    memcpy (&event, device->bytes + at, sizeof event);
    take (device, &event);
  }
  device->half = length - at;
  memmove (device->bytes, device->bytes + at, device->half);
  return G_SOURCE_CONTINUE;
}

/* A FIFO is opened for both ways: with a writer of our own it never ends, whoever comes and goes. */
static int
open_path (const char *path, gboolean *ret_fifo)
{
  struct stat what;
  if (stat (path, &what) != 0 || (!S_ISFIFO (what.st_mode) && !S_ISCHR (what.st_mode)))
    return -1;
  *ret_fifo = S_ISFIFO (what.st_mode);
  return open (path, (*ret_fifo ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

PerronInputDevice *
perron_input_device_open (const char *path, gboolean chosen, const PerronKeypad *keypad, PerronInputCallback callback, PerronInputGone gone,
                          gpointer data)
{
  gboolean fifo;
  const int fd = open_path (path, &fifo);
  if (fd < 0)
    return NULL;
  const gboolean is_keypad = chosen || has_our_name (fd, keypad);
  if (!is_keypad && !has_jack_switch (fd)) {
    close (fd);
    return NULL;
  }
  /* Without the grab the keys also reach whoever has the focus: worse, but not nothing. */
  if (is_keypad && !fifo && ioctl (fd, EVIOCGRAB, 1) != 0)
    g_debug ("%s: not grabbed: %s", path, g_strerror (errno));
  PerronInputDevice *device = g_new0 (PerronInputDevice, 1);
  device->path = g_strdup (path);
  device->fd = fd;
  device->keypad = is_keypad;
  device->jack = ask_jack (fd);
  device->callback = callback;
  device->gone = gone;
  device->data = data;
  device->watch = g_unix_fd_add (fd, G_IO_IN, on_readable, device);
  return device;
}

void
perron_input_device_free (PerronInputDevice *device)
{
  if (device == NULL)
    return;
  if (device->watch != 0)
    g_source_remove (device->watch);
  close (device->fd);
  g_free (device->path);
  g_free (device);
}

const char *
perron_input_device_get_path (const PerronInputDevice *device)
{
  return device->path;
}

gboolean
perron_input_device_is_keypad (const PerronInputDevice *device)
{
  return device->keypad;
}

PerronJack
perron_input_device_get_jack (const PerronInputDevice *device)
{
  return device->jack;
}

gboolean
perron_input_device_is_there (const char *path, gboolean chosen, const PerronKeypad *keypad)
{
  gboolean fifo;
  const int fd = open_path (path, &fifo);
  if (fd < 0)
    return FALSE;
  const gboolean is_keypad = chosen || has_our_name (fd, keypad);
  close (fd);
  return is_keypad;
}
