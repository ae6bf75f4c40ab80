/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/printer-status.h"

static void
test_judge (void)
{
  static const struct {
    guint8 answers[PERRON_STATUS_QUESTIONS];
    PerronPrinterState state;
  } cases[] = {
    { { 0x12, 0x12, 0x12, 0x12 }, PERRON_PRINTER_READY },
    { { 0x12, 0x12, 0x12, 0x1E }, PERRON_PRINTER_LOW },
    { { 0x1A, 0x32, 0x12, 0x7E }, PERRON_PRINTER_PAPER_OUT },
    { { 0x1A, 0x12, 0x12, 0x72 }, PERRON_PRINTER_PAPER_OUT },
    { { 0x1A, 0x36, 0x12, 0x7E }, PERRON_PRINTER_COVER_OPEN },
    { { 0x1A, 0x52, 0x1A, 0x12 }, PERRON_PRINTER_FAULT },
    { { 0x1A, 0x12, 0x12, 0x12 }, PERRON_PRINTER_OFFLINE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    PerronStatusReader reader = { 0 };
    g_autoptr (GError) error = NULL;
    g_assert_true (perron_status_feed (&reader, 4, FALSE, cases[i].answers, PERRON_STATUS_QUESTIONS));
    g_assert_cmpint (perron_status_judge (&reader), ==, cases[i].state);
    g_assert_true (perron_printer_state_prints (cases[i].state) || !perron_printer_state_to_error (cases[i].state, &error));
    g_assert_cmpint (error == NULL, ==, perron_printer_state_prints (cases[i].state));
  }
}

/* XON, XOFF, automatic status and letters are no answers; one missing answer is no state. */
static void
test_nonsense (void)
{
  PerronStatusReader reader = { 0 };
  const guint8 noise[] = { 0x11, 0x13, 0x10, 0x00, 'A', 0xFF, 0x92 };

  g_assert_true (perron_status_feed (&reader, 4, FALSE, noise, sizeof noise));
  g_assert_cmpuint (reader.answered, ==, 0);
  g_assert_cmpuint (reader.nonsense, ==, sizeof noise);
  g_assert_cmpint (perron_status_judge (&reader), ==, PERRON_PRINTER_STUCK);
  guint turns = 0;
  while (perron_status_feed (&reader, 4, FALSE, noise, sizeof noise))
    g_assert_cmpuint (++turns, <, 100);
  g_assert_cmpuint (reader.nonsense, ==, PERRON_STATUS_NONSENSE_MAX);
}

/* An answer that nobody asked for is not kept for a later question. */
static void
test_order (void)
{
  PerronStatusReader reader = { 0 };
  const guint8 answers[] = { 0x12, 0x32 };

  g_assert_true (perron_status_feed (&reader, 1, FALSE, answers, sizeof answers));
  g_assert_cmpuint (reader.answered, ==, 1);
  const guint8 done = 0x00;
  g_assert_true (perron_status_feed (&reader, 1, FALSE, &done, 1));
  g_assert_false (reader.done);
  g_assert_true (perron_status_feed (&reader, 1, TRUE, &done, 1));
  g_assert_true (reader.done);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/print/status/judge", test_judge);
  g_test_add_func ("/print/status/nonsense", test_nonsense);
  g_test_add_func ("/print/status/order", test_order);
  return g_test_run ();
}
