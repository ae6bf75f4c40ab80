/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Reader of the part of the PO format that Perron uses: comments, msgctxt, msgid, msgstr, continued strings, the escapes
 * \" \\ \n \t. Plural forms are refused (no text here counts things). Our own because the common library ends the process on a
 * fatal error and does not tell the line of a message, and a content pack is hostile. Pure: no I/O, no global state, any thread.
 */

#define PERRON_PO_FILE_BYTES (1024 * 1024)
#define PERRON_PO_TEXT_BYTES 4096
#define PERRON_PO_ENTRIES 8192

typedef struct {
  const char *context; /* nullable */
  const char *id;      /* "" for the header */
  const char *text;    /* "" when not translated */
  gboolean fuzzy;      /* a translator's tool says: to be looked at again */
  guint line;          /* of msgid, from 1 */
} PerronPoEntry;

/* Borrowed strings, valid during the call. FALSE with `error` set stops the reading. */
typedef gboolean (*PerronPoEach) (const PerronPoEntry *entry, gpointer data, GError **error);

/* `name` is the file's name for messages ("fr.po:12: …", PERRON_I18N_ERROR_FORMAT). */
gboolean perron_po_parse (const char *name, const char *data, gsize len, PerronPoEach each, gpointer user, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
