/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readiness of what keeps a promise: outbox, seal, link, clock, journey, texts. */
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/timex.h>

#include "kiosk/ctl/ctl-ready.h"
#include "kiosk/ctl/ctl-store.h"
#include "kiosk/journey/check-texts.h"
#include "kiosk/journey/check.h"
#include "sync/device/device-key.h"
#include "sync/content/content.h"
#include "sync/seal/seal.h"

#define DAYS_BEFORE_ATTENTION 21
#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

static gint64
now_ms (void)
{
  return perron_clock_unix_ms (perron_clock_system ());
}

/* --- outbox ------------------------------------------------------------------------------------------------------------------- */

static PerronOutbox *
open_outbox (PerronConfig *config, PerronOutboxStats *ret_stats, GError **error)
{
  const PerronOutboxOptions options = perron_ctl_outbox_options (config);
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (&options, perron_clock_system (), NULL, error);
  return outbox != NULL && perron_outbox_stats (outbox, ret_stats, error) ? g_steal_pointer (&outbox) : NULL;
}

static gint64
free_kib (const char *path)
{
  struct statvfs room;
  g_autofree char *folder = g_path_get_dirname (path);
  return statvfs (folder, &room) == 0 ? (gint64) (room.f_bavail * (room.f_frsize / 512) / 2) : 0;
}

static void
look_at_outbox (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxStats stats;
  g_autoptr (PerronOutbox) outbox = open_outbox (config, &stats, &error);

  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_NOT_FOUND))
    return perron_ready_fail (answer, "Pas encore de file d’attente : démarrez la borne une fois.", error);
  if (outbox == NULL)
    return perron_ready_fail (answer, "La file d’attente ne s’ouvre pas.", error);
  const gint64 room_kib = free_kib (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE));
  const gint64 waiting = stats.count[PERRON_ITEM_WAITING], dead = stats.count[PERRON_ITEM_DEAD];
  const gint64 oldest_h = stats.oldest_waiting_unix_ms > 0 ? MAX (now_ms () - stats.oldest_waiting_unix_ms, 0) / (3600 * 1000) : 0;
  perron_ready_tell (answer, "free_kib", room_kib);
  perron_ready_tell (answer, "waiting", waiting);
  perron_ready_tell (answer, "oldest_waiting_hours", oldest_h);
  perron_ready_tell (answer, "dead", dead);
  perron_ready_tell (answer, "overdue", stats.overdue + stats.unacknowledged);
  if (room_kib < perron_config_get_int (config, PERRON_CONFIG_QUEUE_LOW_SPACE_KIB))
    return perron_ready_fail (answer, "Le disque est plein : les demandes sont refusées.", NULL);
  if (waiting >= perron_config_get_int (config, PERRON_CONFIG_QUEUE_MAX_WAITING))
    return perron_ready_fail (answer, "Trop de demandes attendent : les nouvelles sont refusées.", NULL);
  if (stats.undecided > 0)
    perron_ready_say (answer, PERRON_READY_ATTENTION,
                      "%" G_GINT64_FORMAT " demande(s) non remise(s) depuis des mois : décidez avec « perron queue keep » ou « drop ».",
                      stats.undecided);
  else if (dead > 0)
    perron_ready_say (answer, PERRON_READY_ATTENTION,
                      "%" G_GINT64_FORMAT " demande(s) refusée(s) par la passerelle : voyez « perron queue list ».", dead);
  else if (oldest_h >= 72)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "Une demande attend depuis %" G_GINT64_FORMAT " jours.", oldest_h / 24);
  else
    perron_ready_say (answer, PERRON_READY_YES, "%" G_GINT64_FORMAT " demande(s) en attente.", waiting);
}

/* --- certificates ------------------------------------------------------------------------------------------------------------- */

/* Days until the certificate of a PEM file ends (negative: since), by this machine's clock. FALSE: it cannot be read. */
static gboolean
days_left (const char *path, gint *ret_days, gboolean *ret_begun)
{
  gint seconds;
  g_autoptr (BIO) file = BIO_new_file (path, "r");
  g_autoptr (X509) certificate = file != NULL ? PEM_read_bio_X509 (file, NULL, NULL, NULL) : NULL;
  if (certificate == NULL || !ASN1_TIME_diff (ret_days, &seconds, NULL, X509_get0_notAfter (certificate)))
    return FALSE;
  if (*ret_days == 0 && seconds < 0)
    *ret_days = -1;
  *ret_begun = X509_cmp_current_time (X509_get0_notBefore (certificate)) < 0;
  return TRUE;
}

