/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-serial.h"

#include <string.h>

#define TO_CHIP 0xD4
#define FROM_CHIP 0xD5
#define HEAD 5 /* start code, length, its sum */

static const guint8 start[] = { 0x00, 0x00, 0xFF };

gsize
perron_nfc_serial_write (const guint8 *command, gsize length, guint8 *ret_frame)
{
  g_return_val_if_fail (length >= 1 && length <= PERRON_NFC_SERIAL_COMMAND_MAX, 0);
  guint8 sum = TO_CHIP;
  memcpy (ret_frame, start, sizeof start);
  ret_frame[3] = (guint8) (length + 1);
  ret_frame[4] = (guint8) -(length + 1);
  ret_frame[HEAD] = TO_CHIP;
  for (gsize i = 0; i < length; i++) {
    ret_frame[HEAD + 1 + i] = command[i];
    sum = (guint8) (sum + command[i]);
  }
  ret_frame[HEAD + 1 + length] = (guint8) -sum;
  ret_frame[HEAD + 2 + length] = 0x00;
  return HEAD + 3 + length;
}

static gboolean
is_answer (const guint8 *frame, gsize size, guint8 command)
{
  guint8 sum = 0;
  for (gsize i = 0; i <= size; i++)
    sum = (guint8) (sum + frame[HEAD + i]);
  return sum == 0 && frame[HEAD] == FROM_CHIP && frame[HEAD + 1] == (guint8) (command + 1);
}

PerronNfcSerial
perron_nfc_serial_read (const guint8 *bytes, gsize length, guint8 command, gsize *ret_taken, const guint8 **ret_data,
                        gsize *ret_data_length)
{
  const guint8 *frame = memmem (bytes, length, start, sizeof start);
  if (frame == NULL)
    return PERRON_NFC_SERIAL_MORE;
  gsize before = (gsize) (frame - bytes), left = length - before;
  if (left < HEAD)
    return PERRON_NFC_SERIAL_MORE;
  gsize size = frame[3];
  if (size == 0x00 && frame[4] == 0xFF) {
    *ret_taken = before + HEAD;
    return PERRON_NFC_SERIAL_ACKNOWLEDGED;
  }
  if (size < 2 || (guint8) (frame[3] + frame[4]) != 0)
    return PERRON_NFC_SERIAL_WRONG;
  if (left < HEAD + size + 1)
    return PERRON_NFC_SERIAL_MORE;
  if (!is_answer (frame, size, command))
    return PERRON_NFC_SERIAL_WRONG;
  *ret_taken = before + HEAD + size + 1;
  *ret_data = frame + HEAD + 2;
  *ret_data_length = size - 2;
  return PERRON_NFC_SERIAL_ANSWERED;
}
