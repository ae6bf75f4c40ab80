/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/wire-text.h"

#include <string.h>

/* Eight bytes in one number. */
static const guint64 ones = G_GUINT64_CONSTANT (0x0101010101010101), high_bits = G_GUINT64_CONSTANT (0x8080808080808080);

typedef struct {
  const guint8 *at;
  const guint8 *end;
  WireValue *values;
  guint count, room, max;
  guint open[WIRE_DEPTH_MAX]; /* the objects and arrays that are not closed yet */
  guint depth, max_depth;
} Reader;

/* --- what is noted ------------------------------------------------------------------------------------------------------------- */

static gboolean
note (Reader *r, WireKind kind, const guint8 *text, gsize len, gboolean escaped)
{
  if (r->count == r->max)
    return FALSE;
  if (r->count == r->room) {
    r->room = MIN (r->room * 2, r->max);
    r->values = g_renew (WireValue, r->values, r->room);
  }
  r->values[r->count++] = (WireValue){ (const char *) text, (guint32) len, 1, kind, escaped ? 1 : 0 };
  return TRUE;
}

static WireValue *
innermost (const Reader *r)
{
  return &r->values[r->open[r->depth - 1]];
}

/* --- scalars ------------------------------------------------------------------------------------------------------------------- */

static void
skip_space (Reader *r)
{
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
    r->at++;
}

static gboolean
take (Reader *r, guint8 wanted)
{
  if (r->at == r->end || *r->at != wanted)
    return FALSE;
  r->at++;
  return TRUE;
}

/* Behind \u: four digits. */
static gboolean
take_unit (Reader *r, guint *ret_unit)
{
  guint unit = 0;
  if (r->end - r->at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++, r->at++) {
    if (!g_ascii_isxdigit (*r->at))
      return FALSE;
    unit = unit << 4 | (guint) g_ascii_xdigit_value ((char) *r->at);
  }
  *ret_unit = unit;
  return TRUE;
}

static gboolean
take_escape (Reader *r)
{
  guint unit, low;
  if (r->at == r->end)
    return FALSE;
  guint8 kind = *r->at++;
  if (kind != 'u')
    return kind != '\0' && strchr ("\"\\/bfnrt", kind) != NULL;
  if (!take_unit (r, &unit) || unit == 0)
    return FALSE;
  if (unit < 0xd800 || unit > 0xdfff)
    return TRUE;
  return unit < 0xdc00 && take (r, '\\') && take (r, 'u') && take_unit (r, &low) && low >= 0xdc00 && low <= 0xdfff;
}

/* To the first byte that means something in a string. Eight at a time: nearly all of a batch is base64. (x - 0x01…) & ~x has the high bit of
 * the lowest byte that is zero, x - 0x20… that of the lowest one below a space.) */
static const guint8 *
skip_plain (const guint8 *at, const guint8 *end)
{
  for (guint64 word; end - at >= 8; at += 8) {
    memcpy (&word, at, sizeof word);
    guint64 quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    if ((((quote - ones) & ~quote) | ((backslash - ones) & ~backslash) | ((word - ones * 0x20) & ~word)) & high_bits)
      break;
  }
  while (at < end && *at >= 0x20 && *at != '"' && *at != '\\')
    at++;
  return at;
}

static gboolean
take_string (Reader *r)
{
  gboolean escaped = FALSE;
  if (!take (r, '"'))
    return FALSE;
  const guint8 *start = r->at;
  while ((r->at = skip_plain (r->at, r->end)) < r->end) {
    guint8 byte = *r->at++;
    if (byte == '"')
      return note (r, WIRE_STRING, start, (gsize) (r->at - 1 - start), escaped);
    escaped = TRUE;
    if (byte != '\\' || !take_escape (r))
      return FALSE;
  }
  return FALSE;
}

static gboolean
take_digits (Reader *r)
{
  const guint8 *start = r->at;
  while (r->at < r->end && g_ascii_isdigit (*r->at))
    r->at++;
  return r->at > start;
}

static gboolean
take_number (Reader *r)
{
  const guint8 *start = r->at;
  (void) take (r, '-');
  if (!take (r, '0') && !take_digits (r))
    return FALSE;
  if (take (r, '.') && !take_digits (r))
    return FALSE;
  if (take (r, 'e') || take (r, 'E')) {
    if (!take (r, '+'))
      (void) take (r, '-');
    if (!take_digits (r))
      return FALSE;
  }
  return note (r, WIRE_NUMBER, start, (gsize) (r->at - start), FALSE);
}

