/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/text.h"

#include <string.h>

/* Letters a French register may hold end with Latin Extended-B; beyond are scripts and marks that steer the display. */
#define CODE_POINT_LAST 0x24F

typedef struct {
  char *text;
  gsize size;
  gsize length;
  gboolean pending_space;
  gboolean full;
} Writer;

static void
put (Writer *writer, gunichar c)
{
  char utf8[6];

  if (c == ' ' || c == 0xA0 || c == 0) {
    writer->pending_space = writer->length > 0;
    return;
  }
  gsize count = (gsize) g_unichar_to_utf8 (c, utf8);
  if (writer->length + writer->pending_space + count >= writer->size) {
    writer->full = TRUE;
    return;
  }
  if (writer->pending_space)
    writer->text[writer->length++] = ' ';
  writer->pending_space = FALSE;
  memcpy (writer->text + writer->length, utf8, count);
  writer->length += count;
}

static gboolean
has_control (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++) {
    if ((bytes[i] < 0x20 && bytes[i] != 0) || bytes[i] == 0x7F)
      return TRUE;
  }
  return FALSE;
}

/* Length of the UTF-8 character at `bytes` that a register could hold, 0 when there is none. */
static gsize
match_utf8 (const guint8 *bytes, gsize length, gunichar *ret_char)
{
  gunichar c = g_utf8_get_char_validated ((const char *) bytes, (gssize) length);
  if (c == (gunichar) -1 || c == (gunichar) -2 || c < 0xA0 || c > CODE_POINT_LAST)
    return 0;
  *ret_char = c;
  return (gsize) g_unichar_to_utf8 (c, NULL);
}

/* Latin-1 has no characters at 80-9F, and no name has a letter A-tilde followed by a sign: such bytes are somebody's UTF-8. */
static gboolean
looks_latin_1 (const guint8 *bytes, gsize length)
{
  gunichar ignored;
  for (gsize i = 0; i < length; i++) {
    if ((bytes[i] >= 0x80 && bytes[i] < 0xA0) || (bytes[i] >= 0x80 && match_utf8 (bytes + i, length - i, &ignored) > 0))
      return FALSE;
  }
  return TRUE;
}

static void
put_neutral (Writer *writer, const guint8 *bytes, gsize length)
{
  gboolean in_doubt = FALSE;
  for (gsize i = 0; i < length;) {
    gunichar c = bytes[i];
    gsize count = c < 0x80 ? 1 : match_utf8 (bytes + i, length - i, &c);
    if (count > 0)
      put (writer, c);
    else if (!in_doubt)
      put (writer, '?');
    in_doubt = count == 0;
    i += MAX (count, 1);
  }
}

PerronTextResult
perron_text_decode (const guint8 *bytes, gsize length, char *ret_text, gsize size)
{
  g_return_val_if_fail (size > 0, PERRON_TEXT_REFUSED);
  Writer writer = { .text = ret_text, .size = size };

  explicit_bzero (ret_text, size);
  if (has_control (bytes, length))
    return PERRON_TEXT_REFUSED;
  gboolean latin_1 = looks_latin_1 (bytes, length);
  if (latin_1) {
    for (gsize i = 0; i < length; i++)
      put (&writer, bytes[i]);
  } else {
    put_neutral (&writer, bytes, length);
  }
  if (writer.full) {
    explicit_bzero (ret_text, size);
    return PERRON_TEXT_REFUSED;
  }
  return latin_1 ? PERRON_TEXT_OK : PERRON_TEXT_NEUTRAL;
}
