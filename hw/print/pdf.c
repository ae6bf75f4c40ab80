/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/pdf.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hw/print/cp858.h"
#include "hw/print/qr.h"
#include "kiosk/core/secret.h"

/* A5 in points. */
#define PAGE_WIDTH 419.5
#define PAGE_HEIGHT 595.3
#define MARGIN 34.0
#define COLUMNS 42 /* 14 pt: large print for most eyes; LARGE doubles it */
#define MODULE 4.0

typedef struct {
  cairo_t *cairo;
  double y;
} Page;

static gboolean
refuse (const char *where, const char *why, GError **error)
{
  g_set_error (error, PERRON_PRINT_ERROR, PERRON_PRINT_ERROR_FOLDER, "%s: %s", where, why);
  return FALSE;
}

/* Room for something `height` high, on a new page if need be. */
static void
make_room (Page *page, double height)
{
  if (page->y + height > PAGE_HEIGHT - MARGIN && page->y > MARGIN) {
    cairo_show_page (page->cairo);
    page->y = MARGIN;
  }
}

static void
draw_row (Page *page, const guint8 *bytes, gsize length, double size)
{
  const gsize room = length * 3 + 1;
  g_autoptr (PerronSecretText) text = perron_secret_alloc (room);
  gsize at = 0;
  for (gsize i = 0; i < length; i++)
    at += (gsize) g_unichar_to_utf8 (perron_cp858_decode (bytes[i]), text + at);
  make_room (page, size * 1.4);
  cairo_set_font_size (page->cairo, size);
  cairo_move_to (page->cairo, MARGIN, page->y + size);
  cairo_show_text (page->cairo, text);
  page->y += size * 1.4;
}

static void
draw_text (Page *page, const PerronPrintLine *line, gsize columns)
{
  /* A letter of a monospaced face is 0.6 of its size wide. */
  const double size = (PAGE_WIDTH - 2 * MARGIN) / (double) columns / 0.6;
  const guint8 *at = line->bytes;
  gsize left = line->length, next;
  do {
    const gsize row = perron_print_break_row (at, left, columns, &next);
    draw_row (page, at, row, size);
    at += next;
    left -= next;
  } while (left > 0);
}

static void
draw_rule (Page *page)
{
  make_room (page, 14);
  cairo_set_line_width (page->cairo, 1);
  cairo_move_to (page->cairo, MARGIN, page->y + 7);
  cairo_line_to (page->cairo, PAGE_WIDTH - MARGIN, page->y + 7);
  cairo_stroke (page->cairo);
  page->y += 14;
}

static gboolean
draw_qr (Page *page, const PerronPrintLine *line, GError **error)
{
  g_auto (PerronQr) qr = { 0 };
  if (!perron_qr_encode (line->bytes, line->length, &qr, error))
    return FALSE;
  const guint side = qr.side + 2 * PERRON_QR_QUIET;
  const double module = MIN (MODULE, (PAGE_WIDTH - 2 * MARGIN) / side);
  const double left = (PAGE_WIDTH - side * module) / 2;
  make_room (page, side * module);
  cairo_set_antialias (page->cairo, CAIRO_ANTIALIAS_NONE);
  for (guint y = 0; y < side; y++) {
    for (guint x = 0; x < side; x++) {
      if (perron_qr_is_dark (&qr, x, y))
        cairo_rectangle (page->cairo, left + x * module, page->y + y * module, module, module);
    }
  }
  cairo_fill (page->cairo);
  page->y += side * module;
  return TRUE;
}

static gboolean
draw_document (Page *page, const PerronDocument *document, GError **error)
{
  cairo_select_font_face (page->cairo, "monospace", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  for (guint i = 0; i < perron_document_get_line_count (document); i++) {
    const PerronPrintLine line = perron_document_get_line (document, i);
    if (line.kind == PERRON_PRINT_TEXT || line.kind == PERRON_PRINT_LARGE)
      draw_text (page, &line, line.kind == PERRON_PRINT_LARGE ? COLUMNS / 2 : COLUMNS);
    else if (line.kind == PERRON_PRINT_RULE)
      draw_rule (page);
    else if (line.kind == PERRON_PRINT_SPACE)
      page->y += 14;
    else if (!draw_qr (page, &line, error))
      return FALSE;
  }
  cairo_show_page (page->cairo);
  return TRUE;
}

static cairo_status_t
on_bytes (void *data, const unsigned char *bytes, unsigned int length)
{
  const int fd = GPOINTER_TO_INT (data);
  while (length > 0) {
    const gssize taken = write (fd, bytes, length);
    if (taken < 0 && errno != EINTR)
      return CAIRO_STATUS_WRITE_ERROR;
    bytes += MAX (taken, 0);
    length -= (unsigned int) MAX (taken, 0);
  }
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
draw_file (int fd, const char *path, const PerronDocument *document, GError **error)
{
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (on_bytes, GINT_TO_POINTER (fd), PAGE_WIDTH, PAGE_HEIGHT);
  Page page = { cairo_create (surface), MARGIN };
  const gboolean drawn = draw_document (&page, document, error);
  cairo_destroy (page.cairo);
  cairo_surface_finish (surface);
  const cairo_status_t status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (drawn && status != CAIRO_STATUS_SUCCESS)
    return refuse (path, cairo_status_to_string (status), error);
  return drawn && (fsync (fd) == 0 || refuse (path, g_strerror (errno), error));
}

gboolean
perron_pdf_write (const char *folder, const PerronDocument *document, GError **error)
{
  if (access (folder, W_OK | X_OK) != 0)
    return refuse (folder, g_strerror (errno), error);
  if (document == NULL)
    return TRUE;
  /* Named at random: nothing of a person, and no order from which to tell who came when. */
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *making = g_strdup_printf ("%s/.%s.part", folder, id);
  g_autofree char *path = g_strdup_printf ("%s/perron-%s.pdf", folder, id);
  const int fd = open (making, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return refuse (making, g_strerror (errno), error);
  gboolean done = draw_file (fd, making, document, error);
  close (fd);
  if (done && g_rename (making, path) != 0)
    done = refuse (path, g_strerror (errno), error);
  if (!done)
    g_unlink (making);
  return done;
}
