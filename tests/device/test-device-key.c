/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The contract of a key of the terminal, on a file and on a TPM; then what only a TPM does, with two real ones (swtpm). */
#include "sync/device/device-key.h"

#include <glib/gstdio.h>
#include <openssl/x509.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#include "sync/device/tpm.h"
#include "sync/seal/pem.h"
#include "tests/device/emulator.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509_REQ, X509_REQ_free)

#define HANDLE 0x81010001
#define SECOND_HANDLE 0x81010002

typedef struct {
  PerronDeviceKeyKind kind;
  Emulator tpm;
  char *folder, *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer kind)
{
  fixture->kind = GPOINTER_TO_INT (kind);
  fixture->folder = g_dir_make_tmp ("perron-key-XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "key", NULL);
  emulator_make (&fixture->tpm);
}

static void
tear_down (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  const char *name;
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
    g_unlink (path);
  }
  g_rmdir (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
  emulator_remove (&fixture->tpm);
}

static PerronDeviceKey *
open_key (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  PerronDeviceKey *key = perron_device_key_open (fixture->path, fixture->tpm.tcti, &error);
  g_assert_no_error (error);
  return key;
}

static PerronDeviceKey *
make_key (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gboolean made = perron_device_key_make (fixture->path, fixture->kind, fixture->tpm.tcti, HANDLE, &error);
  g_assert_no_error (error);
  g_assert_true (made);
  return open_key (fixture);
}

static gboolean
verifies (PerronDeviceKey *key, GBytes *bytes, GBytes *signature)
{
  g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
  gsize len, signature_len;
  const guint8 *data = g_bytes_get_data (bytes, &len), *signature_data = g_bytes_get_data (signature, &signature_len);
  /* A key of its own from the public bytes: what the other side has. */
  guint8 *der = NULL;
  int der_len = i2d_PUBKEY (perron_device_key_get_pkey (key), &der);
  const guint8 *at = der;
  g_autoptr (EVP_PKEY) public = d2i_PUBKEY (NULL, &at, der_len);
  OPENSSL_free (der);
  g_assert_cmpint (EVP_DigestVerifyInit (context, NULL, EVP_sha256 (), NULL, public), ==, 1);
  return EVP_DigestVerify (context, signature_data, signature_len, data, len) == 1;
}

static GBytes *
sign (PerronDeviceKey *key, GBytes *bytes, GError **error)
{
  PerronSigner *signer = perron_device_key_get_signer (key);
  return signer->sign (signer, bytes, error);
}

static void
assert_signs (PerronDeviceKey *key)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("perron", 6), other = g_bytes_new_static ("perroN", 6);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) signature = sign (key, bytes, &error);
  g_assert_no_error (error);
  g_assert_true (verifies (key, bytes, signature));
  g_assert_false (verifies (key, other, signature));
}

static void
assert_fails (PerronDeviceKey *key, PerronDeviceError code)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("perron", 6);
  g_autoptr (GError) error = NULL;
  g_assert_null (sign (key, bytes, &error));
  g_assert_error (error, PERRON_DEVICE_ERROR, (gint) code);
}

/* --- the contract ---------------------------------------------------------------------------------------------------------------- */

