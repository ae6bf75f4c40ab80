/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/escpos.h"

#include <string.h>

#include "hw/print/qr.h"
#include "kiosk/core/secret.h"

#define DOTS_OF_CHARACTER 12 /* font A */
#define DOTS_OF_MODULE_MAX 8
#define DOTS_OF_MODULE_MIN 3 /* 0.38 mm at 203 dpi: under that, phones fail */
#define ROWS_BEFORE_CUT 4    /* from the head to the knife */

typedef struct {
  guint8 *bytes;
  gsize length;
  gboolean full;
} Writer;

static void
put (Writer *writer, gconstpointer bytes, gsize length)
{
  if (writer->full || length > PERRON_ESCPOS_BYTES_MAX - writer->length) {
    writer->full = TRUE;
    return;
  }
  memcpy (writer->bytes + writer->length, bytes, length);
  writer->length += length;
}

static void
put_byte (Writer *writer, guint byte)
{
  const guint8 one = (guint8) byte;
  put (writer, &one, 1);
}

static void
put_text (Writer *writer, const PerronPrintLine *line, gsize columns)
{
  const guint8 *at = line->bytes;
  gsize left = line->length, next;
  do {
    const gsize row = perron_print_break_row (at, left, columns, &next);
    put (writer, at, row);
    put_byte (writer, '\n');
    at += next;
    left -= next;
  } while (left > 0);
}

static void
put_rule (Writer *writer, gsize columns)
{
  for (gsize i = 0; i < columns; i++)
    put_byte (writer, '-');
  put_byte (writer, '\n');
}

/* GS v 0: bytes across, rows down, then the rows, the left dot in the high bit. */
static gboolean
put_qr (Writer *writer, const PerronPrintLine *line, guint dots, GError **error)
{
  g_auto (PerronQr) qr = { 0 };
  if (!perron_qr_encode (line->bytes, line->length, &qr, error))
    return FALSE;
  const guint side = qr.side + 2 * PERRON_QR_QUIET, scale = MIN (DOTS_OF_MODULE_MAX, dots / side);
  if (scale < DOTS_OF_MODULE_MIN) {
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT, "the QR code is too wide for this paper");
    return FALSE;
  }
  const guint across = (side * scale + 7) / 8, down = side * scale;
  const guint8 head[] = { 0x1B, 'a', 1, 0x1D, 'v', '0', 0, across & 0xFF, across >> 8, down & 0xFF, down >> 8 };
  put (writer, head, sizeof head);
  for (guint y = 0; y < down; y++) {
    for (guint byte = 0; byte < across; byte++) {
      guint value = 0;
      for (guint bit = 0; bit < 8; bit++)
        value = value << 1 | perron_qr_is_dark (&qr, (byte * 8 + bit) / scale, y / scale);
      put_byte (writer, value);
    }
  }
  put (writer, "\x1B" "a\0", 3);
  return TRUE;
}

static gboolean
put_line (Writer *writer, const PerronPrintLine *line, guint dots, GError **error)
{
  const gsize columns = dots / DOTS_OF_CHARACTER;

  switch (line->kind) {
  case PERRON_PRINT_TEXT:
    put_text (writer, line, columns);
    return TRUE;
  case PERRON_PRINT_LARGE:
    put (writer, "\x1D!\x11", 3);
    put_text (writer, line, columns / 2);
    put (writer, "\x1D!\0", 3);
    return TRUE;
  case PERRON_PRINT_RULE:
    put_rule (writer, columns);
    return TRUE;
  case PERRON_PRINT_SPACE:
    put_byte (writer, '\n');
    return TRUE;
  case PERRON_PRINT_QR:
    return put_qr (writer, line, dots, error);
  }
  g_return_val_if_reached (FALSE);
}

gboolean
perron_escpos_encode (const PerronDocument *document, guint dots, PerronEscpos *ret_job, GError **error)
{
  g_auto (PerronEscpos) job = { perron_secret_alloc (PERRON_ESCPOS_BYTES_MAX), 0 };
  Writer writer = { job.bytes, 0, FALSE };

  g_return_val_if_fail (dots >= 240, FALSE);
  put (&writer, "\x1B@\x1Bt\x13", 5);
  for (guint i = 0; i < perron_document_get_line_count (document); i++) {
    const PerronPrintLine line = perron_document_get_line (document, i);
    if (!put_line (&writer, &line, dots, error))
      return FALSE;
  }
  for (guint i = 0; i < ROWS_BEFORE_CUT; i++)
    put_byte (&writer, '\n');
  put (&writer, "\x1DV\x42\0", 4);
  if (writer.full) {
    g_set_error_literal (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_TEXT, "the document is longer than 64 KiB of printing");
    return FALSE;
  }
  *ret_job = (PerronEscpos){ g_steal_pointer (&job.bytes), writer.length };
  return TRUE;
}

void
perron_escpos_clear (PerronEscpos *job)
{
  perron_secret_free (job->bytes);
  job->bytes = NULL;
}
