/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/envelope.h"

#include <string.h>

void
perron_envelope_free (PerronEnvelope *envelope)
{
  if (envelope == NULL)
    return;
  g_free (envelope->terminal);
  g_free (envelope->dest);
  g_clear_pointer (&envelope->sealed, g_bytes_unref);
  g_clear_pointer (&envelope->signature, g_bytes_unref);
  g_free (envelope);
}

/* With its NUL: the end of one text can never be read as the beginning of the next. */
static void
append_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text) + 1);
}

GBytes *
perron_envelope_dup_signed_bytes (const char *terminal, const char *dest, guint8 suite, const guint8 id[PERRON_UUID_BYTES],
                                  const guint8 digest[PERRON_DIGEST_BYTES])
{
  GByteArray *bytes = g_byte_array_new ();

  append_text (bytes, "perron-envelope-1");
  append_text (bytes, terminal);
  append_text (bytes, dest);
  g_byte_array_append (bytes, &suite, 1);
  g_byte_array_append (bytes, id, PERRON_UUID_BYTES);
  g_byte_array_append (bytes, digest, PERRON_DIGEST_BYTES);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
perron_receipt_dup_signed_bytes (const char *caisse, const guint8 id[PERRON_UUID_BYTES], const guint8 digest[PERRON_DIGEST_BYTES],
                                 gint64 received_unix_ms)
{
  GByteArray *bytes = g_byte_array_new ();
  guint64 big_endian = GUINT64_TO_BE ((guint64) received_unix_ms);

  append_text (bytes, "perron-receipt-1");
  append_text (bytes, caisse);
  g_byte_array_append (bytes, id, PERRON_UUID_BYTES);
  g_byte_array_append (bytes, digest, PERRON_DIGEST_BYTES);
  g_byte_array_append (bytes, (const guint8 *) &big_endian, sizeof big_endian);
  return g_byte_array_free_to_bytes (bytes);
}

static void
append_number (GByteArray *bytes, gint64 number)
{
  guint64 big_endian = GUINT64_TO_BE ((guint64) number);
  g_byte_array_append (bytes, (const guint8 *) &big_endian, sizeof big_endian);
}

GBytes *
perron_reply_dup_signed_bytes (const char *caisse, const char *terminal, PerronReplyCode code, const guint8 id[PERRON_UUID_BYTES],
                               const guint8 digest[PERRON_DIGEST_BYTES], gint64 number, gint64 replied_unix_ms)
{
  GByteArray *bytes = g_byte_array_new ();

  append_text (bytes, "perron-reply-1");
  append_text (bytes, caisse);
  append_text (bytes, terminal);
  append_text (bytes, perron_reply_code_to_string (code));
  g_byte_array_append (bytes, id, PERRON_UUID_BYTES);
  g_byte_array_append (bytes, digest, PERRON_DIGEST_BYTES);
  append_number (bytes, number);
  append_number (bytes, replied_unix_ms);
  return g_byte_array_free_to_bytes (bytes);
}

GBytes *
perron_head_dup_signed_bytes (const char *terminal, gint64 n, const guint8 hash[PERRON_DIGEST_BYTES], gint64 time_unix_ms)
{
  GByteArray *bytes = g_byte_array_new ();

  append_text (bytes, "perron-audit-head-1");
  append_text (bytes, terminal);
  append_number (bytes, n);
  g_byte_array_append (bytes, hash, PERRON_DIGEST_BYTES);
  append_number (bytes, time_unix_ms);
  return g_byte_array_free_to_bytes (bytes);
}
