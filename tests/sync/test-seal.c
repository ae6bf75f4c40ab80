/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/seal/open.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <string.h>

#include "kiosk/core/secret.h"
#include "sync/seal/padding.h"
#include "tests/sync/seal-fixture.h"

static const guint8 ID[PERRON_UUID_BYTES] = { 1, 2, 3 };

static void
set_up (SealKeys *keys, gconstpointer data)
{
  seal_keys_make (keys, data != NULL ? GPOINTER_TO_INT (data) : 90);
}

static void
tear_down (SealKeys *keys, gconstpointer data)
{
  seal_keys_remove (keys);
  g_assert_cmpuint (perron_secret_in_use (), ==, 0);
}

static PerronSealer *
make_sealer (const SealKeys *keys)
{
  g_autoptr (GError) error = NULL;
  PerronSealer *sealer = perron_sealer_new (&keys->options, &error);
  g_assert_no_error (error);
  return sealer;
}

static PerronOpener *
make_opener (const char *key, const char *certificate)
{
  g_autoptr (GError) error = NULL;
  PerronOpener *opener = perron_opener_new (key, certificate, &error);
  g_assert_no_error (error);
  return opener;
}

static PerronEnvelope *
seal (PerronSealer *sealer, const char *plain, gsize length, gint64 now_ms)
{
  g_autoptr (GError) error = NULL;
  PerronEnvelope *envelope = perron_sealer_seal (sealer, ID, (const guint8 *) plain, length, now_ms, &error);
  g_assert_no_error (error);
  return envelope;
}

static char *
make_text (gsize length)
{
  char *text = g_malloc (length);
  for (gsize i = 0; i < length; i++)
    text[i] = (char) ('a' + i % 26);
  return text;
}

/* Both sides of each step: 4 bytes of length stand before the text. */
static void
test_every_step (SealKeys *keys, gconstpointer data)
{
  static const gsize lengths[] = { 1,    1019,  1020,  1021,  2044,  2045,  4092,  4093,
                                   8188, 16380, 16381, 32764, 32765, 65532, 65533, PERRON_PLAIN_MAX };
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronOpener) opener = make_opener (keys->caisse_key, keys->caisse_pem);
  gsize size_before = 0, step_before = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GError) error = NULL;
    g_autofree char *text = make_text (lengths[i]);
    g_autoptr (PerronEnvelope) envelope = seal (sealer, text, lengths[i], SEAL_NOW_MS);
    gsize length = 0;
    char *opened = perron_opener_open (opener, envelope, &length, &error);
    g_assert_no_error (error);
    g_assert_cmpmem (opened, length, text, lengths[i]);
    g_assert_cmpint (opened[length], ==, '\0');
    perron_secret_free (opened);

    gsize step = perron_padding_size (lengths[i]), size = g_bytes_get_size (envelope->sealed);
    if (step == step_before)
      g_assert_cmpuint (size, ==, size_before);
    else
      g_assert_cmpuint (size, >=, size_before + 1000);
    step_before = step;
    size_before = size;
  }
}

static void
test_limits (SealKeys *keys, gconstpointer data)
{
  static const gsize lengths[] = { 0, PERRON_PLAIN_MAX + 1 };
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autofree char *text = make_text (PERRON_PLAIN_MAX + 1);

  for (gsize i = 0; i < G_N_ELEMENTS (lengths); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_sealer_seal (sealer, ID, (const guint8 *) text, lengths[i], SEAL_NOW_MS, &error));
    g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_TOO_LARGE);
  }
}

static void
assert_opens (const PerronEnvelope *envelope, const char *key, const char *certificate, gboolean expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronOpener) opener = make_opener (key, certificate);
  gsize length = 77;
  char *opened = perron_opener_open (opener, envelope, &length, &error);

  if (expected) {
    g_assert_no_error (error);
    g_assert_cmpmem (opened, length, "bonjour", 7);
    perron_secret_free (opened);
  } else {
    g_assert_null (opened);
    g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED);
    g_assert_cmpuint (length, ==, 77);
  }
}

