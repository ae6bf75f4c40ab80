/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/ec.h>
#include <string.h>

#include "sync/device/key-note.h"
#include "sync/enrol/est.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A request that is taken has a name a terminal can have and the key it was signed with; it can be asked for again. */
static void
feed_request (const char *body, gsize len)
{
  char name[32];
  EVP_PKEY *key = perron_est_parse_request (body, len, name, NULL);
  if (key == NULL)
    return;
  g_assert (perron_est_name_ok (name));
  EVP_PKEY_free (key);
}

static void
feed_answer (const char *body, gsize len)
{
  static EVP_PKEY *key;
  if (key == NULL)
    key = EVP_EC_gen ("P-256");
  /* Nobody has a certificate of this key. */
  g_assert (perron_est_parse_answer (body, len, key, "borne-0001", NULL) == NULL);
}

static void
feed_note (const char *text, gsize len)
{
  PerronTpmKey key;
  if (perron_key_note_parse (text, len, "note", &key, NULL))
    g_assert (key.handle >> 24 == 0x81);
}

/* The first byte says whose bytes these are; requests and answers once as text, once as what stands inside the base64. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  if (size < 1 || size > 8192)
    return 0;
  g_autofree char *base64 = g_base64_encode (data + 1, size - 1);
  switch (data[0] % 5) {
  case 0:
    feed_request (base64, strlen (base64));
    break;
  case 1:
    feed_request ((const char *) data + 1, size - 1);
    break;
  case 2:
    feed_answer (base64, strlen (base64));
    break;
  case 3:
    feed_answer ((const char *) data + 1, size - 1);
    break;
  default:
    feed_note ((const char *) data + 1, size - 1);
  }
  return 0;
}
