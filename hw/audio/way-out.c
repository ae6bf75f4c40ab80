/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/audio/way-out.h"

#include <string.h>

#define SAMPLE sizeof (gint16)
#define CHUNK 1024
#define LATENCY_SAMPLES (PERRON_AUDIO_RATE * PERRON_AUDIO_LATENCY_MS / 1000)
#define MARKS_MAX 512

typedef struct {
  guint64 sample;
  guint start;
  guint length;
} Mark;

void
perron_way_out_init (PerronWayOut *out, gboolean is_private, const char *sink)
{
  out->is_private = is_private;
  out->sink = sink != NULL && *sink != '\0' ? g_strdup (sink) : NULL;
  out->ring = perron_pcm_ring_new (PERRON_AUDIO_RING_SAMPLES);
  out->marks = g_array_new (FALSE, FALSE, sizeof (Mark));
}

void
perron_way_out_clear (PerronWayOut *out)
{
  perron_way_out_close (out);
  g_clear_pointer (&out->ring, perron_pcm_ring_free);
  g_clear_pointer (&out->marks, g_array_unref);
  g_clear_pointer (&out->sink, g_free);
}

static void
tell_progress (PerronWayOut *out)
{
  if (!out->started) {
    out->started = TRUE;
    out->events.on_started (out->tag, out->user);
  }
  guint64 read = perron_pcm_ring_get_read (out->ring);
  for (; out->next_mark < out->marks->len; out->next_mark++) {
    const Mark *mark = &g_array_index (out->marks, Mark, out->next_mark);
    if (mark->sample >= read)
      break;
    out->events.on_mark (out->tag, mark->start, mark->length, out->user);
  }
}

static void
on_drained (pa_stream *stream, int success, void *user)
{
  PerronWayOut *out = user;
  g_clear_pointer (&out->drain, pa_operation_unref);
  out->phase = PERRON_WAY_IDLE;
  pa_threaded_mainloop_signal (out->loop, 0);
}

void
perron_way_out_pump (PerronWayOut *out)
{
  if (!perron_way_out_is_ready (out) || out->phase == PERRON_WAY_IDLE || out->phase == PERRON_WAY_DRAINING)
    return;

  gsize bytes = pa_stream_writable_size (out->stream);
  gsize allowed = bytes == (gsize) -1 ? 0 : bytes / SAMPLE;
  while (allowed > 0 && perron_pcm_ring_get_fill (out->ring) > 0) {
    gint16 chunk[CHUNK];
    gsize count = perron_pcm_ring_read (out->ring, chunk, MIN (allowed, CHUNK));
    pa_stream_write (out->stream, chunk, count * SAMPLE, NULL, 0, PA_SEEK_RELATIVE);
    explicit_bzero (chunk, sizeof chunk);
    allowed -= count;
    tell_progress (out);
  }
  if (out->phase == PERRON_WAY_ENDING && perron_pcm_ring_get_fill (out->ring) == 0) {
    out->phase = PERRON_WAY_DRAINING;
    out->drain = pa_stream_drain (out->stream, on_drained, out);
  }
  pa_threaded_mainloop_signal (out->loop, 0);
}

static void
on_writable (pa_stream *stream, size_t bytes, void *user)
{
  perron_way_out_pump (user);
}

static void
on_stream_state (pa_stream *stream, void *user)
{
  PerronWayOut *out = user;
  pa_stream_state_t state = pa_stream_get_state (stream);
  if (state == PA_STREAM_CREATING || state == PA_STREAM_UNCONNECTED)
    return;
  out->settled = TRUE;
  out->on_state (out, out->user);
}

/* Not to be moved (PA_STREAM_DONT_MOVE), but if a service moves it all the same, is_ready() is false from here on. */
static void
on_moved (pa_stream *stream, void *user)
{
  PerronWayOut *out = user;
  if (!perron_way_out_is_ready (out))
    perron_pcm_ring_wipe (out->ring);
  out->on_state (out, out->user);
}

