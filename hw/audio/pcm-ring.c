/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/audio/pcm-ring.h"

#include <string.h>
#include <sys/mman.h>

struct PerronPcmRing {
  gint16 *samples;
  gsize room; /* a power of two */
  guint64 written;
  guint64 read;
};

PerronPcmRing *
perron_pcm_ring_new (gsize samples)
{
  PerronPcmRing *ring = g_new0 (PerronPcmRing, 1);
  ring->room = 1;
  while (ring->room < samples)
    ring->room *= 2;

  gsize bytes = ring->room * sizeof *ring->samples;
  void *memory = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    g_error ("cannot map %" G_GSIZE_FORMAT " bytes for sound", bytes);
  /* Unlike names, sound may go on without a lock: refusing to speak would shut out who cannot see. It never lasts seconds here. */
  if (mlock (memory, bytes) != 0)
    g_debug ("sound is kept in memory that may be swapped");
  madvise (memory, bytes, MADV_DONTDUMP);
  madvise (memory, bytes, MADV_WIPEONFORK);
  ring->samples = memory;
  return ring;
}

void
perron_pcm_ring_free (PerronPcmRing *ring)
{
  if (ring == NULL)
    return;
  perron_pcm_ring_wipe (ring);
  munmap (ring->samples, ring->room * sizeof *ring->samples);
  g_free (ring);
}

gsize
perron_pcm_ring_get_fill (const PerronPcmRing *ring)
{
  return (gsize) (ring->written - ring->read);
}

guint64
perron_pcm_ring_get_read (const PerronPcmRing *ring)
{
  return ring->read;
}

gsize
perron_pcm_ring_write (PerronPcmRing *ring, const gint16 *samples, gsize count)
{
  count = MIN (count, ring->room - perron_pcm_ring_get_fill (ring));
  gsize at = (gsize) (ring->written & (ring->room - 1));
  gsize first = MIN (count, ring->room - at);
  memcpy (ring->samples + at, samples, first * sizeof *samples);
  memcpy (ring->samples, samples + first, (count - first) * sizeof *samples);
  ring->written += count;
  return count;
}

gsize
perron_pcm_ring_read (PerronPcmRing *ring, gint16 *samples, gsize count)
{
  count = MIN (count, perron_pcm_ring_get_fill (ring));
  gsize at = (gsize) (ring->read & (ring->room - 1));
  gsize first = MIN (count, ring->room - at);
  memcpy (samples, ring->samples + at, first * sizeof *samples);
  memcpy (samples + first, ring->samples, (count - first) * sizeof *samples);
  explicit_bzero (ring->samples + at, first * sizeof *samples);
  explicit_bzero (ring->samples, (count - first) * sizeof *samples);
  ring->read += count;
  return count;
}

void
perron_pcm_ring_wipe (PerronPcmRing *ring)
{
  explicit_bzero (ring->samples, ring->room * sizeof *ring->samples);
  ring->written = ring->read = 0;
}

gboolean
perron_pcm_ring_is_blank (const PerronPcmRing *ring)
{
  for (gsize i = 0; i < ring->room; i++) {
    if (ring->samples[i] != 0)
      return FALSE;
  }
  return TRUE;
}
