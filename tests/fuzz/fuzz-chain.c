/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One command and all that T=0 leaves to us (61 xx, GET RESPONSE, 6C xx), against a card whose every answer is the fuzzer's. Each command
 * that goes out is checked against the answer before it by a second reading of ISO/IEC 7816-4, and what comes of it against what was sent.
 * Input: a byte for the command, one for the room, then one answer after the other: a byte L; 00-BF: a third of it is data, then two status
 * bytes of the input; C0-DF: 61 and the next byte; E0-EF: 6C and the next byte; F0-F7: 256 bytes and two; F8-FB: shorter than an answer may
 * be, longer, or nothing; FC-FF: a fault of the line. At the end of the input the card has left.
 */
#include <string.h>

#include "hw/card/apdu.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

typedef struct {
  PerronChannel channel;
  const guint8 *data;
  gsize left;
  guint8 command[PERRON_APDU_MAX]; /* what must come next */
  gsize command_len;
  gsize le_at; /* 0: the command has no Le */
  gboolean corrected;
  guint8 sent[(PERRON_APDU_ROUNDS_MAX + 1) * PERRON_RESPONSE_MAX];
  gsize sent_len;
  guint16 sw;
  guint rounds;
  gboolean broken, over;
} Chain;

static guint8
take (Chain *self)
{
  if (self->left == 0)
    return 0;
  self->left--;
  return *self->data++;
}

static gssize
fail (Chain *self, GError **error)
{
  static const PerronChannelError codes[] = { PERRON_CHANNEL_ERROR_REMOVED, PERRON_CHANNEL_ERROR_RESET, PERRON_CHANNEL_ERROR_TRANSPORT,
                                              PERRON_CHANNEL_ERROR_MUTE };
  self->broken = TRUE;
  g_set_error_literal (error, PERRON_CHANNEL_ERROR, (gint) codes[self->left % G_N_ELEMENTS (codes)], "fault");
  return -1;
}

/* What the standard has us send after these status words; nothing more when `over`. */
static void
expect_next (Chain *self, guint8 sw1, guint8 sw2)
{
  self->sw = (guint16) (sw1 << 8 | sw2);
  if (sw1 == 0x61) {
    memcpy (self->command, "\x00\xC0\x00\x00", 4);
    self->command[4] = sw2;
    self->command_len = 5;
    self->le_at = 4;
    self->corrected = FALSE;
  } else if (sw1 == 0x6C && self->le_at != 0 && !self->corrected) {
    self->command[self->le_at] = sw2;
    self->corrected = TRUE;
  } else {
    self->over = TRUE;
  }
}

static gssize
answer (Chain *self, guint8 *response, gsize length)
{
  for (gsize i = 0; i < length; i++)
    response[i] = take (self);
  return (gssize) length;
}

static gssize
chain_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Chain *self = (Chain *) channel;
  gssize length;

  g_assert (!self->over && !self->broken && ++self->rounds <= PERRON_APDU_ROUNDS_MAX);
  g_assert (command_len == self->command_len && memcmp (command, self->command, command_len) == 0);
  g_assert (response_size >= PERRON_RESPONSE_MAX);
  if (self->left == 0)
    return fail (self, error);
  guint8 shape = take (self);
  if (shape >= 0xFC)
    return fail (self, error);
  if (shape >= 0xF8) {
    self->broken = TRUE;
    return shape == 0xF8 ? 0 : shape == 0xF9 ? answer (self, response, 1) : PERRON_RESPONSE_MAX + shape - 0xF9;
  }
  if (shape >= 0xF0) {
    length = answer (self, response, PERRON_RESPONSE_MAX);
  } else if (shape >= 0xC0) {
    response[0] = shape >= 0xE0 ? 0x6C : 0x61;
    response[1] = take (self);
    length = 2;
  } else {
    length = answer (self, response, (gsize) shape / 3 + 2);
  }
  memcpy (self->sent + self->sent_len, response, (gsize) length - 2);
  self->sent_len += (gsize) length - 2;
  expect_next (self, response[length - 2], response[length - 1]);
  return length;
}

static void
prepare (Chain *self, guint8 kind)
{
  static const guint8 name[] = { 0xD2, 0x50, 0x00, 0x00, 0x02, 'V', 'I', 'T', 'A', 'L', 'E' };
  if (kind % 4 == 0) {
    self->command_len = perron_apdu_select (self->command, 0x04, name, sizeof name);
  } else if (kind % 4 == 1) {
    self->command_len = perron_apdu_read_sfi (self->command, kind & 0x1F);
    self->le_at = 4;
  } else if (kind % 4 == 2) {
    self->command_len = perron_apdu_read_offset (self->command, (guint16) (kind << 7));
    self->le_at = 4;
  } else { /* data and Le */
    self->le_at = perron_apdu_select (self->command, 0x04, name, 1 + kind % sizeof name);
    self->command[self->le_at] = 0;
    self->command_len = self->le_at + 1;
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree Chain *self = g_new0 (Chain, 1);
  g_autoptr (GError) error = NULL;
  guint8 command[PERRON_APDU_MAX];
  gsize length = 0x5A5A;
  guint16 sw = 0x5A5A;

  *self = (Chain) { .channel = { chain_transmit, NULL, NULL }, .data = data, .left = size };
  prepare (self, take (self));
  gsize room = (gsize) take (self) * 32;
  g_autofree guint8 *into = g_malloc0 (room + 1);
  guint8 *wanted = room > 0 ? into : NULL;
  memcpy (command, self->command, sizeof command);
  gboolean good = perron_apdu_exchange (&self->channel, command, self->command_len, wanted, room, &length, &sw, &error);

  g_assert (good == (error == NULL));
  if (good) {
    g_assert (self->over && !self->broken && sw == self->sw);
    g_assert (wanted == NULL ? length == 0 : length == self->sent_len && memcmp (into, self->sent, length) == 0);
    return 0;
  }
  g_assert (length == 0x5A5A && sw == 0x5A5A);
  g_assert (self->broken || self->sent_len > room || self->rounds == PERRON_APDU_ROUNDS_MAX);
  for (gsize i = 0; i <= room; i++)
    g_assert (into[i] == 0); /* what came of a broken answer is not kept */
  return 0;
}
