/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/keys/keys.h"

#include <gio/gio.h>
#include <linux/input-event-codes.h>
#include <string.h>

#include "hw/keys/device.h"
#include "hw/keys/presses.h"

/* A folder of input devices has some dozens; a hostile one does not keep us busy. */
#define DEVICES_MAX 64

struct PerronKeys {
  char *device;
  char *folder;
  gboolean chosen; /* `device` is one device, not a folder */
  const PerronKeypad *keypad;
  PerronClock *clock;
  PerronPresses presses;
  PerronKeysEvents events;
  gpointer data;
  GFileMonitor *monitor;
  guint first_scan;
  GPtrArray *devices; /* PerronInputDevice */
  guint told;         /* keypads that on_presence knows of */
  PerronJack jack;    /* that on_jack knows of */
};

static void
tell_jack (PerronKeys *keys)
{
  PerronJack jack = PERRON_JACK_UNKNOWN;
  for (guint i = 0; i < keys->devices->len; i++)
    jack = perron_jack_join (jack, perron_input_device_get_jack (g_ptr_array_index (keys->devices, i)));
  if (jack == keys->jack)
    return;
  keys->jack = jack;
  if (keys->events.on_jack != NULL)
    keys->events.on_jack (jack, keys->data);
}

static void
tell_presence (PerronKeys *keys)
{
  const guint count = perron_keys_count_keypads (keys);
  if (count == keys->told)
    return;
  keys->told = count;
  if (keys->events.on_presence != NULL)
    keys->events.on_presence (count, keys->data);
}

static void
on_event (PerronInputDevice *device, const PerronInputEvent *event, gpointer data)
{
  PerronKeys *keys = data;
  PerronKeysAction action;

  if (event->type == EV_SW) {
    tell_jack (keys);
    return;
  }
  if (!perron_input_device_is_keypad (device) || !perron_keypad_find (keys->keypad, event->code, &action))
    return;
  if (perron_presses_take (&keys->presses, event->code, event->value, perron_clock_boot_ms (keys->clock)))
    keys->events.on_action (action, keys->data);
}

static void
on_gone (PerronInputDevice *device, gpointer data)
{
  PerronKeys *keys = data;
  g_ptr_array_remove (keys->devices, device); /* frees it */
  tell_jack (keys);
  tell_presence (keys);
}

static gboolean
is_open (const PerronKeys *keys, const char *path)
{
  for (guint i = 0; i < keys->devices->len; i++) {
    if (strcmp (perron_input_device_get_path (g_ptr_array_index (keys->devices, i)), path) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
try_open (PerronKeys *keys, const char *path)
{
  if (keys->devices->len >= DEVICES_MAX || is_open (keys, path))
    return;
  PerronInputDevice *device = perron_input_device_open (path, keys->chosen, keys->keypad, on_event, on_gone, keys);
  if (device == NULL)
    return;
  g_ptr_array_add (keys->devices, device);
  tell_jack (keys);
}

static void
scan (PerronKeys *keys)
{
  if (keys->chosen) {
    try_open (keys, keys->device);
  } else {
    g_autoptr (GDir) folder = g_dir_open (keys->folder, 0, NULL);
    const char *name;
    while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
      g_autofree char *path = g_build_filename (keys->folder, name, NULL);
      if (g_str_has_prefix (name, "event"))
        try_open (keys, path);
    }
  }
  tell_presence (keys);
}

/* A device that was removed says so itself, but a FIFO does not. */
static void
drop (PerronKeys *keys, const char *path)
{
  for (guint i = 0; i < keys->devices->len; i++) {
    if (strcmp (perron_input_device_get_path (g_ptr_array_index (keys->devices, i)), path) == 0) {
      g_ptr_array_remove_index (keys->devices, i);
      tell_jack (keys);
      tell_presence (keys);
      return;
    }
  }
}

/* udev makes a node first and gives it to our group after: a change of attributes is another chance. */
static void
on_change (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  PerronKeys *keys = data;
  g_autofree char *path = g_file_get_path (file);
  if (event == G_FILE_MONITOR_EVENT_DELETED && path != NULL)
    drop (keys, path);
  else
    scan (keys);
}

static gboolean
on_first_scan (gpointer data)
{
  PerronKeys *keys = data;
  keys->first_scan = 0;
  scan (keys);
  return G_SOURCE_REMOVE;
}

PerronKeys *
perron_keys_new (const PerronKeysOptions *options, const PerronKeysEvents *events, gpointer data)
{
  PerronKeys *keys = g_new0 (PerronKeys, 1);
  g_autoptr (GError) error = NULL;

  keys->device = g_canonicalize_filename (options->device, NULL);
  keys->chosen = !g_file_test (keys->device, G_FILE_TEST_IS_DIR);
  keys->folder = keys->chosen ? g_path_get_dirname (keys->device) : g_strdup (keys->device);
  keys->keypad = options->keypad;
  keys->clock = options->clock;
  keys->presses.double_ms = options->double_press_ms;
  keys->events = *events;
  keys->data = data;
  keys->devices = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_input_device_free);
  g_autoptr (GFile) folder = g_file_new_for_path (keys->folder);
  keys->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &error);
  if (keys->monitor != NULL)
    g_signal_connect (keys->monitor, "changed", G_CALLBACK (on_change), keys);
  else
    g_warning ("%s: keypads are not seen when they are plugged in: %s", keys->folder, error->message);
  keys->first_scan = g_idle_add_full (G_PRIORITY_DEFAULT, on_first_scan, keys, NULL);
  return keys;
}

void
perron_keys_free (PerronKeys *keys)
{
  if (keys == NULL)
    return;
  if (keys->first_scan != 0)
    g_source_remove (keys->first_scan);
  if (keys->monitor != NULL) {
    g_signal_handlers_disconnect_by_data (keys->monitor, keys);
    g_file_monitor_cancel (keys->monitor);
    g_object_unref (keys->monitor);
  }
  g_ptr_array_unref (keys->devices);
  g_free (keys->folder);
  g_free (keys->device);
  g_free (keys);
}

guint
perron_keys_count_keypads (const PerronKeys *keys)
{
  guint count = 0;
  for (guint i = 0; i < keys->devices->len; i++)
    count += perron_input_device_is_keypad (g_ptr_array_index (keys->devices, i));
  return count;
}

void
perron_keys_set_double_press (PerronKeys *keys, guint double_press_ms)
{
  keys->presses.double_ms = double_press_ms;
}

guint
perron_keys_look (const char *device, const PerronKeypad *keypad)
{
  guint count = 0;
  const char *name;
  if (!g_file_test (device, G_FILE_TEST_IS_DIR))
    return perron_input_device_is_there (device, TRUE, keypad);
  g_autoptr (GDir) folder = g_dir_open (device, 0, NULL);
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *path = g_build_filename (device, name, NULL);
    count += g_str_has_prefix (name, "event") && perron_input_device_is_there (path, FALSE, keypad);
  }
  return count;
}
