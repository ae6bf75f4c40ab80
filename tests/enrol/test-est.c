/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of enrolment as bytes: what fits, what is altered, when a renewal is due, and the authority by an injected clock. */
#include "sync/enrol/authority.h"
#include "sync/enrol/renewal.h"

#include <glib/gstdio.h>
#include <string.h>

#include "sync/seal/pem.h"

#define DAY_S 86400
#define NOW_S G_GINT64_CONSTANT (1780000000)

typedef struct {
  char *folder;
  PerronFakeClock clock;
  PerronAuthority *authority;
  EVP_PKEY *key, *other;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  const PerronAuthorityOptions options = { 90, 60, 72 };
  g_autoptr (GError) error = NULL;
  fixture->folder = g_dir_make_tmp ("perron-ca-XXXXXX", NULL);
  perron_fake_clock_init (&fixture->clock, NOW_S * 1000, 0);
  g_assert_true (perron_authority_init (fixture->folder, "Test", &fixture->clock.clock, &error));
  g_assert_no_error (error);
  fixture->authority = perron_authority_open (fixture->folder, &options, &fixture->clock.clock, &error);
  g_assert_no_error (error);
  fixture->key = EVP_EC_gen ("P-256");
  fixture->other = EVP_EC_gen ("P-256");
}

static void
remove_folder (const char *folder)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    if (g_file_test (path, G_FILE_TEST_IS_DIR))
      remove_folder (path);
    else
      g_unlink (path);
  }
  g_rmdir (folder);
}

static void
tear_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  perron_authority_free (fixture->authority);
  EVP_PKEY_free (fixture->key);
  EVP_PKEY_free (fixture->other);
  remove_folder (fixture->folder);
  g_free (fixture->folder);
}

static X509 *
enrol (Fixture *fixture, PerronIssuedRole role, const char *code, EVP_PKEY *key, PerronVerdict expected)
{
  g_autoptr (GError) error = NULL;
  X509 *certificate = NULL;
  PerronVerdict verdict;
  g_assert_true (perron_authority_enrol (fixture->authority, role, "borne-0001", code, key, &verdict, &certificate, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (perron_verdict_word (verdict), ==, perron_verdict_word (expected));
  g_assert_true ((certificate != NULL) == (verdict <= PERRON_VERDICT_AGAIN));
  return certificate;
}

static X509 *
renew (Fixture *fixture, X509 *presented, EVP_PKEY *key, const char *name, PerronVerdict expected)
{
  g_autoptr (GError) error = NULL;
  X509 *certificate = NULL;
  PerronVerdict verdict;
  g_assert_true (perron_authority_renew (fixture->authority, presented, name, key, &verdict, &certificate, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (perron_verdict_word (verdict), ==, perron_verdict_word (expected));
  return certificate;
}

static void
test_round_trip (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  char name[32], code[PERRON_REFERENCE_BYTES];
  g_autofree char *request = perron_est_make_request (fixture->key, "borne-0001", NULL);
  g_autoptr (EVP_PKEY) key = perron_est_parse_request (request, strlen (request), name, NULL);
  g_assert_cmpstr (name, ==, "borne-0001");
  g_assert_cmpint (EVP_PKEY_eq (key, fixture->key), ==, 1);
  g_assert_true (perron_authority_make_code (fixture->authority, "borne-0001", code, NULL));
  g_autoptr (X509) certificate = enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, key, PERRON_VERDICT_ISSUED);
  g_assert_cmpint (X509_verify (certificate, X509_get0_pubkey (perron_authority_get_certificate (fixture->authority))), ==, 1);
  g_autofree char *answer = perron_est_make_answer (certificate, NULL);
  g_autoptr (X509) got = perron_est_parse_answer (answer, strlen (answer), fixture->key, "borne-0001", NULL);
  g_assert_cmpint (X509_cmp (got, certificate), ==, 0);
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_est_parse_answer (answer, strlen (answer), fixture->other, "borne-0001", &error));
  g_assert_error (error, PERRON_EST_ERROR, PERRON_EST_ERROR_OTHER);
  g_clear_error (&error);
  g_assert_null (perron_est_parse_answer (answer, strlen (answer), fixture->key, "borne-0002", &error));
  g_assert_error (error, PERRON_EST_ERROR, PERRON_EST_ERROR_OTHER);
}

/* Each bit of a request and of an answer turned over: refused, or what it was; never a crash, never another key or name. */
static void
test_altered_bytes (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  char name[32], code[PERRON_REFERENCE_BYTES];
  gsize len, accepted = 0;
  g_autofree char *request = perron_est_make_request (fixture->key, "borne-0001", NULL);
  g_autofree guint8 *der = g_base64_decode (request, &len);
  for (gsize bit = 0; bit < 8 * len; bit++) {
    g_autofree guint8 *altered = g_memdup2 (der, len);
    altered[bit / 8] ^= (guint8) (1 << bit % 8);
    g_autofree char *text = g_base64_encode (altered, len);
    g_autoptr (EVP_PKEY) key = perron_est_parse_request (text, strlen (text), name, NULL);
    accepted += key != NULL;
    g_assert_true (key == NULL || (EVP_PKEY_eq (key, fixture->key) == 1 && strcmp (name, "borne-0001") == 0));
  }
  g_assert_cmpint (accepted, <, 8);
  for (gsize cut = 0; cut < len; cut++) {
    g_autofree char *text = g_base64_encode (der, cut);
    g_assert_null (perron_est_parse_request (text, strlen (text), name, NULL));
  }
  g_assert_true (perron_authority_make_code (fixture->authority, "borne-0001", code, NULL));
  g_autoptr (X509) certificate = enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->key, PERRON_VERDICT_ISSUED);
  g_autofree char *answer = perron_est_make_answer (certificate, NULL);
  g_autofree guint8 *bag = g_base64_decode (answer, &len);
  for (gsize bit = 0; bit < 8 * len; bit++) {
    bag[bit / 8] ^= (guint8) (1 << bit % 8);
    g_autofree char *text = g_base64_encode (bag, len);
    g_autoptr (X509) got = perron_est_parse_answer (text, strlen (text), fixture->key, "borne-0001", NULL);
    g_assert_true (got == NULL || EVP_PKEY_eq (X509_get0_pubkey (got), fixture->key) == 1);
    bag[bit / 8] ^= (guint8) (1 << bit % 8);
  }
}

static void
test_codes (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  char code[PERRON_REFERENCE_BYTES], second[PERRON_REFERENCE_BYTES];
  g_assert_true (perron_authority_make_code (fixture->authority, "borne-0001", code, NULL));
  g_autoptr (X509) signer = enrol (fixture, PERRON_ROLE_ISSUED_SIGNER, code, fixture->other, PERRON_VERDICT_ISSUED);
  g_autoptr (X509) certificate = enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->key, PERRON_VERDICT_ISSUED);
  g_autoptr (X509) again = enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->key, PERRON_VERDICT_AGAIN);
  g_assert_cmpint (X509_cmp (certificate, again), ==, 0);
  g_assert_null (enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->other, PERRON_VERDICT_SPENT));
  g_assert_null (enrol (fixture, PERRON_ROLE_ISSUED_SIGNER, code, fixture->key, PERRON_VERDICT_SPENT));
  /* A new code takes the place of the old one. */
  g_assert_true (perron_authority_make_code (fixture->authority, "borne-0001", second, NULL));
  g_assert_null (enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->key, PERRON_VERDICT_WRONG));
  perron_fake_clock_advance (&fixture->clock, (72 * 3600 + 1) * 1000);
  g_assert_null (enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, second, fixture->key, PERRON_VERDICT_LATE));
}

