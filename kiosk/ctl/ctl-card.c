/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/card/card-pulse.h"
#include "hw/card/reader.h"
#include "hw/card/record.h"
#include "hw/card/replay.h"
#include "hw/nfc/nfc-source.h"
#include "hw/pcsc/pcsc-source.h"
#include "kiosk/core/secret.h"
#include "kiosk/ctl/ctl.h"

#define TIMEOUT_DEFAULT_S 10
#define TIMEOUT_MAX_S 3600

typedef struct {
  const char *source;
  const char *record;
  gint timeout_ms;
  gboolean json;
  gboolean reveal;
} Options;

/* What is printed of a person: whole with --reveal, else given name and initial, year, last three of the number. */
typedef struct {
  char surname[PERRON_NAME_BYTES];
  PerronBirth birth;
  char number[PERRON_NUMBER_MASKED_BYTES];
} Shown;

static const char *const status_sentences[PERRON_CARD_STATUS_COUNT] = {
  [PERRON_CARD_NO_READER] = "Aucun lecteur de carte. Vérifiez son câble et que pcscd est lancé.",
  [PERRON_CARD_NO_CARD] = "Aucune carte dans le lecteur.",
  [PERRON_CARD_READING] = "Lecture en cours.",
  [PERRON_CARD_READ] = "Carte Vitale lue.",
  [PERRON_CARD_MUTE] = "La carte ne répond pas : tournez-la, la puce vers le haut et vers l’avant.",
  [PERRON_CARD_REMOVED] = "La carte a été retirée pendant la lecture.",
  [PERRON_CARD_NOT_VITALE] = "Cette carte n’est pas une carte Vitale.",
  [PERRON_CARD_VITALE_1] = "Ancien modèle de carte Vitale : cette borne ne sait pas le lire.",
  [PERRON_CARD_UNREADABLE] = "La carte n’a pas pu être lue.",
  [PERRON_CARD_REFUSED] = "Carte refusée : identité de test ou simulée.",
  [PERRON_CARD_HELD] = "Le lecteur est occupé : un autre programme le tient. Fermez-le, ou attendez qu’il finisse.",
  [PERRON_CARD_READER_FAULT] = "Le lecteur de carte ne fonctionne pas correctement.",
};

static void
print_json_text (const char *text)
{
  putchar ('"');
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\')
      printf ("\\%c", *c);
    else if ((guchar) *c < 0x20)
      printf ("\\u%04x", (guint) (guchar) *c);
    else
      putchar (*c);
  }
  putchar ('"');
}

static void
fill_shown (const PerronHolder *holder, gboolean reveal, Shown *shown)
{
  memset (shown, 0, sizeof *shown);
  if (reveal) {
    g_strlcpy (shown->surname, holder->surname, sizeof shown->surname);
    shown->birth = holder->birth;
    g_strlcpy (shown->number, holder->number.value, sizeof shown->number);
    return;
  }
  if (holder->surname[0] != '\0') {
    gsize initial = (gsize) (g_utf8_next_char (holder->surname) - holder->surname);
    memcpy (shown->surname, holder->surname, initial);
    shown->surname[initial] = '.';
  }
  shown->birth.year = holder->birth.year;
  if (holder->birth.year != 0)
    g_snprintf (shown->birth.raw, sizeof shown->birth.raw, "%d", holder->birth.year);
  perron_number_mask (&holder->number, shown->number);
}

static void
print_json_holder (const PerronHolder *holder, gboolean reveal)
{
  Shown shown;

  fill_shown (holder, reveal, &shown);
  printf ("{\"surname\": ");
  print_json_text (shown.surname);
  printf (", \"given_name\": ");
  print_json_text (holder->given_name);
  printf (", \"birth\": {\"raw\": ");
  print_json_text (shown.birth.raw);
  printf (", \"year\": %d, \"month\": %d, \"day\": %d}, \"number\": {\"value\": ", shown.birth.year, shown.birth.month, shown.birth.day);
  print_json_text (shown.number);
  printf (", \"kind\": \"%s\", \"key_ok\": %s}}", perron_number_kind_to_string (holder->number.kind),
          holder->number.key_ok ? "true" : "false");
  explicit_bzero (&shown, sizeof shown);
}

