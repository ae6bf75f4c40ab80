/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/http/http-private.h"
#include "sync/http/validity.h"

#include <string.h>

G_DEFINE_QUARK (perron-http-error-quark, perron_http_error)

const char *
perron_http_error_word (PerronHttpError code)
{
  static const char *const words[] = {
    [PERRON_HTTP_ERROR_SETUP] = "setup",       [PERRON_HTTP_ERROR_DNS] = "dns",
    [PERRON_HTTP_ERROR_REFUSED] = "refused",   [PERRON_HTTP_ERROR_TIMEOUT] = "timeout",
    [PERRON_HTTP_ERROR_TLS] = "tls",           [PERRON_HTTP_ERROR_CERTIFICATE] = "certificate",
    [PERRON_HTTP_ERROR_CLOCK] = "clock",       [PERRON_HTTP_ERROR_PORTAL] = "portal",
    [PERRON_HTTP_ERROR_CUT] = "cut",           [PERRON_HTTP_ERROR_STATUS] = "status",
    [PERRON_HTTP_ERROR_BUSY] = "busy",         [PERRON_HTTP_ERROR_ANSWER] = "answer",
    [PERRON_HTTP_ERROR_CANCELLED] = "stopped", [PERRON_HTTP_ERROR_KEY] = "key",
    [PERRON_HTTP_ERROR_EXPIRED] = "expired",   [PERRON_HTTP_ERROR_IDENTITY] = "identity",
  };
  return (guint) code < G_N_ELEMENTS (words) ? words[code] : "unknown";
}

static void
make_headers (PerronHttp *http)
{
  http->post_headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");
  http->post_headers = curl_slist_append (http->post_headers, "Accept: application/fhir+json");
  http->post_headers = curl_slist_append (http->post_headers, "Expect:");
  http->get_headers = curl_slist_append (NULL, "Accept: application/fhir+json");
}

/* FALSE: libcurl does not start. */
static gboolean
set_up (PerronHttp *http, const PerronHttpOptions *options)
{
  http->line = curl_global_init (CURL_GLOBAL_DEFAULT) == CURLE_OK ? perron_line_new () : NULL;
  gboolean started = http->line != NULL;
  for (guint i = 0; i < PERRON_HTTP_FLIGHTS && started; i++)
    started = perron_http_flight_init (&http->flights[i], http, options);
  return started;
}

PerronHttp *
perron_http_new (const PerronHttpOptions *options, GError **error)
{
  if (!g_str_has_prefix (options->url, "https://") || options->url[strlen ("https://")] == '\0') {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "%s: the gateway's address must begin with https://", options->url);
    return NULL;
  }
  g_autoptr (PerronHttp) http = g_new0 (PerronHttp, 1);
  http->url = g_strdup (options->url);
  while (g_str_has_suffix (http->url, "/"))
    http->url[strlen (http->url) - 1] = '\0';
  http->certificate = g_strdup (options->certificate);
  if (options->identity != NULL)
    http->identity = *options->identity;
  http->answer_max = options->answer_max;
  http->stall_s = options->stall_s;
  http->connect_s = options->connect_s;
  http->cancelled = options->cancelled;
  http->data = options->data;
  http->protocol = "";
  make_headers (http);
  if (set_up (http, options))
    return g_steal_pointer (&http);
  g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "libcurl does not start");
  return NULL;
}

void
perron_http_free (PerronHttp *http)
{
  if (http == NULL)
    return;
  perron_line_free (http->line);
  for (guint i = 0; i < PERRON_HTTP_FLIGHTS; i++)
    perron_http_flight_clear (&http->flights[i]);
  curl_slist_free_all (http->post_headers);
  curl_slist_free_all (http->get_headers);
  g_free (http->url);
  g_free (http->certificate);
  g_free (http);
}

void
perron_http_answer_clear (PerronHttpAnswer *answer)
{
  g_clear_pointer (&answer->content_type, g_free);
  g_clear_pointer (&answer->body, g_byte_array_unref);
}

/* OpenSSL X509_V_ERR_CERT_NOT_YET_VALID 9, X509_V_ERR_CERT_HAS_EXPIRED 10. When our own certificate is out of date by the same
 * clock, it is the clock: both were valid when the terminal was enrolled (facts/sync-security.md section 6, clock ± years). */
