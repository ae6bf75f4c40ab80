/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * What an ESC/POS printer makes of its bytes: text by code page, images by GS v 0, a document a cut. It shares nothing with hw/print, so
 * that writer and reader cannot have the same mistake. Pure but for its two callbacks; one thread.
 */
typedef struct PerronPaper PerronPaper;

typedef struct {
  gboolean low;
  gboolean out;
  gboolean cover;
  gboolean fault;
} PerronPaperSensors;

/* Text of a document that may be kept; what is longer is dropped, as paper that fell on the floor. */
#define PERRON_PAPER_TEXT_MAX (32 * 1024)
#define PERRON_PAPER_BUFFER_MAX (512 * 1024)

PerronPaper *perron_paper_new (void (*answer) (const guint8 *bytes, gsize length, gpointer data), void (*cut) (gpointer data), gpointer data);
void perron_paper_free (PerronPaper *paper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronPaper, perron_paper_free)

/* The roll, the cover, the knife. A printer that could not print goes on with what it holds when it can again. */
PerronPaperSensors perron_paper_get_sensors (const PerronPaper *paper);
void perron_paper_set_sensors (PerronPaper *paper, PerronPaperSensors sensors);

/* The roll ends after so many more rows (an image is one). */
void perron_paper_set_rows_left (PerronPaper *paper, guint rows);

/* Bytes from the line. More than the buffer holds is lost, as with a real one. */
void perron_paper_feed (PerronPaper *paper, const guint8 *bytes, gsize length);

/* The last whole document, "" before the first. UTF-8, rows end with a line feed. Borrowed. */
const char *perron_paper_get_text (const PerronPaper *paper);
/* What stands on the paper that is not cut yet. */
const char *perron_paper_get_partial_text (const PerronPaper *paper);
/* The last image of the last whole document as a PBM file; NULL: none. Borrowed. */
GBytes *perron_paper_get_image (const PerronPaper *paper);
guint perron_paper_count_images (const PerronPaper *paper);
guint perron_paper_count_documents (const PerronPaper *paper);
/* Commands that this printer does not know: a writer should have none. */
guint perron_paper_count_unknown (const PerronPaper *paper);

G_END_DECLS
