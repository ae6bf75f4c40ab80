/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/http/http-private.h"

#include <string.h>

const char *
perron_http_flight_get_header (const PerronHttpFlight *flight, const char *name)
{
  struct curl_header *header = NULL;
  return curl_easy_header (flight->transfer.curl, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK ? header->value : NULL;
}

/* "bytes FROM-…": FALSE when it is not what was asked for. */
static gboolean
begins_at (const PerronHttpFlight *flight, gint64 from)
{
  const char *range = perron_http_flight_get_header (flight, "Content-Range");
  char *end = NULL;
  return range != NULL && g_str_has_prefix (range, "bytes ") && g_ascii_isdigit (range[6]) &&
         g_ascii_strtoll (range + 6, &end, 10) == from && *end == '-';
}

/* A weak ETag says nothing about bytes. */
static gboolean
hand_on (PerronHttpFlight *flight, guint status, const guint8 *bytes, gsize len)
{
  const PerronHttpFetch *fetch = flight->fetch;
  const char *etag = perron_http_flight_get_header (flight, "ETag");
  if (flight->fetched == 0)
    flight->offset = status == 206 ? fetch->from : 0;
  if (flight->fetched == 0 && status == 206 && !begins_at (flight, fetch->from))
    return FALSE;
  gint64 offset = flight->offset + flight->fetched;
  flight->fetched += (gint64) len;
  return fetch->take (fetch->data, status, etag != NULL && *etag == '"' ? etag : NULL, offset, bytes, len);
}

static size_t
on_body (char *data, size_t size, size_t count, void *user)
{
  PerronHttpFlight *flight = user;
  gsize len = size * count;
  long status = 0;
  if (flight->fetch != NULL)
    curl_easy_getinfo (flight->transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 200 || status == 206)
    return hand_on (flight, (guint) status, (const guint8 *) data, len) ? len : 0;
  if (len > flight->http->answer_max - flight->body->len) {
    flight->too_large = TRUE;
    return 0;
  }
  g_byte_array_append (flight->body, (const guint8 *) data, (guint) len);
  return len;
}

/*
 * libcurl's own low-speed limit averages over seconds past; here a stall is a stall. A slow rural line takes what it takes as long as
 * something moves, in whichever of two exchanges. Monotonic, not boot time: a suspended machine has not waited.
 */
static gboolean
is_stalled (PerronHttpFlight *flight, curl_off_t moved)
{
  PerronHttp *http = flight->http;
  gint64 now = g_get_monotonic_time ();
  if (moved != flight->moved || http->moved_at == 0) {
    flight->moved = moved;
    http->moved_at = now;
  }
  gint64 limit_s = moved > 0 ? http->stall_s : MAX (http->stall_s, http->connect_s);
  flight->stalled = now - http->moved_at > limit_s * G_USEC_PER_SEC;
  return flight->stalled;
}

static int
on_progress (void *user, curl_off_t down_total G_GNUC_UNUSED, curl_off_t down, curl_off_t up_total G_GNUC_UNUSED, curl_off_t up)
{
  PerronHttpFlight *flight = user;
  PerronHttp *http = flight->http;
  return is_stalled (flight, down + up) || (http->cancelled != NULL && http->cancelled (http->data));
}

/* libcurl has no option for a key in a TPM that works here (facts/sync-security.md 3.3): the pair goes into OpenSSL's context by hand. */
static CURLcode
on_tls_context (CURL *curl G_GNUC_UNUSED, void *context, void *user)
{
  PerronHttp *http = user;
  return http->identity.use (http->identity.data, context) ? CURLE_OK : CURLE_SSL_CERTPROBLEM;
}

static void
set_identity (PerronHttpFlight *flight, const PerronHttpOptions *options)
{
  CURL *curl = flight->transfer.curl;
  if (options->identity == NULL) {
    curl_easy_setopt (curl, CURLOPT_SSLCERT, options->certificate);
    curl_easy_setopt (curl, CURLOPT_SSLKEY, options->key);
    return;
  }
  curl_easy_setopt (curl, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl_easy_setopt (curl, CURLOPT_SSL_CTX_DATA, flight->http);
}

static void
set_transport (PerronHttpFlight *flight, const PerronHttpOptions *options)
{
  CURL *curl = flight->transfer.curl;
  curl_easy_setopt (curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt (curl, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt (curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_3);
  curl_easy_setopt (curl, CURLOPT_CAINFO, options->ca);
  curl_easy_setopt (curl, CURLOPT_CAPATH, NULL);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt (curl, CURLOPT_SSL_VERIFYHOST, 2L);
  set_identity (flight, options);
  curl_easy_setopt (curl, CURLOPT_PROXY, ""); /* an empty one also switches off the proxy of the environment */
  curl_easy_setopt (curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt (curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt (curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
  curl_easy_setopt (curl, CURLOPT_PIPEWAIT, 1L); /* the second exchange goes beside the first, not to a connection of its own */
  curl_easy_setopt (curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt (curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (curl, CURLOPT_CONNECTTIMEOUT, (long) options->connect_s);
}

static void
set_callbacks (PerronHttpFlight *flight)
{
  CURL *curl = flight->transfer.curl;
  curl_easy_setopt (curl, CURLOPT_ERRORBUFFER, flight->message);
  curl_easy_setopt (curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt (curl, CURLOPT_WRITEDATA, flight);
  curl_easy_setopt (curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt (curl, CURLOPT_XFERINFODATA, flight);
  curl_easy_setopt (curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt (curl, CURLOPT_USERAGENT, "perron/" PERRON_VERSION);
}

gboolean
perron_http_flight_init (PerronHttpFlight *flight, PerronHttp *http, const PerronHttpOptions *options)
{
  flight->http = http;
  flight->transfer.curl = curl_easy_init ();
  if (flight->transfer.curl == NULL)
    return FALSE;
  set_transport (flight, options);
  set_callbacks (flight);
  return TRUE;
}

void
perron_http_flight_clear (PerronHttpFlight *flight)
{
  if (flight->transfer.curl != NULL)
    curl_easy_cleanup (flight->transfer.curl);
}
