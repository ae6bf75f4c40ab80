/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session.h"

#include <string.h>

#include "hw/speech/speech.h"
#include "kiosk/app/idle.h"
#include "kiosk/app/observer.h"
#include "kiosk/core/log.h"
#include "kiosk/journey/runner.h"
#include "sync/store/registrar.h"
#include "ui/window.h"

struct PerronSession {
  const PerronConfig *config;
  PerronCatalogue *catalogue;
  PerronJourney *journey;
  PerronRunner *runner;
  PerronRegistrar *registrar;
  PerronCardWatch *card;
  PerronSpeech *speech;
  PerronWindow *window; /* owned by the application */
  PerronIdle *idle;
  PerronObserver *observer;
  PerronSettings settings;
  const char *link;
  guint ticket;             /* of the request now being registered, 0: none */
  GQueue said;              /* SaidItem: handed to the voice, outcome not known yet; observed runs only */
};

typedef struct {
  guint id;
  PerronUtterance *utterance;
} SaidItem;

static void step (PerronSession *session, const PerronEvent *event);

static void
said_item_free (SaidItem *item)
{
  perron_utterance_free (item->utterance);
  g_free (item);
}

/* --- settings --------------------------------------------------------------------------------------------------------------- */

static void
set_default_settings (PerronSession *session)
{
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (session->catalogue, &count);

  session->settings = (PerronSettings){ .voice = perron_config_get_bool (session->config, PERRON_CONFIG_SPEECH_ENABLED) };
  g_strlcpy (session->settings.language, languages[0].tag, sizeof session->settings.language);
}

static void
show_settings (PerronSession *session)
{
  perron_window_set_settings (session->window, &session->settings);
  gtk_widget_queue_draw (GTK_WIDGET (session->window));
}

static void
apply_setting (PerronSession *session, const char *name, const char *value)
{
  PerronSettings *settings = &session->settings;

  if (strcmp (name, "language") == 0 && perron_catalogue_find_language (session->catalogue, value) != NULL)
    g_strlcpy (settings->language, value, sizeof settings->language);
  else if (strcmp (name, "size") == 0 && value[0] >= '0' && value[0] < '0' + PERRON_SIZE_COUNT)
    settings->size = (guint) (value[0] - '0');
  else if (strcmp (name, "contrast") == 0 && value[0] >= '0' && value[0] < '0' + PERRON_CONTRAST_COUNT)
    settings->contrast = (PerronContrast) (value[0] - '0');
  else if (strcmp (name, "voice") == 0)
    settings->voice = strcmp (value, "on") == 0;
  if (!settings->voice)
    perron_speech_stop (session->speech);
  show_settings (session);
}

static void
wipe (PerronSession *session)
{
  perron_speech_stop (session->speech);
  perron_registrar_watch (session->registrar, NULL);
  perron_card_watch_set_reading (session->card, FALSE);
  /* "It is erased" stays until it is touched, or for as long as nobody moves: then the first screen, for the next person. */
  if (perron_runner_get_screen (session->runner)->kind == PERRON_SCREEN_DONE)
    perron_idle_start (session->idle);
  else
    perron_idle_stop (session->idle);
  session->ticket = 0;
  set_default_settings (session);
  show_settings (session);
  perron_log (PERRON_LOG_SESSION_ENDED);
  perron_observer_tell (session->observer, "wiped", NULL, NULL);
}

/* --- effects ---------------------------------------------------------------------------------------------------------------- */

/* The person confirmed a text: its hash goes with the request, so that nobody can later say it was another one. */
static void
stamp_consent (PerronSession *session, PerronRequest *request)
{
  g_autoptr (PerronSecretText) text = perron_catalogue_format (session->catalogue, session->settings.language, request->consent_key,
                                                              perron_runner_lookup, session->runner, NULL);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  g_strlcpy (request->consent_sha256, digest, sizeof request->consent_sha256);
  g_strlcpy (request->language, session->settings.language, sizeof request->language);
  request->confirmed_unix_ms = perron_clock_unix_ms (perron_clock_system ());
}

