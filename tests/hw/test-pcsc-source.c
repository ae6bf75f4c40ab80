/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PC/SC source under the contract, against the distribution's pcscd with a virtual reader; and pcscd dying under it. */
#include "hw/pcsc/pcsc-source.h"

#include <dlfcn.h>

#include "hw/card/reader.h"
#include "tests/dock/harness.h"
#include "tests/hw/contract-card-source.h"
#include "tests/hw/fake-card.h"

static Harness *harness;
static PerronProfiles *profiles;

/* What another program does in the moment between our look at the slot and our opening of it; once. */
static void (*meanwhile) (void);

/* Stands before that of the library, for all of this program. */
LONG
SCardConnect (SCARDCONTEXT context, LPCSTR reader, DWORD share, DWORD protocols, LPSCARDHANDLE ret_card, LPDWORD ret_protocol)
{
  typedef LONG (*Connect) (SCARDCONTEXT, LPCSTR, DWORD, DWORD, LPSCARDHANDLE, LPDWORD);
  Connect library_connect = (Connect) dlsym (RTLD_NEXT, "SCardConnect");
  void (*do_it) (void) = g_steal_pointer (&meanwhile);

  if (do_it != NULL)
    do_it ();
  return library_connect (context, reader, share, protocols, ret_card, ret_protocol);
}

static PerronCardSource *
make (gpointer data)
{
  g_autofree char *answer = harness_ask (harness, "remove"); /* what an earlier test left in */
  PerronCardSource *source = perron_pcsc_source_new (NULL, profiles);
  PerronCardStatus status = source->wait (source, PERRON_CARD_NO_READER, 10000);
  if (status != PERRON_CARD_NO_CARD)
    status = source->wait (source, status, 10000);
  g_assert_cmpint (status, ==, PERRON_CARD_NO_CARD);
  return source;
}

static void
insert (gpointer data)
{
  harness_do (harness, "insert camille.json");
}

static void
take_out (gpointer data)
{
  harness_do (harness, "remove");
}

static void
swap (gpointer data)
{
  take_out (data);
  insert (data);
}

static void
test_daemon_dies_and_returns (void)
{
  g_autoptr (PerronCardSource) source = make (NULL);

  for (guint i = 0; i < 2; i++) {
    harness_kill (&harness->pcscd);
    g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 10000), ==, PERRON_CARD_NO_READER);
    g_assert_cmpint (source->wait (source, PERRON_CARD_NO_READER, 0), ==, PERRON_CARD_NO_READER);
    g_autoptr (GError) error = NULL;
    g_assert_null (source->open (source, &error));
    g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_READER);
    harness_start_pcscd (harness, 1000);
    g_assert_cmpint (source->wait (source, PERRON_CARD_NO_READER, 10000), ==, PERRON_CARD_NO_CARD);
  }
}

static void
test_daemon_dies_under_an_open_card (void)
{
  g_autoptr (PerronCardSource) source = make (NULL);
  g_autoptr (GError) error = NULL;
  static const guint8 command[] = { 0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00 };
  guint8 response[PERRON_RESPONSE_MAX];

  insert (NULL);
  g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 10000), ==, PERRON_CARD_READING);
  g_autoptr (PerronChannel) channel = source->open (source, &error);
  g_assert_no_error (error);
  harness_kill (&harness->pcscd);
  g_assert_cmpint (channel->transmit (channel, command, sizeof command, response, sizeof response, &error), ==, -1);
  g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_READER);
  g_clear_pointer (&channel, perron_channel_free);
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 10000), ==, PERRON_CARD_NO_READER);
  harness_start_pcscd (harness, 1000);
  PerronCardStatus status = source->wait (source, PERRON_CARD_NO_READER, 10000);
  if (status == PERRON_CARD_NO_CARD)
    status = source->wait (source, status, 10000);
  g_assert_cmpint (status, ==, PERRON_CARD_READING);
  g_auto (PerronCardReading) reading = { 0 };
  perron_card_read_from (source, profiles, FALSE, &reading);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
}

static Client other;
static SCARDHANDLE others_card;

static void
take_for_itself (void)
{
  DWORD protocol;
  g_assert_cmphex ((gulong) SCardConnect (other.context, other.reader, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0, &others_card, &protocol), ==,
                   SCARD_S_SUCCESS);
}

static void
assert_reads (PerronCardSource *source, PerronCardStatus status)
{
  g_auto (PerronCardReading) reading = { 0 };
  perron_card_read_from (source, profiles, FALSE, &reading);
  g_assert_cmpint (reading.status, ==, status);
}

/* Slot held by another program for itself: said so, and read as soon as it lets go, without a touch. */
static void
test_held_by_another (gconstpointer in_between)
{
  g_autoptr (PerronCardSource) source = make (NULL);

  insert (NULL);
  g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 10000), ==, PERRON_CARD_READING);
  client_open (&other);
  if (in_between != NULL)
    meanwhile = take_for_itself;
  else
    take_for_itself ();
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 0), ==, PERRON_CARD_READING);
  assert_reads (source, PERRON_CARD_HELD);
  SCardDisconnect (others_card, SCARD_LEAVE_CARD);
  /* For ever: who does not notice it hangs here, and meson ends the test. */
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, -1), ==, PERRON_CARD_READING);
  assert_reads (source, PERRON_CARD_READ);
  client_close (&other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  harness = harness_new (1000);
  g_setenv ("PCSCLITE_CSOCK_NAME", harness->pcsc, TRUE);
  profiles = fake_profiles ();
  const CardSourceContract contract = { "pcsc", make, insert, take_out, swap, NULL, FALSE };
  card_source_contract_add (&contract);
  g_test_add_func ("/pcsc-source/daemon-dies-and-returns", test_daemon_dies_and_returns);
  g_test_add_func ("/pcsc-source/daemon-dies-under-an-open-card", test_daemon_dies_under_an_open_card);
  g_test_add_data_func ("/pcsc-source/held-by-another", NULL, test_held_by_another);
  g_test_add_data_func ("/pcsc-source/held-in-between", "in between", test_held_by_another);
  int status = g_test_run ();
  perron_profiles_free (profiles);
  harness_free (harness);
  return status;
}
