/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/dock/harness.h"

#define COMMAND(...) (const guint8[]){ __VA_ARGS__ }, sizeof ((const guint8[]){ __VA_ARGS__ })

static void
assert_answer (SCARDHANDLE card, const guint8 *command, gsize length, const guint8 *expected, gsize expected_length)
{
  guint8 answer[258];
  DWORD got;
  g_assert_cmphex (client_send (card, command, length, answer, &got), ==, SCARD_S_SUCCESS);
  g_assert_cmpmem (answer, got, expected, expected_length);
}

static void
test_read_a_card (void)
{
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;
  guint8 answer[258];
  DWORD length;
  static const guint8 identity[] = "\x65\x20\x80\x06"
                                   "DUPONT"
                                   "\x81\x07"
                                   "CAMILLE"
                                   "\x82\x08"
                                   "19900115"
                                   "\x90\x03"
                                   "FRA"
                                   "\x90";

  client_open (&client);
  g_assert_cmpstr (client.reader, ==, "Perron dock 00 00");
  client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  harness_do (harness, "insert camille.json");
  client_wait (&client, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT);
  g_assert_cmpmem (client.state.rgbAtr, client.state.cbAtr, "\x3B\x75\x13\x00\x00\x43\x09\xEA\x90\x00", 10);
  g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);

  /* The T=0 conversation of facts/carte-vitale.md 1.4, word by word. */
  assert_answer (card, COMMAND (0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00), COMMAND (0x61, 0x19));
  g_assert_cmphex (client_send (card, COMMAND (0x00, 0xC0, 0x00, 0x00, 0x19), answer, &length), ==, SCARD_S_SUCCESS);
  g_assert_cmpuint (length, ==, 0x19 + 2);
  assert_answer (card, COMMAND (0x00, 0xB0, 0x82, 0x00, 0x00), COMMAND (0x6C, 0x22));
  assert_answer (card, COMMAND (0x00, 0xB0, 0x82, 0x00, 0x22), identity, sizeof identity);
  assert_answer (card, COMMAND (0x00, 0xB0, 0x00, 0x22, 0x00), COMMAND (0x6B, 0x00));
  assert_answer (card, COMMAND (0x00, 0xA4, 0x02, 0x00, 0x02, 0xD0, 0x01, 0x00), COMMAND (0x61, 0x1E));
  assert_answer (card, COMMAND (0x00, 0xA4, 0x02, 0x00, 0x02, 0x12, 0x34), COMMAND (0x6A, 0x82));
  assert_answer (card, COMMAND (0x00, 0x20, 0x00, 0x01, 0x00), COMMAND (0x6D, 0x00));
  assert_answer (card, COMMAND (0xBC, 0xB0, 0x00, 0x00, 0x04), COMMAND (0x6E, 0x00));
  assert_answer (card, COMMAND (0x00, 0xA4, 0x02, 0x00, 0x02, 0x2F, 0x02), COMMAND (0x61, 0x1E));
  assert_answer (card, COMMAND (0x00, 0xB0, 0x00, 0x00, 0x00), COMMAND (0x69, 0x82));

  harness_do (harness, "remove");
  client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  g_assert_cmphex (client_send (card, COMMAND (0x00, 0xB0, 0x82, 0x00, 0x22), answer, &length), ==, SCARD_W_REMOVED_CARD);
  client_close (&client);
}

/* Swapped while nobody looks: the old connection must be dead, and EMPTY must have been there between the two PRESENT. */
static void
test_swap (void)
{
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;
  guint8 answer[258];
  DWORD length;

  harness_do (harness, "insert camille.json");
  client_open (&client);
  client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
  for (guint i = 0; i < 20; i++) {
    DWORD before = client.state.dwEventState >> 16;
    g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
    harness_do (harness, "remove");
    harness_do (harness, "insert camille.json");
    LONG result = client_send (card, COMMAND (0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00), answer, &length);
    g_assert_cmphex (result, !=, SCARD_S_SUCCESS);
    SCardDisconnect (card, SCARD_LEAVE_CARD);
    do
      client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
    while ((client.state.dwEventState >> 16) - before < 2);
  }
  client_close (&client);
}

/* A reader without its cable: the name stays listed, the state says unavailable, and all is well once it is back. */
static void
test_unplugged (void)
{
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;
  guint8 answer[258];
  DWORD length;

  harness_do (harness, "insert camille.json");
  client_open (&client);
  client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
  g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
  harness_do (harness, "reader unplug");
  client_wait (&client, SCARD_STATE_UNAVAILABLE | SCARD_STATE_PRESENT, SCARD_STATE_UNAVAILABLE);
  g_assert_cmphex (client_send (card, COMMAND (0x00, 0xB0, 0x82, 0x00, 0x22), answer, &length), !=, SCARD_S_SUCCESS);
  SCardDisconnect (card, SCARD_LEAVE_CARD);
  g_assert_cmphex (client_connect (&client, &card), !=, SCARD_S_SUCCESS);

  harness_do (harness, "reader plug");
  client_wait (&client, SCARD_STATE_UNAVAILABLE | SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT);
  g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
  assert_answer (card, COMMAND (0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00), COMMAND (0x61, 0x19));
  client_close (&client);
}