static void
submit (PerronSession *session, const char *kind)
{
  g_autoptr (GError) error = NULL;
  PerronRequest *request = perron_runner_build_request (session->runner, kind, &error);

  if (request == NULL) {
    perron_log_error (PERRON_LOG_REQUEST_REFUSED, error);
    step (session, &(PerronEvent){ .kind = PERRON_EVENT_NOT_REGISTERED, .name = "store" });
    return;
  }
  stamp_consent (session, request);
  session->ticket = perron_registrar_submit (session->registrar, request);
}

static void
carry_out (PerronSession *session, const PerronEffect *effect)
{
  switch (effect->kind) {
  case PERRON_EFFECT_CARD_AWAIT:
    perron_card_watch_set_reading (session->card, TRUE);
    perron_card_watch_ask (session->card);
    break;
  case PERRON_EFFECT_CARD_RELEASE:
    perron_card_watch_set_reading (session->card, FALSE);
    break;
  case PERRON_EFFECT_QUEUE_SUBMIT:
    submit (session, effect->arg);
    break;
  case PERRON_EFFECT_QUEUE_LOOK_UP:
    perron_registrar_watch (session->registrar, effect->arg);
    break;
  case PERRON_EFFECT_QUEUE_WITHDRAW:
    perron_registrar_withdraw (session->registrar, effect->arg);
    break;
  case PERRON_EFFECT_SETTING:
    apply_setting (session, effect->arg, effect->arg2);
    break;
  case PERRON_EFFECT_HELP_CALL:
    perron_log (PERRON_LOG_HELP_CALLED);
    break;
  case PERRON_EFFECT_SESSION_BEGIN:
    perron_log (PERRON_LOG_SESSION_STARTED);
    perron_idle_start (session->idle);
    break;
  case PERRON_EFFECT_SESSION_WIPE:
    wipe (session);
    break;
  }
}

static void
step (PerronSession *session, const PerronEvent *event)
{
  PerronEffects effects = { 0 };
  gboolean changed = perron_runner_step (session->runner, event, &effects);

  for (guint i = 0; i < effects.count; i++)
    carry_out (session, &effects.list[i]);
  if (!changed)
    return;
  perron_window_refresh (session->window);
  gtk_widget_queue_draw (GTK_WIDGET (session->window));
}

/* --- what the rooms tell ---------------------------------------------------------------------------------------------------- */

static void
on_window_event (PerronWindow *window, const PerronEvent *event, gpointer data)
{
  PerronSession *session = data;
  perron_idle_touch (session->idle);
  step (session, event);
}

static void
on_window_say (PerronWindow *window, const PerronUtterance *utterance, gboolean after, gpointer data)
{
  PerronSession *session = data;

  if (!session->settings.voice)
    return;
  guint id = after ? perron_speech_say_after (session->speech, utterance) : perron_speech_say (session->speech, utterance);
  if (session->observer == NULL)
    return;
  SaidItem *item = g_new (SaidItem, 1);
  *item = (SaidItem){ id, perron_utterance_copy (utterance) };
  g_queue_push_tail (&session->said, item);
}

static void
tell_outcome (PerronSession *session, guint id, const char *outcome, gboolean last)
{
  for (GList *at = session->said.head; at != NULL; at = at->next) {
    SaidItem *item = at->data;
    if (item->id != id)
      continue;
    perron_observer_tell_said (session->observer, item->utterance, outcome);
    if (last) {
      said_item_free (item);
      g_queue_delete_link (&session->said, at);
    }
    return;
  }
}

static void
show_voice_output (PerronSession *session)
{
  PerronOutput output = perron_speech_get_output (session->speech);
  perron_window_set_voice_output (session->window, output != PERRON_OUTPUT_NONE, output == PERRON_OUTPUT_HEADSET);
}

