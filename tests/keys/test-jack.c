/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The headset's jack, as a switch of the kernel and as alsa-lib tells it, each driven by the dock's "jack in" and "jack out". */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/dock/dock-control.h"
#include "hw/keys/alsa-card.h"
#include "hw/keys/alsa-jack.h"
#include "hw/keys/keys.h"
#include "tests/keys/contract-jack.h"

static char *folder, *control, *keypad_path, *socket_path, *hostile_path;
static PerronKeypad *keypad;

static void
ask (const char *verb)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = g_strsplit (verb, " ", -1);
  g_autofree char *answer = perron_dock_control_ask (control, words, &error);
  g_assert_no_error (error);
  /* A FIFO that nobody has open yet takes nothing: whoever waits asks again. */
  g_assert_true (strcmp (answer, "ok") == 0 || strstr (answer, "nobody listens") != NULL);
}

/* --- the two ---------------------------------------------------------------------------------------------------------------- */

typedef struct {
  PerronKeys *keys;
  void (*callback) (PerronJack jack, gpointer data);
  gpointer data;
} Switch;

static void
on_action (PerronKeysAction action, gpointer data)
{
}

static void
on_switch (PerronJack jack, gpointer data)
{
  Switch *self = data;
  self->callback (jack, self->data);
}

static gpointer
make_switch (void (*callback) (PerronJack jack, gpointer data), gpointer data)
{
  static const PerronKeysEvents events = { .on_action = on_action, .on_jack = on_switch };
  const PerronKeysOptions options = { .device = keypad_path, .keypad = keypad, .clock = perron_clock_system () };
  Switch *self = g_new (Switch, 1);
  *self = (Switch){ NULL, callback, data };
  self->keys = perron_keys_new (&options, &events, self);
  return self;
}

static void
free_switch (gpointer data)
{
  Switch *self = data;
  perron_keys_free (self->keys);
  g_free (self);
}

static gpointer
make_mixer (void (*callback) (PerronJack jack, gpointer data), gpointer data)
{
  return perron_alsa_jack_new ("casque", callback, data);
}

static void
free_mixer (gpointer jack)
{
  perron_alsa_jack_free (jack);
}

/* --- what only alsa-lib has ---------------------------------------------------------------------------------------------------- */

static void
test_names (void)
{
  static const char *const jacks[] = { "Headphone Jack", "Front Headphone Jack", "Headset Jack", "Headphone Front Jack" };
  static const char *const others[] = { "Headphone Phantom Jack", "Headset Mic Jack", "Line Out Jack", "Headphone Playback Switch", "Jack", "" };
  for (gsize i = 0; i < G_N_ELEMENTS (jacks); i++)
    g_assert_true (perron_alsa_is_jack_name (jacks[i]));
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_false (perron_alsa_is_jack_name (others[i]));
}

/* A control that is not there at the start, and comes. */
static void
test_late (void)
{
  Ears ears;
  ears_init (&ears);
  ask ("mixer unplug");
  PerronAlsaJack *jack = perron_alsa_jack_new ("casque", ears_hear, &ears);
  g_main_context_iteration (NULL, TRUE); /* the first look */
  g_assert_cmpint (perron_alsa_jack_get (jack), ==, PERRON_JACK_UNKNOWN);
  ask ("jack in");
  ask ("mixer plug");
  ears_expect (&ears, PERRON_JACK_IN);
  perron_alsa_jack_free (jack);
  ears_clear (&ears);
}

/* perron ready looks once: what there is, without waiting for events. */
static void
test_look (void)
{
  PerronJack jack;
  ask ("jack out");
  g_assert_cmpuint (perron_alsa_jack_look ("casque", &jack), ==, 1);
  g_assert_cmpint (jack, ==, PERRON_JACK_OUT);
  ask ("jack in");
  g_assert_cmpuint (perron_alsa_jack_look ("nothing, casque", &jack), ==, 1);
  g_assert_cmpint (jack, ==, PERRON_JACK_IN);
  g_assert_cmpuint (perron_alsa_jack_look ("nothing", &jack), ==, 0);
  g_assert_cmpint (jack, ==, PERRON_JACK_UNKNOWN);
  g_assert_cmpuint (perron_alsa_jack_look ("cards", &jack), <=, PERRON_ALSA_JACK_CARDS_MAX * PERRON_ALSA_JACKS_MAX);
}

/* The other end of a hostile card: says what it is told to say, then waits for the other side to leave. */
typedef struct {
  int listener;
  GBytes *say;
} Hostile;

static gpointer
run_hostile (gpointer data)
{
  const Hostile *hostile = data;
  guint8 byte;
  gsize length;
  gconstpointer bytes = g_bytes_get_data (hostile->say, &length);
  const int client = accept (hostile->listener, NULL, NULL);
  g_assert_cmpint (send (client, bytes, length, MSG_NOSIGNAL), ==, (gssize) length);
  g_assert_cmpint (recv (client, &byte, 1, 0), <=, 0);
  close (client);
  close (hostile->listener);
  return NULL;
}

/* It listens when this returns: whoever connects is heard. */
static GThread *
start_hostile (Hostile *hostile, GBytes *say)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, hostile_path, sizeof address.sun_path);
  g_unlink (hostile_path);
  *hostile = (Hostile){ socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), say };
  g_assert_cmpint (bind (hostile->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (hostile->listener, 1), ==, 0);
  return g_thread_new ("hostile", run_hostile, hostile);
}

