/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "sync/content/content.h"
#include "sync/content/text.h"

G_BEGIN_DECLS

/*
 * A signed document: lines from "<kind> 1" to "end", then "signature <key> <signature>" lines. What is signed (Ed25519, RFC 8032) is its
 * body byte for byte, first line and "end" included: the first line keeps kinds apart. Private to sync/content.
 */
#define PERRON_KEY_BYTES 32
#define PERRON_SIGNATURE_BYTES 64
#define PERRON_SIGNATURES_MAX 8

typedef struct {
  PerronSpan body;  /* into the bytes that were parsed */
  PerronSpan whole; /* with its signatures */
  guint line;       /* of its first line */
  guint count;
  struct {
    guint8 key[PERRON_KEY_BYTES];
    guint8 signature[PERRON_SIGNATURE_BYTES];
  } signatures[PERRON_SIGNATURES_MAX];
} PerronDocument;

/* Does a document of that kind begin at the cursor? */
gboolean perron_document_is_next (const PerronCursor *cursor, const char *kind);

/* Takes it. FORMAT, LIMIT. Nothing of it is believed yet. */
gboolean perron_document_take (PerronCursor *cursor, const char *kind, PerronDocument *ret_document, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many of these keys have truly signed; each counts once. */
guint perron_document_count_signers (const PerronDocument *document, const guint8 (*keys)[PERRON_KEY_BYTES], guint count);

/* A cursor over the body, behind its first line, for who reads it. */
PerronCursor perron_document_read (const PerronDocument *document);

/* `what` at the line the cursor took last. Always FALSE. */
gboolean perron_document_refuse (PerronContentError code, guint line, const char *what, GError **error);

G_END_DECLS
