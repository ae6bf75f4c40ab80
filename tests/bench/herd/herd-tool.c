/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/engine/backoff.h"
#include "sync/engine/wire.h"

#include <curl/curl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

/*
 * herd-tool URL KEYS TERMINALS REQUESTS AT_ONCE: that many terminals, each with a key, a client certificate and a TLS connection of its own,
 * leave that many requests each after an outage, and go on as perron-sync does (Retry-After, full jitter) until every one is confirmed.
 * Prints the faults by name on standard error, and:
 * seconds, requests confirmed, faults met on the way, turned away (503), longest wait of a terminal in seconds.
 */
#define SEALED_BYTES 2048
#define DAYS 1

G_DEFINE_AUTOPTR_CLEANUP_FUNC (X509, X509_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EVP_PKEY, EVP_PKEY_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BIO, BIO_free_all)

typedef struct {
  CURL *curl;
  GByteArray *answer;
  char *body;
  gsize len;
  GPtrArray *envelopes;
  PerronBackoff backoff;
  gint64 due_us; /* 0: on the line or done */
} Terminal;

typedef struct {
  const char *url;
  char *ca_path;
  EVP_PKEY *ca_key;
  X509 *ca;
  CURLM *multi;
  struct curl_slist *headers;
  Terminal *terminals;
  guint count, requests, at_once;
  guint next, away, done;
  guint confirmed, faults, turned_away;
  gint64 start_us, longest_us;
  GHashTable *kinds; /* "HTTP 502" or libcurl's words: how often */
} Herd;

/* --- who they are ------------------------------------------------------------------------------------------------------------------ */

static BIO *
open_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  BIO *bio = BIO_new_file (path, "r");
  if (bio == NULL)
    g_error ("%s: cannot be read", path);
  return bio;
}

static X509 *
make_certificate (const Herd *herd, EVP_PKEY *key, guint number)
{
  g_autofree char *name = g_strdup_printf ("herd-%05u", number);
  X509 *certificate = X509_new ();
  X509_NAME *subject = X509_get_subject_name (certificate);

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set (X509_get_serialNumber (certificate), 1000 + (long) number);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -3600);
  X509_gmtime_adj (X509_getm_notAfter (certificate), DAYS * 86400);
  X509_NAME_add_entry_by_txt (subject, "CN", MBSTRING_ASC, (const guchar *) name, -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (herd->ca));
  X509_set_pubkey (certificate, key);
  X509_EXTENSION *use = X509V3_EXT_conf_nid (NULL, NULL, NID_ext_key_usage, "clientAuth");
  X509_add_ext (certificate, use, -1);
  X509_EXTENSION_free (use);
  if (X509_sign (certificate, herd->ca_key, EVP_sha256 ()) <= 0)
    g_error ("cannot sign a certificate");
  return certificate;
}

static void
give_blob (CURL *curl, CURLoption option, BIO *bio)
{
  char *text;
  long len = BIO_get_mem_data (bio, &text);
  struct curl_blob blob = { text, (size_t) len, CURL_BLOB_COPY };
  curl_easy_setopt (curl, option, &blob);
}

static void
give_identity (const Herd *herd, CURL *curl, guint number)
{
  g_autoptr (EVP_PKEY) key = EVP_EC_gen ("P-256");
  g_autoptr (X509) certificate = make_certificate (herd, key, number);
  g_autoptr (BIO) key_text = BIO_new (BIO_s_mem ()), certificate_text = BIO_new (BIO_s_mem ());

  PEM_write_bio_PrivateKey (key_text, key, NULL, NULL, 0, NULL, NULL);
  PEM_write_bio_X509 (certificate_text, certificate);
  give_blob (curl, CURLOPT_SSLKEY_BLOB, key_text);
  give_blob (curl, CURLOPT_SSLCERT_BLOB, certificate_text);
  curl_easy_setopt (curl, CURLOPT_SSLCERTTYPE, "PEM");
  curl_easy_setopt (curl, CURLOPT_SSLKEYTYPE, "PEM");
}

/* --- what they leave --------------------------------------------------------------------------------------------------------------- */

