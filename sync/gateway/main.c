/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/confine/confine.h"
#include "sync/gateway/server.h"
#include "sync/gateway/verbs.h"
#include "sync/listen/listen.h"

#include "kiosk/core/config.h"
#include "kiosk/core/log.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* perron-gateway: receives sealed envelopes for a region and hands them to their caisse. It holds no key that opens them. */

static int
fail (const GError *error)
{
  fprintf (stderr, "perron-gateway: %s\n", error->message);
  return PERRON_VERB_FAULT;
}

static PerronGatewayStore *
open_store (const PerronConfig *config, GError **error)
{
  if (strcmp (perron_config_get (config, PERRON_CONFIG_RECEIVER_STORE), "postgresql") == 0)
    return perron_gateway_store_postgresql_new (perron_config_get (config, PERRON_CONFIG_RECEIVER_POSTGRESQL), error);
  return perron_gateway_store_sqlite_new (perron_config_get (config, PERRON_CONFIG_RECEIVER_DATABASE), error);
}

/* What it serves from here on: its socket, its database. The socket is bound and the database open; PostgreSQL is connected to again. */
static gboolean
confine (const PerronConfig *config, GError **error)
{
  gboolean postgresql = strcmp (perron_config_get (config, PERRON_CONFIG_RECEIVER_STORE), "postgresql") == 0;
  g_autofree char *run = g_path_get_dirname (perron_config_get (config, PERRON_CONFIG_RECEIVER_LISTEN));
  g_autofree char *data = g_path_get_dirname (perron_config_get (config, PERRON_CONFIG_RECEIVER_DATABASE));
  const PerronConfinePath paths[] = {
    { run, TRUE },                                /* takes its socket away in the end */
    { postgresql ? NULL : data, TRUE },
    { postgresql ? "/etc/passwd" : NULL, FALSE }, /* who we are, for a login without a name */
  };
  PerronConfineOptions options = { postgresql ? PERRON_CONFINE_SERVER_UNIX : PERRON_CONFINE_SERVER, paths, G_N_ELEMENTS (paths), NULL, 0 };
  gint landlock;

  if (!perron_confine (&options, &landlock, error))
    return FALSE;
  perron_log_count (PERRON_LOG_CONFINED, landlock);
  return TRUE;
}

/* A connection is a descriptor; what a service is given by default is meant for programs that use select(). */
static void
allow_files (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void) setrlimit (RLIMIT_NOFILE, &limit);
  }
}

/* How long what stays: README.md says why. FALSE: the settings contradict each other. */
static gboolean
read_keeper (const PerronConfig *config, PerronKeeperOptions *ret_options, GError **error)
{
  *ret_options = (PerronKeeperOptions){
    .days = perron_verb_read_days (config),
    .alarm_days = perron_config_get_int (config, PERRON_CONFIG_RECEIVER_ALARM_DAYS),
    .every_s = (guint) perron_config_get_int (config, PERRON_CONFIG_RECEIVER_TIDY_S),
  };
  if (ret_options->days.unfetched >= ret_options->days.answers)
    return TRUE;
  g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE,
               "[receiver] unfetched_days: what no terminal has fetched cannot go before what was (answers_days)");
  return FALSE;
}

static int
serve (const PerronConfig *config, const sigset_t *signals)
{
  g_autoptr (GError) error = NULL;
  const char *path = perron_config_get (config, PERRON_CONFIG_RECEIVER_LISTEN);
  g_autoptr (PerronGatewayStore) store = open_store (config, &error);
  if (store == NULL)
    return fail (error);
  PerronServerOptions options = { .max_pending = (guint) perron_config_get_int (config, PERRON_CONFIG_RECEIVER_MAX_PENDING),
                                  .retry_after_s = (guint) perron_config_get_int (config, PERRON_CONFIG_RECEIVER_RETRY_AFTER_S) };
  if (!read_keeper (config, &options.keeper, &error))
    return fail (error);
  allow_files ();
  options.listen_fd = perron_listen ("[receiver] listen", path, &error);
  if (options.listen_fd < 0 || !confine (config, &error))
    return fail (error);
  g_autoptr (PerronServer) server = perron_server_new (store, &options, &error);
  if (server == NULL)
    return fail (error);
  perron_log (PERRON_LOG_PROGRAM_STARTED);
  int number;
  sigwait (signals, &number);
  unlink (path);
  g_clear_pointer (&server, perron_server_free);
  perron_log (PERRON_LOG_PROGRAM_STOPPED);
  return PERRON_VERB_DONE;
}

/* NULL: it serves. */
static PerronVerb
choose_verb (char *const *arguments, gboolean overdue, const char **ret_argument)
{
  static const PerronVerb verbs[] = { perron_verb_import, perron_verb_import_even_forgotten, perron_verb_answers,
                                      perron_verb_accept_chain, perron_verb_drop, perron_verb_forget_terminal };
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++) {
    *ret_argument = arguments[i];
    if (arguments[i] != NULL)
      return verbs[i];
  }
  return overdue ? perron_verb_overdue : NULL;
}

static int
run_verb (const PerronConfig *config, PerronVerb verb, const char *argument)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronGatewayStore) store = open_store (config, &error);
  return store != NULL ? (int) verb (config, store, argument) : fail (error);
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;
  char *arguments[6] = { NULL }; /* as in choose_verb() */
  gboolean overdue = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (default " PERRON_CONFIG_DEFAULT_FILE ")", "FILE" },
    { "import", 0, 0, G_OPTION_ARG_FILENAME, &arguments[0], "store what perron queue export wrote to this folder, and end", "DIR" },
    { "import-even-forgotten", 0, 0, G_OPTION_ARG_FILENAME, &arguments[1], "the same, also what is older than is remembered", "DIR" },
    { "answers", 0, 0, G_OPTION_ARG_FILENAME, &arguments[2], "write what caisses said to terminals to this folder, and end", "DIR" },
    { "accept-chain", 0, 0, G_OPTION_ARG_STRING, &arguments[3], "take the next audit head of this terminal as its first, and end", "TERMINAL" },
    { "overdue", 0, 0, G_OPTION_ARG_NONE, &overdue, "list what no caisse has taken for weeks, and end", NULL },
    { "drop", 0, 0, G_OPTION_ARG_STRING, &arguments[4], "give one of these up, and end", "ID" },
    { "forget-terminal", 0, 0, G_OPTION_ARG_STRING, &arguments[5], "this terminal is no more: forget how it was, and end", "TERMINAL" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  const char *argument;
  sigset_t signals;

  /* Before any thread: all of them leave these to sigwait. */
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || argc > 1) {
    fprintf (stderr, "perron-gateway: %s\n", error != NULL ? error->message : "no arguments but options");
    return PERRON_VERB_USAGE;
  }
  g_set_prgname ("perron-gateway");
  umask (0077);
  g_autoptr (PerronConfig) config = perron_config_load (path, &error);
  if (config == NULL)
    return fail (error);
  PerronVerb verb = choose_verb (arguments, overdue, &argument);
  int status = verb != NULL ? run_verb (config, verb, argument) : serve (config, &signals);
  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    g_free (arguments[i]);
  return status;
}
