/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/qr.h"

#include <qrencode.h>

gboolean
perron_qr_encode (const guint8 *text, gsize length, PerronQr *ret_qr, GError **error)
{
  /* Level M: a thumb on a receipt is the usual damage, and higher levels make modules too small for 58 mm paper. */
  QRcode *code = QRcode_encodeData ((int) length, text, 0, QR_ECLEVEL_M);
  if (code == NULL) {
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT, "no QR code can be made of this text");
    return FALSE;
  }
  const guint side = (guint) code->width;
  *ret_qr = (PerronQr){ side, g_memdup2 (code->data, (gsize) side * side) };
  QRcode_free (code);
  return TRUE;
}

void
perron_qr_clear (PerronQr *qr)
{
  g_clear_pointer (&qr->modules, g_free);
}

gboolean
perron_qr_is_dark (const PerronQr *qr, guint x, guint y)
{
  if (x < PERRON_QR_QUIET || y < PERRON_QR_QUIET || x >= qr->side + PERRON_QR_QUIET || y >= qr->side + PERRON_QR_QUIET)
    return FALSE;
  return qr->modules[(gsize) (y - PERRON_QR_QUIET) * qr->side + (x - PERRON_QR_QUIET)] & 1;
}
