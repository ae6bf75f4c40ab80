/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/enrol/client.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/core/log.h"
#include "kiosk/core/reference.h"
#include "sync/seal/pem.h"

G_DEFINE_QUARK (perron-enrol-error-quark, perron_enrol_error)

static gboolean
refuse (PerronEnrolError code, const char *why, GError **error)
{
  g_set_error_literal (error, PERRON_ENROL_ERROR, (gint) code, why);
  return FALSE;
}

/* --- asking ----------------------------------------------------------------------------------------------------------------------- */

PerronHttp *
perron_enrol_connect (const PerronConfig *config, PerronDeviceIdentity *identity, gboolean (*cancelled) (gpointer), gpointer data, GError **error)
{
  const PerronHttpIdentity use = { perron_device_identity_use, perron_device_identity_get_fault, identity };
  PerronHttpOptions options = { .ca = perron_config_get (config, PERRON_CONFIG_ENROL_CA),
                                .identity = identity != NULL ? &use : NULL,
                                .connect_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_CONNECT_S),
                                .stall_s = perron_config_get_int (config, PERRON_CONFIG_GATEWAY_TOTAL_S),
                                .answer_max = PERRON_EST_BODY_MAX,
                                .cancelled = cancelled,
                                .data = data };
  options.url = perron_config_require (config, PERRON_CONFIG_ENROL_URL, error);
  if (options.url == NULL)
    return NULL;
  if (options.ca == NULL && (options.ca = perron_config_require (config, PERRON_CONFIG_GATEWAY_CA, error)) == NULL)
    return NULL;
  return perron_http_new (&options, error);
}

static const struct {
  const char *word; /* perron_verdict_word() of the authority */
  PerronEnrolError code;
  const char *sentence;
} refusals[] = {
  { "wrong-code", PERRON_ENROL_ERROR_CODE, "the code is not the one of this terminal: check [terminal] id and the code" },
  { "locked", PERRON_ENROL_ERROR_LOCKED, "too many wrong codes: ask the operator for a new one" },
  { "late-code", PERRON_ENROL_ERROR_LATE, "the code has run out: ask the operator for a new one" },
  { "spent-code", PERRON_ENROL_ERROR_SPENT,
    "the code was used before, with another key: ask the operator for a new one; if nobody here used it, tell the operator to revoke this terminal" },
  { "revoked", PERRON_ENROL_ERROR_REVOKED, "this terminal was revoked by its operator" },
  { "too-old", PERRON_ENROL_ERROR_TOO_OLD, "the certificate expired too long ago to be renewed: enrol anew with a code" },
};

/* A refusal is the authority's only when it says one of its words; anything else is somebody in between. */
static gboolean
check_answer (const PerronHttpAnswer *answer, GError **error)
{
  const char *type = answer->content_type != NULL ? answer->content_type : "";
  if (answer->status == 200 && g_str_has_prefix (type, "application/pkcs7-mime"))
    return TRUE;
  if (answer->status < 400 || answer->status >= 500 || !g_str_has_prefix (type, "text/plain"))
    return perron_http_answer_check (answer, FALSE, error);
  g_autofree char *word = g_strndup ((const char *) answer->body->data, MIN (answer->body->len, 32));
  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++) {
    if (strcmp (refusals[i].word, word) == 0)
      return refuse (refusals[i].code, refusals[i].sentence, error);
  }
  g_autofree char *clean = g_strcanon (g_strdup (word), "abcdefghijklmnopqrstuvwxyz-", '?');
  g_set_error (error, PERRON_ENROL_ERROR, PERRON_ENROL_ERROR_REFUSED, "the authority refused: %s", clean);
  return FALSE;
}

static char *
make_authorization (const char *terminal, const char *code)
{
  if (code == NULL)
    return NULL;
  g_autofree char *pair = g_strdup_printf ("%s:%s", terminal, code);
  g_autofree char *base64 = g_base64_encode ((const guchar *) pair, strlen (pair));
  return g_strconcat ("Authorization: Basic ", base64, NULL);
}

X509 *
perron_enrol_ask (PerronHttp *http, const char *path, PerronDeviceKey *key, const char *terminal, const char *code, GError **error)
{
  g_auto (PerronHttpAnswer) answer = { 0 };
  g_autofree char *authorization = make_authorization (terminal, code);
  g_autoptr (GError) cause = NULL;
  g_autofree char *request = perron_est_make_request (perron_device_key_get_pkey (key), terminal, &cause);
  if (request == NULL) {
    const GError *fault = perron_device_key_get_fault (key);
    g_propagate_error (error, fault != NULL ? g_error_copy (fault) : g_steal_pointer (&cause));
    return NULL;
  }
  if (!perron_http_post (http, path, PERRON_EST_REQUEST_TYPE, authorization, request, strlen (request), &answer, error) ||
      !check_answer (&answer, error))
    return NULL;
  return perron_est_parse_answer ((const char *) answer.body->data, answer.body->len, perron_device_key_get_pkey (key), terminal, error);
}

/* --- files ------------------------------------------------------------------------------------------------------------------------ */

/* perron enrol is run as root by a technician; kiosk and sender are users of their own, each owner of its folder. */
static gboolean
hand_over (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat about;
  if (geteuid () != 0 || (stat (folder, &about) == 0 && chown (path, about.st_uid, about.st_gid) == 0))
    return TRUE;
  g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, "%s: %s", path, g_strerror (errno));
  return FALSE;
}

