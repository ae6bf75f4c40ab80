/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <gio/gio.h>
#include <gio/gunixinputstream.h>

G_BEGIN_DECLS

/*
 * A sound service of the test's own, with ears. Time is never looked at: what is recorded is bounded by marks, short full-scale
 * tones that the voice never reaches, so "nothing was heard" is said of all samples between two marks. Main thread only.
 */
typedef struct {
  char *folder;
  char *server; /* "unix:…" */
  GSubprocess *daemon;
} Sound;

void sound_init (Sound *sound);  /* starts pulseaudio with the sink "borne"; does not wait for it */
void sound_clear (Sound *sound);
void sound_start (Sound *sound);
void sound_kill (Sound *sound); /* SIGKILL, and waits for its end */

/* Runs pactl; returns what it printed. The service must be there. */
char *sound_control (const Sound *sound, const char *const *arguments);

/* Adds or removes the null sink "casque". */
guint sound_plug_headset (const Sound *sound);
void sound_unplug_headset (const Sound *sound, guint module);

typedef struct {
  const Sound *sound;
  char *sink;
  GSubprocess *recorder;
  GIOChannel *channel;
  guint watch;
  GArray *samples; /* gint16, 22050 Hz mono */
  guint8 half[2];  /* a pipe may cut a sample in two */
  guint half_bytes;
  guint cursor;    /* just after the last mark */
} Ear;

void ear_init (Ear *ear, const Sound *sound, const char *sink); /* waits until it hears a mark */
void ear_clear (Ear *ear);

/* Plays a mark, waits to hear it; returns how many samples since the last mark were not silent. */
guint ear_mark (Ear *ear);

/* Waits until something is heard after the last mark. */
void ear_wait_for_voice (Ear *ear);

/* Runs the main context until `done` says so; a test that never ends is ended by its watchdog. */
typedef gboolean (*SoundDone) (gpointer user);
void sound_wait (SoundDone done, gpointer user);

G_END_DECLS
