/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/content/document.h"

#include <openssl/evp.h>
#include <string.h>

gboolean
perron_document_refuse (PerronContentError code, guint line, const char *what, GError **error)
{
  g_set_error (error, PERRON_CONTENT_ERROR, code, "line %u: %s", line, what);
  return FALSE;
}

static gboolean
take_first_line (PerronCursor *cursor, const char *kind)
{
  PerronSpan line;
  return perron_cursor_take (cursor, &line) && perron_span_take_word (&line, kind) && perron_span_is (line, "1");
}

gboolean
perron_document_is_next (const PerronCursor *cursor, const char *kind)
{
  PerronCursor look = *cursor;
  return take_first_line (&look, kind);
}

static gboolean
take_signatures (PerronCursor *cursor, PerronDocument *document, GError **error)
{
  for (;;) {
    PerronCursor look = *cursor;
    PerronSpan line, key;
    if (!perron_cursor_take (&look, &line) || !perron_span_take_word (&line, "signature"))
      return TRUE;
    if (document->count == PERRON_SIGNATURES_MAX)
      return perron_document_refuse (PERRON_CONTENT_ERROR_LIMIT, look.line, "more than 8 signatures", error);
    if (!perron_span_take_field (&line, &key) ||
        !perron_span_to_bytes (key, document->signatures[document->count].key, PERRON_KEY_BYTES) ||
        !perron_span_to_bytes (line, document->signatures[document->count].signature, PERRON_SIGNATURE_BYTES))
      return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, look.line, "not \"signature KEY SIGNATURE\" in hexadecimal", error);
    document->count++;
    *cursor = look;
  }
}

gboolean
perron_document_take (PerronCursor *cursor, const char *kind, PerronDocument *ret_document, GError **error)
{
  PerronDocument document = { .line = cursor->line + 1 };
  const char *start = (const char *) cursor->data + cursor->at;
  PerronSpan line;

  if (!take_first_line (cursor, kind))
    return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line + 1, "no document of the kind expected begins here", error);
  do {
    if (!perron_cursor_take (cursor, &line) || line.len == 0)
      return perron_document_refuse (PERRON_CONTENT_ERROR_FORMAT, cursor->line + 1, "not a line of 1 to 256 printable characters", error);
  } while (!perron_span_is (line, "end"));
  document.body = (PerronSpan){ start, (gsize) ((const char *) cursor->data + cursor->at - start) };
  if (!take_signatures (cursor, &document, error))
    return FALSE;
  document.whole = (PerronSpan){ start, (gsize) ((const char *) cursor->data + cursor->at - start) };
  *ret_document = document;
  return TRUE;
}

static gboolean
is_signed_by (const PerronDocument *document, guint index)
{
  EVP_PKEY *key = EVP_PKEY_new_raw_public_key (EVP_PKEY_ED25519, NULL, document->signatures[index].key, PERRON_KEY_BYTES);
  EVP_MD_CTX *context = EVP_MD_CTX_new ();
  gboolean good = key != NULL && context != NULL && EVP_DigestVerifyInit (context, NULL, NULL, NULL, key) == 1 &&
                  EVP_DigestVerify (context, document->signatures[index].signature, PERRON_SIGNATURE_BYTES,
                                    (const guint8 *) document->body.text, document->body.len) == 1;
  EVP_MD_CTX_free (context);
  EVP_PKEY_free (key);
  return good;
}

static gboolean
has_signed (const PerronDocument *document, const guint8 key[PERRON_KEY_BYTES])
{
  for (guint i = 0; i < document->count; i++) {
    if (memcmp (document->signatures[i].key, key, PERRON_KEY_BYTES) == 0 && is_signed_by (document, i))
      return TRUE;
  }
  return FALSE;
}

guint
perron_document_count_signers (const PerronDocument *document, const guint8 (*keys)[PERRON_KEY_BYTES], guint count)
{
  guint signers = 0;
  for (guint i = 0; i < count; i++)
    signers += has_signed (document, keys[i]);
  return signers;
}

PerronCursor
perron_document_read (const PerronDocument *document)
{
  PerronCursor cursor = { (const guint8 *) document->body.text, document->body.len, 0, document->line - 1 };
  PerronSpan first;
  (void) perron_cursor_take (&cursor, &first);
  return cursor;
}
