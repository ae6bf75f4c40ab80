/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filler DATABASE COUNT [LOW_SPACE_BYTES]: enqueues COUNT envelopes (0: until it is killed) and writes "<seq> <reference>" after each
 * success: what is on standard output was promised to a person. Ends with status 3 and the code of the error at the first failure.
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sync/store/outbox.h"

static PerronEnvelope *
seal (gpointer id, gint64 counter, const char *reference, GError **error)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  guint8 bytes[1800];

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_random_int ();
  memcpy (envelope->id, id, PERRON_UUID_BYTES);
  SHA256 (bytes, sizeof bytes, envelope->digest);
  envelope->terminal = g_strdup ("borne-0001");
  envelope->dest = g_strdup ("000");
  envelope->suite = PERRON_SUITE_CMS_P256_A256GCM;
  envelope->sealed = g_bytes_new (bytes, sizeof bytes);
  envelope->signature = g_bytes_new ("signature", 9);
  return envelope;
}

/* One write() a line: a kill leaves whole lines or none. */
static void
promise (gint64 seq, const char *reference)
{
  char line[64];
  int length = snprintf (line, sizeof line, "%" G_GINT64_FORMAT " %s\n", seq, reference);
  if (write (STDOUT_FILENO, line, (size_t) length) != length)
    exit (4);
}

static int
fail (const GError *error)
{
  fprintf (stderr, "%s %d: %s\n", g_quark_to_string (error->domain), error->code, error->message);
  return 3;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  if (argc < 3)
    return 2;
  gint64 count = g_ascii_strtoll (argv[2], NULL, 10);
  PerronOutboxOptions options = { argv[1], 1000000, argc > 4 ? atoll (argv[4]) : 0, argc > 3 ? atoll (argv[3]) : 0, TRUE, { 0 } };
  g_autoptr (PerronOutbox) outbox = perron_outbox_open (&options, perron_clock_system (), NULL, &error);

  if (outbox == NULL)
    return fail (error);
  for (gint64 i = 0; count == 0 || i < count; i++) {
    guint8 id[PERRON_UUID_BYTES];
    char reference[PERRON_REFERENCE_BYTES];
    gint64 seq;
    perron_uuid7_generate (perron_clock_unix_ms (perron_clock_system ()), id);
    if (!perron_outbox_enqueue (outbox, id, seal, id, reference, &seq, &error))
      return fail (error);
    promise (seq, reference);
  }
  return 0;
}