static void
test_makes_signs_and_stays (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  struct stat about;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_assert_cmpint (perron_device_key_get_kind (key), ==, fixture->kind);
  assert_signs (key);
  g_assert_cmpint (stat (fixture->path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);

  g_autoptr (PerronDeviceKey) again = open_key (fixture);
  g_assert_cmpint (EVP_PKEY_eq (perron_device_key_get_pkey (key), perron_device_key_get_pkey (again)), ==, 1);
  g_assert_true (perron_device_key_check (again, NULL));
  /* Two hundred in a row: nothing is left behind in a TPM with three slots. */
  for (guint i = 0; i < 200; i++)
    assert_signs (again);
}

static void
test_a_request_is_signed (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_autoptr (X509_REQ) request = X509_REQ_new ();
  g_assert_cmpint (X509_REQ_set_pubkey (request, perron_device_key_get_pkey (key)), ==, 1);
  g_assert_cmpint (X509_REQ_sign (request, perron_device_key_get_pkey (key), EVP_sha256 ()), >, 0);
  g_assert_cmpint (X509_REQ_verify (request, perron_device_key_get_pkey (key)), ==, 1);
}

static void
test_keys_are_never_the_same (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_assert_true (perron_device_key_destroy (fixture->path, fixture->tpm.tcti, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_autoptr (PerronDeviceKey) other = make_key (fixture);
  g_assert_cmpint (EVP_PKEY_eq (perron_device_key_get_pkey (key), perron_device_key_get_pkey (other)), ==, 0);
}

static void
test_bad_files (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  static const char *const texts[] = {
    "", "x", "[tpm-key]\n", "[tpm-key]\nhandle=0x81010001\nauth=00\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (g_file_set_contents (fixture->path, texts[i], -1, NULL));
    g_assert_null (perron_device_key_open (fixture->path, fixture->tpm.tcti, &error));
    g_assert_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE);
    g_assert_nonnull (strstr (error->message, fixture->path));
  }
  g_autoptr (GError) error = NULL;
  g_autofree char *nowhere = g_build_filename (fixture->path, "nowhere", NULL);
  g_assert_false (perron_device_key_make (nowhere, fixture->kind, fixture->tpm.tcti, HANDLE, &error));
  g_assert_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE);
}

/* The note of a key, each byte altered in turn: refused, or a note of a key that is not there; never a crash. */
static void
test_altered_files (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;
  gsize len;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_assert_true (g_file_get_contents (fixture->path, &text, &len, NULL));
  for (gsize i = 0; i < len; i++) {
    g_autofree char *altered = g_memdup2 (text, len);
    altered[i] ^= 1;
    g_assert_true (g_file_set_contents (fixture->path, altered, (gssize) len, NULL));
    g_autoptr (PerronDeviceKey) other = perron_device_key_open (fixture->path, fixture->tpm.tcti, NULL);
    g_assert_true (other == NULL || perron_device_key_get_pkey (other) != NULL);
  }
}

/* --- only a TPM ------------------------------------------------------------------------------------------------------------------ */

static void
test_another_machine (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  Emulator other;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  emulator_make (&other);
  /* The whole disk copied, the TPM not. */
  g_autoptr (PerronDeviceKey) copied = perron_device_key_open (fixture->path, other.tcti, NULL);
  assert_fails (copied, PERRON_DEVICE_ERROR_FOREIGN);
  g_assert_false (perron_device_key_check (copied, NULL));
  /* Nor when that machine has a key of its own at the same place. */
  g_autofree char *second = g_strconcat (fixture->path, ".second", NULL);
  g_assert_true (perron_device_key_make (second, PERRON_DEVICE_KEY_TPM, other.tcti, HANDLE, NULL));
  assert_fails (copied, PERRON_DEVICE_ERROR_FOREIGN);
  /* And the note cannot be made to take it away there. */
  g_assert_false (perron_device_key_destroy (fixture->path, other.tcti, NULL));
  assert_signs (key);
  emulator_remove (&other);
}

static void
test_wrong_auth (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autofree char *text = NULL;
  gsize len;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_assert_true (g_file_get_contents (fixture->path, &text, &len, NULL));
  char *auth = strstr (text, "auth=") + strlen ("auth=");
  *auth = *auth == '0' ? '1' : '0';
  g_assert_true (g_file_set_contents (fixture->path, text, (gssize) len, NULL));
  g_autoptr (PerronDeviceKey) guess = open_key (fixture);
  /* As often as one likes: no counter that locks the terminal itself out. */
  for (guint i = 0; i < 40; i++)
    assert_fails (guess, PERRON_DEVICE_ERROR_FOREIGN);
  assert_signs (key);
}

static void
test_gone_and_back (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  emulator_switch_off (&fixture->tpm);
  assert_fails (key, PERRON_DEVICE_ERROR_ABSENT);
  g_autoptr (PerronDeviceKey) meanwhile = open_key (fixture);
  g_assert_nonnull (meanwhile);
  emulator_switch_on (&fixture->tpm);
  assert_signs (key);
  assert_signs (meanwhile);
}

/* A TPM that hangs does not hang the terminal; what it says too late is nobody's, and the next question is a new one. */
static void
test_hangs (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  const gint64 patience = perron_tpm_patience_us;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  emulator_freeze (&fixture->tpm, TRUE);
  perron_tpm_patience_us = 50 * 1000;
  for (guint i = 0; i < 3; i++)
    assert_fails (key, PERRON_DEVICE_ERROR_ABSENT);
  perron_tpm_patience_us = patience;
  emulator_freeze (&fixture->tpm, FALSE);
  assert_signs (key);
}

static void
run_tool (Fixture *fixture, gboolean must, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("env TPM2TOOLS_TCTI=%s sh -c 'cd %s && %s'", fixture->tpm.tcti, fixture->tpm.folder, line);
  g_autoptr (GError) error = NULL;
  int status;
  g_spawn_command_line_sync (whole, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (status == 0 || !must);
}

/* Somebody else took every slot (0x902): busy, and as good as before when they are given back. */
static void
test_no_slot_left (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  run_tool (fixture, TRUE, "tpm2_createprimary -Q -c a && tpm2_createprimary -Q -c b && tpm2_createprimary -Q -c c");
  assert_fails (key, PERRON_DEVICE_ERROR_BUSY);
  run_tool (fixture, TRUE, "tpm2_flushcontext -t");
  assert_signs (key);
}

/* Somebody guessed at another key until the TPM locked itself: the terminal's own keys are not part of that. */
static void
test_locked_out (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  run_tool (fixture, TRUE, "tpm2_dictionarylockout -s -n 1 -t 1000 -l 1000 && tpm2_createprimary -Q -p secret -c d && echo x > m");
  run_tool (fixture, FALSE, "tpm2_create -Q -C d -P wrong -u u -r r 2>/dev/null");
  run_tool (fixture, FALSE, "tpm2_create -Q -C d -P wrong -u u -r r 2>/dev/null");
  run_tool (fixture, TRUE, "tpm2_flushcontext -t; tpm2_getcap properties-variable | grep -q \"inLockout: *1\"");
  assert_signs (key);
}

static void
test_taken_handle (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  g_autofree char *second = g_strconcat (fixture->path, ".second", NULL);
  for (guint i = 0; i < 2; i++) {
    g_clear_error (&error);
    g_assert_false (perron_device_key_make (second, PERRON_DEVICE_KEY_TPM, fixture->tpm.tcti, HANDLE, &error));
    g_assert_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED);
    g_assert_false (g_file_test (second, G_FILE_TEST_EXISTS));
  }
  g_assert_true (perron_device_key_make (second, PERRON_DEVICE_KEY_TPM, fixture->tpm.tcti, SECOND_HANDLE, NULL));
  assert_signs (key);
}

/* Cut between the TPM and the file: what stands there then is ours, and the next call makes it anew. */
static void
test_cut_while_making (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autofree char *attempt = g_strconcat (fixture->path, ".making", NULL);
  {
    g_autoptr (PerronDeviceKey) key = make_key (fixture);
    g_assert_false (g_file_test (attempt, G_FILE_TEST_EXISTS));
  }
  g_assert_cmpint (g_rename (fixture->path, attempt), ==, 0);
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  assert_signs (key);
  g_assert_false (g_file_test (attempt, G_FILE_TEST_EXISTS));
}

/* SHA-1 and SHA-384 digests, and a decryption: the key is for one thing. */
static void
test_for_signing_sha256_alone (Fixture *fixture, gconstpointer kind G_GNUC_UNUSED)
{
  g_autoptr (PerronDeviceKey) key = make_key (fixture);
  const EVP_MD *const others[] = { EVP_sha1 (), EVP_sha384 (), EVP_sha512 () };
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (EVP_MD_CTX) context = EVP_MD_CTX_new ();
    guint8 signature[256];
    gsize len = sizeof signature;
    g_assert_true (EVP_DigestSignInit (context, NULL, others[i], NULL, perron_device_key_get_pkey (key)) != 1 ||
                   EVP_DigestSign (context, signature, &len, (const guint8 *) "perron", 6) != 1);
  }
  g_autofree char *output = NULL;
  int status;
  char *argv[] = { "tpm2_readpublic", "-T", fixture->tpm.tcti, "-c", "0x81010001", NULL };
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL, &status, NULL));
  g_assert_cmpint (status, ==, 0);
  g_assert_nonnull (strstr (output, "value: fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign\n"));
  g_assert_nonnull (strstr (output, "value: sha256"));
}