static PerronEnvelope *
make_envelope (guint number)
{
  PerronEnvelope *envelope = g_new0 (PerronEnvelope, 1);
  guint8 sealed[SEALED_BYTES];
  gsize size = PERRON_DIGEST_BYTES;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  RAND_bytes (sealed, sizeof sealed);
  g_checksum_update (sum, sealed, sizeof sealed);
  g_checksum_get_digest (sum, envelope->digest, &size);
  perron_uuid7_generate (g_get_real_time () / 1000, envelope->id);
  envelope->terminal = g_strdup_printf ("herd-%05u", number);
  envelope->dest = g_strdup ("000");
  envelope->suite = PERRON_SUITE_CMS_P256_A256GCM;
  envelope->sealed = g_bytes_new (sealed, sizeof sealed);
  envelope->signature = g_bytes_new (sealed, 72);
  return envelope;
}

static size_t
on_body (char *data, size_t size, size_t count, void *user)
{
  g_byte_array_append (((Terminal *) user)->answer, (const guint8 *) data, (guint) (size * count));
  return size * count;
}

static void
make_terminal (Herd *herd, guint number)
{
  Terminal *terminal = &herd->terminals[number];
  CURL *curl = terminal->curl = curl_easy_init ();

  terminal->answer = g_byte_array_new ();
  terminal->envelopes = g_ptr_array_new_with_free_func ((GDestroyNotify) perron_envelope_free);
  for (guint i = 0; i < herd->requests; i++)
    g_ptr_array_add (terminal->envelopes, make_envelope (number));
  terminal->body = perron_wire_encode_batch ((const PerronEnvelope *const *) terminal->envelopes->pdata, herd->requests, &terminal->len, NULL);
  g_assert_nonnull (terminal->body);
  perron_backoff_init (&terminal->backoff, 1000, 60000);
  give_identity (herd, curl, number);
  curl_easy_setopt (curl, CURLOPT_PRIVATE, terminal);
  curl_easy_setopt (curl, CURLOPT_URL, herd->url);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_CAINFO, herd->ca_path);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_3);
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt (curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, herd->headers);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDS, terminal->body);
  curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) terminal->len);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, terminal);
}

/* --- the flush --------------------------------------------------------------------------------------------------------------------- */

static void
send_away (Herd *herd, Terminal *terminal)
{
  terminal->due_us = 0;
  g_byte_array_set_size (terminal->answer, 0);
  curl_multi_add_handle (herd->multi, terminal->curl);
  herd->away++;
}

/* The four-fold rule of the sender: how many of the batch are confirmed. */
static guint
count_confirmed (Terminal *terminal)
{
  guint count = terminal->envelopes->len, good = 0;
  g_autofree PerronWireExpected *expected = g_new0 (PerronWireExpected, count);
  const char *type = NULL;
  long status = 0;

  curl_easy_getinfo (terminal->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (terminal->curl, CURLINFO_CONTENT_TYPE, &type);
  for (guint i = 0; i < count; i++) {
    const PerronEnvelope *envelope = terminal->envelopes->pdata[i];
    expected[i] = (PerronWireExpected){ envelope->id, envelope->digest, 0 };
  }
  if ((status != 200 && status != 201) || !perron_wire_is_fhir (type) ||
      !perron_wire_parse_answers (terminal->answer->data, terminal->answer->len, expected, count, NULL))
    return 0;
  for (guint i = 0; i < count; i++)
    good += expected[i].ret_status == 200 || expected[i].ret_status == 201;
  return good;
}

/* A fault by its name, on standard error at the end. */
static void
note_fault (Herd *herd, CURLcode code, long status)
{
  char *name = code != CURLE_OK ? g_strdup (curl_easy_strerror (code)) : g_strdup_printf ("HTTP %ld", status);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (herd->kinds, name));
  g_hash_table_insert (herd->kinds, name, GUINT_TO_POINTER (count + 1));
}

static void
print_faults (Herd *herd)
{
  GHashTableIter each;
  gpointer name, count;
  g_hash_table_iter_init (&each, herd->kinds);
  while (g_hash_table_iter_next (&each, &name, &count))
    fprintf (stderr, "fault: %s: %u\n", (const char *) name, GPOINTER_TO_UINT (count));
}

