/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "hw/print/document.h"

G_BEGIN_DECLS

/*
 * For places without a receipt printer: a document as an A5 PDF (cairo) in a folder whose office printer, or nobody, takes it. The file
 * is new, only its owner may read it, and it appears under its name when it is whole. The folder's upkeep is the operator's.
 * `document` NULL: only asks whether the folder could take one. Blocks for the file. Any thread. Errors: FOLDER, TEXT.
 */
gboolean perron_pdf_write (const char *folder, const PerronDocument *document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
