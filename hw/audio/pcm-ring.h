/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Samples on their way from the voice to the sound service. Bounded; in memory that is locked when the kernel lets us, never in a
 * core file, and wiped as it is read: a voice saying a name is as personal as the name. No lock inside: one thread at a time.
 */
typedef struct PerronPcmRing PerronPcmRing;

PerronPcmRing *perron_pcm_ring_new (gsize samples); /* room; rounded up to a power of two; aborts without memory */
void perron_pcm_ring_free (PerronPcmRing *ring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPcmRing, perron_pcm_ring_free)

gsize perron_pcm_ring_get_fill (const PerronPcmRing *ring);

/* Samples ever read since the last wipe: the position of the next sample to leave. */
guint64 perron_pcm_ring_get_read (const PerronPcmRing *ring);

/* Puts at most `count` samples; returns how many fitted. */
gsize perron_pcm_ring_write (PerronPcmRing *ring, const gint16 *samples, gsize count);

/* Takes at most `count` samples, wiping their place; returns how many there were. */
gsize perron_pcm_ring_read (PerronPcmRing *ring, gint16 *samples, gsize count);

/* Forgets everything, and both positions. */
void perron_pcm_ring_wipe (PerronPcmRing *ring);

/* TRUE when no sample that is not zero is left anywhere in its memory: for the test of wiping. */
gboolean perron_pcm_ring_is_blank (const PerronPcmRing *ring);

G_END_DECLS