static void
on_speech (const PerronSpeechEvent *event, gpointer data)
{
  PerronSession *session = data;

  switch (event->kind) {
  case PERRON_SPEECH_STARTED:
    tell_outcome (session, event->id, "started", FALSE);
    break;
  case PERRON_SPEECH_FINISHED:
    /* Who listens does not touch: the time to answer begins when the sentence ends. */
    perron_idle_touch (session->idle);
    tell_outcome (session, event->id, "finished", TRUE);
    break;
  case PERRON_SPEECH_CUT:
    tell_outcome (session, event->id, "cut", TRUE);
    break;
  case PERRON_SPEECH_REFUSED:
    tell_outcome (session, event->id, "refused", TRUE);
    break;
  case PERRON_SPEECH_OUTPUT:
    show_voice_output (session);
    break;
  case PERRON_SPEECH_WORD:
    break;
  }
}

static void
on_card (const PerronCardNews *news, gpointer data)
{
  PerronSession *session = data;
  const PerronEvent event = { .kind = PERRON_EVENT_CARD,
                              .name = perron_card_status_to_string (news->status),
                              .value = news->card,
                              .holders = news->holders };

  if (news->status != PERRON_CARD_NO_READER && news->status != PERRON_CARD_READER_FAULT)
    perron_idle_touch (session->idle);
  step (session, &event);
}

static const char *
refusal_word (const GError *error)
{
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_FULL))
    return "disk-full";
  if (g_error_matches (error, PERRON_STORE_ERROR, PERRON_STORE_ERROR_TOO_MANY))
    return "too-many";
  return error->domain == PERRON_SEAL_ERROR ? "seal" : "store";
}

static void
on_registered (PerronSession *session, const PerronNews *news)
{
  if (news->ticket != session->ticket)
    return; /* of a session that ended meanwhile: stored, but nobody is there to be told */
  session->ticket = 0;
  if (news->kind == PERRON_NEWS_NOT_REGISTERED) {
    perron_log_error (PERRON_LOG_REQUEST_REFUSED, news->error);
    step (session, &(PerronEvent){ .kind = PERRON_EVENT_NOT_REGISTERED, .name = refusal_word (news->error) });
    return;
  }
  step (session, &(PerronEvent){ .kind = PERRON_EVENT_REGISTERED, .name = news->reference });
  perron_observer_tell (session->observer, "registered", news->reference, NULL);
}

static const char *
progress_word (PerronItemState state)
{
  return state == PERRON_ITEM_DEAD ? "refused" : perron_item_state_to_string (state);
}

static void
on_link (PerronSession *session, const char *link)
{
  session->link = g_intern_string (link);
  perron_window_set_link (session->window, strcmp (link, "online") == 0 ? PERRON_LINK_ONLINE :
                                           strcmp (link, "fault") == 0 ? PERRON_LINK_FAULT : PERRON_LINK_OFFLINE);
  step (session, &(PerronEvent){ .kind = PERRON_EVENT_LINK, .name = link });
}

static void
on_news (const PerronNews *news, gpointer data)
{
  PerronSession *session = data;

  switch (news->kind) {
  case PERRON_NEWS_REGISTERED:
  case PERRON_NEWS_NOT_REGISTERED:
    on_registered (session, news);
    break;
  case PERRON_NEWS_PROGRESS:
    step (session, &(PerronEvent){ .kind = PERRON_EVENT_PROGRESS, .name = progress_word (news->state), .value = news->reference });
    perron_observer_tell (session->observer, "progress", news->reference, progress_word (news->state));
    break;
  case PERRON_NEWS_UNKNOWN:
    step (session, &(PerronEvent){ .kind = PERRON_EVENT_PROGRESS, .name = "unknown", .value = news->reference });
    break;
  case PERRON_NEWS_NOT_WITHDRAWN:
    /* Too late: what is true now follows as PROGRESS. */
    break;
  case PERRON_NEWS_LINK:
    on_link (session, news->link);
    break;
  }
}

