/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/ctl/ctl.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
  const char *noun;
  const PerronVerb *verbs;
} nouns[] = {
  { "card", perron_ctl_card },       { "queue", perron_ctl_queue }, { "journey", perron_ctl_journey },
  { "speech", perron_ctl_speech },   { "audit", perron_ctl_audit },
  { "badge", perron_ctl_badge },
  { "content", perron_ctl_content },
  { "enrol", perron_ctl_enrol },
  { "ready", perron_ctl_ready },
};

int
perron_ctl_fail (int status, const char *format, ...)
{
  va_list args;
  va_start (args, format);
  g_autofree char *message = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (stderr, "perron: %s\n", message);
  return status;
}

static void
drop_arguments (int *argc, char **argv, int at, int count)
{
  memmove (argv + at, argv + at + count, (gsize) (*argc - at - count + 1) * sizeof *argv);
  *argc -= count;
}

gboolean
perron_ctl_take_switch (int *argc, char **argv, const char *name)
{
  for (int i = 1; i < *argc; i++) {
    if (strcmp (argv[i], name) == 0) {
      drop_arguments (argc, argv, i, 1);
      return TRUE;
    }
  }
  return FALSE;
}

const char *
perron_ctl_take_value (int *argc, char **argv, const char *name)
{
  for (int i = 1; i + 1 < *argc; i++) {
    if (strcmp (argv[i], name) == 0) {
      const char *value = argv[i + 1];
      drop_arguments (argc, argv, i, 2);
      return value;
    }
  }
  return NULL;
}

static int
print_usage (FILE *out, const char *only_noun)
{
  for (gsize n = 0; n < G_N_ELEMENTS (nouns); n++) {
    if (only_noun != NULL && strcmp (nouns[n].noun, only_noun) != 0)
      continue;
    for (const PerronVerb *row = nouns[n].verbs; row->verb != NULL; row++)
      fprintf (out, "perron %s %s\n", nouns[n].noun, row->usage);
  }
  return out == stdout ? 0 : 2;
}

static int
run_verb (const PerronVerb *verbs, const char *noun, PerronConfig *config, int argc, char **argv)
{
  if (verbs[0].verb[0] == '\0')
    return verbs[0].run (config, argc + 1, argv - 1);
  if (argc < 1)
    return print_usage (stderr, noun);
  for (const PerronVerb *row = verbs; row->verb != NULL; row++) {
    if (strcmp (row->verb, argv[0]) == 0)
      return row->run (config, argc, argv);
  }
  fprintf (stderr, "perron: %s has no verb \"%s\"\n", noun, argv[0]);
  return print_usage (stderr, noun);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, "C.UTF-8");
  g_set_prgname ("perron");
  const char *path = perron_ctl_take_value (&argc, argv, "--config");
  if (argc < 2)
    return print_usage (stderr, NULL);
  if (strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0)
    return print_usage (stdout, NULL);

  g_autoptr (PerronConfig) config = perron_config_load (path, &error);
  if (config == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  for (gsize n = 0; n < G_N_ELEMENTS (nouns); n++) {
    if (strcmp (nouns[n].noun, argv[1]) == 0)
      return run_verb (nouns[n].verbs, argv[1], config, argc - 2, argv + 2);
  }
  fprintf (stderr, "perron: no such thing as \"%s\"\n", argv[1]);
  return print_usage (stderr, NULL);
}
