/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The whole card stack, unmodified, against a card whose every answer is the fuzzer's. Input: one byte of ATR length and that many bytes of
 * ATR, then one answer after the other: a byte L, 00-F0: L bytes follow; F1: 256 bytes and two status bytes follow; F2-F7: a fault of
 * the line; F8-FF: the next bytes make a good answer of (next byte) bytes and 90 00. At the end of the input the card has left.
 */
#include <string.h>

#include "hw/card/reader.h"
#include "hw/card/text.h"
#include "kiosk/core/secret.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

typedef struct {
  PerronChannel channel;
  const guint8 *data;
  gsize left;
  guint8 atr[PERRON_ATR_MAX];
  gsize atr_length;
} FuzzChannel;

static PerronProfiles *profiles;

static gsize
take (FuzzChannel *self, guint8 *into, gsize wanted)
{
  gsize count = MIN (wanted, self->left);
  if (count > 0)
    memcpy (into, self->data, count);
  self->data += count;
  self->left -= count;
  return count;
}

static gssize
fuzz_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  FuzzChannel *self = (FuzzChannel *) channel;
  guint8 shape, length;

  /* What goes out is ours: SELECT, READ BINARY, GET RESPONSE, and nothing that could change a card. */
  g_assert (command_len >= 5 && command_len <= PERRON_APDU_MAX && command[0] == 0x00);
  g_assert (command[1] == 0xA4 || command[1] == 0xB0 || command[1] == 0xC0);
  g_assert (response_size >= PERRON_RESPONSE_MAX);
  if (take (self, &shape, 1) == 0) {
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_REMOVED, "left");
    return -1;
  }
  if (shape <= 0xF0)
    return (gssize) take (self, response, shape);
  if (shape == 0xF1)
    return (gssize) take (self, response, PERRON_RESPONSE_MAX);
  if (shape <= 0xF7) {
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, shape - 0xF2, "fault");
    return -1;
  }
  if (take (self, &length, 1) == 0)
    length = 0;
  gsize count = take (self, response, length);
  response[count] = 0x90;
  response[count + 1] = 0x00;
  return (gssize) count + 2;
}

static const guint8 *
fuzz_get_atr (PerronChannel *channel, gsize *ret_len)
{
  *ret_len = ((FuzzChannel *) channel)->atr_length;
  return ((FuzzChannel *) channel)->atr;
}

static void
check_holder (const PerronHolder *holder)
{
  g_assert (g_utf8_validate (holder->surname, -1, NULL) && g_utf8_validate (holder->given_name, -1, NULL));
  g_assert (holder->surname[0] != '\0' || holder->given_name[0] != '\0');
  g_assert (memchr (holder->birth.raw, '\0', sizeof holder->birth.raw) != NULL);
  g_assert (memchr (holder->number.value, '\0', sizeof holder->number.value) != NULL);
  g_assert (holder->birth.month >= 0 && holder->birth.month <= 12 && holder->birth.day >= 0 && holder->birth.day <= 31);
  g_assert (!holder->number.key_ok || strlen (holder->number.value) == PERRON_NUMBER_CHARS);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_autoptr (GError) error = NULL;
  profiles = perron_profiles_load (PERRON_PROFILES_DIR, &error);
  if (profiles == NULL)
    g_error ("%s", error->message);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  FuzzChannel self = { .channel = { fuzz_transmit, fuzz_get_atr, NULL }, .data = data, .left = size };
  PerronCardReading reading;
  gboolean again;
  guint8 length = 0;

  take (&self, &length, 1);
  self.atr_length = take (&self, self.atr, length % (PERRON_ATR_MAX + 1));
  perron_card_read (&self.channel, profiles, size % 2 == 0, &reading, &again);
  g_assert (reading.status != PERRON_CARD_READING && (reading.holders != NULL) == (reading.status == PERRON_CARD_READ));
  for (guint i = 0; reading.holders != NULL && i < reading.holders->count; i++)
    check_holder (&reading.holders->list[i]);
  perron_card_reading_clear (&reading);
  g_assert (perron_secret_in_use () == 0); /* nothing of a person stays, whatever the card did */
  return 0;
}
