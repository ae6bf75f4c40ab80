/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/caisse/collect.h"
#include "sync/caisse/register.h"
#include "sync/caisse/report.h"

#include "kiosk/core/config.h"
#include "kiosk/core/secret.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

/* perron-caisse: the receiving end's desk. Fetches, checks, opens, prints, acknowledges, replies. It alone holds the caisse's private key. */

enum { EXIT_DONE = 0, EXIT_GRAVE = 1, EXIT_USAGE = 2, EXIT_FAULT = 3 };

#define USAGE "collect [--json FILE] | open FILE.json [--json] | reply REFERENCE|ID CODE"

typedef struct {
  char *config;
  char *json;   /* collect: file */
  gboolean to_stdout; /* open */
  char **words;
} Arguments;

static int
fail (const GError *error)
{
  fprintf (stderr, "perron-caisse: %s\n", error->message);
  return EXIT_FAULT;
}

static gboolean
read_desk_options (const PerronConfig *config, PerronDeskOptions *ret_options, GError **error)
{
  PerronDeskOptions options = { 0 };
  options.caisse = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE, error);
  if (options.caisse != NULL)
    options.terminals = perron_config_require (config, PERRON_CONFIG_CAISSE_TERMINALS, error);
  if (options.terminals != NULL)
    options.key = perron_config_require (config, PERRON_CONFIG_CAISSE_KEY, error);
  if (options.key != NULL)
    options.certificate = perron_config_require (config, PERRON_CONFIG_CAISSE_CERTIFICATE, error);
  if (options.certificate == NULL)
    return FALSE;
  *ret_options = options;
  return TRUE;
}

static PerronHttp *
connect_gateway (const PerronConfig *config, GError **error)
{
  PerronHttpOptions options = { .connect_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_CONNECT_S),
                                .stall_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_TOTAL_S),
                                .answer_max = PERRON_WIRE_BODY_MAX };
  options.url = perron_config_require (config, PERRON_CONFIG_GATEWAY_URL, error);
  if (options.url != NULL)
    options.ca = perron_config_require (config, PERRON_CONFIG_GATEWAY_CA, error);
  if (options.ca != NULL)
    options.certificate = perron_config_require (config, PERRON_CONFIG_GATEWAY_CERTIFICATE, error);
  if (options.certificate != NULL)
    options.key = perron_config_require (config, PERRON_CONFIG_GATEWAY_KEY, error);
  return options.key != NULL ? perron_http_new (&options, error) : NULL;
}

