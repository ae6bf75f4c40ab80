/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readiness of what came down: which packs are in use, whether they are whole, and until when. */
#include "kiosk/ctl/ctl-ready.h"
#include "kiosk/journey/check-content.h"
#include "sync/content/content.h"

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))
#define DAYS_BEFORE_ATTENTION 14

static const struct {
  const char *name;
  const char *version_fact;
  const char *days_fact;
} roles[PERRON_ROLE_COUNT] = {
  [PERRON_ROLE_CONTENT] = { "parcours et textes", "content_version", "content_days" },
  [PERRON_ROLE_CERTIFICATES] = { "certificats", "certificates_version", "certificates_days" },
};

static void
look_at_role (const PerronContentOptions *options, PerronContentRole role, PerronReadyAnswer *answer)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (options, role, TRUE, &in_use);
  gint64 days = (in_use.expires_unix_ms - perron_clock_unix_ms (options->clock)) / DAY_MS;

  perron_ready_tell (answer, roles[role].version_fact, in_use.version);
  if (in_use.fault != NULL) {
    perron_ready_say (answer, PERRON_READY_ATTENTION, "Un paquet (%s) est abîmé ou retiré : %s.", roles[role].name,
                      in_use.files != NULL ? "le précédent sert" : "ce qui est venu avec le programme sert");
    g_string_assign (answer->detail, in_use.fault);
  }
  if (in_use.files == NULL)
    return;
  perron_ready_tell (answer, roles[role].days_fact, days);
  if (in_use.expired)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "Le paquet (%s) a passé sa date : il sert encore, un nouveau doit venir.", roles[role].name);
  else if (days < DAYS_BEFORE_ATTENTION)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "Le paquet (%s) passe sa date dans %" G_GINT64_FORMAT " jour(s).", roles[role].name, days);
}

/* A genuine pack with a fault in it is installed and not shown: somebody must be told. */
static void
look_at_fitness (PerronConfig *config, const PerronContentOptions *options, PerronReadyAnswer *answer)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);

  perron_content_look (options, PERRON_ROLE_CONTENT, FALSE, &in_use);
  if (in_use.files == NULL)
    return;
  const PerronContentFolder content = { .folder = in_use.files,
                                        .start = perron_config_get (config, PERRON_CONFIG_JOURNEY_START),
                                        .known_texts = perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS),
                                        .known_ui = perron_config_get (config, PERRON_CONFIG_PATHS_UI) };
  if (perron_journey_check_content (&content, faults))
    return;
  perron_ready_say (answer, PERRON_READY_ATTENTION, "Le paquet %" G_GINT64_FORMAT " a %u défaut(s) : il n’est pas montré.", in_use.version,
                    faults->len);
  g_string_assign (answer->detail, g_ptr_array_index (faults, 0));
}

static void
look_at_content (PerronConfig *config, PerronReadyAnswer *answer)
{
  const PerronContentOptions options = perron_content_options (config);
  if (options.root == NULL)
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne ne reçoit pas de paquets : elle montre ce qui est venu avec le programme.");
  if (!g_file_test (options.root, G_FILE_TEST_IS_REGULAR))
    return perron_ready_say (answer, PERRON_READY_NO, "Le fichier des clés qui signent les paquets n’est pas là : aucun paquet ne peut servir.");
  for (guint role = 0; role < PERRON_ROLE_COUNT; role++)
    look_at_role (&options, (PerronContentRole) role, answer);
  look_at_fitness (config, &options, answer);
  g_autofree char *words = perron_content_describe (&options);
  perron_ready_say (answer, PERRON_READY_YES, "Paquets en service : %s.", words);
}

const PerronReadyCheck perron_ready_content[] = {
  { "content", "Paquets", "ceux qui servent sont signés, entiers et à jour",
    "que la borne les montre déjà : elle attend que personne ne soit là", look_at_content },
  { NULL, NULL, NULL, NULL, NULL },
};
