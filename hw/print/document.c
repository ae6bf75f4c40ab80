/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/print/document.h"

#include <string.h>

#include "hw/print/cp858.h"
#include "kiosk/core/secret.h"

G_DEFINE_QUARK (perron-print-error-quark, perron_print_error)

typedef struct {
  PerronPrintKind kind;
  guint8 *bytes; /* secret memory; NULL: none */
  gsize length;
} Line;

struct PerronDocument {
  gboolean personal_asked;
  guint count;
  Line lines[PERRON_PRINT_LINES_MAX];
};

/* A number of social security without its key has 13 digits; a phone number or a date has fewer. */
#define NUMBER_DIGITS 13

PerronDocument *
perron_document_new (gboolean personal_asked)
{
  PerronDocument *document = g_new0 (PerronDocument, 1);
  document->personal_asked = personal_asked;
  return document;
}

void
perron_document_free (PerronDocument *document)
{
  if (document == NULL)
    return;
  for (guint i = 0; i < document->count; i++)
    perron_secret_free (document->lines[i].bytes);
  g_free (document);
}

static gboolean
refuse (GError **error, PerronPrintError code, const char *why)
{
  g_set_error_literal (error, PERRON_PRINT_ERROR, code, why);
  return FALSE;
}

/* Digits that only spaces and the usual separators part. A letter of Corsica (2A, 2B) does not end the number. */
static gboolean
holds_long_number (const char *text)
{
  guint digits = 0;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    const gunichar sign = g_utf8_get_char (at);
    if (g_unichar_isdigit (sign))
      digits++;
    else if (!g_unichar_isspace (sign) && strchr (".-/_ABab", (int) MIN (sign, 0x7F)) == NULL)
      digits = 0;
    if (digits >= NUMBER_DIGITS)
      return TRUE;
  }
  return FALSE;
}

static gboolean
check (const PerronDocument *document, PerronPrivacy privacy, const char *text, GError **error)
{
  if (document->count == PERRON_PRINT_LINES_MAX)
    return refuse (error, PERRON_PRINT_ERROR_TEXT, "the document is full");
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return refuse (error, PERRON_PRINT_ERROR_TEXT, "no text, or not UTF-8");
  if (document->personal_asked)
    return TRUE;
  if (privacy == PERRON_PERSONAL)
    return refuse (error, PERRON_PRINT_ERROR_PERSONAL, "a personal text, and nobody asked for it on paper");
  if (holds_long_number (text))
    return refuse (error, PERRON_PRINT_ERROR_PERSONAL, "a number as long as a personal one, and nobody asked for it on paper");
  return TRUE;
}

static void
append (PerronDocument *document, PerronPrintKind kind, const guint8 *bytes, gsize length)
{
  if (document->count == PERRON_PRINT_LINES_MAX)
    return;
  Line *line = &document->lines[document->count++];
  *line = (Line){ kind, NULL, length };
  if (bytes != NULL) { /* an empty text too has an address: nobody downstream handles NULL */
    line->bytes = perron_secret_alloc (MAX (length, 1));
    memcpy (line->bytes, bytes, length);
  }
}

gboolean
perron_document_add_text (PerronDocument *document, PerronPrintKind kind, PerronPrivacy privacy, const char *text, GError **error)
{
  guint lost;
  gboolean all;

  g_return_val_if_fail (kind == PERRON_PRINT_TEXT || kind == PERRON_PRINT_LARGE, FALSE);
  if (!check (document, privacy, text, error))
    return FALSE;
  g_autoptr (PerronSecretText) bytes = perron_secret_alloc (PERRON_PRINT_TEXT_MAX);
  const gsize length = perron_cp858_encode (text, (guint8 *) bytes, PERRON_PRINT_TEXT_MAX, &lost, &all);
  if (!all)
    return refuse (error, PERRON_PRINT_ERROR_TEXT, "a text is longer than 512 characters");
  /* A stray sign may become '?'. A sentence in another script may not: nobody could read it. */
  if (lost * 2 > length)
    return refuse (error, PERRON_PRINT_ERROR_TEXT, "a text in a script that this printer does not have");
  append (document, kind, (const guint8 *) bytes, length);
  return TRUE;
}

gboolean
perron_document_add_qr (PerronDocument *document, PerronPrivacy privacy, const char *text, GError **error)
{
  static const char hex[] = "0123456789ABCDEF";
  gsize length = 0;

  if (!check (document, privacy, text, error))
    return FALSE;
  g_autoptr (PerronSecretText) code = perron_secret_alloc (PERRON_PRINT_QR_MAX);
  for (const guint8 *at = (const guint8 *) text; *at != '\0'; at++) {
    const gboolean plain = *at > 0x20 && *at < 0x7F;
    if (length + (plain ? 1 : 3) > PERRON_PRINT_QR_MAX)
      return refuse (error, PERRON_PRINT_ERROR_TEXT, "a QR code of more than 240 characters");
    if (plain) {
      code[length++] = (char) *at;
      continue;
    }
    code[length++] = '%';
    code[length++] = hex[*at >> 4];
    code[length++] = hex[*at & 15];
  }
  if (length == 0)
    return refuse (error, PERRON_PRINT_ERROR_TEXT, "an empty QR code");
  append (document, PERRON_PRINT_QR, (const guint8 *) code, length);
  return TRUE;
}

void
perron_document_add_rule (PerronDocument *document)
{
  append (document, PERRON_PRINT_RULE, NULL, 0);
}

void
perron_document_add_space (PerronDocument *document)
{
  append (document, PERRON_PRINT_SPACE, NULL, 0);
}

guint
perron_document_get_line_count (const PerronDocument *document)
{
  return document->count;
}

PerronPrintLine
perron_document_get_line (const PerronDocument *document, guint index)
{
  g_assert (index < document->count);
  const Line *line = &document->lines[index];
  return (PerronPrintLine){ line->kind, line->bytes, line->length };
}

gsize
perron_print_break_row (const guint8 *bytes, gsize length, gsize columns, gsize *ret_next)
{
  *ret_next = length;
  if (length <= columns)
    return length;
  gsize end = columns;
  while (end > 0 && bytes[end] != ' ')
    end--;
  if (end == 0) { /* one word longer than the paper */
    *ret_next = columns;
    return columns;
  }
  *ret_next = end + 1;
  return end;
}