static void
take_back (Herd *herd, Terminal *terminal, CURLcode code)
{
  gint64 now = g_get_monotonic_time ();
  long status = 0;
  curl_off_t wait_s = 0;
  guint good = code == CURLE_OK ? count_confirmed (terminal) : 0;

  curl_easy_getinfo (terminal->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (terminal->curl, CURLINFO_RETRY_AFTER, &wait_s);
  curl_multi_remove_handle (herd->multi, terminal->curl);
  herd->away--;
  if (good == terminal->envelopes->len) {
    herd->confirmed += good;
    herd->done++;
    herd->longest_us = MAX (herd->longest_us, now - herd->start_us);
    return;
  }
  if (code == CURLE_OK && status == 503) {
    herd->turned_away++;
  } else {
    herd->faults++;
    note_fault (herd, code, status);
  }
  terminal->due_us = now + 1000 * perron_backoff_next_ms (&terminal->backoff, g_random_int (), wait_s * 1000);
}

/* Milliseconds until the next of those who wait is due; starts those who are. */
static int
start_due (Herd *herd)
{
  gint64 now = g_get_monotonic_time (), soonest = now + G_USEC_PER_SEC;

  while (herd->away < herd->at_once && herd->next < herd->count)
    send_away (herd, &herd->terminals[herd->next++]);
  for (guint i = 0; i < herd->next; i++) {
    Terminal *terminal = &herd->terminals[i];
    if (terminal->due_us == 0)
      continue;
    if (terminal->due_us <= now)
      send_away (herd, terminal);
    else
      soonest = MIN (soonest, terminal->due_us);
  }
  return (int) ((soonest - now) / 1000) + 1;
}

static void
flush (Herd *herd)
{
  herd->start_us = g_get_monotonic_time ();
  while (herd->done < herd->count) {
    int running, left, wait_ms = start_due (herd);
    CURLMsg *message;
    if (curl_multi_perform (herd->multi, &running) != CURLM_OK)
      g_error ("curl");
    while ((message = curl_multi_info_read (herd->multi, &left)) != NULL) {
      Terminal *terminal;
      if (message->msg != CURLMSG_DONE)
        continue;
      CURLcode code = message->data.result;
      curl_easy_getinfo (message->easy_handle, CURLINFO_PRIVATE, (char **) &terminal);
      take_back (herd, terminal, code);
    }
    if (herd->done < herd->count)
      curl_multi_poll (herd->multi, NULL, 0, wait_ms, NULL);
  }
}

static void
allow_files (void)
{
  struct rlimit limit;
  if (getrlimit (RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit (RLIMIT_NOFILE, &limit);
  }
}

int
main (int argc, char **argv)
{
  if (argc != 6)
    return 2;
  Herd herd = { .url = argv[1], .count = (guint) atoi (argv[3]), .requests = (guint) atoi (argv[4]), .at_once = (guint) atoi (argv[5]) };
  g_autoptr (BIO) key = open_file (argv[2], "ca.key"), certificate = open_file (argv[2], "ca.pem");

  allow_files ();
  curl_global_init (CURL_GLOBAL_DEFAULT);
  herd.ca_path = g_build_filename (argv[2], "ca.pem", NULL);
  herd.ca_key = PEM_read_bio_PrivateKey (key, NULL, NULL, NULL);
  herd.ca = PEM_read_bio_X509 (certificate, NULL, NULL, NULL);
  herd.multi = curl_multi_init ();
  curl_multi_setopt (herd.multi, CURLMOPT_PIPELINING, (long) CURLPIPE_NOTHING);
  herd.headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");
  herd.kinds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  herd.terminals = g_new0 (Terminal, herd.count);
  for (guint i = 0; i < herd.count; i++)
    make_terminal (&herd, i);
  flush (&herd);
  printf ("%.3f %u %u %u %.3f\n", (double) (g_get_monotonic_time () - herd.start_us) / G_USEC_PER_SEC, herd.confirmed, herd.faults,
          herd.turned_away, (double) herd.longest_us / G_USEC_PER_SEC);
  print_faults (&herd);
  g_hash_table_unref (herd.kinds);
  for (guint i = 0; i < herd.count; i++) {
    curl_easy_cleanup (herd.terminals[i].curl);
    g_byte_array_unref (herd.terminals[i].answer);
    g_ptr_array_unref (herd.terminals[i].envelopes);
    g_free (herd.terminals[i].body);
  }
  g_free (herd.terminals);
  curl_multi_cleanup (herd.multi);
  curl_slist_free_all (herd.headers);
  X509_free (herd.ca);
  EVP_PKEY_free (herd.ca_key);
  g_free (herd.ca_path);
  return 0;
}