static void
on_idle (PerronIdleMoment moment, gpointer data)
{
  step (data, &(PerronEvent){ .kind = moment == PERRON_IDLE_ASK ? PERRON_EVENT_IDLE : PERRON_EVENT_EXPIRE });
}

/* Any touch or key counts as a sign of life, also one that hits nothing. Seen before anybody else, and passed on. */
static gboolean
on_input (GtkEventControllerLegacy *controller, GdkEvent *event, gpointer data)
{
  PerronSession *session = data;
  GdkEventType type = gdk_event_get_event_type (event);

  if (type == GDK_BUTTON_PRESS || type == GDK_TOUCH_BEGIN || type == GDK_KEY_PRESS)
    perron_idle_touch (session->idle);
  return GDK_EVENT_PROPAGATE;
}

static void
on_after_paint (GdkFrameClock *frame_clock, gpointer data)
{
  PerronSession *session = data;
  perron_observer_tell_screen (session->observer, session->window, session->runner, perron_journey_get_id (session->journey),
                               &session->settings, session->link);
}

static void
on_realize (GtkWidget *window, gpointer data)
{
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_after_paint), data);
}

/* --- life ------------------------------------------------------------------------------------------------------------------- */

static gboolean
open_registrar (PerronSession *session, GError **error)
{
  const PerronConfig *config = session->config;
  const PerronOutboxOptions outbox = { .path = perron_config_require (config, PERRON_CONFIG_QUEUE_DATABASE, error),
                                       .max_waiting = perron_config_get_int (config, PERRON_CONFIG_QUEUE_MAX_WAITING),
                                       .reserve_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_RESERVE_KIB) * 1024,
                                       .low_space_bytes = perron_config_get_int (config, PERRON_CONFIG_QUEUE_LOW_SPACE_KIB) * 1024,
                                       .create = TRUE };
  if (outbox.path == NULL)
    return FALSE;
  PerronSealOptions seal = { .terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID),
                             .escrow_certificate = perron_config_get (config, PERRON_CONFIG_SEAL_ESCROW_CERTIFICATE) };
  if ((seal.caisse = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE, error)) == NULL ||
      (seal.caisse_certificate = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE, error)) == NULL ||
      (seal.sign_key = perron_config_require (config, PERRON_CONFIG_SEAL_SIGN_KEY, error)) == NULL)
    return FALSE;
  session->registrar = perron_registrar_new (&outbox, &seal, perron_clock_system (), on_news, session, error);
  return session->registrar != NULL;
}

static gboolean
open_observer (PerronSession *session, GError **error)
{
  const char *path = perron_config_get (session->config, PERRON_CONFIG_OBSERVER_SOCKET);
  if (path == NULL || *path == '\0')
    return TRUE;
  if (perron_config_is_production (session->config)) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE,
                 "[observer] socket: refused in production mode: nobody watches over a person's shoulder");
    return FALSE;
  }
  session->observer = perron_observer_new (path, error);
  return session->observer != NULL;
}

static void
open_voice (PerronSession *session)
{
  const PerronConfig *config = session->config;
  const PerronSpeechOptions options = { .server = perron_config_get (config, PERRON_CONFIG_SOUND_SERVER),
                                        .speaker_sink = perron_config_get (config, PERRON_CONFIG_SOUND_SPEAKER),
                                        .headset_sink = perron_config_get (config, PERRON_CONFIG_SOUND_HEADSET),
                                        .rate_wpm = (guint) perron_config_get_int (config, PERRON_CONFIG_SPEECH_RATE) };
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (session->catalogue, &count);

  session->speech = perron_speech_new (&options, on_speech, session);
  for (guint i = 0; i < count; i++)
    if (languages[i].voice != NULL)
      perron_speech_set_voice (session->speech, languages[i].tag, languages[i].voice);
}

