/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/audio/pcm-ring.h"

static void
test_order_and_bounds (void)
{
  g_autoptr (PerronPcmRing) ring = perron_pcm_ring_new (100); /* 128 */
  gint16 in = 1, out = 1;
  /* 1000 turns of 37 in and as many out go round the end many times. */
  for (guint turn = 0; turn < 1000; turn++) {
    gint16 samples[37], back[37];
    for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
      samples[i] = in++;
    g_assert_cmpuint (perron_pcm_ring_write (ring, samples, 37), ==, 37);
    g_assert_cmpuint (perron_pcm_ring_read (ring, back, 37), ==, 37);
    for (guint i = 0; i < G_N_ELEMENTS (back); i++)
      g_assert_cmpint (back[i], ==, out++);
  }
  g_assert_cmpuint (perron_pcm_ring_get_read (ring), ==, 37000);
  gint16 many[200] = { 0 };
  g_assert_cmpuint (perron_pcm_ring_write (ring, many, 200), ==, 128);
  g_assert_cmpuint (perron_pcm_ring_write (ring, many, 1), ==, 0);
  g_assert_cmpuint (perron_pcm_ring_read (ring, many, 200), ==, 128);
  g_assert_cmpuint (perron_pcm_ring_read (ring, many, 200), ==, 0);
}

static void
test_wiped (void)
{
  g_autoptr (PerronPcmRing) ring = perron_pcm_ring_new (64);
  gint16 samples[48], back[48];
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    samples[i] = 1000;
  perron_pcm_ring_write (ring, samples, 48);
  g_assert_false (perron_pcm_ring_is_blank (ring));
  perron_pcm_ring_read (ring, back, 48);
  g_assert_true (perron_pcm_ring_is_blank (ring));
  perron_pcm_ring_write (ring, samples, 48);
  g_assert_false (perron_pcm_ring_is_blank (ring));
  perron_pcm_ring_wipe (ring);
  g_assert_true (perron_pcm_ring_is_blank (ring));
  g_assert_cmpuint (perron_pcm_ring_get_fill (ring), ==, 0);
  g_assert_cmpuint (perron_pcm_ring_get_read (ring), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pcm-ring/order-and-bounds", test_order_and_bounds);
  g_test_add_func ("/pcm-ring/wiped", test_wiped);
  return g_test_run ();
}
