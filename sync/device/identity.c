/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/device/identity.h"

#include <glib/gstdio.h>
#include <openssl/err.h>
#include <string.h>

#include "sync/seal/pem.h"

typedef struct {
  guint64 inode;
  gint64 size;
  gint64 mtime_ns;
} Stamp;

struct PerronDeviceIdentity {
  char *certificate_path;
  char *key_path;
  char *new_key_path;
  char *tcti;
  X509 *certificate;
  PerronDeviceKey *key;
  Stamp certificate_stamp, key_stamp;
};

static Stamp
stamp_of (const char *path)
{
  GStatBuf about;
  if (g_stat (path, &about) != 0)
    return (Stamp){ 0 };
  return (Stamp){ about.st_ino, about.st_size, (gint64) about.st_mtim.tv_sec * G_GINT64_CONSTANT (1000000000) + about.st_mtim.tv_nsec };
}

static gboolean
fits (X509 *certificate, PerronDeviceKey *key)
{
  gboolean same = EVP_PKEY_eq (X509_get0_pubkey (certificate), perron_device_key_get_pkey (key)) == 1;
  ERR_clear_error ();
  return same;
}

/* The one of key and new key that the certificate is of. */
static PerronDeviceKey *
load_key (PerronDeviceIdentity *identity, X509 *certificate, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (PerronDeviceKey) key = perron_device_key_open (identity->key_path, identity->tcti, &cause);
  if (key != NULL && fits (certificate, key))
    return g_steal_pointer (&key);
  g_autoptr (PerronDeviceKey) next = perron_device_key_open (identity->new_key_path, identity->tcti, NULL);
  if (next != NULL && fits (certificate, next))
    return g_steal_pointer (&next);
  if (key == NULL)
    g_propagate_error (error, g_steal_pointer (&cause));
  else
    g_set_error (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, "%s: not the certificate of the key %s", identity->certificate_path,
                 identity->key_path);
  return NULL;
}

static gboolean
load (PerronDeviceIdentity *identity, GError **error)
{
  g_autoptr (GError) cause = NULL;
  const Stamp stamp = stamp_of (identity->certificate_path);
  g_autoptr (X509) certificate = perron_pem_load_certificate (identity->certificate_path, &cause);
  if (certificate == NULL) {
    g_set_error_literal (error, PERRON_DEVICE_ERROR, PERRON_DEVICE_ERROR_FILE, cause->message);
    return FALSE;
  }
  g_autoptr (PerronDeviceKey) key = load_key (identity, certificate, error);
  if (key == NULL)
    return FALSE;
  X509_free (identity->certificate);
  perron_device_key_free (identity->key);
  identity->certificate = g_steal_pointer (&certificate);
  identity->key = g_steal_pointer (&key);
  identity->certificate_stamp = stamp;
  identity->key_stamp = stamp_of (identity->key_path);
  return TRUE;
}

PerronDeviceIdentity *
perron_device_identity_new (const char *certificate_path, const char *key_path, const char *tcti, GError **error)
{
  g_autoptr (PerronDeviceIdentity) identity = g_new0 (PerronDeviceIdentity, 1);
  identity->certificate_path = g_strdup (certificate_path);
  identity->key_path = g_strdup (key_path);
  identity->new_key_path = g_strconcat (key_path, ".new", NULL);
  identity->tcti = g_strdup (tcti);
  return load (identity, error) ? g_steal_pointer (&identity) : NULL;
}

void
perron_device_identity_free (PerronDeviceIdentity *identity)
{
  if (identity == NULL)
    return;
  X509_free (identity->certificate);
  perron_device_key_free (identity->key);
  g_free (identity->certificate_path);
  g_free (identity->key_path);
  g_free (identity->new_key_path);
  g_free (identity->tcti);
  g_free (identity);
}

gboolean
perron_device_identity_refresh (PerronDeviceIdentity *identity)
{
  const Stamp certificate = stamp_of (identity->certificate_path), key = stamp_of (identity->key_path);
  if (memcmp (&certificate, &identity->certificate_stamp, sizeof certificate) == 0 && memcmp (&key, &identity->key_stamp, sizeof key) == 0)
    return FALSE;
  return load (identity, NULL);
}

void
perron_device_identity_settle (PerronDeviceIdentity *identity)
{
  g_autoptr (PerronDeviceKey) next = perron_device_key_open (identity->new_key_path, identity->tcti, NULL);
  if (next == NULL || !fits (identity->certificate, next))
    return;
  g_autoptr (PerronDeviceKey) old = perron_device_key_open (identity->key_path, identity->tcti, NULL);
  guint32 freed = old != NULL ? perron_device_key_get_handle (old) : 0;
  if (freed != 0 && freed != perron_device_key_get_handle (next))
    (void) !perron_device_key_destroy (identity->key_path, identity->tcti, NULL);
  if (g_rename (identity->new_key_path, identity->key_path) == 0)
    identity->key_stamp = stamp_of (identity->key_path);
}

gboolean
perron_device_identity_use (gpointer data, SSL_CTX *context)
{
  PerronDeviceIdentity *identity = data;
  perron_device_key_clear_fault (identity->key);
  return SSL_CTX_use_certificate (context, identity->certificate) == 1 &&
         SSL_CTX_use_PrivateKey (context, perron_device_key_get_pkey (identity->key)) == 1 && SSL_CTX_check_private_key (context) == 1;
}

const char *
perron_device_identity_get_fault (gpointer data)
{
  PerronDeviceIdentity *identity = data;
  return perron_device_key_get_fault (identity->key) != NULL ? "key" : NULL;
}

PerronDeviceKey *
perron_device_identity_get_key (PerronDeviceIdentity *identity)
{
  return identity->key;
}

X509 *
perron_device_identity_get_certificate (PerronDeviceIdentity *identity)
{
  return identity->certificate;
}
