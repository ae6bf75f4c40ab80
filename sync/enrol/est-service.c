/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/est-service.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <string.h>

#include "kiosk/core/log.h"
#include "sync/seal/pem.h"

#define AUTHORIZATION_MAX 256
#define CERTIFICATE_MAX (16 * 1024)

static void
say (PerronEstAnswer *answer, guint status, const char *word)
{
  *answer = (PerronEstAnswer){ status, "text/plain", g_strdup (word) };
}

static void
refuse (PerronEstAnswer *answer, const GError *error)
{
  perron_log_error (PERRON_LOG_ENROL_REFUSED, error);
  if ((error->domain == PERRON_EST_ERROR && error->code != PERRON_EST_ERROR_CRYPTO) ||
      g_error_matches (error, PERRON_AUTHORITY_ERROR, PERRON_AUTHORITY_ERROR_NAME))
    say (answer, 400, "bad-request");
  else
    say (answer, 503, "authority");
}

/* A certificate, or why there is none. */
static void
conclude (PerronEstAnswer *answer, PerronVerdict verdict, X509 *certificate)
{
  g_autoptr (GError) error = NULL;
  if (certificate == NULL) {
    perron_log_count (PERRON_LOG_ENROL_REFUSED, verdict);
    return say (answer, verdict == PERRON_VERDICT_WRONG ? 401 : 403, perron_verdict_word (verdict));
  }
  char *body = perron_est_make_answer (certificate, &error);
  if (body == NULL)
    return refuse (answer, error);
  perron_log (verdict == PERRON_VERDICT_AGAIN ? PERRON_LOG_ENROL_AGAIN : PERRON_LOG_ENROL_ISSUED);
  *answer = (PerronEstAnswer){ 200, PERRON_EST_ANSWER_TYPE, body };
}

/* "Basic " and base64 of name:code. FALSE: not that. */
static gboolean
read_authorization (const char *header, char ret_name[32], char ret_code[32])
{
  gsize len;
  if (header == NULL || strlen (header) > AUTHORIZATION_MAX || g_ascii_strncasecmp (header, "Basic ", 6) != 0 || header[6] == '\0')
    return FALSE;
  g_autofree char *bytes = (char *) g_base64_decode (header + 6, &len);
  g_autofree char *text = g_strndup (bytes, len);
  char *colon = strchr (text, ':');
  gboolean good = strlen (text) == len && colon != NULL;
  if (good) {
    *colon = '\0';
    good = g_strlcpy (ret_name, text, 32) < 32 && g_strlcpy (ret_code, colon + 1, 32) < 32 && perron_est_name_ok (ret_name);
  }
  OPENSSL_cleanse (bytes, len);
  OPENSSL_cleanse (text, len);
  return good;
}

/* Who spends a code is who asks for the certificate: a code for one terminal never becomes the name of another. */
static void
enrol (PerronAuthority *authority, const PerronEstRequest *request, PerronIssuedRole role, PerronEstAnswer *answer)
{
  char name[32], asked[32], code[32];
  g_autoptr (GError) error = NULL;
  g_autoptr (X509) certificate = NULL;
  PerronVerdict verdict;

  if (!read_authorization (request->authorization, name, code))
    return say (answer, 401, "code-wanted");
  g_autoptr (EVP_PKEY) key = perron_est_parse_request (request->body, request->len, asked, &error);
  if (key == NULL)
    return refuse (answer, error);
  if (strcmp (name, asked) != 0)
    return say (answer, 403, "other-name");
  if (!perron_authority_enrol (authority, role, name, code, key, &verdict, &certificate, &error))
    return refuse (answer, error);
  OPENSSL_cleanse (code, sizeof code);
  conclude (answer, verdict, certificate);
}

/* The handshake proved that the other end holds the key. What nginx found against the certificate ("FAILED:certificate has expired") is judged
 * here: that it is one of ours, and not revoked, is read from the index, byte for byte. */
static X509 *
read_client (const PerronEstRequest *request)
{
  if (request->verify == NULL || request->certificate == NULL || strlen (request->certificate) > CERTIFICATE_MAX ||
      (strcmp (request->verify, "SUCCESS") != 0 && !g_str_has_prefix (request->verify, "FAILED:")))
    return NULL;
  g_autofree char *pem = g_uri_unescape_string (request->certificate, NULL);
  g_autoptr (BIO) in = pem != NULL ? BIO_new_mem_buf (pem, -1) : NULL;
  return in != NULL ? PEM_read_bio_X509 (in, NULL, NULL, (void *) "") : NULL;
}

static void
reenrol (PerronAuthority *authority, const PerronEstRequest *request, PerronEstAnswer *answer)
{
  char asked[32];
  g_autoptr (GError) error = NULL;
  g_autoptr (X509) presented = read_client (request);
  g_autoptr (X509) certificate = NULL;
  PerronVerdict verdict;

  if (presented == NULL)
    return say (answer, 403, "certificate-wanted");
  g_autoptr (EVP_PKEY) key = perron_est_parse_request (request->body, request->len, asked, &error);
  if (key == NULL || !perron_authority_renew (authority, presented, asked, key, &verdict, &certificate, &error))
    return refuse (answer, error);
  conclude (answer, verdict, certificate);
}

static void
tell_authority (PerronAuthority *authority, PerronEstAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  char *body = perron_est_make_answer (perron_authority_get_certificate (authority), &error);
  if (body == NULL)
    return refuse (answer, error);
  *answer = (PerronEstAnswer){ 200, PERRON_EST_ANSWER_TYPE, body };
}

static gboolean
is_request_type (const char *type)
{
  gsize length = strlen (PERRON_EST_REQUEST_TYPE);
  return type != NULL && g_ascii_strncasecmp (type, PERRON_EST_REQUEST_TYPE, length) == 0 && (type[length] == '\0' || type[length] == ';');
}

void
perron_est_serve (PerronAuthority *authority, const PerronEstRequest *request, PerronEstAnswer *ret_answer)
{
  gboolean post = strcmp (request->method, "POST") == 0;
  if (strcmp (request->method, "GET") == 0 && strcmp (request->path, PERRON_EST_CACERTS) == 0)
    return tell_authority (authority, ret_answer);
  gboolean enrolling = strcmp (request->path, PERRON_EST_ENROLL) == 0, signer = strcmp (request->path, PERRON_EST_ENROLL_SIGNER) == 0;
  if (!enrolling && !signer && strcmp (request->path, PERRON_EST_REENROLL) != 0)
    return say (ret_answer, 404, "not-found");
  if (!post)
    return say (ret_answer, 405, "post-only");
  if (!is_request_type (request->content_type))
    return say (ret_answer, 415, "content-type");
  if (enrolling || signer)
    return enrol (authority, request, signer ? PERRON_ROLE_ISSUED_SIGNER : PERRON_ROLE_ISSUED_TERMINAL, ret_answer);
  reenrol (authority, request, ret_answer);
}