static void
test_recipients (SealKeys *keys, gconstpointer data)
{
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronEnvelope) both = seal (sealer, "bonjour", 7, SEAL_NOW_MS);
  assert_opens (both, keys->caisse_key, keys->caisse_pem, TRUE);
  assert_opens (both, keys->escrow_key, keys->escrow_pem, TRUE);
  assert_opens (both, keys->other_key, keys->other_pem, FALSE);
  assert_opens (both, keys->sign_key, keys->sign_pem, FALSE);
  g_assert_false (perron_sealer_uses_escrow_only (sealer, SEAL_NOW_MS));

  keys->options.escrow_certificate = NULL;
  g_autoptr (PerronSealer) alone = make_sealer (keys);
  g_autoptr (PerronEnvelope) one = seal (alone, "bonjour", 7, SEAL_NOW_MS);
  assert_opens (one, keys->caisse_key, keys->caisse_pem, TRUE);
  assert_opens (one, keys->escrow_key, keys->escrow_pem, FALSE);
  g_assert_cmpuint (g_bytes_get_size (one->sealed), <, g_bytes_get_size (both->sealed));
}

/* The caisse's certificate ends after 10 days, the escrow's after 90. */
static void
test_expired (SealKeys *keys, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  gint64 later = SEAL_NOW_MS + 11 * SEAL_DAY_MS;

  g_autoptr (PerronEnvelope) envelope = seal (sealer, "bonjour", 7, later);
  g_assert_true (perron_sealer_uses_escrow_only (sealer, later));
  assert_opens (envelope, keys->caisse_key, keys->caisse_pem, FALSE);
  assert_opens (envelope, keys->escrow_key, keys->escrow_pem, TRUE);

  gint64 none[] = { SEAL_NOW_MS + 91 * SEAL_DAY_MS, SEAL_NOW_MS - 2 * SEAL_DAY_MS, 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (none); i++) {
    g_clear_error (&error);
    g_assert_null (perron_sealer_seal (sealer, ID, (const guint8 *) "bonjour", 7, none[i], &error));
    g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_EXPIRED);
    g_assert_false (perron_sealer_uses_escrow_only (sealer, none[i]));
  }
}

/* Walks the DER and counts object identifiers. */
static void
count_objects (const guint8 *at, gsize length, GHashTable *counts)
{
  const guint8 *end = at + length;
  while (at < end) {
    long size;
    int tag, class;
    const guint8 *content = at;
    int form = ASN1_get_object (&content, &size, &tag, &class, end - at);
    g_assert_cmpint (form & 0x80, ==, 0);
    if ((form & V_ASN1_CONSTRUCTED) != 0) {
      count_objects (content, (gsize) size, counts);
    } else if (tag == V_ASN1_OBJECT && class == V_ASN1_UNIVERSAL) {
      const guint8 *from = at;
      ASN1_OBJECT *object = d2i_ASN1_OBJECT (NULL, &from, content + size - at);
      gpointer name = GINT_TO_POINTER (OBJ_obj2nid (object));
      g_hash_table_insert (counts, name, GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (counts, name)) + 1));
      ASN1_OBJECT_free (object);
    }
    at = content + size;
  }
}

static void
test_algorithms (SealKeys *keys, gconstpointer data)
{
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronEnvelope) envelope = seal (sealer, "bonjour", 7, SEAL_NOW_MS);
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  gsize length;
  const guint8 *der = g_bytes_get_data (envelope->sealed, &length);

  count_objects (der, length, counts);
#define COUNT(nid) GPOINTER_TO_INT (g_hash_table_lookup (counts, GINT_TO_POINTER (nid)))
  g_assert_cmpint (COUNT (NID_dhSinglePass_stdDH_sha256kdf_scheme), ==, 2);
  g_assert_cmpint (COUNT (NID_dhSinglePass_stdDH_sha1kdf_scheme), ==, 0);
  g_assert_cmpint (COUNT (NID_id_aes256_wrap), ==, 2);
  g_assert_cmpint (COUNT (NID_aes_256_gcm), ==, 1);
  g_assert_cmpint (COUNT (NID_id_smime_ct_authEnvelopedData), ==, 1);
}

