/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A whole card read by our stack against a bare C loop of the same APDUs through the same pcscd, in one run. The APDUs are recorded
 * from our stack first; the loop connects, sends them one after the other, and disconnects with a reset, as we do.
 * With PCSCLITE_CSOCK_NAME set: that pcscd, with a card in. Else the dock and a pcscd of our own, with the card that is named.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <winscard.h>

#include "hw/card/reader.h"
#include "hw/pcsc/pcsc-source.h"
#include "tests/dock/harness.h"

#define APDUS_MAX 64
#define BUDGET_RATIO 1.20
#define BUDGET_BEYOND_MS 100.0

typedef struct {
  guint8 bytes[APDUS_MAX][PERRON_APDU_MAX];
  gsize length[APDUS_MAX];
  guint count;
} Apdus;

/* A channel in front of another that keeps the commands. */
typedef struct {
  PerronChannel channel;
  PerronChannel *inner;
  Apdus *apdus;
} Keeper;

static gssize
keeper_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Keeper *keeper = (Keeper *) channel;
  g_assert_cmpuint (keeper->apdus->count, <, APDUS_MAX);
  memcpy (keeper->apdus->bytes[keeper->apdus->count], command, command_len);
  keeper->apdus->length[keeper->apdus->count++] = command_len;
  return keeper->inner->transmit (keeper->inner, command, command_len, response, response_size, error);
}

static const guint8 *
keeper_get_atr (PerronChannel *channel, gsize *ret_len)
{
  Keeper *keeper = (Keeper *) channel;
  return keeper->inner->get_atr (keeper->inner, ret_len);
}

static void
record (PerronCardSource *source, const PerronProfiles *profiles, Apdus *apdus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronChannel) inner = source->open (source, &error);
  g_assert_no_error (error);
  Keeper keeper = { { keeper_transmit, keeper_get_atr, NULL }, inner, apdus };
  g_auto (PerronCardReading) reading = { 0 };
  gboolean again;

  perron_card_read (&keeper.channel, profiles, FALSE, &reading, &again);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
}

static double
run_ours (PerronCardSource *source, const PerronProfiles *profiles)
{
  gint64 start = g_get_monotonic_time ();
  g_auto (PerronCardReading) reading = { 0 };
  perron_card_read_from (source, profiles, FALSE, &reading);
  double ms = (double) (g_get_monotonic_time () - start) / 1000;
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
  return ms;
}

static double
run_bare (SCARDCONTEXT context, const char *reader, const Apdus *apdus)
{
  SCARDHANDLE card;
  DWORD protocol;
  guint8 response[PERRON_RESPONSE_MAX];
  gint64 start = g_get_monotonic_time ();

  LONG result = SCardConnect (context, reader, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
  g_assert_cmphex ((gulong) result, ==, SCARD_S_SUCCESS);
  const SCARD_IO_REQUEST *pci = protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
  for (guint i = 0; i < apdus->count; i++) {
    DWORD length = sizeof response;
    result = SCardTransmit (card, pci, apdus->bytes[i], (DWORD) apdus->length[i], NULL, response, &length);
    g_assert_cmphex ((gulong) result, ==, SCARD_S_SUCCESS);
  }
  SCardDisconnect (card, SCARD_RESET_CARD);
  return (double) (g_get_monotonic_time () - start) / 1000;
}

static int
compare (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

static double
median (double *values, guint count)
{
  qsort (values, count, sizeof *values, compare);
  return values[count / 2];
}

/* --- from the hand to the holder -------------------------------------------------------------------------------------------------- */

typedef struct {
  double event, first, holder; /* ms since the card was put in: pcscd's news, the first answer, the person or the last answer */
} Insertion;

/* A channel in front of another that notes when the first answer came. */
typedef struct {
  PerronChannel channel;
  PerronChannel *inner;
  gint64 first_us;
} Noter;

static gssize
noter_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Noter *noter = (Noter *) channel;
  gssize length = noter->inner->transmit (noter->inner, command, command_len, response, response_size, error);
  if (noter->first_us == 0)
    noter->first_us = g_get_monotonic_time ();
  return length;
}

static const guint8 *
noter_get_atr (PerronChannel *channel, gsize *ret_len)
{
  Noter *noter = (Noter *) channel;
  return noter->inner->get_atr (noter->inner, ret_len);
}

static double
since (gint64 start_us, gint64 end_us)
{
  return (double) (end_us - start_us) / 1000;
}

static Insertion
insert_ours (Harness *harness, const char *card, PerronCardSource *source, const PerronProfiles *profiles)
{
  g_autoptr (GError) error = NULL;
  g_auto (PerronCardReading) reading = { 0 };
  Insertion took;
  gboolean again;
  gint64 start = g_get_monotonic_time ();

  harness_do (harness, "insert %s", card);
  g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 10000), ==, PERRON_CARD_READING);
  took.event = since (start, g_get_monotonic_time ());
  g_autoptr (PerronChannel) channel = source->open (source, &error);
  g_assert_no_error (error);
  Noter noter = { { noter_transmit, noter_get_atr, NULL }, channel, 0 };
  perron_card_read (&noter.channel, profiles, FALSE, &reading, &again);
  took.holder = since (start, g_get_monotonic_time ());
  took.first = since (start, noter.first_us);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
  g_clear_pointer (&channel, perron_channel_free);
  harness_do (harness, "remove");
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 10000), ==, PERRON_CARD_NO_CARD);
  return took;
}

