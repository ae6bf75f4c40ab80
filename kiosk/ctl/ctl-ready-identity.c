/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readiness of what this terminal names itself with: keys, where they are, and whether the gateway takes its certificate. */
#include <string.h>

#include "kiosk/ctl/ctl-ready.h"
#include "sync/device/identity.h"

static const struct {
  const char *word;
  const char *sentence;
} faults[] = {
  { "identity", "La passerelle refuse cette borne : certificat révoqué ou refusé. Les demandes restent sur la borne ; appelez l’exploitant." },
  { "expired", "Le certificat de cette borne est échu : il doit être renouvelé. Les demandes restent sur la borne." },
  { "clock", "L’horloge de cette borne est fausse : les certificats semblent d’un autre temps. Les demandes restent sur la borne." },
  { "key", "La clé de cette borne ne répond pas (puce TPM absente, occupée ou changée). Les demandes restent sur la borne." },
};

static const char *
find_sentence (const char *fault)
{
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    if (strcmp (faults[i].word, fault) == 0)
      return faults[i].sentence;
  }
  return NULL;
}

const char *
perron_ready_link_sentence (const char *fault)
{
  const char *sentence = find_sentence (fault);
  return sentence != NULL ? sentence : "La passerelle répond mal : les demandes attendent, quelqu’un doit regarder.";
}

gboolean
perron_ready_link_is_identity (const char *fault)
{
  return find_sentence (fault) != NULL;
}

/* FALSE: the sentence is said. */
static gboolean
look_at_key (PerronReadyAnswer *answer, const char *path, const char *tcti, const char *sentence, gboolean *ret_in_tpm)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronDeviceKey) key = perron_device_key_open (path, tcti, &error);
  if (key == NULL || !perron_device_key_check (key, &error)) {
    perron_ready_fail (answer, sentence, error);
    return FALSE;
  }
  *ret_in_tpm = perron_device_key_get_kind (key) == PERRON_DEVICE_KEY_TPM;
  return TRUE;
}

static void
look_at_identity (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *tcti = perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), *link_key = perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY);
  const char *sign_key = perron_config_get (config, PERRON_CONFIG_SEAL_SIGN_KEY);
  const char *certificate = perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE);
  gboolean link_in_tpm = FALSE, sign_in_tpm = FALSE;
  g_autoptr (GError) error = NULL;

  if (sign_key == NULL)
    return perron_ready_say (answer, PERRON_READY_NO, "Cette borne n’a pas de clé de signature : il faut l’inscrire (perron enrol).");
  if (!look_at_key (answer, sign_key, tcti, "La clé de signature ne répond pas.", &sign_in_tpm))
    return;
  if (link_key != NULL && certificate != NULL) {
    if (!look_at_key (answer, link_key, tcti, "La clé de liaison ne répond pas.", &link_in_tpm))
      return;
    g_autoptr (PerronDeviceIdentity) identity = perron_device_identity_new (certificate, link_key, tcti, &error);
    if (identity == NULL)
      return perron_ready_fail (answer, "Le certificat de liaison n’est pas celui de la clé.", error);
  }
  perron_ready_tell (answer, "link_key_in_tpm", link_in_tpm);
  perron_ready_tell (answer, "sign_key_in_tpm", sign_in_tpm);
  if (sign_in_tpm && (link_in_tpm || link_key == NULL))
    perron_ready_say (answer, PERRON_READY_YES, "Les clés sont dans la puce TPM et n’en sortent pas.");
  else
    perron_ready_say (answer, perron_config_is_production (config) ? PERRON_READY_ATTENTION : PERRON_READY_YES,
                      "Clés dans des fichiers : cela protège un fichier copié, pas un disque volé.");
}

const PerronReadyCheck perron_ready_identity[] = {
  { "identity", "Identité", "les clés de la borne répondent, et le certificat est celui de la clé", "que la passerelle l’accepte encore",
    look_at_identity },
  { NULL, NULL, NULL, NULL, NULL },
};
