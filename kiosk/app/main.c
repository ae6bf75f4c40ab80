/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "hw/card/replay.h"
#include "hw/pcsc/pcsc-source.h"
#include "kiosk/app/confine.h"
#include "kiosk/app/session.h"
#include "kiosk/core/log.h"
#include "kiosk/core/secret.h"
#include "ui/window.h"

typedef struct {
  char *config_path;
  gboolean demo;
  gboolean windowed;
} Arguments;

typedef struct {
  PerronConfig *config;
  PerronSessionParts parts;
  PerronSession *session;
  GError *error;
} Kiosk;

static int
fail (const GError *error)
{
  fprintf (stderr, "perron-kiosk: %s\n", error->message);
  return 3;
}

static gboolean
parse_arguments (int *argc, char ***argv, Arguments *arguments, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &arguments->config_path, "configuration file", "FILE" },
    { "demo", 0, 0, G_OPTION_ARG_NONE, &arguments->demo, "demonstration mode: simulated identities accepted, said on every screen", NULL },
    { "windowed", 0, 0, G_OPTION_ARG_NONE, &arguments->windowed, "in a window instead of the whole screen", NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "unknown argument \"%s\"", (*argv)[1]);
    return FALSE;
  }
  return TRUE;
}

static PerronConfig *
load_config (const Arguments *arguments, GError **error)
{
  g_autoptr (PerronConfig) config = perron_config_load (arguments->config_path, error);

  if (config == NULL || (arguments->demo && !perron_config_override (config, PERRON_CONFIG_TERMINAL_MODE, "demo", error)) ||
      (arguments->windowed && !perron_config_override (config, PERRON_CONFIG_SCREEN_WINDOWED, "true", error)))
    return NULL;
  return g_steal_pointer (&config);
}

static gboolean
open_card_source (const PerronConfig *config, const PerronProfiles *profiles, PerronCardSource **ret_source, GError **error)
{
  const char *name = perron_config_get (config, PERRON_CONFIG_CARD_SOURCE);

  if (g_str_equal (name, "none"))
    return TRUE;
  if (g_str_equal (name, "pcsc"))
    *ret_source = perron_pcsc_source_new (perron_config_get (config, PERRON_CONFIG_CARD_READER), profiles);
  else if (g_str_has_prefix (name, "replay:"))
    *ret_source = perron_replay_source_new (name + strlen ("replay:"), error);
  else
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[card] source: \"%s\" is none of pcsc, none, replay:FILE", name);
  return *ret_source != NULL;
}

static gboolean
load_parts (Kiosk *kiosk, GError **error)
{
  const PerronConfig *config = kiosk->config;
  PerronSessionParts *parts = &kiosk->parts;

  parts->config = config;
  return (parts->shown = perron_shown_load (config, error)) != NULL &&
         (parts->profiles = perron_profiles_load (perron_config_get (config, PERRON_CONFIG_PATHS_PROFILES), error)) != NULL &&
         open_card_source (config, parts->profiles, &parts->card_source, error);
}

static void
on_activate (GtkApplication *application, gpointer data)
{
  Kiosk *kiosk = data;

  kiosk->session = perron_session_new (application, &kiosk->parts, &kiosk->error);
  if (kiosk->session == NULL)
    g_application_quit (G_APPLICATION (application));
  else
    perron_log (PERRON_LOG_PROGRAM_STARTED);
}

static gboolean
on_terminate (gpointer application)
{
  g_application_quit (application);
  return G_SOURCE_CONTINUE;
}

static int
run (Kiosk *kiosk)
{
  /* Its own instance, without asking a bus: a second terminal on the machine is a test, not a mistake. */
  g_autoptr (GtkApplication) application = gtk_application_new (NULL, G_APPLICATION_NON_UNIQUE);

  g_signal_connect (application, "activate", G_CALLBACK (on_activate), kiosk);
  g_unix_signal_add (SIGTERM, on_terminate, application);
  g_unix_signal_add (SIGINT, on_terminate, application);
  g_application_run (G_APPLICATION (application), 0, NULL);
  g_clear_pointer (&kiosk->session, perron_session_free);
  if (kiosk->error != NULL)
    return fail (kiosk->error);
  perron_log (PERRON_LOG_PROGRAM_STOPPED);
  return 0;
}

int
main (int argc, char **argv)
{
  Arguments arguments = { 0 };
  Kiosk kiosk = { 0 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "C.UTF-8");
  g_set_prgname ("perron-kiosk");
  if (!parse_arguments (&argc, &argv, &arguments, &error)) {
    fail (error);
    return 2;
  }
  perron_secret_harden_process ();
  if (!perron_secret_keep_from_swap ())
    perron_log (PERRON_LOG_MEMORY_MAY_SWAP);
  /* The configuration comes first only because its errors are the operator's; nothing of a person is read before the confinement. */
  if ((kiosk.config = load_config (&arguments, &error)) == NULL || !perron_confine_without_network (&error) ||
      !perron_secret_prepare (&error) || !load_parts (&kiosk, &error) ||
      !perron_ui_prepare (perron_config_get (kiosk.config, PERRON_CONFIG_PATHS_UI), &error))
    return fail (error);

  int status = run (&kiosk);
  perron_config_free (kiosk.config);
  g_free (arguments.config_path);
  return status;
}
