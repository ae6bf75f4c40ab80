/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lines of printable ASCII, read from hostile bytes without copying. Private to sync/content. */
#define PERRON_LINE_MAX 256

typedef struct {
  const guint8 *data;
  gsize len;
  gsize at;
  guint line; /* of the line taken last, from 1 */
} PerronCursor;

typedef struct {
  const char *text; /* not NUL-terminated */
  gsize len;
} PerronSpan;

/* The next line without its line feed. FALSE: no whole line of at most PERRON_LINE_MAX printable characters; nothing is taken. */
gboolean perron_cursor_take (PerronCursor *cursor, PerronSpan *ret_line);

gboolean perron_span_is (PerronSpan span, const char *word);

/* Cuts off `word` and the space behind it. */
gboolean perron_span_take_word (PerronSpan *span, const char *word);

/* Cuts off what stands before the next space, or all. FALSE: nothing stands there. */
gboolean perron_span_take_field (PerronSpan *span, PerronSpan *ret_field);

/* One spelling each: no sign, no leading zero, at most 15 digits. */
gboolean perron_span_to_number (PerronSpan span, gint64 *ret_number);

/* Lower-case hexadecimal of exactly `len` bytes. */
gboolean perron_span_to_bytes (PerronSpan span, guint8 *ret_bytes, gsize len);

/* "2027-02-01T00:00:00Z", a date that exists. */
gboolean perron_span_to_time (PerronSpan span, gint64 *ret_unix_s);

/* "1.20.3": each number below 10000. */
gboolean perron_span_to_release (PerronSpan span, guint ret_release[3]);

void perron_append_hex (GString *out, const guint8 *bytes, gsize len);
void perron_append_time (GString *out, gint64 unix_s);

G_END_DECLS
