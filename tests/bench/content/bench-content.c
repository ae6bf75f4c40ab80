/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal does at start with its content: signatures and every file, against plain SHA-256 of the same bytes; and whether it is fit. */
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/journey/check-content.h"
#include "tests/content/pack-fixture.h"

#define ROUNDS 40

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;
  return left < right ? -1 : left > right;
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static double
since_ms (gint64 start)
{
  return (double) (g_get_monotonic_time () - start) / 1000;
}

/* The same bytes by the same library, file by file. */
static guint
hash_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint files = 0;
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *bytes = NULL;
    guint8 sha256[SHA256_DIGEST_LENGTH];
    gsize len;
    if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
      files += hash_folder (path);
      continue;
    }
    g_assert_true (g_file_get_contents (path, &bytes, &len, NULL));
    SHA256 ((const guint8 *) bytes, len, sha256);
    files++;
  }
  return files;
}

static void
install_shipped (PackFixture *fixture, const char *source)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *pack = g_build_filename (fixture->folder, "shipped.pack", NULL);
  const char *const keys[] = { pack_key (fixture, PERRON_ROLE_CONTENT, 0), pack_key (fixture, PERRON_ROLE_CONTENT, 1), NULL };
  const PerronBuildOptions options = { PERRON_ROLE_CONTENT, 1, PACK_NOW_S, PACK_NOW_S + PACK_DAY_S, { 0, 0, 1 }, NULL };
  PerronPackAbout about;

  g_assert_true (perron_build_pack (source, &options, keys, pack, &error));
  int fd = open (pack, O_RDONLY | O_CLOEXEC);
  g_assert_true (perron_content_install (&fixture->options, fd, &about, &error));
  g_assert_no_error (error);
  printf ("pack: %u files, %" G_GINT64_FORMAT " bytes\n", about.files, about.bytes);
  close (fd);
}

int
main (int argc, char **argv)
{
  double looked[ROUNDS], hashed[ROUNDS], checked[ROUNDS];
  PackFixture fixture = { 0 };
  g_auto (PerronContentInUse) in_use = { 0 };

  g_assert_cmpint (argc, ==, 2); /* a folder as a pack is made of */
  pack_set_up (&fixture, NULL);
  install_shipped (&fixture, argv[1]);
  perron_content_look (&fixture.options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  g_assert_nonnull (in_use.files);
  const PerronContentFolder content = { in_use.files, "adulte-seul", TEST_ROOT "/i18n", TEST_ROOT "/ui", NULL };
  for (guint i = 0; i < ROUNDS; i++) {
    g_auto (PerronContentInUse) again = { 0 };
    g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
    gint64 start = g_get_monotonic_time ();
    hash_folder (in_use.files);
    hashed[i] = since_ms (start);
    start = g_get_monotonic_time ();
    perron_content_look (&fixture.options, PERRON_ROLE_CONTENT, TRUE, &again);
    looked[i] = since_ms (start);
    start = g_get_monotonic_time ();
    g_assert_true (perron_journey_check_content (&content, faults));
    checked[i] = since_ms (start);
  }
  double look = median (looked), hash = median (hashed);
  printf ("content-look %.2f ms, plain sha256 %.2f ms, fit to be shown %.2f ms (medians of %u)\n", look, hash, median (checked), ROUNDS);
  printf ("ratio content-look %.2f (budget 4.00)\n", look / hash);
  pack_tear_down (&fixture, NULL);
  return look / hash <= 4 ? 0 : 1;
}
