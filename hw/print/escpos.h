/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/document.h"

G_BEGIN_DECLS

/*
 * A document as ESC/POS bytes (Epson's command set, which receipt printers share): ESC @, ESC t 19 (CP858), GS ! for large, GS v 0
 * for images, GS V 66 to cut. QR codes go as images: the printers' own QR command varies (facts/hardware.md 3). Pure, any thread.
 */
#define PERRON_ESCPOS_BYTES_MAX (64 * 1024)

typedef struct {
  guint8 *bytes; /* locked memory */
  gsize length;
} PerronEscpos;

/* `dots`: across the paper, 384 (58 mm) or 576 (80 mm); a character is 12 wide. Error TEXT. `*ret_job` must be cleared. */
gboolean perron_escpos_encode (const PerronDocument *document, guint dots, PerronEscpos *ret_job, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_escpos_clear (PerronEscpos *job);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronEscpos, perron_escpos_clear)

G_END_DECLS