static void
rehash (PerronEnvelope *envelope)
{
  gsize length;
  const guint8 *der = g_bytes_get_data (envelope->sealed, &length);
  SHA256 (der, length, envelope->digest);
}

/* The terminal's signature over an envelope whose digest was made to fit. */
static gboolean
is_signed (const SealKeys *keys, const PerronEnvelope *envelope)
{
  g_autoptr (GBytes) bytes =
    perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);
  return perron_seal_verify (keys->sign_pem, bytes, envelope->signature, NULL);
}

/*
 * One recipient, so that every byte counts: each changed alone, and the digest made to fit, as an attacker would. CMS does not
 * authenticate its frame (version numbers, spelling of the recipient's name): such a byte may open, to the very same text, and the
 * terminal's signature refuses it like all others. In key, content or tag not one byte may be another.
 */
static void
test_altered (SealKeys *keys, gconstpointer data)
{
  keys->options.escrow_certificate = NULL;
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronOpener) opener = make_opener (keys->caisse_key, keys->caisse_pem);
  g_autoptr (PerronEnvelope) envelope = seal (sealer, "bonjour", 7, SEAL_NOW_MS);
  g_autoptr (GBytes) whole = g_bytes_ref (envelope->sealed);
  gsize size, length = 0, in_frame = 0;
  const guint8 *der = g_bytes_get_data (whole, &size);

  g_assert_true (is_signed (keys, envelope));
  for (gsize i = 0; i < size; i++) {
    g_autoptr (GError) error = NULL;
    guint8 *copy = g_memdup2 (der, size);
    copy[i] ^= (guint8) (1u << (i % 8));
    g_bytes_unref (envelope->sealed);
    envelope->sealed = g_bytes_new_take (copy, size);
    rehash (envelope);
    g_assert_false (is_signed (keys, envelope));
    char *opened = perron_opener_open (opener, envelope, &length, &error);
    if (opened != NULL) {
      g_assert_cmpmem (opened, length, "bonjour", 7);
      g_assert_cmpuint (i, <, size - 1024 - 16);
      in_frame++;
      perron_secret_free (opened);
    } else {
      g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED);
    }
    g_assert_cmpuint (perron_secret_in_use (), ==, 0);
  }
  g_assert_cmpuint (in_frame, <, 40);
  for (gsize cut = 1; cut < size; cut += 37) {
    g_bytes_unref (envelope->sealed);
    envelope->sealed = g_bytes_new (der, size - cut);
    rehash (envelope);
    g_assert_null (perron_opener_open (opener, envelope, &length, NULL));
  }
}

static void
test_digest_and_suite (SealKeys *keys, gconstpointer data)
{
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronEnvelope) envelope = seal (sealer, "bonjour", 7, SEAL_NOW_MS);

  envelope->digest[0] ^= 1;
  assert_opens (envelope, keys->caisse_key, keys->caisse_pem, FALSE);
  envelope->digest[0] ^= 1;
  envelope->suite = 2;
  assert_opens (envelope, keys->caisse_key, keys->caisse_pem, FALSE);
}