void
perron_way_out_open (PerronWayOut *out, pa_context *context)
{
  static const pa_sample_spec spec = { .format = PA_SAMPLE_S16LE, .rate = PERRON_AUDIO_RATE, .channels = 1 };
  /* One frame of prebuf: an empty stream goes on (silence, its sink awake, no message to us) and sounds again with the first
   * frame. With none at all the service reads ahead of what was written, and neither late writes nor drain come out right. */
  const pa_buffer_attr attributes = {
    .maxlength = (guint32) -1,
    .tlength = LATENCY_SAMPLES * SAMPLE,
    .prebuf = SAMPLE,
    .minreq = LATENCY_SAMPLES * SAMPLE / 4,
    .fragsize = (guint32) -1,
  };
  pa_stream_flags_t flags = PA_STREAM_ADJUST_LATENCY | PA_STREAM_START_UNMUTED;
  if (out->is_private)
    flags |= PA_STREAM_DONT_MOVE;

  perron_way_out_close (out);
  out->settled = FALSE;
  out->stream = pa_stream_new (context, out->is_private ? "headset" : "speaker", &spec, NULL);
  if (out->stream == NULL) {
    out->settled = TRUE;
    return;
  }
  pa_stream_set_state_callback (out->stream, on_stream_state, out);
  pa_stream_set_write_callback (out->stream, on_writable, out);
  pa_stream_set_moved_callback (out->stream, on_moved, out);
  if (pa_stream_connect_playback (out->stream, out->sink, &attributes, flags, NULL, NULL) < 0)
    out->settled = TRUE;
}

void
perron_way_out_close (PerronWayOut *out)
{
  perron_way_out_cut (out);
  if (out->stream == NULL)
    return;
  pa_stream_set_state_callback (out->stream, NULL, NULL);
  pa_stream_set_write_callback (out->stream, NULL, NULL);
  pa_stream_set_moved_callback (out->stream, NULL, NULL);
  if (PA_STREAM_IS_GOOD (pa_stream_get_state (out->stream)))
    pa_stream_disconnect (out->stream);
  g_clear_pointer (&out->stream, pa_stream_unref);
}

gboolean
perron_way_out_is_ready (const PerronWayOut *out)
{
  if (out->stream == NULL || pa_stream_get_state (out->stream) != PA_STREAM_READY)
    return FALSE;
  /* pipewire-pulse may give another sink than the one asked for: believe only the name it reports. */
  return !out->is_private || g_strcmp0 (pa_stream_get_device_name (out->stream), out->sink) == 0;
}

void
perron_way_out_start (PerronWayOut *out, guint64 tag)
{
  out->phase = PERRON_WAY_PLAYING;
  out->started = FALSE;
  out->tag = tag;
  g_array_set_size (out->marks, 0);
  out->next_mark = 0;
  perron_pcm_ring_wipe (out->ring);
}

void
perron_way_out_mark (PerronWayOut *out, guint64 sample, guint start, guint length)
{
  const Mark mark = { sample, start, length };
  if (out->marks->len < MARKS_MAX)
    g_array_append_val (out->marks, mark);
}

void
perron_way_out_end (PerronWayOut *out)
{
  if (out->phase != PERRON_WAY_PLAYING)
    return;
  out->phase = PERRON_WAY_ENDING;
  perron_way_out_pump (out);
}

void
perron_way_out_cut (PerronWayOut *out)
{
  if (out->drain != NULL)
    pa_operation_cancel (out->drain);
  g_clear_pointer (&out->drain, pa_operation_unref);
  perron_pcm_ring_wipe (out->ring);
  g_array_set_size (out->marks, 0);
  out->next_mark = 0;
  if (out->phase == PERRON_WAY_IDLE)
    return;
  out->phase = PERRON_WAY_IDLE;
  pa_operation *flush = perron_way_out_is_ready (out) ? pa_stream_flush (out->stream, NULL, NULL) : NULL;
  if (flush != NULL)
    pa_operation_unref (flush);
}
