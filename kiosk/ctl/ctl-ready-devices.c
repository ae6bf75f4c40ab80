/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Readiness of what a person touches, hears and takes home. */
#include <string.h>
#include <sys/stat.h>

#include "hw/audio/audio.h"
#include "hw/keys/alsa-jack.h"
#include "hw/keys/keys.h"
#include "hw/nfc/badges.h"
#include "hw/nfc/nfc-line.h"
#include "hw/pcsc/pcsc-source.h"
#include "hw/print/job.h"
#include "hw/speech/engine.h"
#include "i18n/catalogue.h"
#include "i18n/spoken.h"
#include "kiosk/ctl/ctl-ready.h"

#define READER_MS 1500
#define SOUND_MS 3000
#define NFC_MS 3000

/* --- card --------------------------------------------------------------------------------------------------------------------- */

static void
look_at_reader (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *source = perron_config_get (config, PERRON_CONFIG_CARD_SOURCE);
  g_autoptr (GError) error = NULL;

  if (strcmp (source, "none") == 0)
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne n’a pas de lecteur : on tape son identité.");
  g_autoptr (PerronProfiles) profiles = perron_profiles_load (perron_config_get (config, PERRON_CONFIG_PATHS_PROFILES), &error);
  if (profiles == NULL)
    return perron_ready_fail (answer, "La description des cartes ne se lit pas.", error);
  if (g_str_has_prefix (source, "replay:"))
    return perron_ready_say (answer, PERRON_READY_ATTENTION, "Les cartes viennent d’un enregistrement, pas d’un lecteur.");
  g_autoptr (PerronCardSource) cards = perron_pcsc_source_new (perron_config_get (config, PERRON_CONFIG_CARD_READER), profiles);
  const PerronCardStatus status = cards->wait (cards, PERRON_CARD_NO_READER, READER_MS);
  if (status == PERRON_CARD_NO_READER)
    return perron_ready_fail (answer, "Aucun lecteur de carte : vérifiez son câble, et que pcscd est lancé.", NULL);
  perron_ready_say (answer, PERRON_READY_YES, "Un lecteur de carte est là.");
  perron_ready_tell (answer, "card_present", status != PERRON_CARD_NO_CARD);
}

/* --- voice -------------------------------------------------------------------------------------------------------------------- */

static gboolean
count_samples (const gint16 *samples, gsize count, gpointer user)
{
  gsize *heard = user;
  for (gsize i = 0; i < count; i++)
    *heard += samples[i] != 0;
  return TRUE;
}

static void
on_word (guint64 sample, guint start, guint length, gpointer user)
{
}

static gboolean
speaks (const PerronCatalogue *catalogue, const PerronLanguage *language, guint rate, GError **error)
{
  const PerronEngineReceiver receiver = { count_samples, on_word };
  gsize heard = 0;
  g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (catalogue, language->tag, language->own_name);
  if (!perron_engine_speak (language->voice, rate, spoken, &receiver, &heard, error))
    return FALSE;
  if (heard == 0)
    g_set_error (error, PERRON_ENGINE_ERROR, PERRON_ENGINE_ERROR_SPEAK, "%s: the voice makes no sound", language->tag);
  return heard > 0;
}

static void
look_at_voice (PerronConfig *config, PerronReadyAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS), &error);
  guint count, voices = 0;

  if (catalogue == NULL || !perron_engine_open (&error))
    return perron_ready_fail (answer, "La voix ne se charge pas.", error);
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);
  for (guint i = 0; i < count; i++) {
    if (languages[i].voice == NULL)
      continue;
    if (!speaks (catalogue, &languages[i], (guint) perron_config_get_int (config, PERRON_CONFIG_SPEECH_RATE), &error))
      return perron_ready_fail (answer, "Une langue n’a plus sa voix.", error);
    voices++;
  }
  perron_ready_tell (answer, "languages", count);
  perron_ready_tell (answer, "voices", voices);
  if (voices == 0)
    perron_ready_fail (answer, "Aucune langue n’a de voix.", NULL);
  else if (voices < count)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "%u langue(s) sur %u n’ont pas de voix.", count - voices, count);
  else
    perron_ready_say (answer, PERRON_READY_YES, "Les %u langues ont leur voix.", voices);
}

