/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hw/dock/dock-control.h"
#include "hw/dock/dock.h"
#include "kiosk/core/config.h"
#ifdef PERRON_DOCK_PANEL
#include "hw/dock/panel.h"
#endif

typedef struct {
  char *config;
  char *control;
  char *slot;
  char *vpcd;
  char *net;
  char *sound;
  char *printer;
  char *keypad;
  char *jack;
  char *cards;
  char *nfc;
  gboolean realistic_nfc;
  char **words;
  int readers;
  gboolean panel;
} Options;

static void
clear_options (Options *options)
{
  g_free (options->config);
  g_free (options->control);
  g_free (options->slot);
  g_free (options->vpcd);
  g_free (options->net);
  g_free (options->sound);
  g_free (options->printer);
  g_free (options->keypad);
  g_free (options->jack);
  g_free (options->cards);
  g_free (options->nfc);
  g_strfreev (options->words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, clear_options)

static int
refuse (const char *what, int status)
{
  fprintf (stderr, "perron-dock: %s\n", what);
  return status;
}

static gboolean
on_signal (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_CONTINUE;
}

static void
on_quit (gpointer data)
{
  g_main_loop_quit (data);
}

static int
serve (const Options *options)
{
  const PerronDockOptions dock_options = { .cards = options->cards != NULL ? options->cards : PERRON_DATADIR "/cards",
                                           .slot = options->slot,
                                           .readers = (guint) options->readers,
                                           .vpcd = options->vpcd,
                                           .net = options->net,
                                           .sound = options->sound,
                                           .printer = options->printer,
                                           .keypad = options->keypad,
                                           .jack = options->jack,
                                           .nfc = options->nfc,
                                           .realistic_nfc = options->realistic_nfc };
  g_autoptr (GError) error = NULL;
  /* Before any socket: whoever sees one may already send a signal. */
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  guint term = g_unix_signal_add (SIGTERM, on_signal, loop);
  guint interrupt = g_unix_signal_add (SIGINT, on_signal, loop);
  g_autoptr (PerronDock) dock = perron_dock_new (&dock_options, &error);
  if (dock == NULL)
    return refuse (error->message, 1);
  g_autoptr (PerronDockControl) control = NULL;
  if (options->control != NULL) {
    control = perron_dock_control_new (dock, options->control, &error);
    if (control == NULL)
      return refuse (error->message, 1);
  }
  perron_dock_on_quit (dock, on_quit, loop);
#ifdef PERRON_DOCK_PANEL
  g_autoptr (PerronDockPanel) panel = perron_dock_panel_new (dock, on_quit, loop, &error);
  if (panel == NULL)
    return refuse (error->message, 1);
#endif
  g_main_loop_run (loop);
  g_source_remove (term);
  g_source_remove (interrupt);
  return 0;
}

#ifndef PERRON_DOCK_PANEL
/* The window is a program of its own, so that a dock without one does not load GTK. It takes this process over. */
static int
become_panel (char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *self = g_file_read_link ("/proc/self/exe", &error);
  if (self == NULL)
    return refuse (error->message, 1);
  g_autofree char *folder = g_path_get_dirname (self);
  g_autofree char *program = g_build_filename (folder, "perron-dock-panel", NULL);
  execv (program, argv);
  g_autofree char *why = g_strdup_printf ("%s: %s", program, g_strerror (errno));
  return refuse (why, 1);
}
#endif

static int
ask (const Options *options)
{
  g_autoptr (GError) error = NULL;
  if (options->control == NULL)
    return refuse ("--control SOCKET, or [dock] control in the configuration, is needed to send a verb", 2);
  g_autofree char *answer = perron_dock_control_ask (options->control, options->words, &error);
  if (answer == NULL)
    return refuse (error->message, 1);
  gboolean failed = g_str_has_prefix (answer, "error: ");
  fprintf (failed ? stderr : stdout, "%s\n", answer);
  return failed ? 1 : 0;
}

/* What the command line left out comes from the configuration. */
static gboolean
complete_options (Options *options, GError **error)
{
  g_autoptr (PerronConfig) config = perron_config_load (options->config, error);
  if (config == NULL)
    return FALSE;
  if (options->control == NULL)
    options->control = g_strdup (perron_config_get (config, PERRON_CONFIG_DOCK_CONTROL));
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_auto (Options) options = { .readers = 1 };
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &options.config, "configuration of the terminal", "FILE" },
    { "control", 0, 0, G_OPTION_ARG_FILENAME, &options.control, "control socket", "SOCKET" },
    { "slot", 0, 0, G_OPTION_ARG_FILENAME, &options.slot, "slot socket, as given to perron-pcscd --dock", "SOCKET" },
    { "readers", 0, 0, G_OPTION_ARG_INT, &options.readers, "readers, 1 to 16 (default 1)", "N" },
    { "cards", 0, 0, G_OPTION_ARG_FILENAME, &options.cards, "folder of cards (default " PERRON_DATADIR "/cards)", "DIR" },
    { "vpcd", 0, 0, G_OPTION_ARG_STRING, &options.vpcd, "cards go to vpcd, the distribution's virtual reader, as well", "ADDRESS:PORT" },
    { "net", 0, 0, G_OPTION_ARG_STRING, &options.net, "network cable, on 127.0.0.1", "LISTEN_PORT:TARGET_PORT" },
    { "sound", 0, 0, G_OPTION_ARG_STRING, &options.sound, "PulseAudio server in which the headset appears", "SERVER" },
    { "printer", 0, 0, G_OPTION_ARG_FILENAME, &options.printer, "link to the line of a receipt printer", "PATH" },
    { "keypad", 0, 0, G_OPTION_ARG_FILENAME, &options.keypad, "FIFO with the events of a keypad", "PATH" },
    { "jack", 0, 0, G_OPTION_ARG_FILENAME, &options.jack, "socket of the headset's jack for alsa-lib", "SOCKET" },
    { "nfc", 0, 0, G_OPTION_ARG_FILENAME, &options.nfc, "NFC reader: path of a link to its serial line", "PATH" },
    { "realistic-nfc", 0, 0, G_OPTION_ARG_NONE, &options.realistic_nfc, "answers as late as those of a real chip", NULL },
    { "panel", 0, 0, G_OPTION_ARG_NONE, &options.panel, "show a window with the devices", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.words, NULL, "[VERB ARGUMENT…]" },
    G_OPTION_ENTRY_NULL,
  };
  g_auto (GStrv) given = g_strdupv (argv); /* before the parser takes the options out */
  g_autoptr (GOptionContext) context = g_option_context_new ("- virtual hardware around a terminal");
  g_autoptr (GError) error = NULL;
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !complete_options (&options, &error))
    return refuse (error->message, 2);
  if (options.readers < 1 || options.readers > 16)
    return refuse ("--readers: 1 to 16", 2);
  if (options.words != NULL)
    return ask (&options);
#ifndef PERRON_DOCK_PANEL
  if (options.panel)
    return become_panel (given);
#endif
  int status = serve (&options);
  while (g_main_context_iteration (NULL, FALSE)) /* what was cancelled still tells so, and frees itself */
    ;
  return status;
}
