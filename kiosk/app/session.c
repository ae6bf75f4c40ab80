/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-private.h"

#include <string.h>

#include "kiosk/core/log.h"

/* --- settings --------------------------------------------------------------------------------------------------------------- */

void
perron_session_set_default_settings (PerronSession *session)
{
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (session->catalogue, &count);

  session->settings = (PerronSettings){ .voice = perron_config_get_bool (session->config, PERRON_CONFIG_SPEECH_ENABLED) };
  g_strlcpy (session->settings.language, languages[0].tag, sizeof session->settings.language);
}

void
perron_session_show_settings (PerronSession *session)
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
  perron_session_show_settings (session);
}

static void
wipe (PerronSession *session)
{
  perron_speech_stop (session->speech);
  perron_registrar_watch (session->registrar, NULL);
  perron_registrar_list (session->registrar, PERRON_TURN_END);
  perron_card_watch_set_reading (session->card, FALSE);
  /* "It is erased" stays until it is touched, or for as long as nobody moves: then the first screen, for the next person. */
  if (perron_runner_get_screen (session->runner)->kind == PERRON_SCREEN_DONE)
    perron_idle_start (session->idle);
  else
    perron_idle_stop (session->idle);
  session->ticket = 0;
  session->somebody = FALSE;
  perron_session_reset_keys (session);
  perron_session_wipe_printer (session);
  perron_session_set_default_settings (session);
  perron_session_show_settings (session);
  perron_secret_wipe_stack ();
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
    perron_session_step (session, &(PerronEvent){ .kind = PERRON_EVENT_NOT_REGISTERED, .name = "store" });
    return;
  }
  stamp_consent (session, request);
  session->ticket = perron_registrar_submit (session->registrar, request);
}

void
perron_session_carry_out (PerronSession *session, const PerronEffect *effect)
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
    perron_session_ask_printer (session);
    submit (session, effect->arg);
    break;
  case PERRON_EFFECT_QUEUE_LOOK_UP:
    perron_registrar_watch (session->registrar, effect->arg);
    break;
  case PERRON_EFFECT_QUEUE_WITHDRAW:
    perron_registrar_withdraw (session->registrar, effect->arg);
    break;
  case PERRON_EFFECT_QUEUE_LIST:
    perron_registrar_list (session->registrar, effect->arg == NULL                  ? PERRON_TURN_FIRST
                                               : strcmp (effect->arg, "next") == 0 ? PERRON_TURN_NEXT
                                                                                   : PERRON_TURN_PREVIOUS);
    break;
  case PERRON_EFFECT_TICKET_PRINT:
    perron_session_print (session);
    break;
  case PERRON_EFFECT_SETTING:
    apply_setting (session, effect->arg, effect->arg2);
    break;
  case PERRON_EFFECT_HELP_CALL:
    perron_log (PERRON_LOG_HELP_CALLED);
    break;
  case PERRON_EFFECT_SESSION_BEGIN:
    session->somebody = TRUE;
    perron_log (PERRON_LOG_SESSION_STARTED);
    perron_idle_start (session->idle);
    perron_session_ask_printer (session);
    break;
  case PERRON_EFFECT_SESSION_WIPE:
    wipe (session);
    perron_session_leave_adviser (session);
    break;
  }
}

void
perron_session_step (PerronSession *session, const PerronEvent *event)
{
  PerronEffects effects = { 0 };
  gboolean changed = perron_runner_step (session->runner, event, &effects);

  for (guint i = 0; i < effects.count; i++)
    perron_session_carry_out (session, &effects.list[i]);
  if (!changed)
    return;
  perron_window_refresh (session->window);
  gtk_widget_queue_draw (GTK_WIDGET (session->window));
}