static void
wait_for_file (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileMonitor) monitor = g_file_monitor_directory (file, G_FILE_MONITOR_NONE, NULL, NULL);
  while (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, TRUE);
  g_file_monitor_cancel (monitor);
}

/* Elements that are none, values that are none, a flood: at the end it says what the last word was. */
static void
test_flood (void)
{
  g_autoptr (GByteArray) flood = g_byte_array_new ();
  for (guint i = 0; i < 3000; i++) {
    const guint8 bytes[] = { 0xFF, (guint8) (i % 2), (guint8) (2 + (i + 1) % 2), 0x7E };
    g_byte_array_append (flood, bytes, sizeof bytes);
  }
  const guint8 last[] = { 0, 2 }; /* both out */
  g_byte_array_append (flood, last, sizeof last);
  g_autoptr (GBytes) say = g_bytes_new (flood->data, flood->len);
  Ears ears;
  ears_init (&ears);
  Hostile hostile;
  GThread *thread = start_hostile (&hostile, say);
  PerronAlsaJack *jack = perron_alsa_jack_new ("hostile", ears_hear, &ears);
  while (perron_alsa_jack_get (jack) != PERRON_JACK_OUT || ears.told->len == 0)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpint (perron_alsa_jack_get (jack), ==, PERRON_JACK_OUT);
  perron_alsa_jack_free (jack);
  g_thread_join (thread);
  ears_clear (&ears);
}

/* The right name and not a switch: it is no jack. */
static void
test_number (void)
{
  static const guint8 plugged[] = { 1 };
  g_autoptr (GBytes) say = g_bytes_new_static (plugged, sizeof plugged);
  PerronJack jack;
  Hostile hostile;
  GThread *thread = start_hostile (&hostile, say);
  g_assert_cmpuint (perron_alsa_jack_look ("number", &jack), ==, 0);
  g_assert_cmpint (jack, ==, PERRON_JACK_UNKNOWN);
  g_thread_join (thread);
}

/* --- the desk ----------------------------------------------------------------------------------------------------------------- */

static void
write_asound (void)
{
  g_autofree char *path = g_build_filename (folder, "asound.conf", NULL);
  g_autofree char *text = g_strdup_printf ("ctl_type.perron { lib \"%s\" }\n"
                                           "ctl.casque { type perron socket \"%s\" jacks [ \"Headphone Jack\" ] }\n"
                                           "ctl.hostile { type perron socket \"%s\" jacks [ \"Headphone Jack\" \"Front Headphone Jack\" ] }\n"
                                           "ctl.number { type perron socket \"%s\" integer yes jacks [ \"Headphone Jack\" ] }\n",
                                           g_getenv ("PERRON_ALSA_PLUGIN"), socket_path, hostile_path, hostile_path);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_setenv ("ALSA_CONFIG_PATH", path, TRUE);
}

static GSubprocess *
open_desk (void)
{
  g_autoptr (GError) error = NULL;

  folder = g_dir_make_tmp ("jack-XXXXXX", NULL);
  control = g_build_filename (folder, "control", NULL);
  keypad_path = g_build_filename (folder, "keypad", NULL);
  socket_path = g_build_filename (folder, "jack", NULL);
  hostile_path = g_build_filename (folder, "hostile", NULL);
  keypad = perron_keypad_load (g_getenv ("PERRON_KEYPADS"), "keypad", &error);
  g_assert_no_error (error);
  write_asound ();
  GSubprocess *dock = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, g_getenv ("PERRON_DOCK_PROGRAM"), "--control", control, "--keypad",
                                        keypad_path, "--jack", socket_path, NULL);
  g_assert_no_error (error);
  wait_for_file (control);
  return dock;
}

static void
close_desk (GSubprocess *dock)
{
  static const char *const left[] = { "asound.conf", "hostile", "keypad", "jack", "control" };
  g_subprocess_send_signal (dock, SIGTERM);
  g_assert_true (g_subprocess_wait (dock, NULL, NULL));
  g_object_unref (dock);
  for (gsize i = 0; i < G_N_ELEMENTS (left); i++) {
    g_autofree char *path = g_build_filename (folder, left[i], NULL);
    g_unlink (path);
  }
  g_rmdir (folder);
  perron_keypad_free (keypad);
  g_free (folder);
  g_free (control);
  g_free (keypad_path);
  g_free (socket_path);
  g_free (hostile_path);
}

int
main (int argc, char **argv)
{
  static const JackContract contracts[] = {
    { "switch", make_switch, free_switch, ask, "keypad unplug", "keypad plug" },
    { "alsa", make_mixer, free_mixer, ask, "mixer unplug", "mixer plug" },
  };
  g_test_init (&argc, &argv, NULL);
  GSubprocess *dock = open_desk ();
  for (gsize i = 0; i < G_N_ELEMENTS (contracts); i++)
    jack_contract_add (&contracts[i]);
  g_test_add_func ("/jack/alsa/names", test_names);
  g_test_add_func ("/jack/alsa/late", test_late);
  g_test_add_func ("/jack/alsa/look", test_look);
  g_test_add_func ("/jack/alsa/flood", test_flood);
  g_test_add_func ("/jack/alsa/number", test_number);
  const int status = g_test_run ();
  close_desk (dock);
  return status;
}