static void
test_mute (void)
{
  static const char *const cards[] = { "mute.json", "mute-long.json", "mute-garbage.json" };
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;

  client_open (&client);
  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++) {
    harness_do (harness, "insert %s", cards[i]);
    client_wait (&client, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT | SCARD_STATE_MUTE);
    g_assert_cmphex (client_connect (&client, &card), ==, SCARD_W_UNPOWERED_CARD);
    harness_do (harness, "remove");
    client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  }
  client_close (&client);
}

/* A card that thinks for longer than the reader's patience, but asks for more time as T=0 does, is not given up. */
static void
test_slow_card (void)
{
  g_autoptr (Harness) harness = harness_new (450);
  g_autofree char *file = g_build_filename (harness->folder, "slow.json", NULL);
  Client client;
  SCARDHANDLE card;

  g_assert_true (
    g_file_set_contents (file, "{\"title\": \"slow\", \"atr\": \"3B 75 13 00 00 43 09 EA 90 00\", \"think_ms\": 900}", -1, NULL));
  harness_do (harness, "insert %s", file);
  g_unlink (file);
  client_open (&client);
  client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
  g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
  assert_answer (card, COMMAND (0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00), COMMAND (0x6A, 0x82));
  client_close (&client);
}

/* Either end may die at any time; the other finds it again by itself. */
static void
test_ends_that_die (void)
{
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;
  guint8 answer[258];
  DWORD length;

  for (guint i = 0; i < 5; i++) {
    client_open (&client);
    harness_do (harness, "insert camille.json");
    client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
    g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
    harness_kill (&harness->dock);
    client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
    g_assert_cmphex (client_send (card, COMMAND (0x00, 0xB0, 0x82, 0x00, 0x22), answer, &length), ==, SCARD_W_REMOVED_CARD);
    harness_start_dock (harness);
    harness_do (harness, "insert camille.json");
    client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);

    harness_kill (&harness->pcscd);
    g_assert_cmphex (SCardGetStatusChange (client.context, 10000, &client.state, 1), !=, SCARD_S_SUCCESS);
    client_close (&client);
    harness_start_pcscd (harness, 1000);
    client_open (&client);
    client_wait (&client, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, SCARD_STATE_PRESENT);
    harness_do (harness, "remove");
    client_close (&client);
  }
}

static int
compare_times (const void *a, const void *b)
{
  const gint64 *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

/* Only with -m perf: says, judges nothing. */
static void
test_latency (void)
{
  g_autoptr (Harness) harness = harness_new (1000);
  Client client;
  SCARDHANDLE card;
  guint8 answer[258];
  DWORD length;
  gint64 in[200], apdu[2000];

  client_open (&client);
  client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  for (guint i = 0; i < G_N_ELEMENTS (in); i++) {
    gint64 start = g_get_monotonic_time (); /* with the verb's own way through the control socket */
    harness_do (harness, "insert direct.json");
    client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
    in[i] = g_get_monotonic_time () - start;
    harness_do (harness, "remove");
    client_wait (&client, SCARD_STATE_EMPTY, SCARD_STATE_EMPTY);
  }
  harness_do (harness, "insert unknown.json");
  client_wait (&client, SCARD_STATE_PRESENT, SCARD_STATE_PRESENT);
  g_assert_cmphex (client_connect (&client, &card), ==, SCARD_S_SUCCESS);
  for (guint i = 0; i < G_N_ELEMENTS (apdu); i++) {
    gint64 start = g_get_monotonic_time ();
    g_assert_cmphex (client_send (card, COMMAND (0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00), answer, &length), ==, SCARD_S_SUCCESS);
    apdu[i] = g_get_monotonic_time () - start;
  }
  qsort (in, G_N_ELEMENTS (in), sizeof in[0], compare_times);
  qsort (apdu, G_N_ELEMENTS (apdu), sizeof apdu[0], compare_times);
  g_test_message ("insertion to event: median %" G_GINT64_FORMAT " us, p99 %" G_GINT64_FORMAT " us", in[100], in[198]);
  g_test_message ("one APDU: median %" G_GINT64_FORMAT " us, p99 %" G_GINT64_FORMAT " us", apdu[1000], apdu[1980]);
  client_close (&client);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dock/slot/read-a-card", test_read_a_card);
  g_test_add_func ("/dock/slot/swap", test_swap);
  g_test_add_func ("/dock/slot/unplugged", test_unplugged);
  g_test_add_func ("/dock/slot/mute", test_mute);
  g_test_add_func ("/dock/slot/slow-card", test_slow_card);
  g_test_add_func ("/dock/slot/ends-that-die", test_ends_that_die);
  if (g_test_perf ())
    g_test_add_func ("/dock/slot/latency", test_latency);
  return g_test_run ();
}