/* --- sound -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  GMutex lock;
  GCond told;
  gboolean known;
  PerronAudioOut output;
} Sound;

static void
on_output (PerronAudioOut output, gpointer user)
{
  Sound *sound = user;
  g_mutex_lock (&sound->lock);
  sound->known = TRUE;
  sound->output = output;
  g_cond_signal (&sound->told);
  g_mutex_unlock (&sound->lock);
}

static void
on_started (guint64 tag, gpointer user)
{
}

static void
on_mark (guint64 tag, guint start, guint length, gpointer user)
{
}

static void
look_at_sound (PerronConfig *config, PerronReadyAnswer *answer)
{
  const PerronAudioEvents events = { on_output, on_started, on_mark };
  Sound sound = { .output = PERRON_AUDIO_NONE };
  const gint64 until = g_get_monotonic_time () + SOUND_MS * 1000;

  g_mutex_init (&sound.lock);
  g_cond_init (&sound.told);
  PerronAudio *audio =
    perron_audio_new (perron_config_get (config, PERRON_CONFIG_SOUND_SERVER), perron_config_get (config, PERRON_CONFIG_SOUND_SPEAKER),
                      perron_config_get (config, PERRON_CONFIG_SOUND_HEADSET), &events, &sound);
  g_mutex_lock (&sound.lock);
  while (!sound.known && g_cond_wait_until (&sound.told, &sound.lock, until))
    ;
  g_mutex_unlock (&sound.lock);
  perron_audio_free (audio);
  g_mutex_clear (&sound.lock);
  g_cond_clear (&sound.told);
  perron_ready_tell (answer, "headset", sound.output == PERRON_AUDIO_HEADSET);
  if (sound.output == PERRON_AUDIO_NONE)
    perron_ready_fail (answer, "Pas de sortie de son : le service de son ne répond pas, ou n’a pas de haut-parleur.", NULL);
  else if (sound.output == PERRON_AUDIO_HEADSET)
    perron_ready_say (answer, PERRON_READY_YES, "Le casque est branché : la voix y sort.");
  else
    perron_ready_say (answer, PERRON_READY_YES, "La voix sort au haut-parleur ; aucun casque n’est branché.");
}

/* --- printer ------------------------------------------------------------------------------------------------------------------ */

static void
look_at_printer (PerronConfig *config, PerronReadyAnswer *answer)
{
  static const char *const sentences[PERRON_PRINTER_STATE_COUNT] = {
    [PERRON_PRINTER_PAPER_OUT] = "Plus de papier : mettez un rouleau.",
    [PERRON_PRINTER_COVER_OPEN] = "Le capot est ouvert : fermez-le.",
    [PERRON_PRINTER_FAULT] = "L’imprimante signale une panne : cherchez un papier coincé.",
    [PERRON_PRINTER_OFFLINE] = "L’imprimante est hors ligne : appuyez sur son bouton.",
    [PERRON_PRINTER_STUCK] = "L’imprimante ne répond pas : éteignez-la et rallumez-la.",
    [PERRON_PRINTER_ABSENT] = "L’imprimante n’est pas là : branchez-la et allumez-la.",
  };
  const PerronPrinterOptions options = { .device = perron_config_get (config, PERRON_CONFIG_PRINTER_DEVICE),
                                         .dots = (guint) perron_config_get_int (config, PERRON_CONFIG_PRINTER_DOTS) };
  g_autoptr (GError) error = NULL;
  PerronPrinterState state;

  if (options.device == NULL || *options.device == '\0')
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne n’a pas d’imprimante.");
  if (!perron_print_job_run (&options, NULL, -1, &state, &error))
    perron_ready_fail (answer, sentences[state], error);
  else if (state == PERRON_PRINTER_LOW)
    perron_ready_say (answer, PERRON_READY_ATTENTION, "L’imprimante répond ; le rouleau est presque fini.");
  else
    perron_ready_say (answer, PERRON_READY_YES, "L’imprimante répond et a du papier.");
}

/* --- keypad ------------------------------------------------------------------------------------------------------------------- */

static void
look_at_keypad (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *device = perron_config_get (config, PERRON_CONFIG_KEYS_DEVICE);
  g_autoptr (GError) error = NULL;

  if (device == NULL)
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne n’a pas de clavier tactile.");
  g_autoptr (PerronKeypad) keypad = perron_keypad_load (perron_config_get (config, PERRON_CONFIG_KEYS_KEYPADS),
                                                        perron_config_get (config, PERRON_CONFIG_KEYS_KEYPAD), &error);
  if (keypad == NULL)
    return perron_ready_fail (answer, "La description du clavier tactile ne se lit pas.", error);
  const guint count = perron_keys_look (device, keypad);
  perron_ready_tell (answer, "keypads", count);
  if (count == 0)
    perron_ready_fail (answer, "Aucun clavier tactile : branchez-le, et vérifiez que la borne a le droit de le lire.", NULL);
  else
    perron_ready_say (answer, PERRON_READY_YES, "Un clavier tactile est là.");
}

/* --- contactless reader -------------------------------------------------------------------------------------------------------- */

/* Without it badges have no hash: nobody is known. Who else may read it could make hashes of their own. */
static gboolean
badge_key_is_safe (const char *path)
{
  struct stat about;
  return stat (path, &about) == 0 && S_ISREG (about.st_mode) && (about.st_mode & 0077) == 0 && about.st_size >= 32;
}

