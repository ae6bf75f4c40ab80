/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/audio/audio.h"

#include <string.h>

#include "hw/audio/way-out.h"

#define RETRY_FIRST_MS 100
#define RETRY_CAP_MS 5000

struct PerronAudio {
  pa_threaded_mainloop *loop;
  char *server;
  pa_context *context;
  pa_time_event *retry;
  guint retry_ms;
  PerronWayOut outs[2];
  PerronWayOut *current; /* the way of the piece being said */
  gboolean headset_seen; /* while a look-up is under way: it exists and is private */
  guint generation;
  gint output; /* PerronAudioOut, atomic */
  PerronAudioJack jack;
  gboolean told; /* on_output was called once */
  PerronAudioEvents events;
  gpointer user;
};

static void connect_service (PerronAudio *audio);

/* --- what can be heard now ---------------------------------------------------------------------------------------------- */

static void
end_generation (PerronAudio *audio)
{
  audio->generation++;
  if (audio->current != NULL)
    perron_way_out_cut (audio->current);
  audio->current = NULL;
  pa_threaded_mainloop_signal (audio->loop, 0);
}

static gboolean
is_settled (const PerronAudio *audio)
{
  return audio->outs[PERRON_AUDIO_SPEAKER].settled && audio->outs[PERRON_AUDIO_HEADSET].settled;
}

/* A sink may stay when its plug is pulled (a USB box, a codec without ports): then only the jack knows. */
static gboolean
can_be_heard (const PerronAudio *audio, const PerronWayOut *out)
{
  return perron_way_out_is_ready (out) && !(out->is_private && audio->jack == PERRON_AUDIO_JACK_OUT);
}

static void
look_again (PerronAudio *audio)
{
  PerronAudioOut output = PERRON_AUDIO_NONE;
  if (can_be_heard (audio, &audio->outs[PERRON_AUDIO_HEADSET]))
    output = PERRON_AUDIO_HEADSET;
  else if (can_be_heard (audio, &audio->outs[PERRON_AUDIO_SPEAKER]))
    output = PERRON_AUDIO_SPEAKER;

  if (audio->current != NULL && !can_be_heard (audio, audio->current))
    end_generation (audio);
  gboolean changed = g_atomic_int_get (&audio->output) != (gint) output;
  if (changed || (!audio->told && is_settled (audio))) {
    g_atomic_int_set (&audio->output, (gint) output);
    audio->told = TRUE;
    audio->events.on_output (output, audio->user);
  }
  pa_threaded_mainloop_signal (audio->loop, 0);
}

static void
on_way_state (PerronWayOut *out, gpointer user)
{
  look_again (user);
}

static void
on_way_started (guint64 tag, gpointer user)
{
  PerronAudio *audio = user;
  audio->events.on_started (tag, audio->user);
}

static void
on_way_mark (guint64 tag, guint start, guint length, gpointer user)
{
  PerronAudio *audio = user;
  audio->events.on_mark (tag, start, length, audio->user);
}

/* --- the headset -------------------------------------------------------------------------------------------------------- */

/* Where one card has both, the service switches the port of the same sink to the loudspeaker when the plug is pulled. */
static gboolean
is_private_sink (const pa_sink_info *info)
{
  const pa_sink_port_info *port = info->active_port;
  return port == NULL || (port->available != PA_PORT_AVAILABLE_NO && port->type != PA_DEVICE_PORT_TYPE_SPEAKER);
}

static void
on_headset_info (pa_context *context, const pa_sink_info *info, int end, void *user)
{
  PerronAudio *audio = user;
  PerronWayOut *headset = &audio->outs[PERRON_AUDIO_HEADSET];
  if (end == 0) {
    audio->headset_seen = is_private_sink (info);
    return;
  }

  gboolean seen = audio->headset_seen;
  audio->headset_seen = FALSE;
  if (!seen) {
    perron_way_out_close (headset);
    headset->settled = TRUE;
  } else if (headset->stream == NULL || !PA_STREAM_IS_GOOD (pa_stream_get_state (headset->stream))) {
    perron_way_out_open (headset, context);
  }
  look_again (audio);
}

static void
look_for_headset (PerronAudio *audio)
{
  PerronWayOut *headset = &audio->outs[PERRON_AUDIO_HEADSET];
  pa_operation *operation = NULL;
  if (headset->sink != NULL)
    operation = pa_context_get_sink_info_by_name (audio->context, headset->sink, on_headset_info, audio);
  if (operation == NULL) {
    headset->settled = TRUE;
    return;
  }
  pa_operation_unref (operation);
}

