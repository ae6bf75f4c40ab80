/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-private.h"

#include "kiosk/core/log.h"

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
  g_autofree char *caisse_certificate = perron_shown_dup_caisse_certificate (config, &session->certificates_version);
  if ((seal.caisse = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE, error)) == NULL ||
      (seal.caisse_certificate = perron_config_require (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE, error)) == NULL ||
      (seal.sign_key = perron_config_require (config, PERRON_CONFIG_SEAL_SIGN_KEY, error)) == NULL)
    return FALSE;
  /* Of the certificates pack when there is one; the configuration's is required all the same: a terminal must work without packs. */
  seal.caisse_certificate = caisse_certificate;
  perron_log_count (PERRON_LOG_CERTIFICATES_IN_USE, session->certificates_version);
  session->sign_key = perron_device_key_open (seal.sign_key, perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), error);
  if (session->sign_key == NULL)
    return FALSE;
  seal.signer = perron_device_key_get_signer (session->sign_key);
  session->registrar = perron_registrar_new (&outbox, &seal, perron_clock_system (), perron_session_on_news, session, error);
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

  session->speech = perron_speech_new (&options, perron_session_on_speech, session);
}

static void
set_voices (PerronSession *session)
{
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (session->catalogue, &count);

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
  for (gsize i = 0; i < G_N_ELEMENTS (facts); i++) {
    perron_runner_set_house_fact (session->people.runner, facts[i].fact, perron_config_get (session->config, facts[i].key));
    if (session->adviser.runner != NULL)
      perron_runner_set_house_fact (session->adviser.runner, facts[i].fact, perron_config_get (session->config, facts[i].key));
  }
}

static void
open_window (PerronSession *session, GtkApplication *application)
{
  const PerronConfig *config = session->config;
  const PerronWindowOptions options = { .ui_folder = session->shown->ui,
                                        .texts_folder = session->shown->texts,
                                        .px_per_m = (guint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_PX_PER_M),
                                        .windowed = perron_config_get_bool (config, PERRON_CONFIG_SCREEN_WINDOWED),
                                        .width = (gint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_WIDTH),
                                        .height = (gint) perron_config_get_int (config, PERRON_CONFIG_SCREEN_HEIGHT),
                                        .mode = perron_config_get (config, PERRON_CONFIG_TERMINAL_MODE) };
  GtkEventController *input = gtk_event_controller_legacy_new ();

  session->window = perron_window_new (application, session->catalogue, session->runner, &options);
  gtk_event_controller_set_propagation_phase (input, GTK_PHASE_CAPTURE);
  g_signal_connect (input, "event", G_CALLBACK (perron_session_on_input), session);
  gtk_widget_add_controller (GTK_WIDGET (session->window), input);
  g_signal_connect (session->window, "event", G_CALLBACK (perron_session_on_window_event), session);
  g_signal_connect (session->window, "say", G_CALLBACK (perron_session_on_window_say), session);
  if (session->observer != NULL)
    g_signal_connect (session->window, "realize", G_CALLBACK (perron_session_on_realize), session);
}

void
perron_session_begin (PerronSession *session, GtkApplication *application)
{
  PerronEffects effects = { 0 };

  set_voices (session);
  session->runner = perron_runner_new (session->journey);
  perron_session_open_adviser (session);
  tell_house_facts (session);
  perron_session_set_default_settings (session);
  open_window (session, application);
  perron_session_show_settings (session);
  perron_session_show_voice_output (session);
  perron_window_set_link (session->window, PERRON_LINK_OFFLINE);
  perron_runner_start (session->runner, &effects);
  g_free (session->first_screen);
  session->first_screen = g_strdup (perron_runner_get_screen (session->runner)->id);
  perron_window_refresh (session->window);
  gtk_window_present (GTK_WINDOW (session->window));
  for (guint i = 0; i < effects.count; i++)
    perron_session_carry_out (session, &effects.list[i]);
}

PerronSession *
perron_session_new (GtkApplication *application, const PerronSessionParts *parts, GError **error)
{
  g_autoptr (PerronSession) session = g_new0 (PerronSession, 1);

  session->config = parts->config;
  session->shown = parts->shown;
  session->catalogue = parts->shown->catalogue;
  session->journey = parts->shown->journey;
  session->link = "offline";
  session->idle = perron_idle_new (perron_clock_system (), perron_config_get_int (parts->config, PERRON_CONFIG_SESSION_IDLE_S) * 1000,
                                   perron_config_get_int (parts->config, PERRON_CONFIG_SESSION_ANSWER_S) * 1000, perron_session_on_idle, session);
  session->card = perron_card_watch_new (parts->card_source, parts->profiles, perron_config_is_production (parts->config), perron_session_on_card,
                                         session);
  open_voice (session);
  if (!open_observer (session, error) || !open_registrar (session, error) ||
      !perron_session_nfc_open (session->config, perron_session_on_tap, session, &session->nfc, error) ||
      !perron_session_open_keys (session, error))
    return NULL;
  perron_session_begin (session, application);
  perron_session_open_printer (session);
  perron_session_open_content (session);
  return g_steal_pointer (&session);
}

void
perron_session_free (PerronSession *session)
{
  if (session == NULL)
    return;
  perron_session_close_content (session);
  perron_session_close_keys (session);
  perron_session_close_printer (session);
  if (session->window != NULL)
    gtk_window_destroy (GTK_WINDOW (session->window));
  g_clear_pointer (&session->card, perron_card_watch_free);
  g_clear_pointer (&session->nfc, perron_session_nfc_free);
  g_clear_pointer (&session->speech, perron_speech_free);
  g_clear_pointer (&session->registrar, perron_registrar_free);
  g_clear_pointer (&session->sign_key, perron_device_key_free);
  g_clear_pointer (&session->idle, perron_idle_free);
  perron_session_close_adviser (session);
  g_clear_pointer (&session->runner, perron_runner_free);
  g_clear_pointer (&session->observer, perron_observer_free);
  perron_session_forget_said (session);
  perron_shown_free (session->shown);
  g_free (session->first_screen);
  g_free (session);
}
