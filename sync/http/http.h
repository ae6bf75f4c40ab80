/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * One kept HTTPS connection to the one configured gateway: TLS 1.3, HTTP/2, client certificate, one authority trusted, no proxy, no
 * redirect, no other protocol. A handle belongs to one thread, which blocks; bytes move, and the callbacks of the options come, in a thread
 * of the handle's own. What the codes mean for the queue: facts/sync-security.md 2.1.
 */

/* Why the gateway was not reached, or was not the gateway. Every one is a fault of the channel, never of a request. */
typedef enum {
  PERRON_HTTP_ERROR_SETUP,       /* URL, key or certificate of the configuration cannot be used; message names it */
  PERRON_HTTP_ERROR_DNS,         /* the name is not known here */
  PERRON_HTTP_ERROR_REFUSED,     /* nobody listens, or no way there */
  PERRON_HTTP_ERROR_TIMEOUT,     /* no progress for too long */
  PERRON_HTTP_ERROR_TLS,         /* handshake or record layer */
  PERRON_HTTP_ERROR_CERTIFICATE, /* the peer is not who it should be */
  PERRON_HTTP_ERROR_CLOCK,       /* certificates are "not yet valid" or all "expired": the clock of this machine is wrong */
  PERRON_HTTP_ERROR_PORTAL,      /* something between us and the gateway answers in its place */
  PERRON_HTTP_ERROR_CUT,         /* connection lost on the way */
  PERRON_HTTP_ERROR_STATUS,      /* an HTTP status that is no success */
  PERRON_HTTP_ERROR_BUSY,        /* 429, 503: the gateway asks to wait */
  PERRON_HTTP_ERROR_ANSWER,      /* success in name, but not the answer agreed */
  PERRON_HTTP_ERROR_CANCELLED,   /* this program was asked to end */
  PERRON_HTTP_ERROR_KEY,         /* the key of this machine does not sign: its TPM is away, busy, another */
  PERRON_HTTP_ERROR_EXPIRED,     /* the peer refuses our certificate, which is out of date by our clock: it wants renewal */
  PERRON_HTTP_ERROR_IDENTITY,    /* the peer refuses our certificate though it is in date: revoked, or not of its authority */
} PerronHttpError;

#define PERRON_HTTP_ERROR (perron_http_error_quark ())
GQuark perron_http_error_quark (void);

/* "dns", "refused", "timeout" … : the word shown on the adviser's screen and kept in the outbox. */
const char *perron_http_error_word (PerronHttpError code);

/* A key that is no file, or a pair that changes while the program runs: asked at each new TLS connection, in the handle's own thread. */
struct ssl_ctx_st;
typedef struct {
  gboolean (*use) (gpointer data, struct ssl_ctx_st *context);
  const char *(*get_fault) (gpointer data); /* not NULL: the key did not sign */
  gpointer data;
} PerronHttpIdentity;

typedef struct {
  const char *url;         /* https://host[:port][/base] */
  const char *ca;          /* PEM files */
  const char *certificate;
  const char *key;         /* not read when there is an identity */
  const PerronHttpIdentity *identity; /* nullable; copied, its data outlives the handle */
  gint64 connect_s;        /* to reach the peer, TLS included */
  gint64 stall_s;          /* without any progress */
  gsize answer_max;        /* bytes of a body */
  gboolean (*cancelled) (gpointer data); /* nullable; asked about once a second and at each progress */
  gpointer data;
} PerronHttpOptions;

typedef struct PerronHttp PerronHttp;

/* Reads no file yet. PERRON_HTTP_ERROR_SETUP. Transfer full. */
PerronHttp *perron_http_new (const PerronHttpOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_http_free (PerronHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronHttp, perron_http_free)

typedef struct {
  guint status;
  char *content_type;    /* nullable */
  GByteArray *body;
  gint64 retry_after_ms; /* 0: none */
  gboolean certificate_expired; /* our own, by our clock; looked at when the status is 400 */
} PerronHttpAnswer;

void perron_http_answer_clear (PerronHttpAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PerronHttpAnswer, perron_http_answer_clear)

/*
 * GET (body NULL) or POST of FHIR JSON at `path` below the URL ("/", "/Task?…"). TRUE: an HTTP answer of whatever status came from the
 * authenticated peer; see perron_http_answer_check(). FALSE: the error says what stood in between.
 */
gboolean perron_http_exchange (PerronHttp *http, const char *path, const char *body, gsize len, PerronHttpAnswer *ret_answer,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * The same POST in two halves: launched, it goes on by itself, beside another on the same connection (HTTP/2 streams). Landed in any order,
 * each once, before the handle is freed; while one is away the handle is asked nothing else. `body` is borrowed until the flight has landed.
 */
#define PERRON_HTTP_FLIGHTS 2
typedef struct PerronHttpFlight PerronHttpFlight;
PerronHttpFlight *perron_http_launch (PerronHttp *http, const char *path, const char *body, gsize len) G_GNUC_WARN_UNUSED_RESULT;
gboolean perron_http_land (PerronHttpFlight *flight, PerronHttpAnswer *ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/*
 * GET of a file that may be large, handed on piece by piece: `take` gets each piece of a 200 or 206 with the status, the strong ETag
 * (nullable) and where in the file the piece begins; FALSE from it ends the exchange (PERRON_HTTP_ERROR_ANSWER). Bodies of other
 * answers come in `ret_answer`. A 206 that does not begin at `from` is PERRON_HTTP_ERROR_ANSWER.
 */
typedef struct {
  gint64 from;      /* first byte wanted; the server begins at 0 again when the file is another than `etag` (RFC 9110 13.1.5, 14.2) */
  const char *etag; /* with from 0: no body when the file is still this one (304); nullable */
  gboolean (*take) (gpointer data, guint status, const char *etag, gint64 offset, const guint8 *bytes, gsize len);
  gpointer data;
} PerronHttpFetch;

gboolean perron_http_fetch (PerronHttp *http, const char *path, const PerronHttpFetch *fetch, PerronHttpAnswer *ret_answer, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

/* Another authority (PEM file) from the next connection on. */
void perron_http_set_authority (PerronHttp *http, const char *ca);

/* What the last authenticated answer said the time is (its Date header); 0: nothing. Unix, ms. */
gint64 perron_http_get_peer_time (const PerronHttp *http);

/* The same with other words: POST `body` as `content_type`; `authorization` (nullable) is one whole header line. */
gboolean perron_http_post (PerronHttp *http, const char *path, const char *content_type, const char *authorization, const char *body, gsize len,
                           PerronHttpAnswer *ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The next exchange is on a new connection: certificate or key have changed. */
void perron_http_renew_connection (PerronHttp *http);

/* "h2" or "http/1.1" of the last answer, "" before there was one. Static. */
const char *perron_http_get_protocol (const PerronHttp *http);

/* Two of the four conditions: status 200/201 and the content type of FHIR. Otherwise PORTAL, BUSY, STATUS or ANSWER;
 * EXPIRED or IDENTITY for the 400 with which nginx turns a certificate away after a good handshake (facts/sync-security.md 2.1). Pure. */
gboolean perron_http_answer_check (const PerronHttpAnswer *answer, gboolean is_fhir, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
