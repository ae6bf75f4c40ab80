/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/apdu.h"

#include <string.h>

typedef struct {
  guint8 *data;
  gsize size;
  gsize length;
} Answer;

/* One command of the chain as it goes out. */
typedef struct {
  guint8 bytes[PERRON_APDU_MAX];
  gsize length;
  gboolean le_corrected;
} Outgoing;

static gssize
transmit_checked (PerronChannel *channel, const Outgoing *out, guint8 *response, GError **error)
{
  gssize length = channel->transmit (channel, out->bytes, out->length, response, PERRON_RESPONSE_MAX, error);
  if (length < 0)
    return -1;
  if (length < 2 || length > PERRON_RESPONSE_MAX) {
    g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_TRANSPORT, "an answer of %" G_GSSIZE_FORMAT " bytes", length);
    return -1;
  }
  return length;
}

/* Where Le stands: byte 4 of a command of 5 bytes, the last byte of one with data and Le; NULL when it has none. */
static guint8 *
find_le (Outgoing *out)
{
  if (out->length == 5)
    return &out->bytes[4];
  if (out->length > 5 && out->length == 6u + out->bytes[4])
    return &out->bytes[out->length - 1];
  return NULL;
}

static gboolean
append (Answer *answer, const guint8 *bytes, gsize length, GError **error)
{
  if (answer->data == NULL)
    return TRUE;
  if (length > answer->size - answer->length) {
    g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_PROTOCOL, "the card answers more than %" G_GSIZE_FORMAT " bytes",
                 answer->size);
    return FALSE;
  }
  memcpy (answer->data + answer->length, bytes, length);
  answer->length += length;
  return TRUE;
}

static void
make_get_response (Outgoing *out, guint8 length)
{
  static const guint8 get_response[] = { 0x00, 0xC0, 0x00, 0x00 };
  memcpy (out->bytes, get_response, sizeof get_response);
  out->bytes[4] = length;
  out->length = 5;
  out->le_corrected = FALSE;
}

static gboolean
run_chain (PerronChannel *channel, Outgoing *out, Answer *answer, guint16 *ret_sw, GError **error)
{
  guint8 response[PERRON_RESPONSE_MAX];

  for (guint round = 0; round < PERRON_APDU_ROUNDS_MAX; round++) {
    gssize length = transmit_checked (channel, out, response, error);
    if (length < 0)
      return FALSE;
    guint8 sw1 = response[length - 2], sw2 = response[length - 1];
    gboolean kept = append (answer, response, (gsize) length - 2, error);
    explicit_bzero (response, sizeof response);
    if (!kept)
      return FALSE;

    guint8 *le = find_le (out);
    if (sw1 == 0x61) {
      make_get_response (out, sw2);
    } else if (sw1 == 0x6C && le != NULL && !out->le_corrected) {
      *le = sw2;
      out->le_corrected = TRUE;
    } else {
      *ret_sw = (guint16) (sw1 << 8 | sw2);
      return TRUE;
    }
  }
  g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_PROTOCOL, "the card still chains after %d rounds", PERRON_APDU_ROUNDS_MAX);
  return FALSE;
}

gboolean
perron_apdu_exchange (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *data, gsize data_size, gsize *ret_length,
                      guint16 *ret_sw, GError **error)
{
  g_return_val_if_fail (command_len >= 4 && command_len <= PERRON_APDU_MAX, FALSE);

  Answer answer = { data, data_size, 0 };
  Outgoing out = { .length = command_len };
  guint16 sw = 0;

  memcpy (out.bytes, command, command_len);
  if (!run_chain (channel, &out, &answer, &sw, error)) {
    if (answer.length > 0)
      explicit_bzero (data, answer.length);
    return FALSE;
  }
  if (ret_length != NULL)
    *ret_length = answer.length;
  *ret_sw = sw;
  return TRUE;
}

gsize
perron_apdu_select (guint8 *command, guint8 p1, const guint8 *id, guint8 id_length)
{
  const guint8 head[] = { 0x00, 0xA4, p1, 0x00, id_length };
  memcpy (command, head, sizeof head);
  memcpy (command + sizeof head, id, id_length);
  return sizeof head + id_length;
}

gsize
perron_apdu_read_sfi (guint8 *command, guint8 sfi)
{
  const guint8 bytes[] = { 0x00, 0xB0, (guint8) (0x80 | sfi), 0x00, 0x00 };
  memcpy (command, bytes, sizeof bytes);
  return sizeof bytes;
}

gsize
perron_apdu_read_offset (guint8 *command, guint16 offset)
{
  const guint8 bytes[] = { 0x00, 0xB0, (guint8) (offset >> 8 & 0x7F), (guint8) offset, 0x00 };
  memcpy (command, bytes, sizeof bytes);
  return sizeof bytes;
}
