/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/core/utterance.h"

G_BEGIN_DECLS

/*
 * The voice: one owner thread runs libespeak-ng (synchronous mode) into a ring buffer, one always-open libpulse stream plays it.
 * Public functions: main thread only, none blocks. Callbacks arrive on the main context of the creator.
 */

typedef enum {
  PERRON_OUTPUT_NONE,    /* sound service or voice data away: the screen must do */
  PERRON_OUTPUT_SPEAKER, /* everybody hears: public utterances only */
  PERRON_OUTPUT_HEADSET, /* private listening */
} PerronOutput;

typedef struct {
  const char *server;       /* PulseAudio server string; NULL or "": the usual one */
  const char *speaker_sink; /* NULL or "": default sink */
  const char *headset_sink; /* its presence (and an available port) means private listening */
  guint rate_wpm;
} PerronSpeechOptions;

typedef enum {
  PERRON_SPEECH_STARTED,  /* first audible sample was handed over; id */
  PERRON_SPEECH_WORD,     /* id, start, length: characters of the spoken text */
  PERRON_SPEECH_FINISHED, /* said to the end */
  PERRON_SPEECH_CUT,      /* stopped before the end */
  PERRON_SPEECH_REFUSED,  /* personal, and no headset: nothing was said */
  PERRON_SPEECH_OUTPUT,   /* output changed: perron_speech_get_output() */
} PerronSpeechEventKind;

typedef struct {
  PerronSpeechEventKind kind;
  guint id;
  guint start, length;
} PerronSpeechEvent;

typedef void (*PerronSpeechCallback) (const PerronSpeechEvent *event, gpointer data);

typedef struct PerronSpeech PerronSpeech;

/* Never fails: without sound it starts with PERRON_OUTPUT_NONE, logs it, and tries again with back-off. Transfer full. */
PerronSpeech *perron_speech_new (const PerronSpeechOptions *options, PerronSpeechCallback callback, gpointer data);
void perron_speech_free (PerronSpeech *speech); /* joins the thread: at most 100 ms */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronSpeech, perron_speech_free)

PerronOutput perron_speech_get_output (const PerronSpeech *speech);

/* language tag → espeak-ng voice name, given once for each language. A language without a voice stays silent (event CUT). */
void perron_speech_set_voice (PerronSpeech *speech, const char *language, const char *voice);
void perron_speech_set_rate (PerronSpeech *speech, guint rate_wpm);

/* How loud, in percent of what the voice makes by itself: 0 to PERRON_SPEECH_VOLUME_MAX; what would be too loud is cut off at full scale.
 * Counts from the next utterance at the latest. */
#define PERRON_SPEECH_VOLUME_MAX 200
void perron_speech_set_volume (PerronSpeech *speech, guint percent);

/* What the jack of the headset says: see perron_audio_set_jack(). OUT: private listening ends at once. */
typedef enum { PERRON_SPEECH_JACK_UNKNOWN, PERRON_SPEECH_JACK_OUT, PERRON_SPEECH_JACK_IN } PerronSpeechJack;
void perron_speech_set_jack (PerronSpeech *speech, PerronSpeechJack jack);

/* Cuts what is being said (silence within 50 ms) and says this. `say_after` waits for its turn instead. Returns an id > 0. */
guint perron_speech_say (PerronSpeech *speech, const PerronUtterance *utterance);
guint perron_speech_say_after (PerronSpeech *speech, const PerronUtterance *utterance);
void perron_speech_stop (PerronSpeech *speech);

G_END_DECLS
