/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "tests/dock/harness.h"

#define COMMAND(...) (const guint8[]) { __VA_ARGS__ }, sizeof ((const guint8[]) { __VA_ARGS__ })

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
  static const guint8 identity[] = "\x65\x20\x80\x06" "DUPONT" "\x81\x07" "CAMILLE" "\x82\x08" "19900115" "\x90\x03" "FRA" "\x90";

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dock/slot/read-a-card", test_read_a_card);
  g_test_add_func ("/dock/slot/swap", test_swap);
  return g_test_run ();
}
