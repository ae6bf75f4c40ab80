/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the chip on its serial line: in pieces, in rows, and hostile. */
#include <string.h>

#include "hw/nfc/nfc-serial.h"

#define ACKNOWLEDGED "\x00\x00\xFF\x00\xFF\x00"
#define ANSWER "\x00\x00\xFF\x03\xFD\xD5\x61\x00\xCA\x00" /* to 60: one byte, 00 */

typedef struct {
  PerronNfcSerial kind;
  gsize taken, length;
  const guint8 *data;
} Read;

static Read
read_bytes (const void *bytes, gsize length)
{
  /* Just as much memory as there are bytes: a sanitizer sees who reads on. */
  g_autofree guint8 *copy = g_memdup2 (bytes, MAX (length, 1));
  Read read = { .taken = 1000 };
  read.kind = perron_nfc_serial_read (copy, length, 0x60, &read.taken, &read.data, &read.length);
  if (read.data != NULL)
    read.data = (const guint8 *) bytes + (read.data - copy);
  return read;
}
#define READ(text) read_bytes ((text), sizeof (text) - 1)

static void
test_a_command_is_a_frame (void)
{
  const guint8 command[] = { 0x60, 0x06, 0x01, 0x00, 0x03 };
  guint8 frame[PERRON_NFC_SERIAL_COMMAND_MAX + 8];
  gsize length = perron_nfc_serial_write (command, sizeof command, frame);
  g_assert_cmpmem (frame, length, "\x00\x00\xFF\x06\xFA\xD4\x60\x06\x01\x00\x03\xC2\x00", 13);
}

static void
test_what_the_chip_says (void)
{
  Read read = READ (ACKNOWLEDGED ANSWER);
  g_assert_cmpint (read.kind, ==, PERRON_NFC_SERIAL_ACKNOWLEDGED);
  g_assert_cmpuint (read.taken, ==, 5); /* the last byte of a frame is between frames: it may be missing */
  read = READ (ANSWER);
  g_assert_cmpint (read.kind, ==, PERRON_NFC_SERIAL_ANSWERED);
  g_assert_cmpuint (read.taken, ==, 9);
  g_assert_cmpmem (read.data, read.length, "\x00", 1);
  read = READ ("\x00\x55\x00" ANSWER);
  g_assert_cmpint (read.kind, ==, PERRON_NFC_SERIAL_ANSWERED);
  g_assert_cmpuint (read.taken, ==, 12);
  read = READ ("\x00\x00\xFF\x02\xFE\xD5\x61\xCA\x00");
  g_assert_cmpint (read.kind, ==, PERRON_NFC_SERIAL_ANSWERED);
  g_assert_cmpuint (read.length, ==, 0);
}

static void
test_each_piece_is_waited_for (void)
{
  for (gsize length = 0; length < sizeof ANSWER - 2; length++)
    g_assert_cmpint (read_bytes (ANSWER, length).kind, ==, PERRON_NFC_SERIAL_MORE);
  for (gsize length = 0; length < 5; length++)
    g_assert_cmpint (read_bytes (ACKNOWLEDGED, length).kind, ==, PERRON_NFC_SERIAL_MORE);
}

static void
test_what_is_wrong_is_wrong (void)
{
  g_assert_cmpint (READ ("\x00\x00\xFF\x01\xFF\x7F\x81\x00").kind, ==, PERRON_NFC_SERIAL_WRONG);         /* the error frame */
  g_assert_cmpint (READ ("\x00\x00\xFF\x03\xFC\xD5\x61\x00\xCA\x00").kind, ==, PERRON_NFC_SERIAL_WRONG); /* sum of the length */
  g_assert_cmpint (READ ("\x00\x00\xFF\x03\xFD\xD5\x61\x00\xCB\x00").kind, ==, PERRON_NFC_SERIAL_WRONG); /* sum of the data */
  g_assert_cmpint (READ ("\x00\x00\xFF\x03\xFD\xD5\x4B\x00\xE0\x00").kind, ==, PERRON_NFC_SERIAL_WRONG); /* to another command */
  g_assert_cmpint (READ ("\x00\x00\xFF\x03\xFD\xD4\x61\x00\xCB\x00").kind, ==, PERRON_NFC_SERIAL_WRONG); /* from a host */
  g_assert_cmpint (READ ("\x00\x00\xFF\xFF\xFF\x01\x2C\xD3").kind, ==, PERRON_NFC_SERIAL_WRONG);         /* extended */
}

static void
test_no_bytes_lead_astray (void)
{
  static const guint8 likely[] = { 0x00, 0xFF, 0x03, 0xFD, 0xD5, 0x61, 0x01 };
  for (guint turn = 0; turn < 200000; turn++) {
    guint8 bytes[32];
    gsize length = (gsize) g_test_rand_int_range (0, sizeof bytes + 1);
    for (gsize i = 0; i < length; i++)
      bytes[i] = g_test_rand_bit () ? likely[g_test_rand_int_range (0, G_N_ELEMENTS (likely))] : (guint8) g_test_rand_int ();
    Read read = read_bytes (bytes, length);
    if (read.kind == PERRON_NFC_SERIAL_ACKNOWLEDGED || read.kind == PERRON_NFC_SERIAL_ANSWERED)
      g_assert_cmpuint (read.taken, <=, length);
    if (read.kind == PERRON_NFC_SERIAL_ANSWERED)
      g_assert_true (read.data >= bytes && read.data + read.length < bytes + length);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/serial/" #name, test_##name)
  ADD (a_command_is_a_frame);
  ADD (what_the_chip_says);
  ADD (each_piece_is_waited_for);
  ADD (what_is_wrong_is_wrong);
  ADD (no_bytes_lead_astray);
  return g_test_run ();
}