static void
on_sinks_changed (pa_context *context, pa_subscription_event_type_t type, uint32_t index, void *user)
{
  PerronAudio *audio = user;
  PerronWayOut *speaker = &audio->outs[PERRON_AUDIO_SPEAKER];
  look_for_headset (audio);
  if (speaker->stream == NULL || !PA_STREAM_IS_GOOD (pa_stream_get_state (speaker->stream)))
    perron_way_out_open (speaker, context);
}

/* --- the connection ----------------------------------------------------------------------------------------------------- */

static void
on_connected (PerronAudio *audio)
{
  audio->retry_ms = RETRY_FIRST_MS;
  pa_context_set_subscribe_callback (audio->context, on_sinks_changed, audio);
  pa_operation *operation = pa_context_subscribe (audio->context, PA_SUBSCRIPTION_MASK_SINK, NULL, NULL);
  if (operation != NULL)
    pa_operation_unref (operation);
  look_for_headset (audio);
  perron_way_out_open (&audio->outs[PERRON_AUDIO_SPEAKER], audio->context);
}

static void
drop_context (PerronAudio *audio)
{
  for (guint i = 0; i < G_N_ELEMENTS (audio->outs); i++)
    perron_way_out_close (&audio->outs[i]);
  if (audio->retry != NULL)
    pa_threaded_mainloop_get_api (audio->loop)->time_free (audio->retry);
  audio->retry = NULL;
  if (audio->context == NULL)
    return;
  pa_context_set_state_callback (audio->context, NULL, NULL);
  pa_context_set_subscribe_callback (audio->context, NULL, NULL);
  pa_context_disconnect (audio->context);
  g_clear_pointer (&audio->context, pa_context_unref);
}

static void
on_retry (pa_mainloop_api *api, pa_time_event *event, const struct timeval *when, void *user)
{
  PerronAudio *audio = user;
  drop_context (audio);
  connect_service (audio);
}

static void
on_disconnected (PerronAudio *audio)
{
  for (guint i = 0; i < G_N_ELEMENTS (audio->outs); i++)
    audio->outs[i].settled = TRUE;
  look_again (audio);
  if (audio->retry != NULL)
    return;
  audio->retry = pa_context_rttime_new (audio->context, pa_rtclock_now () + audio->retry_ms * PA_USEC_PER_MSEC, on_retry, audio);
  audio->retry_ms = MIN (audio->retry_ms * 2, RETRY_CAP_MS);
}

static void
on_context_state (pa_context *context, void *user)
{
  PerronAudio *audio = user;
  switch (pa_context_get_state (context)) {
  case PA_CONTEXT_READY:
    on_connected (audio);
    break;
  case PA_CONTEXT_FAILED:
  case PA_CONTEXT_TERMINATED:
    on_disconnected (audio);
    break;
  case PA_CONTEXT_UNCONNECTED:
  case PA_CONTEXT_CONNECTING:
  case PA_CONTEXT_AUTHORIZING:
  case PA_CONTEXT_SETTING_NAME:
    break;
  }
}