static void
test_renewal_and_grace (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  char code[PERRON_REFERENCE_BYTES];
  gint64 count;
  g_assert_true (perron_authority_make_code (fixture->authority, "borne-0001", code, NULL));
  g_autoptr (X509) first = enrol (fixture, PERRON_ROLE_ISSUED_TERMINAL, code, fixture->key, PERRON_VERDICT_ISSUED);
  g_autoptr (X509) soon = renew (fixture, first, fixture->key, "borne-0001", PERRON_VERDICT_AGAIN);
  g_assert_null (renew (fixture, first, fixture->key, "borne-0002", PERRON_VERDICT_UNKNOWN));
  perron_fake_clock_advance (&fixture->clock, G_GINT64_CONSTANT (60) * DAY_S * 1000);
  g_autoptr (X509) second = renew (fixture, first, fixture->other, "borne-0001", PERRON_VERDICT_ISSUED);
  g_autoptr (X509) lost = renew (fixture, first, fixture->other, "borne-0001", PERRON_VERDICT_AGAIN);
  g_assert_cmpint (X509_cmp (second, lost), ==, 0);
  /* 90 days after its beginning the first has expired; 60 more it may be renewed. */
  perron_fake_clock_advance (&fixture->clock, G_GINT64_CONSTANT (89) * DAY_S * 1000);
  g_autoptr (X509) third = renew (fixture, first, fixture->key, "borne-0001", PERRON_VERDICT_ISSUED);
  perron_fake_clock_advance (&fixture->clock, G_GINT64_CONSTANT (2) * DAY_S * 1000);
  g_assert_null (renew (fixture, first, fixture->key, "borne-0001", PERRON_VERDICT_TOO_OLD));
  g_assert_true (perron_authority_revoke (fixture->authority, "borne-0001", &count, NULL));
  g_assert_cmpint (count, ==, 3);
  g_assert_null (renew (fixture, third, fixture->key, "borne-0001", PERRON_VERDICT_REVOKED));
  /* One that looks like ours but is not in the index. */
  const PerronIssuer self = { third, fixture->key };
  g_autoptr (X509) made_up = perron_issue_certificate (&self, PERRON_ROLE_ISSUED_TERMINAL, "borne-0001", fixture->key, NOW_S, 900, NULL);
  g_assert_null (renew (fixture, made_up, fixture->key, "borne-0001", PERRON_VERDICT_UNKNOWN));
}

static void
test_due (void)
{
  const gint64 from = NOW_S, to = from + 90 * DAY_S;
  g_assert_false (perron_renewal_is_due (from, to, 60, from));
  g_assert_false (perron_renewal_is_due (from, to, 60, from + 60 * DAY_S - 1));
  g_assert_true (perron_renewal_is_due (from, to, 60, from + 60 * DAY_S));
  g_assert_true (perron_renewal_is_due (from, to, 60, to + 30 * DAY_S));
  /* A clock that stands in 1970 is no reason. */
  g_assert_false (perron_renewal_is_due (from, to, 60, 0));
  /* A life shorter than the setting: two thirds of it. */
  g_assert_true (perron_renewal_is_due (from, from + 9 * DAY_S, 60, from + 6 * DAY_S));
  g_assert_false (perron_renewal_is_due (from, from + 9 * DAY_S, 60, from + 5 * DAY_S));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/enrol/due", test_due);
  g_test_add ("/enrol/round-trip", Fixture, NULL, set_up, test_round_trip, tear_down);
  g_test_add ("/enrol/altered-bytes", Fixture, NULL, set_up, test_altered_bytes, tear_down);
  g_test_add ("/enrol/codes", Fixture, NULL, set_up, test_codes, tear_down);
  g_test_add ("/enrol/renewal-and-grace", Fixture, NULL, set_up, test_renewal_and_grace, tear_down);
  return g_test_run ();
}
