/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hw/print/cp858.h"
#include "hw/print/document.h"
#include "hw/print/escpos.h"
#include "hw/print/printer-status.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* The printer is the fuzzer: its bytes come in pieces, to questions in order. */
static void
answer (const guint8 *data, gsize size)
{
  PerronStatusReader reader = { 0 };
  gboolean sane = TRUE;
  for (gsize at = 0; at < size && sane; at += 1 + data[at] % 7) {
    const gsize length = MIN (size - at, (gsize) 1 + data[at] % 7);
    sane = perron_status_feed (&reader, (guint) at % (PERRON_STATUS_QUESTIONS + 1), at % 3 == 0, data + at, length);
    g_assert (reader.answered <= PERRON_STATUS_QUESTIONS && reader.nonsense <= PERRON_STATUS_NONSENSE_MAX);
  }
  const PerronPrinterState state = perron_status_judge (&reader);
  g_assert ((guint) state < PERRON_PRINTER_STATE_COUNT);
  g_assert (reader.answered == PERRON_STATUS_QUESTIONS || state == PERRON_PRINTER_STUCK);
}

/* A text never becomes a command: no byte under a space leaves the table. */
static void
encode (const guint8 *data, gsize size)
{
  guint8 bytes[256];
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  const gsize length = perron_cp858_encode (text, bytes, sizeof bytes, NULL, NULL);
  g_assert (length <= sizeof bytes);
  for (gsize i = 0; i < length; i++)
    g_assert (bytes[i] >= 0x20 && bytes[i] != 0x7F);
  g_autoptr (PerronDocument) document = perron_document_new (size % 2 == 0);
  g_auto (PerronEscpos) job = { 0 };
  if (!perron_document_add_text (document, PERRON_PRINT_LARGE, PERRON_PUBLIC, text, NULL) &&
      !perron_document_add_qr (document, PERRON_PUBLIC, text, NULL))
    return;
  if (perron_escpos_encode (document, 384, &job, NULL))
    g_assert (job.length <= PERRON_ESCPOS_BYTES_MAX);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  answer (data, size);
  encode (data, size);
  return 0;
}
