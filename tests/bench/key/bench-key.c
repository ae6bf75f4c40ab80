/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a key in a TPM costs against one in a file: a signature, and a TLS 1.3 handshake with client certificate, in turn in one run. The TPM is an
 * emulator (swtpm): a real chip takes some tens of milliseconds a signature, which a terminal needs once a connection and once a request. */
#include <glib/gstdio.h>
#include <openssl/ssl.h>
#include <stdio.h>

#include "sync/device/device-key.h"
#include "sync/enrol/issue.h"
#include "sync/seal/pem.h"
#include "tests/device/emulator.h"

#define SIGNATURES 200
#define HANDSHAKES 60

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL_CTX, SSL_CTX_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SSL, SSL_free)

typedef struct {
  PerronDeviceKey *key;
  X509 *certificate;
  double signature_ms[SIGNATURES], handshake_ms[HANDSHAKES];
} Side;

static EVP_PKEY *authority_key;
static X509 *authority;

static void
check (gboolean good, const GError *error)
{
  if (!good)
    g_error ("%s", error != NULL ? error->message : "OpenSSL");
}

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

static int
compare (const void *a, const void *b)
{
  const double *left = a, *right = b;
  return (*left > *right) - (*left < *right);
}

static double
median (double *values, gsize count)
{
  qsort (values, count, sizeof *values, compare);
  return values[count / 2];
}

static void
make_side (Side *side, const char *folder, const char *tcti, PerronDeviceKeyKind kind)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, kind == PERRON_DEVICE_KEY_TPM ? "tpm" : "file", NULL);
  const PerronIssuer issuer = { authority, authority_key };
  check (perron_device_key_make (path, kind, tcti, 0x81010001, &error), error);
  side->key = perron_device_key_open (path, tcti, &error);
  check (side->key != NULL, error);
  side->certificate = perron_issue_certificate (&issuer, PERRON_ROLE_ISSUED_TERMINAL, "borne-0001", perron_device_key_get_pkey (side->key),
                                                g_get_real_time () / G_USEC_PER_SEC, 1, &error);
  check (side->certificate != NULL, error);
}

static double
sign (Side *side)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new_static ("perron", 6);
  PerronSigner *signer = perron_device_key_get_signer (side->key);
  double begin = now_ms ();
  g_autoptr (GBytes) signature = signer->sign (signer, bytes, &error);
  check (signature != NULL, error);
  return now_ms () - begin;
}

static SSL *
make_end (SSL_CTX *context, BIO *in, BIO *out, gboolean server)
{
  SSL *end = SSL_new (context);
  SSL_set_bio (end, in, out);
  if (server)
    SSL_set_accept_state (end);
  else
    SSL_set_connect_state (end);
  return end;
}

static double
shake_hands (Side *side, SSL_CTX *server_context)
{
  g_autoptr (SSL_CTX) client_context = SSL_CTX_new (TLS_client_method ());
  BIO *client_bio = NULL, *server_bio = NULL;
  SSL_CTX_set_min_proto_version (client_context, TLS1_3_VERSION);
  check (SSL_CTX_use_certificate (client_context, side->certificate) == 1 &&
           SSL_CTX_use_PrivateKey (client_context, perron_device_key_get_pkey (side->key)) == 1 &&
           BIO_new_bio_pair (&client_bio, 65536, &server_bio, 65536) == 1,
         NULL);
  g_autoptr (SSL) client = make_end (client_context, client_bio, client_bio, FALSE);
  g_autoptr (SSL) server = make_end (server_context, server_bio, server_bio, TRUE);
  double begin = now_ms ();
  for (guint turn = 0; turn < 20 && !(SSL_is_init_finished (client) && SSL_is_init_finished (server)); turn++) {
    SSL_do_handshake (client);
    SSL_do_handshake (server);
  }
  check (SSL_is_init_finished (server) && SSL_get_verify_result (server) == X509_V_OK && SSL_get0_peer_certificate (server) != NULL, NULL);
  return now_ms () - begin;
}

static SSL_CTX *
make_server (EVP_PKEY *key)
{
  g_autoptr (GError) error = NULL;
  const PerronIssuer issuer = { authority, authority_key };
  SSL_CTX *context = SSL_CTX_new (TLS_server_method ());
  g_autoptr (X509) certificate =
    perron_issue_certificate (&issuer, PERRON_ROLE_ISSUED_SERVER, "localhost", key, g_get_real_time () / G_USEC_PER_SEC, 1, &error);
  check (certificate != NULL && SSL_CTX_use_certificate (context, certificate) == 1 && SSL_CTX_use_PrivateKey (context, key) == 1 &&
           X509_STORE_add_cert (SSL_CTX_get_cert_store (context), authority) == 1,
         error);
  SSL_CTX_set_verify (context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
  return context;
}

static void
tell (const char *what, double *tpm, double *file, gsize count)
{
  double tpm_ms = median (tpm, count), file_ms = median (file, count);
  printf ("%s: TPM (emulated) %.2f ms, file %.3f ms (medians of %" G_GSIZE_FORMAT ")\n", what, tpm_ms, file_ms, count);
  printf ("ratio %s, TPM to file %.1f (no budget: a chip's own time)\n", what, tpm_ms / file_ms);
}

int
main (void)
{
  Emulator emulator;
  Side tpm = { 0 }, file = { 0 };
  g_autofree char *folder = g_dir_make_tmp ("perron-bench-XXXXXX", NULL);
  authority_key = EVP_EC_gen ("P-256");
  authority = perron_issue_authority (authority_key, "bench", g_get_real_time () / G_USEC_PER_SEC, NULL);
  g_autoptr (EVP_PKEY) server_key = EVP_EC_gen ("P-256");
  g_autoptr (SSL_CTX) server = make_server (server_key);

  emulator_make (&emulator);
  make_side (&tpm, folder, emulator.tcti, PERRON_DEVICE_KEY_TPM);
  make_side (&file, folder, emulator.tcti, PERRON_DEVICE_KEY_FILE);
  for (guint i = 0; i < SIGNATURES; i++) {
    tpm.signature_ms[i] = sign (&tpm);
    file.signature_ms[i] = sign (&file);
  }
  for (guint i = 0; i < HANDSHAKES; i++) {
    tpm.handshake_ms[i] = shake_hands (&tpm, server);
    file.handshake_ms[i] = shake_hands (&file, server);
  }
  tell ("signature", tpm.signature_ms, file.signature_ms, SIGNATURES);
  tell ("handshake", tpm.handshake_ms, file.handshake_ms, HANDSHAKES);
  emulator_remove (&emulator);
  for (gsize i = 0; i < 2; i++) {
    g_autofree char *path = g_build_filename (folder, i == 0 ? "tpm" : "file", NULL);
    g_unlink (path);
  }
  g_rmdir (folder);
  return 0;
}
