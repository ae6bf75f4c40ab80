/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/device-key.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "kiosk/core/secret.h"
#include "sync/device/key-note.h"
#include "sync/device/tpm-pkey.h"
#include "sync/seal/pem.h"

#define DURABLE (G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE)

struct PerronDeviceKey {
  PerronSigner signer; /* first */
  PerronDeviceKeyKind kind;
  EVP_PKEY *pkey;
  char *tcti;
  PerronTpmKey tpm;
  GError *fault;
};

G_DEFINE_QUARK (perron-device-error-quark, perron_device_error)

static gboolean
refuse (PerronDeviceError code, const char *path, const char *why, GError **error)
{
  ERR_clear_error ();
  g_set_error (error, PERRON_DEVICE_ERROR, code, "%s: %s", path, why);
  return FALSE;
}

/* --- signing ------------------------------------------------------------------------------------------------------------------- */

static gboolean
on_tpm_sign (gpointer data, const guint8 digest[32], guint8 ret_r[PERRON_TPM_FIELD_BYTES], guint8 ret_s[PERRON_TPM_FIELD_BYTES])
{
  PerronDeviceKey *key = data;
  g_clear_error (&key->fault);
  return perron_tpm_sign (key->tcti, &key->tpm, digest, ret_r, ret_s, &key->fault);
}

static GBytes *
on_sign (PerronSigner *signer, GBytes *bytes, GError **error)
{
  PerronDeviceKey *key = (PerronDeviceKey *) signer;
  g_autoptr (GError) cause = NULL;
  g_clear_error (&key->fault);
  GBytes *signature = perron_pem_sign (key->pkey, bytes, &cause);
  if (signature != NULL)
    return signature;
  if (key->fault != NULL)
    g_propagate_error (error, g_error_copy (key->fault));
  else
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_REFUSED, cause->message);
  return NULL;
}

/* --- opening ------------------------------------------------------------------------------------------------------------------- */

static gboolean
take_note (PerronDeviceKey *key, const char *path, const char *text, gsize len, GError **error)
{
  if (!perron_key_note_parse (text, len, path, &key->tpm, error))
    return FALSE;
  key->kind = PERRON_DEVICE_KEY_TPM;
  key->pkey = perron_tpm_pkey_new (&key->tpm, on_tpm_sign, key);
  return key->pkey != NULL || refuse (PERRON_DEVICE_ERROR_FILE, path, "its public key is none", error);
}

PerronDeviceKey *
perron_device_key_open (const char *path, const char *tcti, GError **error)
{
  g_autoptr (PerronDeviceKey) key = g_new0 (PerronDeviceKey, 1);
  g_autoptr (GError) cause = NULL;
  gsize len;
  g_autoptr (PerronSecretText) text = perron_pem_read_file (path, &len, &cause);

  key->signer.sign = on_sign;
  key->tcti = g_strdup (tcti);
  if (text == NULL) {
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, cause->message);
    return NULL;
  }
  if (g_strstr_len (text, (gssize) len, PERRON_KEY_NOTE_BEGIN) != NULL)
    return take_note (key, path, text, len, error) ? g_steal_pointer (&key) : NULL;
  key->pkey = perron_pem_parse_private_key (text, len, path, &cause);
  if (key->pkey != NULL)
    return g_steal_pointer (&key);
  g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, cause->message);
  return NULL;
}

void
perron_device_key_free (PerronDeviceKey *key)
{
  if (key == NULL)
    return;
  EVP_PKEY_free (key->pkey);
  g_clear_error (&key->fault);
  g_free (key->tcti);
  OPENSSL_cleanse (&key->tpm, sizeof key->tpm);
  g_free (key);
}

PerronDeviceKeyKind
perron_device_key_get_kind (const PerronDeviceKey *key)
{
  return key->kind;
}

EVP_PKEY *
perron_device_key_get_pkey (PerronDeviceKey *key)
{
  return key->pkey;
}

PerronSigner *
perron_device_key_get_signer (PerronDeviceKey *key)
{
  return &key->signer;
}

const GError *
perron_device_key_get_fault (const PerronDeviceKey *key)
{
  return key->fault;
}

void
perron_device_key_clear_fault (PerronDeviceKey *key)
{
  g_clear_error (&key->fault);
}

guint32
perron_device_key_get_handle (const PerronDeviceKey *key)
{
  return key->tpm.handle;
}

gboolean
perron_device_key_check (PerronDeviceKey *key, GError **error)
{
  return key->kind == PERRON_DEVICE_KEY_FILE || perron_tpm_check (key->tcti, &key->tpm, error);
}

/* --- making -------------------------------------------------------------------------------------------------------------------- */