static gboolean
take_word (Reader *r, const char *word)
{
  gsize len = strlen (word);
  if ((gsize) (r->end - r->at) < len || memcmp (r->at, word, len) != 0)
    return FALSE;
  r->at += len;
  return note (r, WIRE_WORD, r->at - len, len, FALSE);
}

static gboolean
take_scalar (Reader *r)
{
  if (r->at == r->end)
    return FALSE;
  switch (*r->at) {
  case '"':
    return take_string (r);
  case 't':
    return take_word (r, "true");
  case 'f':
    return take_word (r, "false");
  case 'n':
    return take_word (r, "null");
  default:
    return take_number (r);
  }
}

/* --- objects and arrays -------------------------------------------------------------------------------------------------------- */

/* The name of a member and its colon. */
static gboolean
take_name (Reader *r)
{
  skip_space (r);
  if (!take_string (r))
    return FALSE;
  skip_space (r);
  return take (r, ':');
}

static void
close_innermost (Reader *r)
{
  WireValue *container = innermost (r);
  container->len = (guint32) ((const char *) r->at - container->text);
  container->span = r->count - r->open[r->depth - 1];
  r->depth--;
}

/* After a value: closes what ends here. Sets `ret_more` when another value must follow. */
static gboolean
close_levels (Reader *r, gboolean *ret_more)
{
  *ret_more = FALSE;
  while (r->depth > 0) {
    gboolean object = innermost (r)->kind == WIRE_OBJECT;
    skip_space (r);
    if (take (r, ',')) {
      *ret_more = TRUE;
      return !object || take_name (r);
    }
    if (!take (r, object ? '}' : ']'))
      return FALSE;
    close_innermost (r);
  }
  return TRUE;
}

/* Opens `{` or `[`. An empty one is closed at once and counts as a value. */
static gboolean
open_level (Reader *r, gboolean *ret_is_value)
{
  gboolean object = *r->at == '{';
  *ret_is_value = FALSE;
  if (r->depth == r->max_depth || !note (r, object ? WIRE_OBJECT : WIRE_ARRAY, r->at, 0, FALSE))
    return FALSE;
  r->open[r->depth++] = r->count - 1;
  r->at++;
  skip_space (r);
  if (take (r, object ? '}' : ']')) {
    *ret_is_value = TRUE;
    close_innermost (r);
    return TRUE;
  }
  return !object || take_name (r);
}

static gboolean
read_text (Reader *r)
{
  gboolean more = TRUE;
  while (more) {
    gboolean is_value = TRUE;
    skip_space (r);
    if (r->at < r->end && (*r->at == '{' || *r->at == '[')) {
      if (!open_level (r, &is_value))
        return FALSE;
    } else if (!take_scalar (r)) {
      return FALSE;
    }
    if (is_value && !close_levels (r, &more))
      return FALSE;
  }
  skip_space (r);
  return r->at == r->end;
}

/* GLib looks at each byte; what has none above 127 needs no such look. */
static gboolean
is_utf8 (const guint8 *data, gsize len)
{
  guint64 all = 0, word;
  gsize i = 0;
  for (; len - i >= sizeof word; i += sizeof word) {
    memcpy (&word, data + i, sizeof word);
    all |= word;
  }
  for (; i < len; i++)
    all |= data[i];
  return (all & high_bits) == 0 || g_utf8_validate_len ((const char *) data, len, NULL);
}

WireValue *
wire_read (const guint8 *data, gsize len, guint max_depth, guint max_values)
{
  g_return_val_if_fail (max_depth <= WIRE_DEPTH_MAX && max_values <= WIRE_VALUES_MAX, NULL);
  if (data == NULL || len == 0 || len > G_MAXINT32 || max_values == 0 || !is_utf8 (data, len))
    return NULL;
  /* A batch of ours has a value every fifty bytes. */
  Reader r = { .at = data, .end = data + len, .max = max_values, .max_depth = max_depth };
  r.room = (guint) MIN (len / 48 + 16, (gsize) max_values);
  r.values = g_new (WireValue, r.room);
  if (read_text (&r))
    return r.values;
  g_free (r.values);
  return NULL;
}

gboolean
perron_json_check (const guint8 *data, gsize len, guint max_depth)
{
  g_autofree WireValue *values = wire_read (data, len, max_depth, WIRE_VALUES_MAX);
  return values != NULL;
}
