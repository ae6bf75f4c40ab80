/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * drainer DATABASE RESERVE_BYTES: sends everything away as perron-sync would, and prints how many. Ends with status 3 at an error.
 */
#include <stdio.h>
#include <stdlib.h>

#include "sync/store/outbox.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint count = 0;
  if (argc != 3)
    return 2;
  PerronOutboxOptions options = { argv[1], 1000000, atoll (argv[2]), 0, FALSE, { 0 } };
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (&options, perron_clock_system (), NULL, &error);

  for (gboolean going = outbox != NULL; going;) {
    g_autoptr (GPtrArray) rows = perron_outbox_lease (outbox, 50, G_MAXSIZE, 60000, &error);
    going = rows != NULL && rows->len > 0;
    for (guint i = 0; going && i < rows->len; i++) {
      going = perron_outbox_mark_sent (outbox, ((PerronLeased *) g_ptr_array_index (rows, i))->seq, "r", &error);
      count += going;
    }
  }
  if (error == NULL && !perron_outbox_tidy (outbox, &error))
    g_assert_nonnull (error);
  printf ("%u\n", count);
  if (error == NULL)
    return 0;
  fprintf (stderr, "%s %d: %s\n", g_quark_to_string (error->domain), error->code, error->message);
  return 3;
}
