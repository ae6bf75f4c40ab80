/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/http/validity.h"

#include <openssl/pem.h>
#include <openssl/x509.h>

gboolean
perron_certificate_is_current (const char *path)
{
  BIO *file = BIO_new_file (path, "r");
  X509 *certificate = file != NULL ? PEM_read_bio_X509 (file, NULL, NULL, NULL) : NULL;
  gboolean current = TRUE;

  if (certificate != NULL)
    current = X509_cmp_current_time (X509_get0_notBefore (certificate)) < 0 && X509_cmp_current_time (X509_get0_notAfter (certificate)) > 0;
  X509_free (certificate);
  BIO_free (file);
  return current;
}
