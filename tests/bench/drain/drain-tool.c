/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/config.h"
#include "sync/engine/pass.h"
#include "sync/engine/wire.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/*
 * drain-tool CONFIG bare|pass: sends everything that waits to the gateway of the configuration and prints seconds and rows.
 *   bare  libcurl alone: the same bodies, made beforehand; answers are thrown away; the rows go on waiting
 *   pass  the sender's own pass: lease, encode, send, check every entry, mark as sent, ask for receipts, shrink the file
 */
#define ROWS 200
#define BYTES (512 * 1024)

typedef struct {
  char *body;
  gsize len;
} Body;

static void
clear_body (gpointer data)
{
  g_free (((Body *) data)->body);
}

static GArray *
make_bodies (PerronOutbox *outbox, guint *ret_rows)
{
  GArray *bodies = g_array_new (FALSE, FALSE, sizeof (Body));
  g_array_set_clear_func (bodies, clear_body);
  for (;;) {
    g_autoptr (GPtrArray) rows = perron_outbox_lease (outbox, ROWS, BYTES, 600000, NULL);
    g_assert_nonnull (rows);
    if (rows->len == 0)
      return bodies;
    g_autofree const PerronEnvelope **envelopes = g_new (const PerronEnvelope *, rows->len);
    for (guint i = 0; i < rows->len; i++)
      envelopes[i] = ((PerronLeased *) rows->pdata[i])->envelope;
    Body body;
    body.body = perron_wire_encode_batch (envelopes, rows->len, &body.len, NULL);
    g_assert_nonnull (body.body);
    g_array_append_val (bodies, body);
    *ret_rows += rows->len;
  }
}

static size_t
discard (char *data G_GNUC_UNUSED, size_t size, size_t count, void *user G_GNUC_UNUSED)
{
  return size * count;
}

static double
run_bare (PerronOutbox *outbox, const PerronConfig *config, guint *ret_rows)
{
  g_autoptr (GArray) bodies = make_bodies (outbox, ret_rows);
  g_autofree char *url = g_strconcat (perron_config_get (config, PERRON_CONFIG_GATEWAY_URL), "/", NULL);
  struct curl_slist *headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");
  CURL *curl = curl_easy_init ();
  gint64 start = g_get_monotonic_time ();

  curl_easy_setopt (curl, CURLOPT_URL, url);
  curl_easy_setopt (curl, CURLOPT_PROXY, "");
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_3);
  curl_easy_setopt (curl, CURLOPT_CAINFO, perron_config_get (config, PERRON_CONFIG_GATEWAY_CA));
  curl_easy_setopt (curl, CURLOPT_SSLCERT, perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE));
  curl_easy_setopt (curl, CURLOPT_SSLKEY, perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY));
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, discard);
  for (guint i = 0; i < bodies->len; i++) {
    const Body *body = &g_array_index (bodies, Body, i);
    long status = 0;
    curl_easy_setopt (curl, CURLOPT_POSTFIELDS, body->body);
    curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) body->len);
    CURLcode code = curl_easy_perform (curl);
    curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status != 200)
      g_error ("bare upload: %s, HTTP %ld", curl_easy_strerror (code), status);
  }
  curl_easy_cleanup (curl);
  curl_slist_free_all (headers);
  double seconds = (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  if (!perron_outbox_release (outbox, "bench", 0, NULL))
    g_error ("release");
  return seconds;
}

static double
run_pass (PerronOutbox *outbox, const PerronConfig *config, guint *ret_rows)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *cursor = g_strconcat (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), ".cursor", NULL);
  PerronPassResult result;
  PerronHttpOptions options = { .url = perron_config_get (config, PERRON_CONFIG_GATEWAY_URL),
                                .ca = perron_config_get (config, PERRON_CONFIG_GATEWAY_CA),
                                .certificate = perron_config_get (config, PERRON_CONFIG_GATEWAY_CERTIFICATE),
                                .key = perron_config_get (config, PERRON_CONFIG_GATEWAY_KEY), .connect_s = 10, .stall_s = 60,
                                .answer_max = PERRON_WIRE_BODY_MAX };
  gint64 start = g_get_monotonic_time ();
  g_autoptr (PerronHttp) http = perron_http_new (&options, &error);
  PerronPass pass = { .outbox = outbox, .http = http, .terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID),
                      .caisse = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE),
                      .caisse_certificate = perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE), .cursor_path = cursor,
                      .trace_fd = -1, .clock = perron_clock_system (), .item_retry_ms = 60000 };
  perron_batch_size_init (&pass.size, ROWS, BYTES);
  perron_pass_prepare (&pass);
  if (http == NULL || !perron_pass_run (&pass, &result, &error))
    g_error ("pass: %s", error->message);
  *ret_rows = result.accepted;
  return (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  guint rows = 0;
  if (argc != 3)
    return 2;
  g_autoptr (PerronConfig) config = perron_config_load (argv[1], &error);
  PerronOutboxOptions options = { .path = config != NULL ? perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE) : NULL };
  g_autoptr (PerronOutbox) outbox = config != NULL ? perron_outbox_open (&options, perron_clock_system (), NULL, &error) : NULL;
  if (outbox == NULL)
    g_error ("%s", error->message);
  curl_global_init (CURL_GLOBAL_DEFAULT);
  double seconds = strcmp (argv[2], "bare") == 0 ? run_bare (outbox, config, &rows) : run_pass (outbox, config, &rows);
  printf ("%.6f %u\n", seconds, rows);
  return 0;
}
