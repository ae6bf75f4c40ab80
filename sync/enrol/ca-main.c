/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/ca-server.h"

#include "kiosk/core/config.h"
#include "kiosk/core/log.h"
#include "sync/confine/confine.h"
#include "sync/listen/listen.h"
#include "sync/seal/pem.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* perron-ca: the operator's authority. Makes codes, issues, renews and revokes the certificates of terminals. */

enum { EXIT_DONE = 0, EXIT_NO = 1, EXIT_USAGE = 2, EXIT_FAULT = 3 };

#define DAY_S 86400

typedef struct {
  const PerronConfig *config;
  const char *folder;
  const sigset_t *signals;
  int argc;
  char **argv; /* [0] is the verb */
} Call;

static int
fail (const GError *error)
{
  fprintf (stderr, "perron-ca: %s\n", error->message);
  return EXIT_FAULT;
}

static PerronAuthority *
open_authority (const Call *call, GError **error)
{
  const PerronAuthorityOptions options = { .days = perron_config_get_int (call->config, PERRON_CONFIG_AUTHORITY_DAYS),
                                           .grace_days = perron_config_get_int (call->config, PERRON_CONFIG_AUTHORITY_GRACE_DAYS),
                                           .code_hours = perron_config_get_int (call->config, PERRON_CONFIG_AUTHORITY_CODE_HOURS) };
  return perron_authority_open (call->folder, &options, perron_clock_system (), error);
}

static int
run_init (const Call *call)
{
  g_autoptr (GError) error = NULL;
  const char *folder = call->argc > 1 ? call->argv[1] : call->folder;
  if (!perron_authority_init (folder, call->argc > 2 ? call->argv[2] : "Perron terminals", perron_clock_system (), &error))
    return fail (error);
  printf ("%s: ca.key (keep it, and keep it secret), ca.pem, crl.pem\n", folder);
  return EXIT_DONE;
}

static int
run_code (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronAuthority) authority = open_authority (call, &error);
  char code[PERRON_REFERENCE_BYTES];
  if (authority == NULL || !perron_authority_make_code (authority, call->argv[1], code, &error))
    return fail (error);
  printf ("%s\n", code);
  fprintf (stderr, "for %s, within %" G_GINT64_FORMAT " hours, once: perron enrol --code %s\n", call->argv[1],
           perron_config_get_int (call->config, PERRON_CONFIG_AUTHORITY_CODE_HOURS), code);
  return EXIT_DONE;
}

static int
run_revoke (const Call *call)
{
  g_autoptr (GError) error = NULL;
  gint64 count;
  g_autoptr (PerronAuthority) authority = open_authority (call, &error);
  if (authority == NULL)
    return fail (error);
  if (!perron_authority_revoke (authority, call->argv[1], &count, &error)) {
    (void) fail (error);
    return g_error_matches (error, PERRON_AUTHORITY_ERROR, PERRON_AUTHORITY_ERROR_UNKNOWN) ? EXIT_NO : EXIT_FAULT;
  }
  printf ("%" G_GINT64_FORMAT " revoked, crl.pem written: give it to nginx and reload it\n", count);
  return EXIT_DONE;
}

static int
run_crl (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronAuthority) authority = open_authority (call, &error);
  return authority != NULL && perron_authority_write_crl (authority, &error) ? EXIT_DONE : fail (error);
}

static void
print_day (gint64 unix_s)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_s);
  g_autofree char *text = time != NULL ? g_date_time_format (time, "%Y-%m-%d") : g_strdup ("?");
  printf ("  %s", text);
}

static void
print_issued (const PerronIssued *issued, gpointer data)
{
  const gint64 *now_s = data;
  printf ("%s  %s  %s", issued->terminal, issued->role, issued->serial);
  print_day (issued->not_before_s);
  print_day (issued->not_after_s);
  printf ("  %s\n", issued->revoked_s != 0 ? "revoked" : issued->not_after_s < *now_s ? "expired" : "in-force");
}

static int
run_list (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronAuthority) authority = open_authority (call, &error);
  gint64 now_s = perron_clock_unix_ms (perron_clock_system ()) / 1000;
  return authority != NULL && perron_authority_list (authority, print_issued, &now_s, &error) ? EXIT_DONE : fail (error);
}

/* A request made elsewhere (openssl req), for what is not a terminal. */
static int
run_sign (const Call *call)
{
  g_autoptr (GError) error = NULL;
  const char *role = call->argv[1], *name = call->argv[2];
  gboolean caisse = strcmp (role, "caisse") == 0;
  g_autofree char *pem = NULL, *common_name = caisse ? g_strconcat ("caisse-", name, NULL) : g_strdup (name);
  gsize len;
  if (!caisse && strcmp (role, "server") != 0) {
    fprintf (stderr, "perron-ca: sign: server or caisse, not \"%s\"\n", role);
    return EXIT_USAGE;
  }
  g_autoptr (PerronAuthority) authority = open_authority (call, &error);
  if (authority == NULL || !g_file_get_contents (call->argv[3], &pem, &len, &error))
    return fail (error);
  g_autoptr (EVP_PKEY) key = perron_est_parse_pem_request (pem, len, &error);
  X509 *certificate = key != NULL ? perron_authority_sign (authority, caisse ? PERRON_ROLE_ISSUED_CAISSE : PERRON_ROLE_ISSUED_SERVER, common_name,
                                                           key, 397, &error)
                                  : NULL;
  if (certificate == NULL)
    return fail (error);
  g_autofree char *text = perron_est_certificate_to_pem (certificate);
  X509_free (certificate);
  fputs (text, stdout);
  return EXIT_DONE;
}

