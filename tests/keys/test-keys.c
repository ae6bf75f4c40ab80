/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A FIFO stands for a device: plugged in, pressed, torn, filled with rubbish, pulled. The clock is ours. */
#include "hw/keys/keys.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/input.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
  char *folder, *path;
  PerronKeypad *keypad;
  PerronFakeClock clock;
  PerronKeys *keys;
  GString *seen;
  int writer;
} Desk;

static void
on_action (PerronKeysAction action, gpointer data)
{
  g_string_append_printf (((Desk *) data)->seen, "%s ", perron_keys_action_to_string (action));
}

static void
on_jack (PerronJack jack, gpointer data)
{
  g_string_append (((Desk *) data)->seen, jack == PERRON_JACK_IN ? "jack-in " : jack == PERRON_JACK_OUT ? "jack-out " : "jack-unknown ");
}

static void
on_presence (guint keypads, gpointer data)
{
  g_string_append_printf (((Desk *) data)->seen, "keypads=%u ", keypads);
}

static void
desk_open (Desk *desk, const char *device, guint double_press_ms)
{
  g_autoptr (GError) error = NULL;
  const PerronKeysEvents events = { on_action, on_jack, on_presence };

  desk->folder = g_dir_make_tmp ("perron-keys-XXXXXX", &error);
  g_assert_no_error (error);
  desk->path = g_build_filename (desk->folder, device, NULL);
  desk->keypad = perron_keypad_load (g_getenv ("PERRON_KEYPADS"), "keypad", &error);
  g_assert_no_error (error);
  perron_fake_clock_init (&desk->clock, 0, 1000);
  desk->seen = g_string_new (NULL);
  desk->writer = -1;
  const PerronKeysOptions options = { desk->path, desk->keypad, double_press_ms, &desk->clock.clock };
  desk->keys = perron_keys_new (&options, &events, desk);
}

static void
desk_close (Desk *desk)
{
  perron_keys_free (desk->keys);
  perron_keypad_free (desk->keypad);
  if (desk->writer >= 0)
    close (desk->writer);
  g_unlink (desk->path);
  g_assert_cmpint (g_rmdir (desk->folder), ==, 0);
  g_string_free (desk->seen, TRUE);
  g_free (desk->path);
  g_free (desk->folder);
}

/* Turns the main loop until that was seen, then forgets it. A test that waits for what never comes ends by its time-out. */
static void
expect (Desk *desk, const char *words)
{
  while (strlen (desk->seen->str) < strlen (words))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (desk->seen->str, ==, words);
  g_string_truncate (desk->seen, 0);
}

static void
plug (Desk *desk)
{
  g_assert_cmpint (mkfifo (desk->path, 0600), ==, 0);
  expect (desk, "keypads=1 ");
  desk->writer = open (desk->path, O_WRONLY | O_CLOEXEC);
  g_assert_cmpint (desk->writer, >=, 0);
}

static void
send_event (Desk *desk, guint16 type, guint16 code, gint32 value)
{
  const struct input_event event = { .type = type, .code = code, .value = value };
  g_assert_cmpint (write (desk->writer, &event, sizeof event), ==, sizeof event);
}

static void
test_actions (void)
{
  Desk desk;
  desk_open (&desk, "event0", 0);
  plug (&desk);
  static const guint16 codes[] = { KEY_UP, KEY_DOWN, KEY_ENTER, KEY_F5, KEY_F1, KEY_ESC, KEY_VOLUMEUP, KEY_VOLUMEDOWN };
  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++) {
    send_event (&desk, EV_KEY, codes[i], 1);
    send_event (&desk, EV_SYN, SYN_REPORT, 0);
    send_event (&desk, EV_KEY, codes[i], 2); /* held */
    send_event (&desk, EV_KEY, codes[i], 0);
  }
  send_event (&desk, EV_KEY, KEY_A, 1); /* means nothing */
  send_event (&desk, EV_REL, REL_X, 1);
  send_event (&desk, EV_SW, SW_LID, 1);
  send_event (&desk, EV_SW, SW_HEADPHONE_INSERT, 1);
  send_event (&desk, EV_SW, SW_HEADPHONE_INSERT, 0);
  expect (&desk, "previous next select repeat help leave volume-up volume-down jack-in jack-out ");
  desk_close (&desk);
}