static void
print_json (const PerronCardReading *reading, gboolean reveal)
{
  const char *comma = "";

  printf ("{\"status\": \"%s\", \"card\": ", perron_card_status_to_string (reading->status));
  if (reading->card != NULL)
    print_json_text (reading->card);
  else
    printf ("null");
  printf (", \"holders\": [");
  for (guint i = 0; reading->holders != NULL && i < reading->holders->count; i++) {
    printf ("%s", i > 0 ? ", " : "");
    print_json_holder (&reading->holders->list[i], reveal);
  }
  printf ("], \"warnings\": [");
  for (guint i = 0; i < PERRON_CARD_WARNING_COUNT; i++) {
    if (reading->warnings & 1u << i) {
      printf ("%s\"%s\"", comma, perron_card_warning_to_string (i));
      comma = ", ";
    }
  }
  printf ("]}\n");
}

static void
print_french (const PerronCardReading *reading, gboolean reveal)
{
  printf ("%s\n", status_sentences[reading->status]);
  for (guint i = 0; reading->holders != NULL && i < reading->holders->count; i++) {
    const PerronHolder *holder = &reading->holders->list[i];
    Shown shown;
    fill_shown (holder, reveal, &shown);
    printf ("  %u. %s %s, naissance %s, numéro %s%s\n", i + 1, holder->given_name, shown.surname,
            shown.birth.raw[0] != '\0' ? shown.birth.raw : "inconnue", shown.number[0] != '\0' ? shown.number : "absent",
            reading->warnings & PERRON_CARD_WARNING_KEY && !holder->number.key_ok ? " (clé fausse)" : "");
    explicit_bzero (&shown, sizeof shown);
  }
  if (reading->warnings & PERRON_CARD_WARNING_COUNT_MISMATCH)
    printf ("  Les noms et les numéros n’ont pas pu être rapprochés : aucun numéro n’est donné.\n");
}