static void
look_at_certificate (PerronReadyAnswer *answer, const char *path, const char *name, const char *fact)
{
  gint days;
  gboolean begun;
  if (path == NULL)
    return;
  if (!days_left (path, &days, &begun))
    return perron_ready_say (answer, PERRON_READY_NO, "Le certificat « %s » ne se lit pas.", name);
  perron_ready_tell (answer, fact, days);
  if (!begun)
    perron_ready_say (answer, PERRON_READY_NO, "Le certificat « %s » n’est pas encore valable : voyez l’horloge.", name);
  else if (days < 0)
    perron_ready_say (answer, PERRON_READY_NO, "Le certificat « %s » n’est plus valable.", name);
  else if (days < DAYS_BEFORE_ATTENTION)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "Le certificat « %s » finit dans %d jour(s).", name, days);
}

/* Seals sixteen zeros and throws them away: the whole path but the writing. */
static gboolean
seals (PerronConfig *config, const char *caisse_certificate, GError **error)
{
  PerronSealOptions options = {
    .terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID),
    .caisse = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE),
    .caisse_certificate =
      perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE, error) != NULL ? caisse_certificate : NULL,
    .escrow_certificate = perron_config_get (config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE),
    .sign_key = options.caisse_certificate != NULL ? perron_config_require (config, PERRON_CONFIG_SEAL_SIGN_KEY, error) : NULL,
  };
  static const guint8 zeros[PERRON_UUID_BYTES];
  if (options.sign_key == NULL)
    return FALSE;
  g_autoptr (PerronDeviceKey) key = perron_device_key_open (options.sign_key, perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), error);
  if (key == NULL)
    return FALSE;
  options.signer = perron_device_key_get_signer (key);
  g_autoptr (PerronSealer) sealer = perron_sealer_new (&options, error);
  g_autoptr (PerronEnvelope) envelope = sealer != NULL ? perron_sealer_seal (sealer, zeros, zeros, sizeof zeros, now_ms (), error) : NULL;
  return envelope != NULL;
}

static void
look_at_seal (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  const PerronContentOptions packs = perron_content_options (config);
  g_autofree char *from_pack = perron_content_dup_caisse_certificate (&packs, perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE));
  const char *caisse = from_pack != NULL ? from_pack : perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE);
  if (!seals (config, caisse, &error))
    return perron_ready_fail (answer, "Aucune demande ne peut être scellée.", error);
  perron_ready_say (answer, PERRON_READY_YES, "Une demande peut être scellée.");
  look_at_certificate (answer, caisse, "caisse", "caisse_days");
  look_at_certificate (answer, perron_config_get (config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE), "secours national", "escrow_days");
}

/* --- link --------------------------------------------------------------------------------------------------------------------- */

static void
look_at_link (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  PerronOutboxStats stats;

  if (*perron_config_get (config, PERRON_CONFIG_GATEWAY_URL) == '\0')
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne n’envoie rien : les demandes s’exportent à la main.");
  g_autoptr (PerronOutbox) outbox = open_outbox (config, &stats, &error);
  if (outbox == NULL)
    return perron_ready_fail (answer, "Rien ne dit l’état de la liaison : la file d’attente ne s’ouvre pas.", error);
  if (stats.last_contact_unix_ms > 0)
    perron_ready_tell (answer, "last_contact_minutes", (now_ms () - stats.last_contact_unix_ms) / 60000);
  if (strcmp (stats.link, "online") == 0)
    perron_ready_say (answer, PERRON_READY_YES, "La passerelle a bien répondu la dernière fois.");
  else if (strcmp (stats.link_fault, "clock") == 0)
    perron_ready_say (answer, PERRON_READY_NO, "L’horloge de la borne est fausse : la passerelle ne peut pas être reconnue, les demandes attendent.");
  else if (strcmp (stats.link, "fault") == 0)
    perron_ready_say (answer, PERRON_READY_NO, "%s", perron_ready_link_sentence (stats.link_fault));
  else
    perron_ready_say (answer, PERRON_READY_ATTENTION, *stats.link == '\0' ? "La passerelle n’a pas encore été jointe : perron-sync est-il lancé ?"
                                                                         : "Hors ligne : les demandes attendent sur la borne.");
  g_string_assign (answer->detail, stats.link_fault);
  /* What the gateway said of this very certificate stands: "no longer valid" beside "revoked" would send the wrong person. */
  if (!perron_ready_link_is_identity (stats.link_fault))
    look_at_certificate (answer, perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE), "liaison", "client_days");
}

/* --- clock -------------------------------------------------------------------------------------------------------------------- */