static void
test_double (void)
{
  Desk desk;
  desk_open (&desk, "event0", 500);
  plug (&desk);
  send_event (&desk, EV_KEY, KEY_ENTER, 1);
  expect (&desk, "select ");
  perron_fake_clock_advance (&desk.clock, 300);
  send_event (&desk, EV_KEY, KEY_ENTER, 1);
  send_event (&desk, EV_KEY, KEY_DOWN, 1); /* shows that the one before was seen, and counted for nothing */
  expect (&desk, "next ");
  perron_fake_clock_advance (&desk.clock, 600);
  send_event (&desk, EV_KEY, KEY_ENTER, 1);
  expect (&desk, "select ");
  perron_keys_set_double_press (desk.keys, 0);
  send_event (&desk, EV_KEY, KEY_ENTER, 1);
  expect (&desk, "select ");
  desk_close (&desk);
}

/* Halves of events are put together; rubbish, and what the kernel says it lost, does nothing. */
static void
test_hostile (void)
{
  Desk desk;
  const struct input_event press = { .type = EV_KEY, .code = KEY_ENTER, .value = 1 };
  struct input_event rubbish[64];

  desk_open (&desk, "event0", 0);
  plug (&desk);
  memset (rubbish, 0xFF, sizeof rubbish);
  g_assert_cmpint (write (desk.writer, rubbish, sizeof rubbish), ==, sizeof rubbish);
  g_assert_cmpint (write (desk.writer, &press, 7), ==, 7);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpstr (desk.seen->str, ==, "");
  g_assert_cmpint (write (desk.writer, (const char *) &press + 7, sizeof press - 7), ==, sizeof press - 7);
  expect (&desk, "select ");
  send_event (&desk, EV_SYN, SYN_DROPPED, 0);
  send_event (&desk, EV_KEY, KEY_ENTER, 1);
  send_event (&desk, EV_SYN, SYN_REPORT, 0);
  send_event (&desk, EV_KEY, KEY_UP, 1);
  expect (&desk, "previous ");
  desk_close (&desk);
}

static void
test_pulled_and_back (void)
{
  Desk desk;
  desk_open (&desk, "event0", 0);
  for (guint turn = 0; turn < 3; turn++) {
    plug (&desk);
    send_event (&desk, EV_KEY, KEY_DOWN, 1);
    expect (&desk, "next ");
    close (desk.writer);
    desk.writer = -1;
    g_assert_cmpint (g_unlink (desk.path), ==, 0);
    expect (&desk, "keypads=0 ");
  }
  desk_close (&desk);
}

/* In a folder, a device whose name cannot be asked is left alone: it may be anybody's keyboard. */
static void
test_folder (void)
{
  Desk desk;
  desk_open (&desk, "", 0);
  g_autofree char *stranger = g_build_filename (desk.folder, "event3", NULL);
  g_assert_cmpint (mkfifo (stranger, 0600), ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (perron_keys_count_keypads (desk.keys), ==, 0);
  g_assert_cmpint (g_unlink (stranger), ==, 0);
  perron_keys_free (g_steal_pointer (&desk.keys));
  desk_close (&desk);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keys/actions", test_actions);
  g_test_add_func ("/keys/double", test_double);
  g_test_add_func ("/keys/hostile", test_hostile);
  g_test_add_func ("/keys/pulled-and-back", test_pulled_and_back);
  g_test_add_func ("/keys/folder", test_folder);
  return g_test_run ();
}