static void
write_crl (PerronAuthority *authority)
{
  g_autoptr (GError) error = NULL;
  if (!perron_authority_write_crl (authority, &error))
    perron_log_error (PERRON_LOG_ENROL_CRL_UNWRITTEN, error);
}

/* From here on: its folder and its socket, which it has. What is read from a terminal's request must not open anything else of this machine. */
static gboolean
confine (const Call *call, const char *socket_path, GError **error)
{
  g_autofree char *run = g_path_get_dirname (socket_path);
  const PerronConfinePath paths[] = { { run, TRUE }, { call->folder, TRUE } };
  const PerronConfineOptions options = { PERRON_CONFINE_SERVER, paths, G_N_ELEMENTS (paths), NULL, 0 };
  gint landlock;
  if (!perron_confine (&options, &landlock, error))
    return FALSE;
  perron_log_count (PERRON_LOG_CONFINED, landlock);
  return TRUE;
}

/* Once a day the list of revoked numbers is written anew: one that has run out would stop every terminal. */
static int
run_serve (const Call *call)
{
  g_autoptr (GError) error = NULL;
  const char *path = perron_config_get (call->config, PERRON_CONFIG_AUTHORITY_LISTEN);
  g_autoptr (PerronAuthority) authority = open_authority (call, &error), for_crl = authority != NULL ? open_authority (call, &error) : NULL;
  const struct timespec day = { .tv_sec = DAY_S };
  int number, fd = for_crl != NULL ? perron_listen ("[authority] listen", path, &error) : -1;
  if (fd < 0 || !confine (call, path, &error))
    return fail (error);
  g_autoptr (PerronCaServer) server = perron_ca_server_new (authority, fd, path, &error);
  if (server == NULL)
    return fail (error);
  write_crl (for_crl);
  perron_log (PERRON_LOG_PROGRAM_STARTED);
  while ((number = sigtimedwait (call->signals, NULL, &day)) < 0) {
    if (errno == EAGAIN)
      write_crl (for_crl);
  }
  g_clear_pointer (&server, perron_ca_server_free);
  perron_log (PERRON_LOG_PROGRAM_STOPPED);
  return EXIT_DONE;
}

static const struct {
  const char *verb;
  int least, most; /* words after it */
  int (*run) (const Call *call);
  const char *usage;
} verbs[] = {
  { "init", 0, 2, run_init, "init [DIR [NAME]]        makes the authority" },
  { "code", 1, 1, run_code, "code TERMINAL            a one-time code to enrol that terminal" },
  { "list", 0, 0, run_list, "list                     name, role, serial number, from, to, state" },
  { "revoke", 1, 1, run_revoke, "revoke TERMINAL          every certificate of a terminal; writes crl.pem" },
  { "crl", 0, 0, run_crl, "crl                      writes crl.pem anew" },
  { "sign", 3, 3, run_sign, "sign server|caisse NAME CSR.pem" },
  { "serve", 0, 0, run_serve, "serve                    enrolment over [authority] listen, behind nginx" },
};

static int
print_usage (void)
{
  fprintf (stderr, "perron-ca [--config FILE] [--dir DIR] VERB\n");
  for (gsize i = 0; i < G_N_ELEMENTS (verbs); i++)
    fprintf (stderr, "  %s\n", verbs[i].usage);
  return EXIT_USAGE;
}

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL, *folder = NULL;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &path, "configuration (default " PERRON_CONFIG_DEFAULT_FILE ")", "FILE" },
    { "dir", 'd', 0, G_OPTION_ARG_FILENAME, &folder, "folder of the authority (default [authority] folder)", "DIR" },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("VERB");
  g_autoptr (GError) error = NULL;
  sigset_t signals;

  /* Before any thread: all of them leave these to sigtimedwait. */
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  sigaddset (&signals, SIGINT);
  sigprocmask (SIG_BLOCK, &signals, NULL);
  signal (SIGPIPE, SIG_IGN);
  setlocale (LC_CTYPE, "C.UTF-8");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    fprintf (stderr, "perron-ca: %s\n", error->message);
    return EXIT_USAGE;
  }
  g_set_prgname ("perron-ca");
  umask (0027);
  g_autoptr (PerronConfig) config = perron_config_load (path, &error);
  if (config == NULL)
    return fail (error);
  Call call = { config, folder != NULL ? folder : perron_config_get (config, PERRON_CONFIG_AUTHORITY_FOLDER), &signals, argc - 1, argv + 1 };
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (verbs); i++) {
    if (strcmp (verbs[i].verb, argv[1]) == 0 && argc - 2 >= verbs[i].least && argc - 2 <= verbs[i].most)
      return verbs[i].run (&call);
  }
  return print_usage ();
}
