/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-verbs.h"

#include <string.h>

/* A reply that waits for the sound server. */
typedef struct {
  PerronDockReply reply;
  gpointer data;
} Waiting;

static gboolean
refuse (GError **error, const char *word, const char *why)
{
  g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_VERB, "%s: %s", word, why);
  return FALSE;
}

static gboolean
net (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  if (dock->net == NULL)
    return refuse (error, "net", "no network: the dock was started without --net");
  if (strcmp (arguments[0], "status") == 0) {
    g_autofree char *text = perron_dock_dup_net_status (dock);
    reply (text, data);
    return FALSE;
  }
  for (guint state = PERRON_DOCK_NET_UP; state <= PERRON_DOCK_NET_CUT; state++) {
    if (strcmp (arguments[0], perron_dock_net_state_to_string ((PerronDockNetState) state)) == 0)
      return perron_dock_net_set (dock->net, (PerronDockNetState) state, error);
  }
  return refuse (error, arguments[0], "must be up, slow, cut or status");
}

static void
on_moved (const char *why, gpointer data)
{
  g_autofree Waiting *waiting = data;
  g_autofree char *text = why != NULL ? g_strdup_printf ("error: jack: %s", why) : g_strdup ("ok");
  waiting->reply (text, waiting->data);
}

/*
 * A terminal's jack also has a switch: alsa-lib sees it, or the kernel reports it beside the keypad's keys. It is moved before the sound
 * is: who listens to it must not depend on the sound service.
 */
static gboolean
tell_switch (PerronDock *dock, gboolean in, GError **error)
{
  g_autoptr (GError) ignored = NULL;
  if (dock->jack_line != NULL)
    perron_dock_jack_line_set (dock->jack_line, in);
  if (dock->keypad == NULL)
    return dock->jack_line != NULL || refuse (error, "jack", "no sound: the dock was started without --sound");
  return perron_dock_keypad_set_jack (dock->keypad, in, dock->jack == NULL && dock->jack_line == NULL ? error : &ignored) ||
         dock->jack_line != NULL;
}

static gboolean
jack (PerronDock *dock, char **arguments, PerronDockReply reply, gpointer data, GError **error)
{
  gboolean in = strcmp (arguments[0], "in") == 0;
  if (!in && strcmp (arguments[0], "out") != 0)
    return refuse (error, arguments[0], "must be in or out");
  if (dock->jack == NULL)
    return tell_switch (dock, in, error);
  if ((dock->keypad != NULL || dock->jack_line != NULL) && !tell_switch (dock, in, NULL))
    g_debug ("nobody reads the switch of the jack");
  Waiting *waiting = g_new (Waiting, 1);
  *waiting = (Waiting){ reply, data };
  perron_dock_jack_move (dock->jack, in, on_moved, waiting);
  return FALSE;
}

const PerronDockVerb perron_dock_world_verbs[] = {
  { "net", 1, 1, "net up|slow|cut|status", net },
  { "jack", 1, 1, "jack in|out", jack },
  { NULL, 0, 0, NULL, NULL },
};