static Insertion
insert_bare (Harness *harness, const char *card, Client *client, const Apdus *apdus)
{
  SCARDHANDLE handle;
  guint8 answer[PERRON_RESPONSE_MAX];
  DWORD length;
  Insertion took = { 0 };
  gint64 start = g_get_monotonic_time ();

  harness_do (harness, "insert %s", card);
  client_wait (client, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT);
  took.event = since (start, g_get_monotonic_time ());
  g_assert_cmphex ((gulong) client_connect (client, &handle), ==, SCARD_S_SUCCESS);
  for (guint i = 0; i < apdus->count; i++) {
    g_assert_cmphex ((gulong) client_send (handle, apdus->bytes[i], apdus->length[i], answer, &length), ==, SCARD_S_SUCCESS);
    if (i == 0)
      took.first = since (start, g_get_monotonic_time ());
  }
  took.holder = since (start, g_get_monotonic_time ());
  SCardDisconnect (handle, SCARD_RESET_CARD);
  harness_do (harness, "remove");
  client_wait (client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  return took;
}

static Insertion
median_insertion (const Insertion *all, guint runs)
{
  g_autofree double *event = g_new (double, runs), *first = g_new (double, runs), *holder = g_new (double, runs);
  for (guint i = 0; i < runs; i++) {
    event[i] = all[i].event;
    first[i] = all[i].first;
    holder[i] = all[i].holder;
  }
  return (Insertion) { median (event, runs), median (first, runs), median (holder, runs) };
}

/* The card is out at the start and at the end. */
static int
measure_insertions (Harness *harness, const char *card, guint runs, PerronCardSource *source, const PerronProfiles *profiles, const Apdus *apdus)
{
  g_autofree Insertion *ours = g_new (Insertion, runs), *bare = g_new (Insertion, runs);
  Client client;

  client_open (&client);
  client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  for (guint i = 0; i < runs; i++) {
    ours[i] = insert_ours (harness, card, source, profiles);
    client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
    bare[i] = insert_bare (harness, card, &client, apdus);
    g_assert_cmpint (source->wait (source, PERRON_CARD_NO_READER, 10000), ==, PERRON_CARD_NO_CARD);
  }
  client_close (&client);
  Insertion our = median_insertion (ours, runs), their = median_insertion (bare, runs);
  printf ("card inserted, %u runs, median ms to event, first answer, holder: %.3f %.3f %.3f by perron, %.3f %.3f %.3f by a bare program\n", runs,
          our.event, our.first, our.holder, their.event, their.first, their.holder);
  printf ("ratio card-inserted %.2f (budget %.2f)\n", our.holder / their.holder, BUDGET_RATIO);
  return our.holder / their.holder <= BUDGET_RATIO ? 0 : 1;
}

static int
measure (Harness *harness, const char *card, guint runs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronProfiles) profiles = perron_profiles_load (PERRON_PROFILES_DIR, &error);
  g_assert_no_error (error);
  g_autoptr (PerronCardSource) source = perron_pcsc_source_new (NULL, profiles);
  PerronCardStatus slot = source->wait (source, PERRON_CARD_NO_READER, 0);
  if (slot != PERRON_CARD_READING)
    slot = source->wait (source, slot, 10000);
  g_assert_cmpint (slot, ==, PERRON_CARD_READING);

  Apdus apdus = { .count = 0 };
  record (source, profiles, &apdus);
  SCARDCONTEXT context;
  char readers[4096];
  DWORD size = sizeof readers;
  g_assert_cmphex ((gulong) SCardEstablishContext (SCARD_SCOPE_SYSTEM, NULL, NULL, &context), ==, SCARD_S_SUCCESS);
  g_assert_cmphex ((gulong) SCardListReaders (context, NULL, readers, &size), ==, SCARD_S_SUCCESS);

  g_autofree double *ours = g_new (double, runs), *bare = g_new (double, runs);
  for (guint i = 0; i < runs; i++) { /* in turn, so that a busy moment falls on both */
    ours[i] = run_ours (source, profiles);
    bare[i] = run_bare (context, readers, &apdus);
  }
  SCardReleaseContext (context);
  double our_ms = median (ours, runs), bare_ms = median (bare, runs);
  printf ("card read: %u APDUs, %u runs, median %.3f ms by perron, %.3f ms by a bare loop\n", apdus.count, runs, our_ms, bare_ms);
  printf ("beyond card-read %.3f ms (budget %.0f)\n", our_ms - bare_ms, BUDGET_BEYOND_MS);
  printf ("ratio card-read %.2f (budget %.2f)\n", our_ms / bare_ms, BUDGET_RATIO);
  int status = our_ms / bare_ms <= BUDGET_RATIO && our_ms - bare_ms <= BUDGET_BEYOND_MS ? 0 : 1;
  if (harness == NULL)
    return status;
  harness_do (harness, "remove");
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 10000), ==, PERRON_CARD_NO_CARD);
  return measure_insertions (harness, card, runs, source, profiles, &apdus) != 0 ? 1 : status;
}

int
main (int argc, char **argv)
{
  guint64 runs = 101;
  const char *card = argc > 2 ? argv[2] : "camille.json";

  if (argc > 3 || (argc > 1 && !g_ascii_string_to_unsigned (argv[1], 10, 1, 100000, &runs, NULL))) {
    fprintf (stderr, "usage: bench-card [RUNS [CARD.json]]\n");
    return 2;
  }
  if (g_getenv ("PCSCLITE_CSOCK_NAME") != NULL)
    return measure (NULL, card, (guint) runs);
  g_autoptr (Harness) harness = harness_new (1000);
  g_setenv ("PCSCLITE_CSOCK_NAME", harness->pcsc, TRUE);
  harness_do (harness, "insert %s", card);
  return measure (harness, card, (guint) runs);
}
