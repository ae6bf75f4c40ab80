/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/daemon/sender.h"

#include "kiosk/core/log.h"

#include <locale.h>
#include <stdio.h>

/* perron-sync: carries sealed envelopes from the outbox to the gateway and brings receipts back. It sees the network and nothing else. */

enum { EXIT_DONE = 0, EXIT_REMAINS = 1, EXIT_USAGE = 2, EXIT_FAULT = 3 };

static int
fail (const GError *error)
{
  fprintf (stderr, "perron-sync: %s\n", error->message);
  return EXIT_FAULT;
}

static int
run (const PerronConfig *config, gboolean once)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronWake) wake = perron_wake_new (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), &error);
  g_autoptr (PerronSender) sender = wake != NULL ? perron_sender_new (config, wake, perron_clock_system (), &error) : NULL;
  gboolean remains = FALSE;

  if (sender == NULL || !perron_sender_confine (sender, &error))
    return fail (error);
  if (once)
    return !perron_sender_run_once (sender, &remains, &error) ? fail (error) : remains ? EXIT_REMAINS : EXIT_DONE;
  perron_log (PERRON_LOG_PROGRAM_STARTED);
  perron_sender_run (sender);
  perron_log (PERRON_LOG_PROGRAM_STOPPED);
  return EXIT_DONE;
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  gboolean once = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (default " PERRON_CONFIG_DEFAULT_FILE ")", "FILE" },
    { "once", 0, 0, G_OPTION_ARG_NONE, &once, "one pass: 0 all accepted, 1 something remains, 3 gateway not reached or bad configuration", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1) {
    fprintf (stderr, "perron-sync: %s\n", error != NULL ? error->message : "no arguments but options");
    return EXIT_USAGE;
  }
  g_set_prgname ("perron-sync");
  g_autoptr (PerronConfig) config = perron_config_load (path, &error);
  return config != NULL ? run (config, once) : fail (error);
}
