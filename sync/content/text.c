/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/text.h"

#include <string.h>

gboolean
perron_cursor_take (PerronCursor *cursor, PerronSpan *ret_line)
{
  const guint8 *start = cursor->data + cursor->at;
  gsize left = cursor->len - cursor->at;

  for (gsize i = 0; i < left && i <= PERRON_LINE_MAX; i++) {
    if (start[i] == '\n') {
      *ret_line = (PerronSpan){ (const char *) start, i };
      cursor->at += i + 1;
      cursor->line++;
      return TRUE;
    }
    if (start[i] < 0x20 || start[i] > 0x7e)
      return FALSE;
  }
  return FALSE;
}

gboolean
perron_span_is (PerronSpan span, const char *word)
{
  return span.len == strlen (word) && memcmp (span.text, word, span.len) == 0;
}

gboolean
perron_span_take_word (PerronSpan *span, const char *word)
{
  gsize len = strlen (word);
  if (span->len <= len || memcmp (span->text, word, len) != 0 || span->text[len] != ' ')
    return FALSE;
  span->text += len + 1;
  span->len -= len + 1;
  return TRUE;
}

gboolean
perron_span_take_field (PerronSpan *span, PerronSpan *ret_field)
{
  const char *space = memchr (span->text, ' ', span->len);
  gsize len = space != NULL ? (gsize) (space - span->text) : span->len;
  gsize taken = MIN (len + 1, span->len);

  if (len == 0 || (space != NULL && len + 1 == span->len))
    return FALSE;
  *ret_field = (PerronSpan){ span->text, len };
  span->text += taken;
  span->len -= taken;
  return TRUE;
}

gboolean
perron_span_to_number (PerronSpan span, gint64 *ret_number)
{
  gint64 number = 0;
  if (span.len == 0 || span.len > 15 || (span.len > 1 && span.text[0] == '0'))
    return FALSE;
  for (gsize i = 0; i < span.len; i++) {
    if (!g_ascii_isdigit (span.text[i]))
      return FALSE;
    number = number * 10 + (span.text[i] - '0');
  }
  *ret_number = number;
  return TRUE;
}

static gint
digit_of (char character)
{
  if (character >= '0' && character <= '9')
    return character - '0';
  return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

gboolean
perron_span_to_bytes (PerronSpan span, guint8 *ret_bytes, gsize len)
{
  if (span.len != 2 * len)
    return FALSE;
  for (gsize i = 0; i < span.len; i++) {
    if (digit_of (span.text[i]) < 0)
      return FALSE;
  }
  for (gsize i = 0; i < len; i++)
    ret_bytes[i] = (guint8) (digit_of (span.text[2 * i]) << 4 | digit_of (span.text[2 * i + 1]));
  return TRUE;
}

gboolean
perron_span_to_time (PerronSpan span, gint64 *ret_unix_s)
{
  static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
  int part[6] = { 0 };
  guint at = 0;

  if (span.len != strlen (shape))
    return FALSE;
  for (gsize i = 0; i < span.len; i++) {
    if (shape[i] == 'd' ? !g_ascii_isdigit (span.text[i]) : span.text[i] != shape[i])
      return FALSE;
    if (shape[i] == 'd')
      part[at] = part[at] * 10 + (span.text[i] - '0');
    else
      at++;
  }
  g_autoptr (GDateTime) moment = part[0] >= 1970 ? g_date_time_new_utc (part[0], part[1], part[2], part[3], part[4], part[5]) : NULL;
  if (moment == NULL)
    return FALSE;
  *ret_unix_s = g_date_time_to_unix (moment);
  return TRUE;
}

gboolean
perron_span_to_release (PerronSpan span, guint ret_release[3])
{
  guint release[3];

  for (guint i = 0; i < 3; i++) {
    const char *dot = i < 2 ? memchr (span.text, '.', span.len) : NULL;
    gsize len = dot != NULL ? (gsize) (dot - span.text) : span.len;
    gint64 number;
    if ((i < 2 && dot == NULL) || !perron_span_to_number ((PerronSpan){ span.text, len }, &number) || number > 9999)
      return FALSE;
    release[i] = (guint) number;
    gsize taken = MIN (len + 1, span.len);
    span.text += taken;
    span.len -= taken;
  }
  memcpy (ret_release, release, sizeof release);
  return TRUE;
}

void
perron_append_hex (GString *out, const guint8 *bytes, gsize len)
{
  for (gsize i = 0; i < len; i++)
    g_string_append_printf (out, "%02x", bytes[i]);
}

void
perron_append_time (GString *out, gint64 unix_s)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_utc (unix_s);
  g_autofree char *text = moment != NULL ? g_date_time_format (moment, "%Y-%m-%dT%H:%M:%SZ") : NULL;
  g_string_append (out, text != NULL ? text : "?");
}
