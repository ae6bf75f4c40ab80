/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/print-error.h"
#include "kiosk/core/utterance.h"

G_BEGIN_DECLS

/*
 * What goes on the paper, before anybody knows which paper. Its bytes live in locked memory and are wiped with it. One thread at a
 * time; pure.
 */
typedef struct PerronDocument PerronDocument;

typedef enum {
  PERRON_PRINT_TEXT,
  PERRON_PRINT_LARGE, /* twice as wide and high: a reference, to be read at arm's length */
  PERRON_PRINT_RULE,
  PERRON_PRINT_SPACE,
  PERRON_PRINT_QR,
} PerronPrintKind;

#define PERRON_PRINT_LINES_MAX 64
#define PERRON_PRINT_TEXT_MAX 512 /* bytes of a text in code page 858 */
#define PERRON_PRINT_QR_MAX 240   /* characters in a QR code, percent-encoded */

/*
 * `personal_asked`: the person asked for what is theirs on paper. Without it every text marked PERSONAL is refused, and every text in
 * which a number as long as a social security number stands, whatever it is marked as. Transfer full.
 */
PerronDocument *perron_document_new (gboolean personal_asked);
void perron_document_free (PerronDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronDocument, perron_document_free)

/* `kind`: TEXT or LARGE. Errors: PERSONAL, TEXT (also: most of it has no form in the printer's characters). Wrapped when printed. */
gboolean perron_document_add_text (PerronDocument *document, PerronPrintKind kind, PerronPrivacy privacy, const char *text,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is not plain ASCII is percent-encoded: readers guess the character set of a QR code, and wrongly (facts/hardware.md 3). */
gboolean perron_document_add_qr (PerronDocument *document, PerronPrivacy privacy, const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A full document takes no more: the line is left out. */
void perron_document_add_rule (PerronDocument *document);
void perron_document_add_space (PerronDocument *document);

typedef struct {
  PerronPrintKind kind;
  const guint8 *bytes; /* borrowed. TEXT, LARGE: code page 858; QR: ASCII */
  gsize length;
} PerronPrintLine;

guint perron_document_get_line_count (const PerronDocument *document);
PerronPrintLine perron_document_get_line (const PerronDocument *document, guint index);

/*
 * Where a text breaks: bytes of the first row of at most `columns`, at a space if there is one. `ret_next`: where the next row begins,
 * `length` when there is none. `columns` > 0.
 */
gsize perron_print_break_row (const guint8 *bytes, gsize length, gsize columns, gsize *ret_next);

G_END_DECLS