gboolean
perron_enrol_write_certificate (const char *path, X509 *certificate, GError **error)
{
  g_autofree char *pem = perron_est_certificate_to_pem (certificate);
  g_autoptr (GError) cause = NULL;
  if (g_file_set_contents_full (path, pem, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, &cause))
    return hand_over (path, error);
  g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, cause->message);
  return FALSE;
}

static PerronDeviceKey *
open_or_make (const PerronConfig *config, const char *path, PerronConfigKey handle_key, GError **error)
{
  const char *tcti = perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI), *handle_text = perron_config_get (config, handle_key);
  gboolean tpm = strcmp (perron_config_get (config, PERRON_CONFIG_DEVICE_KEYS), "tpm") == 0;
  guint32 handle;
  if (!perron_device_handle_parse (handle_text, &handle)) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[device] \"%s\": not a persistent handle (0x81000000 to 0x817fffff)",
                 handle_text);
    return NULL;
  }
  if (!perron_device_key_make (path, tpm ? PERRON_DEVICE_KEY_TPM : PERRON_DEVICE_KEY_FILE, tcti, handle, error))
    return NULL;
  return hand_over (path, error) ? perron_device_key_open (path, tcti, error) : NULL;
}

/* --- enrolling -------------------------------------------------------------------------------------------------------------------- */

typedef struct {
  const char *terminal, *certificate, *key, *sign_key, *tcti;
} Paths;

static gboolean
read_paths (const PerronConfig *config, Paths *ret_paths, GError **error)
{
  Paths paths = { .terminal = perron_config_get (config, PERRON_CONFIG_TERMINAL_ID), .tcti = perron_config_get (config, PERRON_CONFIG_DEVICE_TCTI) };
  if ((paths.certificate = perron_config_require (config, PERRON_CONFIG_GATEWAY_CERTIFICATE, error)) == NULL ||
      (paths.key = perron_config_require (config, PERRON_CONFIG_GATEWAY_KEY, error)) == NULL ||
      (paths.sign_key = perron_config_require (config, PERRON_CONFIG_SEAL_SIGN_KEY, error)) == NULL)
    return FALSE;
  if (!perron_est_name_ok (paths.terminal)) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "[terminal] id: must be 1 to 31 letters, digits, dashes");
    return FALSE;
  }
  *ret_paths = paths;
  return TRUE;
}

static gboolean
is_enrolled (const Paths *paths)
{
  g_autoptr (PerronDeviceIdentity) identity = perron_device_identity_new (paths->certificate, paths->key, paths->tcti, NULL);
  return identity != NULL && X509_cmp_current_time (X509_get0_notAfter (perron_device_identity_get_certificate (identity))) > 0;
}

gboolean
perron_enrol_run (const PerronConfig *config, const char *code, gboolean again, GError **error)
{
  Paths paths;
  char checked[PERRON_REFERENCE_BYTES];
  if (!read_paths (config, &paths, error))
    return FALSE;
  if (!perron_reference_parse (code, checked))
    return refuse (PERRON_ENROL_ERROR_CODE, "the code is not written like one: eight symbols, the last of which checks the others", error);
  if (!again && is_enrolled (&paths))
    return refuse (PERRON_ENROL_ERROR_ALREADY, "this terminal is enrolled: --again to do it anew with the same keys", error);

  g_autoptr (PerronHttp) http = perron_enrol_connect (config, NULL, NULL, NULL, error);
  g_autoptr (PerronDeviceKey) sign_key = http != NULL ? open_or_make (config, paths.sign_key, PERRON_CONFIG_DEVICE_SIGN_HANDLE, error) : NULL;
  g_autoptr (PerronDeviceKey) key = sign_key != NULL ? open_or_make (config, paths.key, PERRON_CONFIG_DEVICE_HANDLE, error) : NULL;
  if (key == NULL)
    return FALSE;
  if (perron_device_key_get_kind (key) == PERRON_DEVICE_KEY_FILE || perron_device_key_get_kind (sign_key) == PERRON_DEVICE_KEY_FILE)
    perron_log (PERRON_LOG_KEY_IN_FILE);
  g_autoptr (X509) signer = perron_enrol_ask (http, PERRON_EST_ENROLL_SIGNER, sign_key, paths.terminal, checked, error);
  g_autoptr (X509) certificate = signer != NULL ? perron_enrol_ask (http, PERRON_EST_ENROLL, key, paths.terminal, checked, error) : NULL;
  return certificate != NULL && perron_enrol_write_certificate (paths.certificate, certificate, error);
}

static gboolean
destroy (const char *path, const char *tcti, GError **error)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS) || perron_device_key_destroy (path, tcti, error);
}

gboolean
perron_enrol_forget (const PerronConfig *config, GError **error)
{
  Paths paths;
  if (!read_paths (config, &paths, error))
    return FALSE;
  g_autofree char *next = g_strconcat (paths.key, ".new", NULL);
  if (g_unlink (paths.certificate) != 0 && errno != ENOENT) {
    g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, "%s: %s", paths.certificate, g_strerror (errno));
    return FALSE;
  }
  return destroy (paths.key, paths.tcti, error) && destroy (next, paths.tcti, error) && destroy (paths.sign_key, paths.tcti, error);
}
