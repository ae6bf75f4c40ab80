/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <pulse/pulseaudio.h>

#include "hw/audio/audio.h"
#include "hw/audio/pcm-ring.h"

G_BEGIN_DECLS

/* One ring and the stream it feeds (see hw/audio/audio.h). Internal to hw/audio; every call with the lock of the sound loop held. */

typedef enum {
  PERRON_WAY_IDLE,    /* nothing to say: the service plays silence */
  PERRON_WAY_PLAYING, /* a piece is being written */
  PERRON_WAY_ENDING,  /* all of it is in the ring */
  PERRON_WAY_DRAINING /* all of it is in the service */
} PerronWayPhase;

typedef struct PerronWayOut PerronWayOut;
struct PerronWayOut {
  pa_threaded_mainloop *loop;
  gboolean is_private;
  char *sink; /* NULL: the default sink */
  pa_stream *stream;
  gboolean settled; /* the stream is ready, or is known not to be */
  pa_operation *drain;
  PerronPcmRing *ring;
  PerronWayPhase phase;
  gboolean started;   /* the first sample of the piece has left */
  guint64 tag;
  GArray *marks;
  guint next_mark;
  PerronAudioEvents events;
  void (*on_state) (PerronWayOut *out, gpointer user);
  gpointer user;
};

void perron_way_out_init (PerronWayOut *out, gboolean is_private, const char *sink);
void perron_way_out_clear (PerronWayOut *out);

void perron_way_out_open (PerronWayOut *out, pa_context *context);
void perron_way_out_close (PerronWayOut *out);
gboolean perron_way_out_is_ready (const PerronWayOut *out);

void perron_way_out_start (PerronWayOut *out, guint64 tag);
void perron_way_out_mark (PerronWayOut *out, guint64 sample, guint start, guint length);
void perron_way_out_pump (PerronWayOut *out);
void perron_way_out_end (PerronWayOut *out); /* phase becomes IDLE when all was heard */
void perron_way_out_cut (PerronWayOut *out);

G_END_DECLS
