/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/json-check.h"

#include <string.h>

typedef struct {
  const guint8 *at;
  const guint8 *end;
} Cursor;

static void
skip_space (Cursor *c)
{
  while (c->at < c->end && (*c->at == ' ' || *c->at == '\t' || *c->at == '\n' || *c->at == '\r'))
    c->at++;
}

static gboolean
take (Cursor *c, guint8 wanted)
{
  if (c->at == c->end || *c->at != wanted)
    return FALSE;
  c->at++;
  return TRUE;
}

/* No escaped NUL: json-glib hands strings out as C strings, and "caisse\u0000…" would be read as "caisse". */
static gboolean
take_escape (Cursor *c)
{
  if (c->at == c->end)
    return FALSE;
  guint8 kind = *c->at++;
  if (kind != 'u')
    return kind != '\0' && strchr ("\"\\/bfnrt", kind) != NULL;
  gboolean nul = TRUE;
  for (guint i = 0; i < 4; i++) {
    if (c->at == c->end || !g_ascii_isxdigit (*c->at))
      return FALSE;
    nul = nul && *c->at == '0';
    c->at++;
  }
  return !nul;
}

static gboolean
take_string (Cursor *c)
{
  if (!take (c, '"'))
    return FALSE;
  while (c->at < c->end) {
    guint8 byte = *c->at++;
    if (byte == '"')
      return TRUE;
    if (byte < 0x20 || (byte == '\\' && !take_escape (c)))
      return FALSE;
  }
  return FALSE;
}

static gboolean
take_digits (Cursor *c)
{
  const guint8 *start = c->at;
  while (c->at < c->end && g_ascii_isdigit (*c->at))
    c->at++;
  return c->at > start;
}

static gboolean
take_number (Cursor *c)
{
  if (c->at < c->end && *c->at == '-')
    c->at++;
  if (!take (c, '0') && !take_digits (c))
    return FALSE;
  if (take (c, '.') && !take_digits (c))
    return FALSE;
  if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
    c->at++;
    if (c->at < c->end && (*c->at == '+' || *c->at == '-'))
      c->at++;
    return take_digits (c);
  }
  return TRUE;
}

static gboolean
take_word (Cursor *c, const char *word)
{
  gsize len = strlen (word);
  if ((gsize) (c->end - c->at) < len || memcmp (c->at, word, len) != 0)
    return FALSE;
  c->at += len;
  return TRUE;
}

static gboolean
take_scalar (Cursor *c)
{
  if (c->at == c->end)
    return FALSE;
  switch (*c->at) {
  case '"':
    return take_string (c);
  case 't':
    return take_word (c, "true");
  case 'f':
    return take_word (c, "false");
  case 'n':
    return take_word (c, "null");
  default:
    return take_number (c);
  }
}

/* The name of a member and its colon. */
static gboolean
take_name (Cursor *c)
{
  skip_space (c);
  if (!take_string (c))
    return FALSE;
  skip_space (c);
  return take (c, ':');
}

/* After a value: closes what ends here. Sets `ret_more` when another value must follow. */
static gboolean
close_levels (Cursor *c, guint64 objects, guint *depth, gboolean *ret_more)
{
  *ret_more = FALSE;
  while (*depth > 0) {
    gboolean object = (objects >> (*depth - 1) & 1) != 0;
    skip_space (c);
    if (take (c, ',')) {
      *ret_more = TRUE;
      return !object || take_name (c);
    }
    if (!take (c, object ? '}' : ']'))
      return FALSE;
    (*depth)--;
  }
  return TRUE;
}

/* Opens `{` or `[`. An empty one is closed at once and counts as a value. */
static gboolean
open_level (Cursor *c, guint64 *objects, guint *depth, guint max_depth, gboolean *ret_is_value)
{
  gboolean object = *c->at == '{';
  *ret_is_value = FALSE;
  if (*depth == max_depth)
    return FALSE;
  c->at++;
  skip_space (c);
  if (take (c, object ? '}' : ']')) {
    *ret_is_value = TRUE;
    return TRUE;
  }
  *objects = (*objects & ~(G_GUINT64_CONSTANT (1) << *depth)) | (guint64) object << *depth;
  (*depth)++;
  return !object || take_name (c);
}

gboolean
perron_json_check (const guint8 *data, gsize len, guint max_depth)
{
  Cursor c = { data, data + len };
  guint64 objects = 0; /* bit n: level n is an object */
  guint depth = 0;
  gboolean more = TRUE;

  g_return_val_if_fail (max_depth <= 64, FALSE);
  if (data == NULL || !g_utf8_validate_len ((const char *) data, len, NULL))
    return FALSE;
  while (more) {
    gboolean is_value = TRUE;
    skip_space (&c);
    if (c.at < c.end && (*c.at == '{' || *c.at == '[')) {
      if (!open_level (&c, &objects, &depth, max_depth, &is_value))
        return FALSE;
    } else if (!take_scalar (&c)) {
      return FALSE;
    }
    if (is_value && !close_levels (&c, objects, &depth, &more))
      return FALSE;
  }
  skip_space (&c);
  return c.at == c.end;
}
