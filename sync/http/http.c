/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/http/http.h"
#include "sync/http/validity.h"

#include <curl/curl.h>
#include <string.h>

struct PerronHttp {
  CURL *curl;
  struct curl_slist *post_headers;
  struct curl_slist *get_headers;
  char *url; /* without a slash at its end */
  char *certificate;
  PerronHttpIdentity identity;
  gsize answer_max;
  gboolean (*cancelled) (gpointer data);
  gpointer data;
  GByteArray *body; /* of the exchange under way */
  gboolean too_large;
  const PerronHttpFetch *fetch; /* of the exchange under way; NULL: the body is kept */
  gint64 offset, fetched;       /* where the pieces began; bytes handed on */
  curl_off_t moved; /* bytes both ways so far */
  gint64 moved_at;  /* when that last changed, monotonic µs; 0: not yet asked */
  gint64 stall_s;
  gint64 connect_s;
  gboolean stalled;
  gboolean failed; /* the exchange before this one */
  gint64 peer_unix_ms;
  char message[CURL_ERROR_SIZE];
};

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

/* Header of the answer under way; valid until the next question. */
static const char *
get_header (PerronHttp *http, const char *name)
{
  struct curl_header *header = NULL;
  return curl_easy_header (http->curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

/* "bytes FROM-…": FALSE when it is not what was asked for. */
static gboolean
begins_at (PerronHttp *http, gint64 from)
{
  const char *range = get_header (http, "Content-Range");
  char *end = NULL;
  return range != NULL && g_str_has_prefix (range, "bytes ") && g_ascii_isdigit (range[6]) &&
         g_ascii_strtoll (range + 6, &end, 10) == from && *end == '-';
}

/* A weak ETag says nothing about bytes. */
static gboolean
hand_on (PerronHttp *http, guint status, const guint8 *bytes, gsize len)
{
  const char *etag = get_header (http, "ETag");
  if (http->fetched == 0)
    http->offset = status == 206 ? http->fetch->from : 0;
  if (http->fetched == 0 && status == 206 && !begins_at (http, http->fetch->from))
    return FALSE;
  gint64 offset = http->offset + http->fetched;
  http->fetched += (gint64) len;
  return http->fetch->take (http->fetch->data, status, etag != NULL && *etag == '"' ? etag : NULL, offset, bytes, len);
}

static size_t
on_body (char *data, size_t size, size_t count, void *user)
{
  PerronHttp *http = user;
  gsize len = size * count;
  long status = 0;
  if (http->fetch != NULL)
    curl_easy_getinfo (http->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 || status == 206)
    return hand_on (http, (guint) status, (const guint8 *) data, len) ? len : 0;
  if (len > http->answer_max - http->body->len) {
    http->too_large = TRUE;
    return 0;
  }
  g_byte_array_append (http->body, (const guint8 *) data, (guint) len);
  return len;
}

/* libcurl's own low-speed limit averages over seconds past; here a stall is a stall. A slow rural line takes what it takes as long as
 * something moves. Monotonic, not boot time: a suspended machine has not waited. */
static gboolean
is_stalled (PerronHttp *http, curl_off_t moved)
{
  gint64 now = g_get_monotonic_time ();
  if (moved != http->moved || http->moved_at == 0) {
    http->moved = moved;
    http->moved_at = now;
  }
  gint64 limit_s = moved > 0 ? http->stall_s : MAX (http->stall_s, http->connect_s);
  http->stalled = now - http->moved_at > limit_s * G_USEC_PER_SEC;
  return http->stalled;
}

static int
on_progress (void *user, curl_off_t down_total G_GNUC_UNUSED, curl_off_t down, curl_off_t up_total G_GNUC_UNUSED, curl_off_t up)
{
  PerronHttp *http = user;
  return is_stalled (http, down + up) || (http->cancelled != NULL && http->cancelled (http->data));
}

/* libcurl has no option for a key in a TPM that works here (facts/sync-security.md 3.3): the pair goes into OpenSSL's context by hand. */
static CURLcode
on_tls_context (CURL *curl G_GNUC_UNUSED, void *context, void *user)
{
  PerronHttp *http = user;
  return http->identity.use (http->identity.data, context) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static void
set_identity (PerronHttp *http, const PerronHttpOptions *options)
{
  if (options->identity == NULL) {
    curl_easy_setopt (http->curl, CURLOPT_SSLCERT, options->certificate);
    curl_easy_setopt (http->curl, CURLOPT_SSLKEY, options->key);
    return;
  }
  http->identity = *options->identity;
  curl_easy_setopt (http->curl, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl_easy_setopt (http->curl, CURLOPT_SSL_CTX_DATA, http);
}

static void
set_transport (PerronHttp *http, const PerronHttpOptions *options)
{
  CURL *curl = http->curl;
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_3);
  curl_easy_setopt (curl, CURLOPT_CAINFO, options->ca);
  curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  set_identity (http, options);
  curl_easy_setopt (curl, CURLOPT_PROXY, ""); /* an empty one also switches off the proxy of the environment */
  curl_easy_setopt (curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (curl, CURLOPT_MAXCONNECTS, 1L);
  curl_easy_setopt (curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) options->connect_s);
}

static void
set_callbacks (PerronHttp *http)
{
  CURL *curl = http->curl;
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, http->message);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, http);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, http);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "perron/" PERRON_VERSION);
  http->post_headers = curl_slist_append (NULL, "Content-Type: application/fhir+json");
  http->post_headers = curl_slist_append (http->post_headers, "Accept: application/fhir+json");
  http->post_headers = curl_slist_append (http->post_headers, "Expect:");
  http->get_headers = curl_slist_append (NULL, "Accept: application/fhir+json");
}

