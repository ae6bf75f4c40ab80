/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keypad, switches and the jack of the headset: what they do to the window, the voice and the clock. */
#include "kiosk/app/session-private.h"

#include "kiosk/core/log.h"

/* Percent of what the voice makes by itself. In the middle at the start of each session (EN 301 549, 5.1.3.13: volume reset). */
static const guint volumes[] = { 30, 60, 100, 140, 200 };
#define VOLUME_AT_START 2

/* Whoever asks for sound where there is none asks for the voice (EN 301 549, 5.2). It begins with the whole screen. */
static void
start_voice (PerronSession *session)
{
  perron_session_on_window_event (session->window, &(PerronEvent){ .kind = PERRON_EVENT_SETTING, .name = "voice", .value = "on" }, session);
}

static void
change_volume (PerronSession *session, gint by)
{
  session->volume = (guint) CLAMP ((gint) session->volume + by, 0, (gint) G_N_ELEMENTS (volumes) - 1);
  perron_speech_set_volume (session->speech, volumes[session->volume]);
  perron_window_tell_volume (session->window, session->volume + 1, G_N_ELEMENTS (volumes));
}

static void
on_action (PerronKeysAction action, gpointer data)
{
  static const PerronWindowPress presses[] = {
    [PERRON_KEYS_PREVIOUS] = PERRON_PRESS_PREVIOUS, [PERRON_KEYS_NEXT] = PERRON_PRESS_NEXT, [PERRON_KEYS_SELECT] = PERRON_PRESS_SELECT,
    [PERRON_KEYS_REPEAT] = PERRON_PRESS_REPEAT,     [PERRON_KEYS_HELP] = PERRON_PRESS_HELP, [PERRON_KEYS_LEAVE] = PERRON_PRESS_LEAVE,
    [PERRON_KEYS_LANGUAGE] = PERRON_PRESS_LANGUAGE,
  };
  PerronSession *session = data;

  perron_idle_touch (session->idle);
  const gboolean volume = action == PERRON_KEYS_VOLUME_UP || action == PERRON_KEYS_VOLUME_DOWN;
  if (!session->settings.voice && (volume || action == PERRON_KEYS_REPEAT))
    start_voice (session);
  else if (volume)
    change_volume (session, action == PERRON_KEYS_VOLUME_UP ? 1 : -1);
  else
    perron_window_press (session->window, presses[action]);
  if (session->observer != NULL) {
    session->touched++;
    gtk_widget_queue_draw (GTK_WIDGET (session->window));
  }
}

static void
tell_jack (PerronSession *session)
{
  static const PerronSpeechJack words[] = { [PERRON_JACK_UNKNOWN] = PERRON_SPEECH_JACK_UNKNOWN,
                                            [PERRON_JACK_OUT] = PERRON_SPEECH_JACK_OUT,
                                            [PERRON_JACK_IN] = PERRON_SPEECH_JACK_IN };
  const PerronJack jack = perron_jack_join (session->switch_jack, session->mixer_jack);

  if (jack == PERRON_JACK_IN)
    perron_idle_touch (session->idle);
  perron_speech_set_jack (session->speech, words[jack]);
  perron_observer_tell (session->observer, "jack", NULL, jack == PERRON_JACK_IN ? "in" : jack == PERRON_JACK_OUT ? "out" : "unknown");
}

static void
on_switch (PerronJack jack, gpointer data)
{
  PerronSession *session = data;
  session->switch_jack = jack;
  tell_jack (session);
}

static void
on_mixer (PerronJack jack, gpointer data)
{
  PerronSession *session = data;
  session->mixer_jack = jack;
  tell_jack (session);
}

static void
on_presence (guint keypads, gpointer data)
{
  PerronSession *session = data;

  if (keypads > 0)
    perron_log_count (PERRON_LOG_KEYPAD_FOUND, keypads);
  else
    perron_log (PERRON_LOG_KEYPAD_LOST);
  perron_observer_tell (session->observer, "keypads", NULL, keypads > 0 ? "here" : "away");
}

static guint
get_double_press (const PerronSession *session)
{
  return (guint) perron_config_get_int (session->config, PERRON_CONFIG_KEYS_DOUBLE_PRESS_MS);
}

gboolean
perron_session_open_keys (PerronSession *session, GError **error)
{
  static const PerronKeysEvents events = { on_action, on_switch, on_presence };
  const PerronConfig *config = session->config;
  const char *device = perron_config_get (config, PERRON_CONFIG_KEYS_DEVICE);
  const char *mixer = perron_config_get (config, PERRON_CONFIG_SOUND_JACK);

  session->volume = VOLUME_AT_START;
  if (mixer != NULL && *mixer != '\0')
    session->mixer = perron_alsa_jack_new (mixer, on_mixer, session);
  if (device == NULL || *device == '\0')
    return TRUE;
  session->keypad = perron_keypad_load (perron_config_get (config, PERRON_CONFIG_KEYS_KEYPADS),
                                        perron_config_get (config, PERRON_CONFIG_KEYS_KEYPAD), error);
  if (session->keypad == NULL) {
    g_prefix_error (error, "[keys] keypad: ");
    return FALSE;
  }
  const PerronKeysOptions options = { .device = device, .keypad = session->keypad, .double_press_ms = get_double_press (session),
                                      .clock = perron_clock_system () };
  session->keys = perron_keys_new (&options, &events, session);
  return TRUE;
}

void
perron_session_close_keys (PerronSession *session)
{
  g_clear_pointer (&session->mixer, perron_alsa_jack_free);
  g_clear_pointer (&session->keys, perron_keys_free);
  g_clear_pointer (&session->keypad, perron_keypad_free);
}

void
perron_session_reset_keys (PerronSession *session)
{
  session->volume = VOLUME_AT_START;
  perron_speech_set_volume (session->speech, volumes[VOLUME_AT_START]);
  if (session->keys != NULL)
    perron_keys_set_double_press (session->keys, get_double_press (session));
}