static gboolean
make_file (const char *path, GError **error)
{
  g_autoptr (EVP_PKEY) pkey = EVP_EC_gen ("P-256");
  /* BIO_s_secmem wipes what it gives back; the bytes go straight to the file. */
  g_autoptr (BIO) out = BIO_new (BIO_s_secmem ());
  char *text;
  if (pkey == NULL || out == NULL || PEM_write_bio_PrivateKey (out, pkey, NULL, NULL, 0, NULL, NULL) != 1)
    return refuse (PERRON_DEVICE_ERROR_REFUSED, path, "OpenSSL makes no key", error);
  gssize len = BIO_get_mem_data (out, &text);
  g_autoptr (GError) cause = NULL;
  return g_file_set_contents_full (path, text, len, DURABLE, 0600, &cause) || refuse (PERRON_DEVICE_ERROR_FILE, path, cause->message, error);
}

/* A key in the TPM and a file that says so cannot come into being at once. The note of the attempt goes first: when it is there, what stands
 * at its handle is ours, half made, and may be replaced. */
static gboolean
make_tpm (const char *path, const char *tcti, guint32 handle, GError **error)
{
  g_autofree char *attempt = g_strconcat (path, ".making", NULL);
  PerronTpmKey key = { .handle = handle };
  gboolean again = g_file_test (attempt, G_FILE_TEST_EXISTS);
  if (getrandom (key.auth, sizeof key.auth, 0) != sizeof key.auth)
    return refuse (PERRON_DEVICE_ERROR_REFUSED, path, "no random numbers", error);
  /* Before anything is claimed: a handle that is somebody else's must not become ours by a second try. */
  gboolean taken = FALSE;
  if (!again && !perron_tpm_look (tcti, handle, &taken, error))
    return FALSE;
  if (taken)
    return refuse (PERRON_DEVICE_ERROR_REFUSED, path, "there is a key at this handle of the TPM already", error);
  if (!perron_key_note_save (attempt, &key, error) || !perron_tpm_make (tcti, &key, again, error) || !perron_key_note_save (path, &key, error))
    return FALSE;
  OPENSSL_cleanse (&key, sizeof key);
  return g_unlink (attempt) == 0 || refuse (PERRON_DEVICE_ERROR_FILE, attempt, g_strerror (errno), error);
}

/* What a call that was cut had begun to write: "<path>.XXXXXX", a key nobody has a certificate for. */
static void
sweep (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path), *attempt = g_strconcat (name, ".making", NULL);
  const char *const begins[] = { name, attempt };
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *entry = dir != NULL ? g_dir_read_name (dir) : NULL; entry != NULL; entry = g_dir_read_name (dir)) {
    for (gsize i = 0; i < G_N_ELEMENTS (begins); i++) {
      gsize length = strlen (begins[i]);
      if (strlen (entry) == length + strlen (".XXXXXX") && g_str_has_prefix (entry, begins[i]) && entry[length] == '.' &&
          strcmp (entry + length, ".making") != 0) {
        g_autofree char *left = g_build_filename (folder, entry, NULL);
        g_unlink (left);
      }
    }
  }
}

gboolean
perron_device_key_make (const char *path, PerronDeviceKeyKind kind, const char *tcti, guint32 handle, GError **error)
{
  sweep (path);
  if (g_file_test (path, G_FILE_TEST_EXISTS)) {
    g_autofree char *attempt = g_strconcat (path, ".making", NULL);
    return g_unlink (attempt) == 0 || errno == ENOENT || refuse (PERRON_DEVICE_ERROR_FILE, attempt, g_strerror (errno), error);
  }
  return kind == PERRON_DEVICE_KEY_TPM ? make_tpm (path, tcti, handle, error) : make_file (path, error);
}

gboolean
perron_device_key_destroy (const char *path, const char *tcti, GError **error)
{
  g_autoptr (PerronDeviceKey) key = perron_device_key_open (path, tcti, error);
  if (key == NULL || (key->kind == PERRON_DEVICE_KEY_TPM && !perron_tpm_remove (tcti, &key->tpm, error)))
    return FALSE;
  return g_unlink (path) == 0 || refuse (PERRON_DEVICE_ERROR_FILE, path, g_strerror (errno), error);
}

/* --- words of the configuration -------------------------------------------------------------------------------------------------- */

gboolean
perron_device_handle_parse (const char *text, guint32 *ret_handle)
{
  guint64 handle;
  if (!g_str_has_prefix (text, "0x") || !g_ascii_string_to_unsigned (text + 2, 16, 0x81000000, 0x817fffff, &handle, NULL))
    return FALSE;
  *ret_handle = (guint32) handle;
  return TRUE;
}

void
perron_device_tcti_needs (const char *tcti, const char **ret_device, guint16 *ret_port)
{
  const char *port = strstr (tcti, "port=");
  guint64 number = 0;
  *ret_device = g_str_has_prefix (tcti, "device:/") ? tcti + strlen ("device:") : NULL;
  if (port != NULL && (g_str_has_prefix (tcti, "swtpm:") || g_str_has_prefix (tcti, "mssim:")))
    number = g_ascii_strtoull (port + strlen ("port="), NULL, 10);
  *ret_port = number > 0 && number < G_MAXUINT16 ? (guint16) number : 0;
}