PerronHttp *
perron_http_new (const PerronHttpOptions *options, GError **error)
{
  if (!g_str_has_prefix (options->url, "https://") || options->url[strlen ("https://")] == '\0') {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "%s: the gateway's address must begin with https://", options->url);
    return NULL;
  }
  if (curl_global_init (CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "libcurl does not start");
    return NULL;
  }
  g_autoptr (PerronHttp) http = g_new0 (PerronHttp, 1);
  http->curl = curl_easy_init ();
  if (http->curl == NULL) {
    g_set_error (error, PERRON_HTTP_ERROR, PERRON_HTTP_ERROR_SETUP, "libcurl does not start");
    return NULL;
  }
  http->url = g_strdup (options->url);
  while (g_str_has_suffix (http->url, "/"))
    http->url[strlen (http->url) - 1] = '\0';
  http->certificate = g_strdup (options->certificate);
  http->answer_max = options->answer_max;
  http->stall_s = options->stall_s;
  http->connect_s = options->connect_s;
  http->cancelled = options->cancelled;
  http->data = options->data;
  set_transport (http, options);
  set_callbacks (http);
  return g_steal_pointer (&http);
}

void
perron_http_free (PerronHttp *http)
{
  if (http == NULL)
    return;
  if (http->curl != NULL)
    curl_easy_cleanup (http->curl);
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
classify_certificate (PerronHttp *http)
{
  long verdict = 0;
  curl_easy_getinfo (http->curl, CURLINFO_SSL_VERIFYRESULT, &verdict);
  if (verdict == 9)
    return PERRON_HTTP_ERROR_CLOCK;
  if (verdict == 10 && http->certificate != NULL && !perron_certificate_is_current (http->certificate))
    return PERRON_HTTP_ERROR_CLOCK;
  return PERRON_HTTP_ERROR_CERTIFICATE;
}

static PerronHttpError
classify (PerronHttp *http, CURLcode code)
{
  switch (code) {
  case CURLE_COULDNT_RESOLVE_HOST:
    return PERRON_HTTP_ERROR_DNS;
  case CURLE_COULDNT_CONNECT:
    return PERRON_HTTP_ERROR_REFUSED;
  case CURLE_OPERATION_TIMEDOUT:
    return PERRON_HTTP_ERROR_TIMEOUT;
  case CURLE_PEER_FAILED_VERIFICATION:
    return classify_certificate (http);
  case CURLE_SSL_CONNECT_ERROR:
    if (http->identity.get_fault != NULL && http->identity.get_fault (http->identity.data) != NULL)
      return PERRON_HTTP_ERROR_KEY;
    /* Plain HTTP on the port: the first bytes are no TLS record. */
    return strstr (http->message, "wrong version number") != NULL ? PERRON_HTTP_ERROR_PORTAL : PERRON_HTTP_ERROR_TLS;
  case CURLE_SSL_CIPHER:
    return PERRON_HTTP_ERROR_TLS;
  case CURLE_ABORTED_BY_CALLBACK:
    return http->stalled ? PERRON_HTTP_ERROR_TIMEOUT : PERRON_HTTP_ERROR_CANCELLED;
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
read_answer (PerronHttp *http, PerronHttpAnswer *ret_answer)
{
  long status = 0;
  curl_off_t wait_s = 0;
  const char *type = NULL;

  curl_easy_getinfo (http->curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo (http->curl, CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo (http->curl, CURLINFO_RETRY_AFTER, &wait_s);
  ret_answer->status = (guint) status;
  ret_answer->content_type = g_strdup (type);
  ret_answer->retry_after_ms = CLAMP (wait_s, 0, 3600) * 1000;
  ret_answer->certificate_expired = status == 400 && http->certificate != NULL && !perron_certificate_is_current (http->certificate);
  ret_answer->body = g_steal_pointer (&http->body);
}

gint64
perron_http_get_peer_time (const PerronHttp *http)
{
  return http->peer_unix_ms;
}

static void
read_peer_time (PerronHttp *http)
{
  struct curl_header *date = NULL;
  time_t when = -1;
  if (curl_easy_header (http->curl, "Date", 0, CURLH_HEADER, -1, &date) == CURLHE_OK)
    when = curl_getdate (date->value, NULL);
  http->peer_unix_ms = when > 0 ? (gint64) when * 1000 : 0;
}

static gboolean
exchange (PerronHttp *http, const char *path, struct curl_slist *headers, const char *body, gsize len, PerronHttpAnswer *ret_answer,
          GError **error)
{
  g_autofree char *url = g_strconcat (http->url, path, NULL);
  g_autoptr (GByteArray) received = g_byte_array_new ();

  http->body = received;
  http->too_large = FALSE;
  http->stalled = FALSE;
  http->moved = 0;
  http->moved_at = 0;
  *http->message = '\0';
  curl_easy_setopt (http->curl, CURLOPT_URL, url);
  if (body != NULL) {
    curl_easy_setopt (http->curl, CURLOPT_POST, 1L);
    curl_easy_setopt (http->curl, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt (http->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) len);
  } else {
    curl_easy_setopt (http->curl, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt (http->curl, CURLOPT_HTTPHEADER, headers);
  /* Giving up an HTTP/2 stream leaves its connection open, and a dead line would be used for ever. */
  curl_easy_setopt (http->curl, CURLOPT_FRESH_CONNECT, http->failed ? 1L : 0L);
  CURLcode code = curl_easy_perform (http->curl);
  http->failed = code != CURLE_OK;
  if (code != CURLE_OK) {
    http->body = NULL;
    const char *why = http->too_large ? "the answer is too large" : http->stalled ? "no progress" : http->message;
    g_set_error (error, PERRON_HTTP_ERROR, classify (http, code), "%s: %s", http->url, *why != '\0' ? why : curl_easy_strerror (code));
    return FALSE;
  }
  read_answer (http, ret_answer);
  read_peer_time (http);
  (void) g_steal_pointer (&received);
  return TRUE;
}

gboolean
perron_http_exchange (PerronHttp *http, const char *path, const char *body, gsize len, PerronHttpAnswer *ret_answer, GError **error)
{
  return exchange (http, path, body != NULL ? http->post_headers : http->get_headers, body, len, ret_answer, error);
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
  http->fetch = fetch;
  http->fetched = 0;
  gboolean answered = exchange (http, path, headers, NULL, 0, ret_answer, error);
  http->fetch = NULL;
  curl_easy_setopt (http->curl, CURLOPT_HTTPHEADER, http->get_headers);
  curl_slist_free_all (headers);
  return answered;
}

void
perron_http_set_authority (PerronHttp *http, const char *ca)
{
  curl_easy_setopt (http->curl, CURLOPT_CAINFO, ca);
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
  gboolean answered = exchange (http, path, headers, body, len, ret_answer, error);
  curl_easy_setopt (http->curl, CURLOPT_HTTPHEADER, NULL);
  curl_slist_free_all (headers);
  return answered;
}

void
perron_http_renew_connection (PerronHttp *http)
{
  http->failed = TRUE;
}

const char *
perron_http_get_protocol (PerronHttp *http)
{
  long version = 0;
  curl_easy_getinfo (http->curl, CURLINFO_HTTP_VERSION, &version);
  return version == CURL_HTTP_VERSION_2_0 ? "h2" : version == CURL_HTTP_VERSION_1_1 ? "http/1.1" : "";
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
