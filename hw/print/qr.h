/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/print-error.h"

G_BEGIN_DECLS

/* A QR code as modules, by libqrencode. Pure, any thread. */
typedef struct {
  guint side; /* modules, 21 … 177, without the quiet zone */
  guint8 *modules; /* side × side, bit 0: dark */
} PerronQr;

/* Around a code, in modules (ISO/IEC 18004). */
#define PERRON_QR_QUIET 4

/* `text`: ASCII, `length` bytes. Error TEXT. `*ret_qr` must be cleared. */
gboolean perron_qr_encode (const guint8 *text, gsize length, PerronQr *ret_qr, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_qr_clear (PerronQr *qr);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronQr, perron_qr_clear)

/* Coordinates count the quiet zone: 0 … side + 2 × PERRON_QR_QUIET. */
gboolean perron_qr_is_dark (const PerronQr *qr, guint x, guint y);

G_END_DECLS
