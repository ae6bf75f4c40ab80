/* SPDX-License-Identifier: GPL-3.0-or-later */
/* perron enrol: a technician before a new terminal, with the operator's one-time code. */
#include <stdio.h>
#include <string.h>

#include "kiosk/ctl/ctl.h"
#include "sync/enrol/client.h"

#define USAGE "[--code CODE] [--again] | --forget"

/* What somebody does now; the log has the code, standard error the English sentence. */
static const char *
sentence_of (const GError *error)
{
  static const char *const sentences[] = {
    [PERRON_ENROL_ERROR_CODE] = "Ce code n’est pas celui de cette borne. Vérifiez le code, et [terminal] id dans la configuration.",
    [PERRON_ENROL_ERROR_LOCKED] = "Trop d’essais avec un code faux : demandez un nouveau code à l’exploitant.",
    [PERRON_ENROL_ERROR_LATE] = "Ce code n’est plus valable : demandez-en un nouveau à l’exploitant.",
    [PERRON_ENROL_ERROR_SPENT] =
      "Ce code a déjà servi, avec une autre clé : demandez-en un nouveau. Si personne ici ne l’a utilisé, dites-le à l’exploitant.",
    [PERRON_ENROL_ERROR_REVOKED] = "Cette borne a été révoquée par son exploitant.",
    [PERRON_ENROL_ERROR_TOO_OLD] = "Le certificat est échu depuis trop longtemps : il faut un nouveau code.",
    [PERRON_ENROL_ERROR_REFUSED] = "L’autorité a refusé.",
    [PERRON_ENROL_ERROR_ALREADY] = "Cette borne est déjà inscrite. --again recommence avec les mêmes clés.",
  };
  if (error->domain == PERRON_ENROL_ERROR && (guint) error->code < G_N_ELEMENTS (sentences))
    return sentences[error->code];
  if (error->domain == PERRON_HTTP_ERROR)
    return "L’autorité n’a pas été jointe : le code reste bon, la même commande reprend où elle en était.";
  return "La même commande peut être relancée : le code reste bon.";
}

/* Asked on the terminal itself: standard input may be a pipe that knows nothing. */
static char *
ask_for_code (const char *terminal)
{
  char line[64];
  FILE *tty = fopen ("/dev/tty", "r+e");
  if (tty == NULL)
    return NULL;
  fprintf (tty, "Code d’inscription de la borne %s : ", terminal);
  fflush (tty);
  char *code = fgets (line, sizeof line, tty) != NULL ? g_strstrip (g_strdup (line)) : NULL;
  fclose (tty);
  return code;
}

static int
conclude (gboolean done, const GError *error, const char *good)
{
  if (done) {
    puts (good);
    return 0;
  }
  puts (sentence_of (error));
  return perron_ctl_fail (error->domain == PERRON_ENROL_ERROR ? 1 : 3, "%s", error->message);
}

/* 0 enrolled (or forgotten); 1 the authority refused, or there is nothing to do; 2 bad command line; 3 a fault: run it again. */
static int
run_enrol (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  const char *given = perron_ctl_take_value (&argc, argv, "--code");
  gboolean again = perron_ctl_take_switch (&argc, argv, "--again"), forget = perron_ctl_take_switch (&argc, argv, "--forget");

  if (argc != 1 || (forget && (again || given != NULL)))
    return perron_ctl_fail (2, "enrol " USAGE);
  if (forget) {
    gboolean forgotten = perron_enrol_forget (config, &error);
    return conclude (forgotten, error, "Clés et certificat détruits : cette borne n’est plus inscrite.");
  }
  g_autofree char *code = given != NULL ? g_strdup (given) : ask_for_code (perron_config_get (config, PERRON_CONFIG_TERMINAL_ID));
  if (code == NULL)
    return perron_ctl_fail (2, "enrol: no code, and nobody to ask: --code CODE");
  gboolean enrolled = perron_enrol_run (config, code, again, &error);
  return conclude (enrolled, error, "Borne inscrite : perron-sync peut joindre la passerelle.");
}

const PerronVerb perron_ctl_enrol[] = {
  { "", run_enrol, USAGE },
  { NULL, NULL, NULL },
};