static void
test_words (void)
{
  guint32 handle = 0;
  const char *device;
  guint16 port;
  g_assert_true (perron_device_handle_parse ("0x81010001", &handle));
  g_assert_cmphex (handle, ==, 0x81010001);
  static const char *const bad[] = { "", "0x", "81010001", "0x81800000", "0x80ffffff", "0x181010001", "0x81010001x" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (perron_device_handle_parse (bad[i], &handle));
  perron_device_tcti_needs ("device:/dev/tpmrm0", &device, &port);
  g_assert_cmpstr (device, ==, "/dev/tpmrm0");
  g_assert_cmpint (port, ==, 0);
  perron_device_tcti_needs ("swtpm:host=127.0.0.1,port=2321", &device, &port);
  g_assert_null (device);
  g_assert_cmpint (port, ==, 2321);
  perron_device_tcti_needs ("swtpm:path=/x", &device, &port);
  g_assert_cmpint (port, ==, 0);
}

typedef void (*Test) (Fixture *fixture, gconstpointer kind);

int
main (int argc, char **argv)
{
  static const struct {
    const char *name;
    Test test;
    gboolean tpm_only;
  } tests[] = {
    { "makes-signs-and-stays", test_makes_signs_and_stays, FALSE },
    { "request", test_a_request_is_signed, FALSE },
    { "never-the-same", test_keys_are_never_the_same, FALSE },
    { "bad-files", test_bad_files, FALSE },
    { "altered-files", test_altered_files, FALSE },
    { "another-machine", test_another_machine, TRUE },
    { "wrong-auth", test_wrong_auth, TRUE },
    { "gone-and-back", test_gone_and_back, TRUE },
    { "hangs", test_hangs, TRUE },
    { "no-slot-left", test_no_slot_left, TRUE },
    { "locked-out", test_locked_out, TRUE },
    { "taken-handle", test_taken_handle, TRUE },
    { "cut-while-making", test_cut_while_making, TRUE },
    { "sha256-alone", test_for_signing_sha256_alone, TRUE },
  };
  static const char *const kinds[] = { [PERRON_DEVICE_KEY_FILE] = "file", [PERRON_DEVICE_KEY_TPM] = "tpm" };

  g_test_init (&argc, &argv, NULL);
  /* What tpm2-tss writes on standard error is not the test's. */
  g_setenv ("TSS2_LOG", "all+none", TRUE);
  g_test_add_func ("/device/words", test_words);
  for (gsize kind = 0; kind < G_N_ELEMENTS (kinds); kind++) {
    for (gsize i = 0; i < G_N_ELEMENTS (tests); i++) {
      g_autofree char *name = g_strdup_printf ("/device/%s/%s", kinds[kind], tests[i].name);
      if (!tests[i].tpm_only || kind == PERRON_DEVICE_KEY_TPM)
        g_test_add (name, Fixture, GINT_TO_POINTER (kind), set_up, tests[i].test, tear_down);
    }
  }
  return g_test_run ();
}