/* A terminal alone has no time source: what it has seen gives the bounds. */
static void
look_at_clock (PerronConfig *config, PerronReadyAnswer *answer)
{
  PerronOutboxStats stats = { 0 };
  struct timex kernel = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronOutbox) outbox = open_outbox (config, &stats, &error);
  const char *certificate = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE);
  gint days;
  gboolean begun = TRUE;

  perron_ready_tell (answer, "unix_s", now_ms () / 1000);
  if (certificate != NULL && days_left (certificate, &days, &begun) && (!begun || days < -3650))
    return perron_ready_fail (answer, "L’horloge est fausse : le certificat de la caisse est d’un autre temps.", NULL);
  if (strcmp (stats.link_fault, "clock") == 0)
    return perron_ready_fail (answer, "L’horloge est fausse : les certificats de la passerelle sont d’un autre temps.", NULL);
  if (now_ms () + DAY_MS < MAX (stats.last_contact_unix_ms, stats.oldest_waiting_unix_ms))
    return perron_ready_fail (answer, "L’horloge est fausse : elle est avant la dernière réponse de la passerelle.", NULL);
  const gboolean kept = adjtimex (&kernel) >= 0 && (kernel.status & STA_UNSYNC) == 0;
  perron_ready_tell (answer, "kept_by_a_source", kept);
  if (kept)
    perron_ready_say (answer, PERRON_READY_YES, "L’horloge est plausible, et réglée par une source de temps.");
  else
    perron_ready_say (answer, PERRON_READY_ATTENTION, "L’horloge est plausible, mais aucune source de temps ne la règle.");
}

/* --- journey and texts -------------------------------------------------------------------------------------------------------- */

static void
look_at_journey (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS), &error);
  g_autoptr (PerronJourney) journey = NULL;

  if (catalogue != NULL)
    journey = perron_journey_load (perron_config_get (config, PERRON_CONFIG_PATHS_JOURNEYS), perron_config_get (config, PERRON_CONFIG_JOURNEY_START),
                                   &error);
  if (journey == NULL)
    return perron_ready_fail (answer, "Le parcours de départ ne se charge pas.", error);
  gboolean sound = perron_journey_check (journey, perron_catalogue_has_everywhere, catalogue, faults);
  sound &= perron_journey_check_texts (journey, catalogue, faults);
  perron_ready_tell (answer, "screens", perron_journey_get_screen_count (journey));
  perron_ready_tell (answer, "faults", faults->len);
  if (sound)
    return perron_ready_say (answer, PERRON_READY_YES, "Le parcours de départ est entier : %u écrans.", perron_journey_get_screen_count (journey));
  perron_ready_fail (answer, "Le parcours de départ a des défauts.", NULL);
  g_string_assign (answer->detail, faults->len > 0 ? g_ptr_array_index (faults, 0) : "");
}

static void
look_at_texts (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS), &error);
  guint count, texts = 0, missing = 0;
  const char *language;

  if (catalogue == NULL)
    return perron_ready_fail (answer, "Les textes ne se lisent pas.", error);
  perron_catalogue_get_languages (catalogue, &count);
  g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, "fr");
  for (char **key = keys; key != NULL && *key != NULL; key++, texts++) {
    if (!perron_catalogue_has_everywhere (catalogue, *key, &language)) {
      g_string_printf (answer->detail, "%s: %s", language, *key);
      missing++;
    }
  }
  perron_ready_tell (answer, "languages", count);
  perron_ready_tell (answer, "texts", texts);
  perron_ready_tell (answer, "missing", missing);
  if (texts == 0)
    perron_ready_fail (answer, "Il n’y a aucun texte en français.", NULL);
  else if (missing > 0)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "%u texte(s) manquent dans une langue : le français paraît à leur place.", missing);
  else
    perron_ready_say (answer, PERRON_READY_YES, "%u textes, tous dans les %u langues.", texts, count);
}

const PerronReadyCheck perron_ready_house[] = {
  { "outbox", "File d’attente", "elle s’ouvre, il y a de la place, et rien n’y est refusé", "que le disque est en bonne santé", look_at_outbox },
  { "seal", "Scellés", "une demande d’essai se scelle avec les clés et certificats de ce jour", "que la caisse a la clé qui ouvre", look_at_seal },
  { "link", "Liaison", "ce que perron-sync a constaté la dernière fois", "que le réseau marche en ce moment", look_at_link },
  { "clock", "Horloge", "elle n’est ni avant ni loin après ce que la borne a déjà vu", "qu’elle est à l’heure", look_at_clock },
  { "journey", "Parcours", "chaque écran s’atteint et se quitte, avec aide, retour et textes", "qu’on le comprend", look_at_journey },
  { "texts", "Textes", "chaque texte français existe dans chaque langue", "que les traductions sont justes", look_at_texts },
  { NULL, NULL, NULL, NULL, NULL },
};