/* What a person at the terminal is told of it, for whoever looks for a fault: never that it is a Vitale. */
static void
print_tap (PerronCardStatus status, const char *family)
{
  static const char *const names[][2] = {
    { "badge", "un badge" },
    { "ticket", "un ticket" },
    { "transport", "une carte de transport" },
    { "identity-document", "une pièce d’identité" },
    { "health-professional", "une carte de professionnel de santé" },
    { "phone", "peut-être un téléphone (l’e-carte Vitale ne se lit pas ici)" },
    { "payment", "une carte de paiement" },
    { "card", "une carte sans contact" },
    { "several", "plusieurs objets à la fois" },
  };
  const char *name = "quelque chose d’inconnu";

  if (status == PERRON_CARD_NO_READER) {
    printf ("Le lecteur sans contact ne répond pas : vérifiez son câble, et que perron-nfc est lancé.\n");
    return;
  }
  if (status != PERRON_CARD_NOT_VITALE || family == NULL) {
    printf ("Rien sur le lecteur sans contact.\n");
    return;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    name = strcmp (names[i][0], family) == 0 ? names[i][1] : name;
  printf ("Sur le lecteur sans contact : %s. Ce n’est jamais une carte Vitale : insérez la carte.\n", name);
}

/* A reading in a thread of its own, so that the time is over when it is over, whatever the card does. */
typedef struct {
  PerronCardSource *source; /* beats */
  PerronCardSource *inner;  /* what was opened, borrowed */
  PerronProfiles *profiles;
  gboolean production;
  gint64 end_us; /* monotonic */
  PerronCardPulse pulse;
  PerronCardReading reading; /* the thread's until it is over */
  GMutex mutex;
  GCond cond;
  gboolean over;
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  perron_card_source_free (attempt->source);
  perron_profiles_free (attempt->profiles);
  perron_card_reading_clear (&attempt->reading);
  g_mutex_clear (&attempt->mutex);
  g_cond_clear (&attempt->cond);
  g_free (attempt);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static gboolean
take_timeout (int *argc, char **argv, gint *ret_ms)
{
  const char *text = perron_ctl_take_value (argc, argv, "--timeout");
  guint64 seconds = TIMEOUT_DEFAULT_S;

  if (text != NULL && !g_ascii_string_to_unsigned (text, 10, 0, TIMEOUT_MAX_S, &seconds, NULL))
    return FALSE;
  *ret_ms = (gint) seconds * 1000;
  return TRUE;
}

static gboolean
is_source (const char *name)
{
  return strcmp (name, "pcsc") == 0 || strcmp (name, "nfc") == 0 || g_str_has_prefix (name, "replay:");
}

static PerronCardSource *
open_source (PerronConfig *config, const char *name, const PerronProfiles *profiles, GError **error)
{
  if (strcmp (name, "pcsc") == 0)
    return perron_pcsc_source_new (perron_config_get (config, PERRON_CONFIG_CARD_READER), profiles);
  if (g_str_has_prefix (name, "replay:"))
    return perron_replay_source_new (name + strlen ("replay:"), error);
  return perron_nfc_source_new (config, error);
}

/* Waits for a card, mute or not, until the time is over; then what was last seen is the answer. */
static void
wait_and_read (Attempt *attempt)
{
  PerronCardSource *source = attempt->source;
  PerronCardStatus slot = source->wait (source, PERRON_CARD_NO_READER, 0);
  gint64 left_us = attempt->end_us - g_get_monotonic_time ();

  while (slot != PERRON_CARD_READING && slot != PERRON_CARD_MUTE && left_us > 0) {
    slot = source->wait (source, slot, (gint) (left_us / 1000 + 1));
    left_us = attempt->end_us - g_get_monotonic_time ();
  }
  if (slot != PERRON_CARD_READING) {
    attempt->reading.status = slot;
    return;
  }
  perron_card_pulse_begin (&attempt->pulse);
  perron_card_read_from (source, attempt->profiles, attempt->production, &attempt->reading);
  perron_card_pulse_end (&attempt->pulse);
}

static gpointer
run_attempt (gpointer data)
{
  Attempt *attempt = data;

  wait_and_read (attempt);
  g_mutex_lock (&attempt->mutex);
  attempt->over = TRUE;
  g_cond_signal (&attempt->cond);
  g_mutex_unlock (&attempt->mutex);
  return NULL;
}

/*
 * FALSE: the time is over and the thread is stuck in the card, which never answers or which another program keeps; it stays so until this
 * process ends, and so does all that it uses.
 */
static gboolean
await_attempt (Attempt *attempt, PerronCardStatus *ret_stuck)
{
  gint64 look_us = attempt->end_us, left_us;

  *ret_stuck = PERRON_CARD_READING;
  g_mutex_lock (&attempt->mutex);
  while (!attempt->over && *ret_stuck != PERRON_CARD_MUTE && *ret_stuck != PERRON_CARD_HELD) {
    if (g_cond_wait_until (&attempt->cond, &attempt->mutex, look_us))
      continue;
    *ret_stuck = perron_card_pulse_judge (&attempt->pulse, g_get_monotonic_time (), &left_us);
    look_us = g_get_monotonic_time () + left_us;
  }
  gboolean over = attempt->over;
  g_mutex_unlock (&attempt->mutex);
  return over;
}

static Attempt *
attempt_new (PerronConfig *config, const Options *options, GError **error)
{
  g_autoptr (Attempt) attempt = g_new0 (Attempt, 1);
  g_mutex_init (&attempt->mutex);
  g_cond_init (&attempt->cond);
  attempt->production = perron_config_is_production (config);
  attempt->end_us = g_get_monotonic_time () + options->timeout_ms * G_TIME_SPAN_MILLISECOND;
  attempt->profiles = perron_profiles_load (perron_config_get (config, PERRON_CONFIG_PATHS_PROFILES), error);
  attempt->inner = attempt->profiles != NULL ? open_source (config, options->source, attempt->profiles, error) : NULL;
  if (attempt->inner == NULL)
    return NULL;
  if (options->record != NULL)
    attempt->inner = perron_record_source_new (attempt->inner);
  attempt->source = perron_card_pulse_source_new (attempt->inner, &attempt->pulse);
  return g_steal_pointer (&attempt);
}

static int
report (const Options *options, const PerronCardReading *reading, const char *family)
{
  if (options->json)
    print_json (reading, options->reveal);
  else if (strcmp (options->source, "nfc") == 0)
    print_tap (reading->status, family);
  else
    print_french (reading, options->reveal);
  if (reading->error != NULL)
    perron_ctl_fail (1, "%s", reading->error->message);
  return reading->status == PERRON_CARD_READ ? 0 : 1;
}

static int
read_with (PerronConfig *config, const Options *options)
{
  g_autoptr (GError) error = NULL;
  PerronCardStatus stuck;

  g_autoptr (Attempt) attempt = attempt_new (config, options, &error);
  if (attempt == NULL)
    return perron_ctl_fail (3, "%s", error->message);
  g_autoptr (GThread) thread = g_thread_new ("card", run_attempt, attempt);
  if (!await_attempt (attempt, &stuck)) {
    (void) g_steal_pointer (&attempt);
    return report (options, &(PerronCardReading){ .status = stuck }, NULL);
  }
  g_thread_join (g_steal_pointer (&thread));
  PerronCardReading *reading = &attempt->reading;
  const char *family = strcmp (options->source, "nfc") == 0 ? perron_nfc_source_get_family (attempt->inner) : NULL;
  if (family != NULL && reading->status == PERRON_CARD_NOT_VITALE)
    reading->card = family;
  int code = report (options, reading, family);
  if (options->record != NULL && !perron_record_source_write (attempt->inner, attempt->profiles, options->record, &error))
    return perron_ctl_fail (3, "%s", error->message);
  return code;
}

static int
run_read (PerronConfig *config, int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  Options options = { .json = perron_ctl_take_switch (&argc, argv, "--json"), .reveal = perron_ctl_take_switch (&argc, argv, "--reveal") };

  options.source = perron_ctl_take_value (&argc, argv, "--source");
  options.record = perron_ctl_take_value (&argc, argv, "--record");
  if (options.source == NULL)
    options.source = perron_config_get (config, PERRON_CONFIG_CARD_SOURCE);
  if (!is_source (options.source))
    return perron_ctl_fail (2, "\"%s\" is not a card source: pcsc, nfc or replay:FILE", options.source);
  if (!take_timeout (&argc, argv, &options.timeout_ms))
    return perron_ctl_fail (2, "card read: --timeout is a number of seconds from 0 to %d", TIMEOUT_MAX_S);
  if (argc > 1)
    return perron_ctl_fail (2, "card read: what is \"%s\"?", argv[1]);
  if (options.record != NULL && strcmp (options.source, "nfc") == 0)
    return perron_ctl_fail (2, "card read: nothing is exchanged with what lies on the contactless reader: there is nothing to record");
  perron_secret_harden_process ();
  if (!perron_secret_prepare (&error))
    return perron_ctl_fail (3, "%s", error->message);
  return read_with (config, &options);
}

const PerronVerb perron_ctl_card[] = {
  { "read", run_read, "card read [--source pcsc|nfc|replay:FILE] [--timeout S] [--json] [--reveal] [--record FILE]" },
  { NULL, NULL, NULL },
};
