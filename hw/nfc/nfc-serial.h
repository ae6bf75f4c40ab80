/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Frames of the PN532 on a serial line (UM0701-02 6.2.1), as many kinds of them as the worker reads by itself. Pure. */

#define PERRON_NFC_SERIAL_COMMAND_MAX 32
#define PERRON_NFC_SERIAL_FRAME_MAX 262 /* of an answer of 255 bytes; a longer one is WRONG */

typedef enum {
  PERRON_NFC_SERIAL_MORE,        /* no whole frame yet */
  PERRON_NFC_SERIAL_ACKNOWLEDGED, /* the chip has the command */
  PERRON_NFC_SERIAL_ANSWERED,
  PERRON_NFC_SERIAL_WRONG, /* an error frame, a bad sum, another command's answer, or too long */
} PerronNfcSerial;

/* `length` 1 to PERRON_NFC_SERIAL_COMMAND_MAX; `ret_frame` has 8 bytes more. The number of bytes of the frame. */
gsize perron_nfc_serial_write (const guint8 *command, gsize length, guint8 *ret_frame);

/*
 * What stands at the front of `bytes`, which come from the chip and are hostile. `*ret_taken`: bytes of it, and what comes before it that
 * is no frame. ANSWERED to `command`: `*ret_data`, in `bytes`, is what follows the code of the answer.
 */
PerronNfcSerial perron_nfc_serial_read (const guint8 *bytes, gsize length, guint8 command, gsize *ret_taken, const guint8 **ret_data,
                                        gsize *ret_data_length);

G_END_DECLS
