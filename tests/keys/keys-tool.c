/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys-tool DEVICE KEYPADS COUNT: the terminal's keys; one line an event, ends after COUNT of them ("keypads N" is not counted). */
#include <stdio.h>
#include <stdlib.h>

#include "hw/keys/keys.h"

typedef struct {
  GMainLoop *loop;
  int left;
} Tool;

static void
say (Tool *tool, const char *word)
{
  printf ("%s\n", word);
  fflush (stdout);
  if (--tool->left == 0)
    g_main_loop_quit (tool->loop);
}

static void
on_action (PerronKeysAction action, gpointer data)
{
  say (data, perron_keys_action_to_string (action));
}

static void
on_jack (PerronJack jack, gpointer data)
{
  static const char *const words[] = { [PERRON_JACK_UNKNOWN] = "jack unknown", [PERRON_JACK_OUT] = "jack out", [PERRON_JACK_IN] = "jack in" };
  say (data, words[jack]);
}

static void
on_presence (guint keypads, gpointer data)
{
  printf ("keypads %u\n", keypads);
  fflush (stdout);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const PerronKeysEvents events = { on_action, on_jack, on_presence };

  if (argc != 4)
    return 2;
  g_autoptr (PerronKeypad) keypad = perron_keypad_load (argv[2], "keypad", &error);
  if (keypad == NULL) {
    fprintf (stderr, "%s\n", error->message);
    return 3;
  }
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Tool tool = { loop, atoi (argv[3]) };
  const PerronKeysOptions options = { argv[1], keypad, 0, perron_clock_system () };
  g_autoptr (PerronKeys) keys = perron_keys_new (&options, &events, &tool);
  g_main_loop_run (loop);
  return 0;
}