static void
tell_house_facts (PerronSession *session)
{
  static const struct {
    const char *fact;
    PerronConfigKey key;
  } facts[] = {
    { "operator", PERRON_CONFIG_TERMINAL_OPERATOR }, { "site", PERRON_CONFIG_TERMINAL_SITE }, { "dpo", PERRON_CONFIG_TERMINAL_DPO },
    { "terminal", PERRON_CONFIG_TERMINAL_ID },       { "mode", PERRON_CONFIG_TERMINAL_MODE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++)
    perron_runner_set_house_fact (session->runner, facts[i].fact, perron_config_get (session->config, facts[i].key));
}

static void
open_window (PerronSession *session, GtkApplication *application)
{
  const PerronConfig *config = session->config;
  const PerronWindowOptions options = { .ui_folder = perron_config_get (config, PERRON_CONFIG_PATHS_UI),
                                        .texts_folder = perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS),
                                        .px_per_m = (guint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_PX_PER_M),
                                        .windowed = perron_config_get_bool (config, PERRON_CONFIG_SCREEN_WINDOWED),
                                        .width = (gint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_WIDTH),
                                        .height = (gint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_HEIGHT),
                                        .mode = perron_config_get (config, PERRON_CONFIG_TERMINAL_MODE) };
  GtkEventController *input = gtk_event_controller_legacy_new ();

  session->window = perron_window_new (application, session->catalogue, session->runner, &options);
  gtk_event_controller_set_propagation_phase (input, GTK_PHASE_CAPTURE);
  g_signal_connect (input, "event", G_CALLBACK (on_input), session);
  gtk_widget_add_controller (GTK_WIDGET (session->window), input);
  g_signal_connect (session->window, "event", G_CALLBACK (on_window_event), session);
  g_signal_connect (session->window, "say", G_CALLBACK (on_window_say), session);
  if (session->observer != NULL)
    g_signal_connect (session->window, "realize", G_CALLBACK (on_realize), session);
}

static void
begin (PerronSession *session)
{
  PerronEffects effects = { 0 };

  show_settings (session);
  show_voice_output (session);
  perron_window_set_link (session->window, PERRON_LINK_OFFLINE);
  perron_runner_start (session->runner, &effects);
  perron_window_refresh (session->window);
  gtk_window_present (GTK_WINDOW (session->window));
  for (guint i = 0; i < effects.count; i++)
    carry_out (session, &effects.list[i]);
}

PerronSession *
perron_session_new (GtkApplication *application, const PerronSessionParts *parts, GError **error)
{
  g_autoptr (PerronSession) session = g_new0 (PerronSession, 1);

  session->config = parts->config;
  session->catalogue = parts->catalogue;
  session->journey = parts->journey;
  session->link = "offline";
  session->runner = perron_runner_new (parts->journey);
  tell_house_facts (session);
  set_default_settings (session);
  session->idle = perron_idle_new (perron_clock_system (), perron_config_get_int (parts->config, PERRON_CONFIG_SESSION_IDLE_S) * 1000,
                                   perron_config_get_int (parts->config, PERRON_CONFIG_SESSION_ANSWER_S) * 1000, on_idle, session);
  session->card = perron_card_watch_new (parts->card_source, parts->profiles, perron_config_is_production (parts->config), on_card,
                                         session);
  open_voice (session);
  if (!open_observer (session, error) || !open_registrar (session, error))
    return NULL;
  open_window (session, application);
  begin (session);
  return g_steal_pointer (&session);
}

void
perron_session_free (PerronSession *session)
{
  if (session == NULL)
    return;
  if (session->window != NULL)
    gtk_window_destroy (GTK_WINDOW (session->window));
  g_clear_pointer (&session->card, perron_card_watch_free);
  g_clear_pointer (&session->speech, perron_speech_free);
  g_clear_pointer (&session->registrar, perron_registrar_free);
  g_clear_pointer (&session->idle, perron_idle_free);
  g_clear_pointer (&session->runner, perron_runner_free);
  g_clear_pointer (&session->observer, perron_observer_free);
  g_queue_clear_full (&session->said, (GDestroyNotify) said_item_free);
  perron_journey_unref (session->journey);
  perron_catalogue_unref (session->catalogue);
  g_free (session);
}