static void
look_at_badges (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *key = perron_config_get (config, PERRON_CONFIG_NFC_BADGE_KEY);
  const char *path = perron_config_get (config, PERRON_CONFIG_NFC_BADGES);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronBadges) badges = perron_badges_load (path, &error);

  if (badges == NULL)
    return perron_ready_fail (answer, "La liste des badges ne se lit pas.", error);
  perron_ready_tell (answer, "badges", perron_badges_count (badges));
  if (key == NULL && perron_badges_count (badges) > 0)
    perron_ready_fail (answer, "Des badges sont connus, mais leur clé n’est pas réglée : aucun ne sera reconnu.", NULL);
  else if (key != NULL && !badge_key_is_safe (key))
    perron_ready_fail (answer, "La clé des badges manque, ou d’autres que perron-nfc peuvent la lire.", NULL);
}

static void
look_at_contactless (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *device = perron_config_get (config, PERRON_CONFIG_NFC_DEVICE);

  if (device == NULL || *device == '\0')
    return perron_ready_say (answer, PERRON_READY_NONE, "Cette borne n’a pas de lecteur sans contact.");
  switch (perron_nfc_line_look (device, NFC_MS)) {
  case PERRON_NFC_LINE_ABSENT:
    return perron_ready_fail (answer, "Le lecteur sans contact n’est pas là : vérifiez son câble.", NULL);
  case PERRON_NFC_LINE_NO_TTY:
    return perron_ready_fail (answer, "Ce qui est réglé comme lecteur sans contact n’est pas une ligne série.", NULL);
  case PERRON_NFC_LINE_FORBIDDEN:
    return perron_ready_say (answer, PERRON_READY_ATTENTION, "Vous n’avez pas le droit de regarder le lecteur sans contact.");
  case PERRON_NFC_LINE_FREE:
    return perron_ready_fail (answer, "Personne n’écoute le lecteur sans contact : la borne ou perron-nfc est arrêté, ou la puce ne répond pas.",
                              NULL);
  case PERRON_NFC_LINE_HELD:
    perron_ready_say (answer, PERRON_READY_YES, "Le lecteur sans contact répond et la borne l’écoute.");
    return look_at_badges (config, answer);
  }
}

/* --- the headset's jack ------------------------------------------------------------------------------------------------------- */

static void
look_at_jack (PerronConfig *config, PerronReadyAnswer *answer)
{
  const char *names = perron_config_get (config, PERRON_CONFIG_SOUND_JACK);
  PerronJack jack;

  if (names == NULL || *names == '\0')
    return perron_ready_say (answer, PERRON_READY_NONE, "La prise du casque n’est pas écoutée à part : le service de son en décide.");
  const guint count = perron_alsa_jack_look (names, &jack);
  perron_ready_tell (answer, "jacks", count);
  perron_ready_tell (answer, "plugged", jack == PERRON_JACK_IN);
  if (count == 0)
    perron_ready_fail (answer, "Aucune prise de casque : la carte son n’est pas là, ou ne dit pas quand on branche un casque.", NULL);
  else if (jack == PERRON_JACK_IN)
    perron_ready_say (answer, PERRON_READY_YES, "La prise répond : un casque est branché.");
  else
    perron_ready_say (answer, PERRON_READY_YES, "La prise répond : rien n’est branché.");
}

const PerronReadyCheck perron_ready_devices[] = {
  { "card-reader", "Lecteur de carte", "pcscd répond et a un lecteur dont la borne se sert",
    "qu’une carte Vitale se lit : essayez avec « perron card read »", look_at_reader },
  { "speech", "Voix", "chaque langue a une voix qui se charge et fabrique du son",
    "que le son s’entend, ni qu’on le comprend", look_at_voice },
  { "sound", "Son", "le service de son répond et prend notre flux",
    "que le haut-parleur est branché et assez fort : écoutez-le", look_at_sound },
  { "printer", "Imprimante", "elle répond, et dit qu’elle peut imprimer", "que ce qui s’imprime est lisible", look_at_printer },
  { "jack", "Prise du casque", "la carte son a une prise qui dit si un casque y est",
    "qu’elle le dit juste : branchez un casque et regardez ici", look_at_jack },
  { "keypad", "Clavier tactile", "le noyau montre un appareil que la borne sait lire",
    "que chaque touche marche : appuyez sur chacune", look_at_keypad },
  { "contactless", "Lecteur sans contact", "perron-nfc tient la ligne pour la borne, et la puce lui a répondu",
    "qu’un badge ou un téléphone se voit : approchez-en un", look_at_contactless },
  { NULL, NULL, NULL, NULL, NULL },
};