static gboolean
write_json (const PerronDesk *desk, const char *path, GError **error)
{
  gsize len;
  char *json = perron_report_to_json (desk, &len);
  gboolean written = TRUE;
  if (path != NULL)
    written = g_file_set_contents_full (path, json, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
  else
    fwrite (json, 1, len, stdout);
  perron_report_free_json (json, len);
  return written;
}

static char *
dup_register (const PerronConfig *config)
{
  return g_strconcat (perron_config_get (config, PERRON_CONFIG_CAISSE_STATE), ".requests", NULL);
}

/* The order keeps every request: what was opened is written, then the counters and what a reply will need, then the receipts that let the
 * gateway erase it. */
static int
collect (const PerronConfig *config, const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = dup_register (config);
  PerronDeskOptions options;
  g_autoptr (PerronLedger) ledger = perron_ledger_load (perron_config_get (config, PERRON_CONFIG_CAISSE_STATE), &error);
  if (ledger == NULL || !read_desk_options (config, &options, &error))
    return fail (error);
  g_autoptr (PerronDesk) desk = perron_desk_new (&options, ledger, &error);
  g_autoptr (PerronHttp) http = desk != NULL ? connect_gateway (config, &error) : NULL;
  if (http == NULL || !perron_collect_fetch (desk, http, &error))
    return fail (error);
  perron_desk_close (desk);
  perron_report_print (desk);
  if (arguments->json != NULL && !write_json (desk, arguments->json, &error))
    return fail (error);
  if (fflush (stdout) != 0 || !perron_ledger_save (ledger, &error) || !perron_register_keep (folder, desk, &error) ||
      !perron_collect_acknowledge (desk, http, g_get_real_time () / 1000, &error))
    return error != NULL ? fail (error) : EXIT_FAULT;
  return perron_desk_has_grave_problem (desk) ? EXIT_GRAVE : EXIT_DONE;
}

/* A file is looked at, not acknowledged, and changes no counter: it may be opened as often as needed. */
static int
open_file (const PerronConfig *config, const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;
  PerronDeskOptions options;
  g_autoptr (PerronLedger) ledger = perron_ledger_load (NULL, &error);
  if (ledger == NULL || !read_desk_options (config, &options, &error))
    return fail (error);
  g_autoptr (PerronDesk) desk = perron_desk_new (&options, ledger, &error);
  if (desk == NULL || !perron_collect_read_file (desk, arguments->words[1], &error))
    return fail (error);
  if (arguments->to_stdout)
    (void) !write_json (desk, NULL, &error);
  else
    perron_report_print (desk);
  return perron_desk_has_grave_problem (desk) ? EXIT_GRAVE : EXIT_DONE;
}

static gboolean
send_reply (const PerronConfig *config, PerronRegistered *registered, PerronReplyCode code, GError **error)
{
  PerronDeskOptions options;
  g_autoptr (PerronLedger) ledger = perron_ledger_load (NULL, error);
  if (ledger == NULL || !read_desk_options (config, &options, error))
    return FALSE;
  g_autoptr (PerronDesk) desk = perron_desk_new (&options, ledger, error);
  g_autoptr (PerronHttp) http = desk != NULL ? connect_gateway (config, error) : NULL;
  if (http == NULL || !perron_register_take_number (registered, error))
    return FALSE;
  g_autoptr (PerronReply) reply = perron_desk_sign_reply (desk, registered->id, registered->digest, registered->terminal, code,
                                                          registered->number, g_get_real_time () / 1000, error);
  return reply != NULL && perron_collect_send_reply (http, reply, error);
}

/* 1: the request is not known here, or two bear that reference. */
static int
reply (const PerronConfig *config, const Arguments *arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = dup_register (config);
  PerronReplyCode code;

  if (!perron_reply_code_from_string (arguments->words[2], &code)) {
    fprintf (stderr, "perron-caisse: \"%s\" n'est pas une réponse :", arguments->words[2]);
    for (guint i = PERRON_REPLY_NONE + 1; i < PERRON_REPLY_COUNT; i++)
      fprintf (stderr, " %s", perron_reply_code_to_string ((PerronReplyCode) i));
    fputc ('\n', stderr);
    return EXIT_USAGE;
  }
  g_autoptr (PerronRegistered) registered = perron_register_find (folder, arguments->words[1], &error);
  if (registered != NULL && send_reply (config, registered, code, &error)) {
    printf ("Réponse n° %" G_GINT64_FORMAT " confiée à la passerelle.\n", registered->number);
    return EXIT_DONE;
  }
  gboolean unknown = g_error_matches (error, PERRON_REGISTER_ERROR, PERRON_REGISTER_ERROR_NOT_FOUND) ||
                     g_error_matches (error, PERRON_REGISTER_ERROR, PERRON_REGISTER_ERROR_SEVERAL);
  (void) fail (error);
  return unknown ? EXIT_GRAVE : EXIT_FAULT;
}

static gboolean
names_verb (char **argv, const char *verb)
{
  return g_strv_contains ((const char *const *) argv + 1, verb);
}

static gboolean
parse (int argc, char **argv, Arguments *arguments, GError **error)
{
  /* --json names a file for "collect", and is a switch for "open", where the report goes to standard output. */
  gboolean is_open = names_verb (argv, "open");
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &arguments->config, "configuration (default " PERRON_CONFIG_DEFAULT_FILE ")", "FILE" },
    { "json", 0, 0, is_open ? G_OPTION_ARG_NONE : G_OPTION_ARG_FILENAME, is_open ? (gpointer) &arguments->to_stdout : (gpointer) &arguments->json,
      "also for a program", is_open ? NULL : "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->words, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new (USAGE);
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, &argc, &argv, error);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Arguments arguments = { 0 };

  setlocale (LC_ALL, "");
  if (!parse (argc, argv, &arguments, &error)) {
    fprintf (stderr, "perron-caisse: %s\n", error->message);
    return EXIT_USAGE;
  }
  guint words = arguments.words != NULL ? g_strv_length (arguments.words) : 0;
  gboolean is_collect = words == 1 && strcmp (arguments.words[0], "collect") == 0;
  gboolean is_open = words == 2 && strcmp (arguments.words[0], "open") == 0;
  gboolean is_reply = words == 3 && strcmp (arguments.words[0], "reply") == 0;
  if (!is_collect && !is_open && !is_reply) {
    fprintf (stderr, "usage: perron-caisse --config FILE " USAGE "\n");
    return EXIT_USAGE;
  }
  g_set_prgname ("perron-caisse");
  perron_secret_harden_process ();
  g_autoptr (PerronConfig) config = perron_secret_prepare (&error) ? perron_config_load (arguments.config, &error) : NULL;
  int status = config == NULL ? fail (error)
               : is_collect   ? collect (config, &arguments)
               : is_reply     ? reply (config, &arguments)
                              : open_file (config, &arguments);
  g_strfreev (arguments.words);
  g_free (arguments.config);
  g_free (arguments.json);
  return status;
}