static void
connect_service (PerronAudio *audio)
{
  audio->context = pa_context_new (pa_threaded_mainloop_get_api (audio->loop), "perron");
  if (audio->context == NULL)
    g_error ("no memory for the sound service");
  pa_context_set_state_callback (audio->context, on_context_state, audio);
  if (pa_context_connect (audio->context, audio->server, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
    on_disconnected (audio);
}

PerronAudio *
perron_audio_new (const char *server, const char *speaker_sink, const char *headset_sink, const PerronAudioEvents *events, gpointer user)
{
  PerronAudio *audio = g_new0 (PerronAudio, 1);
  const PerronAudioEvents own = { .on_started = on_way_started, .on_mark = on_way_mark };

  audio->loop = pa_threaded_mainloop_new ();
  audio->server = server != NULL && *server != '\0' ? g_strdup (server) : NULL;
  audio->events = *events;
  audio->user = user;
  audio->output = PERRON_AUDIO_NONE;
  audio->retry_ms = RETRY_FIRST_MS;
  /* One name for both would make the loudspeaker pass for a headset. */
  if (g_strcmp0 (speaker_sink, headset_sink) == 0)
    headset_sink = NULL;
  perron_way_out_init (&audio->outs[PERRON_AUDIO_SPEAKER], FALSE, speaker_sink);
  perron_way_out_init (&audio->outs[PERRON_AUDIO_HEADSET], TRUE, headset_sink);
  for (guint i = 0; i < G_N_ELEMENTS (audio->outs); i++) {
    audio->outs[i].loop = audio->loop;
    audio->outs[i].events = own;
    audio->outs[i].on_state = on_way_state;
    audio->outs[i].user = audio;
  }
  pa_threaded_mainloop_lock (audio->loop);
  connect_service (audio);
  pa_threaded_mainloop_unlock (audio->loop);
  if (pa_threaded_mainloop_start (audio->loop) < 0)
    g_error ("cannot start the sound thread");
  return audio;
}

void
perron_audio_free (PerronAudio *audio)
{
  if (audio == NULL)
    return;
  pa_threaded_mainloop_lock (audio->loop);
  drop_context (audio);
  pa_threaded_mainloop_unlock (audio->loop);
  pa_threaded_mainloop_stop (audio->loop);
  for (guint i = 0; i < G_N_ELEMENTS (audio->outs); i++)
    perron_way_out_clear (&audio->outs[i]);
  pa_threaded_mainloop_free (audio->loop);
  g_free (audio->server);
  g_free (audio);
}

/* --- pieces ------------------------------------------------------------------------------------------------------------- */

PerronAudioOut
perron_audio_get_output (PerronAudio *audio)
{
  return (PerronAudioOut) g_atomic_int_get (&audio->output);
}

void
perron_audio_set_jack (PerronAudio *audio, PerronAudioJack jack)
{
  pa_threaded_mainloop_lock (audio->loop);
  audio->jack = jack;
  look_again (audio);
  pa_threaded_mainloop_unlock (audio->loop);
}

guint
perron_audio_get_generation (PerronAudio *audio)
{
  pa_threaded_mainloop_lock (audio->loop);
  guint generation = audio->generation;
  pa_threaded_mainloop_unlock (audio->loop);
  return generation;
}

guint
perron_audio_cut (PerronAudio *audio)
{
  pa_threaded_mainloop_lock (audio->loop);
  end_generation (audio);
  guint generation = audio->generation;
  pa_threaded_mainloop_unlock (audio->loop);
  return generation;
}

static PerronAudioResult
begin_locked (PerronAudio *audio, guint generation, PerronPrivacy privacy, guint64 tag)
{
  while (generation == audio->generation && !is_settled (audio))
    pa_threaded_mainloop_wait (audio->loop);
  if (generation != audio->generation)
    return PERRON_AUDIO_CUT;
  PerronAudioOut output = perron_audio_get_output (audio);
  if (privacy != PERRON_PUBLIC && output != PERRON_AUDIO_HEADSET)
    return PERRON_AUDIO_REFUSED;
  if (output == PERRON_AUDIO_NONE)
    return PERRON_AUDIO_CUT;
  audio->current = &audio->outs[output];
  perron_way_out_start (audio->current, tag);
  return PERRON_AUDIO_OK;
}

PerronAudioResult
perron_audio_begin (PerronAudio *audio, guint generation, PerronPrivacy privacy, guint64 tag)
{
  pa_threaded_mainloop_lock (audio->loop);
  PerronAudioResult result = begin_locked (audio, generation, privacy, tag);
  pa_threaded_mainloop_unlock (audio->loop);
  return result;
}

PerronAudioResult
perron_audio_write (PerronAudio *audio, const gint16 *samples, gsize count)
{
  pa_threaded_mainloop_lock (audio->loop);
  /* `current` is this piece until cut: only the writer that waits here begins another. */
  while (audio->current != NULL && count > 0) {
    gsize taken = perron_pcm_ring_write (audio->current->ring, samples, count);
    samples += taken;
    count -= taken;
    perron_way_out_pump (audio->current);
    if (audio->current != NULL && count > 0)
      pa_threaded_mainloop_wait (audio->loop);
  }
  PerronAudioResult result = audio->current != NULL ? PERRON_AUDIO_OK : PERRON_AUDIO_CUT;
  pa_threaded_mainloop_unlock (audio->loop);
  return result;
}

void
perron_audio_mark (PerronAudio *audio, guint64 sample, guint start, guint length)
{
  pa_threaded_mainloop_lock (audio->loop);
  if (audio->current != NULL)
    perron_way_out_mark (audio->current, sample, start, length);
  pa_threaded_mainloop_unlock (audio->loop);
}

PerronAudioResult
perron_audio_finish (PerronAudio *audio)
{
  pa_threaded_mainloop_lock (audio->loop);
  if (audio->current != NULL)
    perron_way_out_end (audio->current);
  while (audio->current != NULL && audio->current->phase != PERRON_WAY_IDLE)
    pa_threaded_mainloop_wait (audio->loop);
  PerronAudioResult result = audio->current != NULL ? PERRON_AUDIO_OK : PERRON_AUDIO_CUT;
  audio->current = NULL;
  pa_threaded_mainloop_unlock (audio->loop);
  return result;
}

gboolean
perron_audio_is_blank (PerronAudio *audio)
{
  gboolean blank = TRUE;
  pa_threaded_mainloop_lock (audio->loop);
  for (guint i = 0; i < G_N_ELEMENTS (audio->outs); i++)
    blank = blank && perron_pcm_ring_is_blank (audio->outs[i].ring);
  pa_threaded_mainloop_unlock (audio->loop);
  return blank;
}