static PerronHttpError
classify_certificate (const PerronHttpFlight *flight)
{
  const PerronHttp *http = flight->http;
  long verdict = 0;
  curl_easy_getinfo (flight->transfer.curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
  if (verdict == 9)
    return PERRON_HTTP_ERROR_CLOCK;
  if (verdict == 10 && http->certificate != NULL && !perron_certificate_is_current (http->certificate))
    return PERRON_HTTP_ERROR_CLOCK;
  return PERRON_HTTP_ERROR_CERTIFICATE;
}

static PerronHttpError
classify (const PerronHttpFlight *flight)
{
  const PerronHttp *http = flight->http;
  switch (flight->transfer.code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return PERRON_HTTP_ERROR_DNS;
  case CURLE_COULDNT_CONNECT:
    return PERRON_HTTP_ERROR_REFUSED;
  case CURLE_OPERATION_TIMEDOUT:
    return PERRON_HTTP_ERROR_TIMEOUT;
  case CURLE_PEER_FAILED_VERIFICATION:
    return classify_certificate (flight);
  case CURLE_SSL_CONNECT_ERROR:
    if (http->identity.get_fault != NULL && http->identity.get_fault (http->identity.data) != NULL)
      return PERRON_HTTP_ERROR_KEY;
    /* Plain HTTP on the port: the first bytes are no TLS record. */
    return strstr (flight->message, "wrong version number") != NULL ? PERRON_HTTP_ERROR_PORTAL : PERRON_HTTP_ERROR_TLS;
  case CURLE_SSL_CIPHER:
    return PERRON_HTTP_ERROR_TLS;
  case CURLE_ABORTED_BY_CALLBACK:
    return flight->stalled ? PERRON_HTTP_ERROR_TIMEOUT : PERRON_HTTP_ERROR_CANCELLED;
  case CURLE_WRITE_ERROR:
  case CURLE_FILESIZE_EXCEEDED:
    return PERRON_HTTP_ERROR_ANSWER;
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
    return PERRON_HTTP_ERROR_SETUP;
  default:
    return PERRON_HTTP_ERROR_CUT;
  }
}

static void
read_answer (PerronHttpFlight *flight, PerronHttpAnswer *ret_answer)
{
  const PerronHttp *http = flight->http;
  CURL *curl = flight->transfer.curl;
  long status = 0;
  curl_off_t wait_s = 0;
  const char *type = NULL;

  curl_easy_getinfo (curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (curl, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo (curl, CURLINFO_RETRY_AFTER, &wait_s);
  ret_answer->status = (guint) status;
  ret_answer->content_type = g_strdup (type);
  ret_answer->retry_after_ms = CLAMP (wait_s, 0, 3600) * 1000;
  ret_answer->certificate_expired = status == 400 && http->certificate != NULL && !perron_certificate_is_current (http->certificate);
  ret_answer->body = g_steal_pointer (&flight->body);
}

gint64
perron_http_get_peer_time (const PerronHttp *http)
{
  return http->peer_unix_ms;
}

const char *
perron_http_get_protocol (const PerronHttp *http)
{
  return http->protocol;
}

static void
read_peer (const PerronHttpFlight *flight)
{
  PerronHttp *http = flight->http;
  const char *date = perron_http_flight_get_header (flight, "Date");
  time_t when = date != NULL ? curl_getdate (date, NULL) : -1;
  long version = 0;

  http->peer_unix_ms = when > 0 ? (gint64) when * 1000 : 0;
  curl_easy_getinfo (flight->transfer.curl, CURLINFO_HTTP_VERSION, &version);
  http->protocol = version == CURL_HTTP_VERSION_2_0 ? "h2" : version == CURL_HTTP_VERSION_1_1 ? "http/1.1" : "";
}

typedef struct {
  const char *path;
  struct curl_slist *headers;
  const char *body; /* NULL: GET */
  gsize len;
  const PerronHttpFetch *fetch;
} Question;

static guint
count_away (const PerronHttp *http)
{
  guint count = 0;
  for (guint i = 0; i < PERRON_HTTP_FLIGHTS; i++)
    count += http->flights[i].away;
  return count;
}

/* One that can be launched; NULL: all are away. */
static PerronHttpFlight *
find_landed (PerronHttp *http)
{
  for (guint i = 0; i < PERRON_HTTP_FLIGHTS; i++) {
    if (!http->flights[i].away)
      return &http->flights[i];
  }
  return NULL;
}

static PerronHttpFlight *
launch (PerronHttp *http, const Question *question)
{
  PerronHttpFlight *flight = find_landed (http);
  g_assert (flight != NULL);

  g_autofree char *url = g_strconcat (http->url, question->path, NULL);
  CURL *curl = flight->transfer.curl;
  if (count_away (http) == 0)
    http->moved_at = 0;
  flight->away = TRUE;
  flight->body = g_byte_array_new ();
  flight->too_large = flight->stalled = FALSE;
  flight->fetch = question->fetch;
  flight->fetched = 0;
  flight->moved = 0;
  *flight->message = '\0';
  curl_easy_setopt (curl, CURLOPT_URL, url);
  if (question->body != NULL) {
    curl_easy_setopt (curl, CURLOPT_POST, 1L);
    curl_easy_setopt (curl, CURLOPT_POSTFIELDS, question->body);
    curl_easy_setopt (curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) question->len);
  } else {
    curl_easy_setopt (curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt (curl, CURLOPT_HTTPHEADER, question->headers);
  /* Giving up an HTTP/2 stream leaves its connection open, and a dead line would be used for ever. */
  curl_easy_setopt (curl, CURLOPT_FRESH_CONNECT, http->failed ? 1L : 0L);
  http->failed = FALSE;
  perron_line_start (http->line, &flight->transfer);
  return flight;
}

gboolean
perron_http_land (PerronHttpFlight *flight, PerronHttpAnswer *ret_answer, GError **error)
{
  PerronHttp *http = flight->http;
  CURLcode code;

  perron_line_await (http->line, &flight->transfer);
  code = flight->transfer.code;
  flight->away = FALSE;
  if (code == CURLE_OK) {
    read_answer (flight, ret_answer);
    read_peer (flight);
    return TRUE;
  }
  g_clear_pointer (&flight->body, g_byte_array_unref);
  http->failed = TRUE;
  const char *why = flight->too_large ? "the answer is too large" : flight->stalled ? "no progress" : flight->message;
  g_set_error (error, PERRON_HTTP_ERROR, classify (flight), "%s: %s", http->url, *why != '\0' ? why : curl_easy_strerror (code));
  return FALSE;
}

PerronHttpFlight *
perron_http_launch (PerronHttp *http, const char *path, const char *body, gsize len)
{
  return launch (http, &(Question){ .path = path, .headers = http->post_headers, .body = body, .len = len });
}

static gboolean
ask (PerronHttp *http, const Question *question, PerronHttpAnswer *ret_answer, GError **error)
{
  g_assert (count_away (http) == 0);
  return perron_http_land (launch (http, question), ret_answer, error);
}

gboolean
perron_http_exchange (PerronHttp *http, const char *path, const char *body, gsize len, PerronHttpAnswer *ret_answer, GError **error)
{
  struct curl_slist *headers = body != NULL ? http->post_headers : http->get_headers;
  return ask (http, &(Question){ .path = path, .headers = headers, .body = body, .len = len }, ret_answer, error);
}

gboolean
perron_http_fetch (PerronHttp *http, const char *path, const PerronHttpFetch *fetch, PerronHttpAnswer *ret_answer, GError **error)
{
  g_autofree char *range = g_strdup_printf ("Range: bytes=%" G_GINT64_FORMAT "-", fetch->from);
  g_autofree char *condition = g_strconcat (fetch->from > 0 ? "If-Range: " : "If-None-Match: ", fetch->etag, NULL);
  struct curl_slist *headers = curl_slist_append (NULL, "Accept: application/octet-stream");

  if (fetch->from > 0)
    headers = curl_slist_append (headers, range);
  if (fetch->etag != NULL)
    headers = curl_slist_append (headers, condition);
  gboolean answered = ask (http, &(Question){ .path = path, .headers = headers, .fetch = fetch }, ret_answer, error);
  curl_slist_free_all (headers);
  return answered;
}

void
perron_http_set_authority (PerronHttp *http, const char *ca)
{
  g_assert (count_away (http) == 0);
  for (guint i = 0; i < PERRON_HTTP_FLIGHTS; i++)
    curl_easy_setopt (http->flights[i].transfer.curl, CURLOPT_CAINFO, ca);
  perron_http_renew_connection (http);
}

gboolean
perron_http_post (PerronHttp *http, const char *path, const char *content_type, const char *authorization, const char *body, gsize len,
                  PerronHttpAnswer *ret_answer, GError **error)
{
  g_autofree char *type = g_strconcat ("Content-Type: ", content_type, NULL);
  struct curl_slist *headers = curl_slist_append (curl_slist_append (NULL, type), "Expect:");
  if (authorization != NULL)
    headers = curl_slist_append (headers, authorization);
  gboolean answered = ask (http, &(Question){ .path = path, .headers = headers, .body = body, .len = len }, ret_answer, error);
  curl_slist_free_all (headers);
  return answered;
}

void
perron_http_renew_connection (PerronHttp *http)
{
  http->failed = TRUE;
}

gboolean
perron_http_answer_check (const PerronHttpAnswer *answer, gboolean is_fhir, GError **error)
{
  PerronHttpError code;
  if (answer->status == 503 || answer->status == 429)
    code = PERRON_HTTP_ERROR_BUSY;
  else if (answer->status >= 300 && answer->status < 400)
    code = PERRON_HTTP_ERROR_PORTAL;
  else if (answer->status == 400 && !is_fhir)
    code = answer->certificate_expired ? PERRON_HTTP_ERROR_EXPIRED : PERRON_HTTP_ERROR_IDENTITY;
  else if (answer->status != 200 && answer->status != 201)
    code = PERRON_HTTP_ERROR_STATUS;
  else if (!is_fhir)
    code = answer->content_type != NULL && g_str_has_prefix (answer->content_type, "text/") ? PERRON_HTTP_ERROR_PORTAL : PERRON_HTTP_ERROR_ANSWER;
  else
    return TRUE;
  g_set_error (error, PERRON_HTTP_ERROR, code, "HTTP %u, not the answer agreed", answer->status);
  return FALSE;
}
