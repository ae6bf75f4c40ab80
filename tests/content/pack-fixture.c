/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/content/pack-fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <unistd.h>

static const char *const words[] = { "content", "certificates", "root" };

static void
make_key (const char *path)
{
  EVP_PKEY *key = EVP_PKEY_Q_keygen (NULL, NULL, "ED25519");
  FILE *out = fopen (path, "w");
  g_assert_true (key != NULL && out != NULL && PEM_write_PrivateKey (out, key, NULL, NULL, 0, NULL, NULL) == 1);
  fclose (out);
  EVP_PKEY_free (key);
}

void
pack_set_up (PackFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  static const int both[] = { 0, 1, -1 };

  fixture->folder = g_dir_make_tmp ("perron-content-XXXXXX", &error);
  g_assert_no_error (error);
  for (guint role = 0; role < G_N_ELEMENTS (words); role++) {
    for (guint i = 0; i < PACK_KEYS; i++)
      make_key (pack_key (fixture, role, i));
  }
  perron_fake_clock_init (&fixture->clock, PACK_NOW_S * 1000, 50000);
  fixture->anchor = pack_make_root (fixture, 1, 0, both);
  fixture->store = g_build_filename (fixture->folder, "store", NULL);
  fixture->options = (PerronContentOptions){ fixture->store, fixture->anchor, &fixture->clock.clock };
}

void
pack_tear_down (PackFixture *fixture, gconstpointer data)
{
  perron_pack_discard (fixture->folder);
  g_assert_false (g_file_test (fixture->folder, G_FILE_TEST_EXISTS));
  g_free (fixture->folder);
  g_free (fixture->anchor);
  g_free (fixture->store);
}

const char *
pack_key (PackFixture *fixture, guint role, guint index)
{
  g_autofree char *path = g_strdup_printf ("%s/%s%u.key", fixture->folder, words[role], index);
  return g_intern_string (path);
}

char *
pack_make_root (PackFixture *fixture, gint64 version, guint shift, const int *signers)
{
  g_autoptr (GError) error = NULL;
  PerronRoot root = { .version = version, .expires_unix_s = PACK_NOW_S + 1000 * PACK_DAY_S };
  const char *keys[PACK_KEYS + 1] = { NULL };
  static guint count;

  for (guint role = 0; role <= PERRON_ROLE_COUNT; role++) {
    root.roles[role] = (PerronRootRole){ .threshold = 2, .count = 3 };
    for (guint i = 0; i < 3; i++)
      g_assert_true (perron_build_load_public (pack_key (fixture, role, i + shift), root.roles[role].keys[i], &error));
  }
  for (guint i = 0; signers[i] >= 0; i++)
    keys[i] = pack_key (fixture, PERRON_ROLE_ROOT, (guint) signers[i]);
  char *path = g_strdup_printf ("%s/root-%" G_GINT64_FORMAT "-%u", fixture->folder, version, count++);
  g_assert_true (perron_build_root (&root, keys, path, &error));
  g_assert_no_error (error);
  return path;
}

PackRecipe
pack_recipe (PackFixture *fixture, PerronContentRole role, gint64 version)
{
  return (PackRecipe){ .role = role,
                       .version = version,
                       .created_s = PACK_NOW_S,
                       .expires_s = PACK_NOW_S + 90 * PACK_DAY_S,
                       .text = "one",
                       .signers = { pack_key (fixture, role, 0), pack_key (fixture, role, 2) } };
}

/* A self-signed P-256 certificate for key agreement, as PEM. */
static char *
make_certificate (void)
{
  EVP_PKEY *key = EVP_EC_gen ("P-256");
  X509 *certificate = X509_new ();
  BIO *out = BIO_new (BIO_s_mem ());
  char *text;

  X509_set_version (certificate, X509_VERSION_3);
  ASN1_INTEGER_set_int64 (X509_get_serialNumber (certificate), 1);
  X509_gmtime_adj (X509_getm_notBefore (certificate), -PACK_DAY_S);
  X509_gmtime_adj (X509_getm_notAfter (certificate), 90 * PACK_DAY_S);
  X509_NAME_add_entry_by_txt (X509_get_subject_name (certificate), "CN", MBSTRING_ASC, (const guchar *) "caisse-000", -1, -1, 0);
  X509_set_issuer_name (certificate, X509_get_subject_name (certificate));
  X509_set_pubkey (certificate, key);
  g_assert_true (X509_sign (certificate, key, EVP_sha256 ()) > 0 && PEM_write_bio_X509 (out, certificate) == 1);
  long len = BIO_get_mem_data (out, &text);
  char *copy = g_strndup (text, (gsize) len);
  BIO_free (out);
  X509_free (certificate);
  EVP_PKEY_free (key);
  return copy;
}

static void
put_file (const char *folder, const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (folder, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

int
pack_make (PackFixture *fixture, const PackRecipe *recipe)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *source = g_build_filename (fixture->folder, "source", NULL);
  g_autofree char *pack = g_build_filename (fixture->folder, "pack", NULL);
  PerronBuildOptions options = { recipe->role, recipe->version, recipe->created_s, recipe->expires_s, { 0 }, recipe->roots };

  memcpy (options.needs, recipe->needs, sizeof options.needs);
  perron_pack_discard (source);
  g_unlink (pack); /* a file that is replaced is flushed first, a new one is not: there are many here */
  if (recipe->role == PERRON_ROLE_CONTENT) {
    put_file (source, "i18n/po/fr.po", recipe->text);
    put_file (source, "journeys/a/journey.json", "{}");
    put_file (source, "journeys/a/empty", "");
  } else {
    g_autofree char *good = recipe->certificate == NULL ? make_certificate () : NULL;
    put_file (source, "caisses/000.pem", good != NULL ? good : recipe->certificate);
  }
  g_assert_true (perron_build_pack (source, &options, recipe->signers, pack, &error));
  g_assert_no_error (error);
  int fd = open (pack, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

int
pack_make_from_text (PackFixture *fixture, const char *head, const char *files)
{
  g_autofree char *pack = g_build_filename (fixture->folder, "pack", NULL);
  g_autofree char *text = g_strconcat (head, "\n", files, NULL);
  g_assert_true (g_file_set_contents (pack, text, -1, NULL));
  int fd = open (pack, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

void
pack_install (PackFixture *fixture, const PackRecipe *recipe)
{
  g_autoptr (GError) error = NULL;
  PerronPackAbout about;
  int fd = pack_make (fixture, recipe);

  gboolean installed = perron_content_install (&fixture->options, fd, &about, &error);
  g_assert_no_error (error);
  g_assert_true (installed);
  g_assert_cmpint (about.version, ==, recipe->version);
  close (fd);
}

void
pack_assert_refused (PackFixture *fixture, int fd, PerronContentError code)
{
  g_autoptr (GError) error = NULL;
  g_auto (PerronContentInUse) before = { 0 }, after = { 0 };
  PerronPackAbout about;

  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &before);
  g_assert_false (perron_content_install (&fixture->options, fd, &about, &error));
  g_assert_error (error, PERRON_CONTENT_ERROR, (gint) code);
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &after);
  g_assert_cmpint (before.version, ==, after.version);
  g_assert_cmpint (before.origin, ==, after.origin);
  close (fd);
}

char *
pack_read_in_use (PackFixture *fixture, PerronContentInUse *ret_in_use)
{
  char *text = NULL;
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, ret_in_use);
  g_autofree char *path = ret_in_use->files != NULL ? g_build_filename (ret_in_use->files, "i18n/po/fr.po", NULL) : NULL;
  if (path != NULL)
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}
