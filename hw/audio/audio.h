/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/utterance.h"

G_BEGIN_DECLS

/*
 * Two ways out for sound, each with a ring and a stream of its own to one named sink of the sound service (PulseAudio or
 * pipewire-pulse): the loudspeaker and the headset. What is personal has no path to the loudspeaker: the ring it is written to
 * feeds only the headset's stream, which the service may not move elsewhere and which is fed only while the sink it reports is
 * the headset's, with a plugged port that is no loudspeaker.
 *
 * Streams stay open and play silence, so that nothing must wake up when somebody touches the screen; the service holds at most
 * PERRON_AUDIO_LATENCY_MS of sound, so that cutting is heard at once even where it cannot rewind.
 *
 * One piece of sound at a time. Each belongs to a generation; perron_audio_cut() ends the generation, and whoever still writes
 * for an older one is refused. Threads: perron_audio_cut() and the getters from any; begin/write/mark/finish from one writer.
 */
#define PERRON_AUDIO_RATE 22050
#define PERRON_AUDIO_LATENCY_MS 40
#define PERRON_AUDIO_RING_SAMPLES 65536 /* about 3 s */

typedef enum { PERRON_AUDIO_SPEAKER, PERRON_AUDIO_HEADSET, PERRON_AUDIO_NONE } PerronAudioOut;

typedef struct {
  void (*on_output) (PerronAudioOut output, gpointer user); /* it changed, or the first attempt has ended */
  void (*on_started) (guint64 tag, gpointer user);          /* the first sample of a piece went to the service */
  void (*on_mark) (guint64 tag, guint start, guint length, gpointer user); /* the sample of perron_audio_mark() went there */
} PerronAudioEvents; /* called with the lock of the sound held, on its thread or the writer's: do not call back */

typedef struct PerronAudio PerronAudio;

/* What the jack itself says (kernel or mixer), beside what the sound service says. */
typedef enum { PERRON_AUDIO_JACK_UNKNOWN, PERRON_AUDIO_JACK_OUT, PERRON_AUDIO_JACK_IN } PerronAudioJack;

/* `server`, `speaker_sink`: "" or NULL for the usual ones. Starts a thread; connects, and connects again with back-off, for ever. */
PerronAudio *perron_audio_new (const char *server, const char *speaker_sink, const char *headset_sink, const PerronAudioEvents *events,
                               gpointer user);
void perron_audio_free (PerronAudio *audio); /* the writer must have ended */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronAudio, perron_audio_free)

PerronAudioOut perron_audio_get_output (PerronAudio *audio);

/*
 * OUT: nothing is played to the headset's sink, whatever the service says of it; what is being said there ends. IN and UNKNOWN: the
 * service alone decides, a jack never makes a loudspeaker private. Any thread; does not block beyond the lock of the sound.
 */
void perron_audio_set_jack (PerronAudio *audio, PerronAudioJack jack);
guint perron_audio_get_generation (PerronAudio *audio);

/* Silence now: buffers are emptied and wiped, and the generation ends. Returns the new generation. */
guint perron_audio_cut (PerronAudio *audio);

typedef enum {
  PERRON_AUDIO_OK,
  PERRON_AUDIO_CUT,     /* the generation has ended, or the way out is gone */
  PERRON_AUDIO_REFUSED, /* personal, and no private listening */
} PerronAudioResult;

/* Opens a piece of `generation`. While the very first connection is being tried, waits for its outcome. `tag` comes back in events. */
PerronAudioResult perron_audio_begin (PerronAudio *audio, guint generation, PerronPrivacy privacy, guint64 tag);

/* Waits for room. CUT: stop making more. */
PerronAudioResult perron_audio_write (PerronAudio *audio, const gint16 *samples, gsize count);

/* on_mark when the sample with this index in the piece leaves. At most 512 at once; later ones are dropped. */
void perron_audio_mark (PerronAudio *audio, guint64 sample, guint start, guint length);

/* Waits until all was heard, or it was cut. */
PerronAudioResult perron_audio_finish (PerronAudio *audio);

/* For tests: nothing of what was said is left in our memory. */
gboolean perron_audio_is_blank (PerronAudio *audio);

G_END_DECLS