static void
test_signature (SealKeys *keys, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronSealer) sealer = make_sealer (keys);
  g_autoptr (PerronEnvelope) envelope = seal (sealer, "bonjour", 7, SEAL_NOW_MS);
  g_autoptr (GBytes) right =
    perron_envelope_dup_signed_bytes (envelope->terminal, envelope->dest, envelope->suite, envelope->id, envelope->digest);
  g_autoptr (GBytes) other_terminal =
    perron_envelope_dup_signed_bytes ("borne-0002", envelope->dest, envelope->suite, envelope->id, envelope->digest);
  g_autoptr (GBytes) empty = g_bytes_new (NULL, 0);

  g_assert_true (perron_seal_verify (keys->sign_pem, right, envelope->signature, &error));
  g_assert_no_error (error);
  g_assert_false (perron_seal_verify (keys->sign_pem, other_terminal, envelope->signature, &error));
  g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED);
  g_clear_error (&error);
  g_assert_false (perron_seal_verify (keys->other_pem, right, envelope->signature, &error));
  g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED);
  g_clear_error (&error);
  g_assert_false (perron_seal_verify (keys->sign_pem, right, empty, &error));
  g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_ALTERED);
}

static void
test_receipt (SealKeys *keys, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronOpener) opener = make_opener (keys->caisse_key, keys->caisse_pem);
  guint8 digest[PERRON_DIGEST_BYTES] = { 9 };
  g_autoptr (GBytes) bytes = perron_receipt_dup_signed_bytes ("000", ID, digest, SEAL_NOW_MS);
  g_autoptr (GBytes) later = perron_receipt_dup_signed_bytes ("000", ID, digest, SEAL_NOW_MS + 1);
  g_autoptr (GBytes) signature = perron_opener_sign (opener, bytes, &error);

  g_assert_no_error (error);
  g_assert_true (perron_seal_verify (keys->caisse_pem, bytes, signature, NULL));
  g_assert_false (perron_seal_verify (keys->caisse_pem, later, signature, NULL));
}

static void
test_wrong_files (SealKeys *keys, gconstpointer data)
{
  g_autofree char *absent = g_build_filename (keys->folder, "absent.pem", NULL);
  g_autofree char *rubbish = g_build_filename (keys->folder, "rubbish.pem", NULL);
  const char *const wrong[] = { absent, rubbish, keys->folder, keys->sign_key, NULL };

  g_assert_true (g_file_set_contents (rubbish, "-----BEGIN CERTIFICATE-----\nAAAA\n", -1, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    PerronSealOptions options = keys->options;
    options.caisse_certificate = wrong[i];
    g_assert_null (perron_sealer_new (&options, &error));
    g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY);
    if (wrong[i] != NULL)
      g_assert_nonnull (strstr (error->message, wrong[i]));
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_opener_new (keys->other_key, keys->caisse_pem, &error));
  g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY);
  g_clear_error (&error);
  keys->options.caisse = "00 0";
  g_assert_null (perron_sealer_new (&keys->options, &error));
  g_assert_error (error, PERRON_SEAL_ERROR, PERRON_SEAL_ERROR_KEY);
}

static void
test_padding (void)
{
  guint8 padded[2048];
  gsize offset, length;

  perron_padding_add ((const guint8 *) "abc", 3, padded);
  g_assert_true (perron_padding_find (padded, 1024, &offset, &length));
  g_assert_cmpmem (padded + offset, length, "abc", 3);
  g_assert_false (perron_padding_find (padded, 2048, &offset, &length));
  g_assert_false (perron_padding_find (padded, 3, &offset, &length));
  padded[1023] = 1;
  g_assert_false (perron_padding_find (padded, 1024, &offset, &length));
  padded[1023] = 0;
  padded[0] = 0xff;
  g_assert_false (perron_padding_find (padded, 1024, &offset, &length));
}

#define ADD(path, days, function) g_test_add ("/seal/" path, SealKeys, GINT_TO_POINTER (days), set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/seal/padding", test_padding);
  ADD ("every-step", 90, test_every_step);
  ADD ("limits", 90, test_limits);
  ADD ("recipients", 90, test_recipients);
  ADD ("expired", 10, test_expired);
  ADD ("algorithms", 90, test_algorithms);
  ADD ("altered", 90, test_altered);
  ADD ("digest-and-suite", 90, test_digest_and_suite);
  ADD ("signature", 90, test_signature);
  ADD ("receipt", 90, test_receipt);
  ADD ("wrong-files", 90, test_wrong_files);
  return g_test_run ();
}
