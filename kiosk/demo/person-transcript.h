/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "kiosk/demo/person-eyes.h"

G_BEGIN_DECLS

/* What happened, for somebody who was not there: time, what was on screen, what was said, what was done. One thread. */
typedef struct PerronTranscript PerronTranscript;

/* `path` nullable; `aloud`: on standard output too. Transfer full. */
PerronTranscript *perron_transcript_new (const char *path, gboolean aloud, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_transcript_free (PerronTranscript *transcript);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronTranscript, perron_transcript_free)

/* One line under a label ("touch", "voice", "dock" …); further lines of `text` are put under it. */
void perron_transcript_add (PerronTranscript *transcript, const char *label, const char *text);

/* A new screen is written whole; the same screen again, only the lines that were not there before. */
void perron_transcript_add_screen (PerronTranscript *transcript, const PerronSeenScreen *screen);

G_END_DECLS
