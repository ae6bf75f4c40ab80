/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/badges.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *folder;
  char *path;
} Fixture;

static const guint8 first[PERRON_NFC_HASH_BYTES] = { 1 }, second[PERRON_NFC_HASH_BYTES] = { [31] = 0xFE };

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  fixture->folder = g_dir_make_tmp ("perron-badges-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->folder, "badges", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static PerronBadges *
load (const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  PerronBadges *badges = perron_badges_load (fixture->path, &error);
  g_assert_no_error (error);
  return badges;
}

static void
test_enrol (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronBadges) badges = load (fixture);
  g_assert_cmpuint (perron_badges_count (badges), ==, 0);
  g_assert_true (perron_badges_enrol (badges, "accueil 1", first, &error));
  g_assert_true (perron_badges_enrol (badges, "référent", second, &error));
  g_autoptr (PerronBadges) again = load (fixture);
  g_assert_cmpstr (perron_badges_find (again, first), ==, "accueil 1");
  g_assert_cmpstr (perron_badges_find (again, second), ==, "référent");
  g_assert_null (perron_badges_find (again, (const guint8[PERRON_NFC_HASH_BYTES]){ 1, 1 }));
  GStatBuf about;
  g_assert_cmpint (g_stat (fixture->path, &about), ==, 0);
  g_assert_cmpint (about.st_mode & 0777, ==, 0600);
  g_assert_true (perron_badges_forget (again, "accueil 1", &error));
  g_autoptr (PerronBadges) last = load (fixture);
  g_assert_null (perron_badges_find (last, first));
  g_assert_cmpuint (perron_badges_count (last), ==, 1);
}

static void
expect (gboolean done, GError **error, PerronBadgesError code)
{
  g_assert_false (done);
  g_assert_error (*error, PERRON_BADGES_ERROR, (int) code);
  g_clear_error (error);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronBadges) badges = load (fixture);
  g_autofree char *endless = g_strnfill (PERRON_BADGE_NAME_MAX + 1, 'a');
  g_assert_true (perron_badges_enrol (badges, "a", first, &error));
  expect (perron_badges_enrol (badges, "b", first, &error), &error, PERRON_BADGES_ERROR_KNOWN);
  expect (perron_badges_enrol (badges, "a", second, &error), &error, PERRON_BADGES_ERROR_NAME);
  expect (perron_badges_enrol (badges, "", second, &error), &error, PERRON_BADGES_ERROR_NAME);
  expect (perron_badges_enrol (badges, "b\nc", second, &error), &error, PERRON_BADGES_ERROR_NAME);
  expect (perron_badges_enrol (badges, "\xFF", second, &error), &error, PERRON_BADGES_ERROR_NAME);
  expect (perron_badges_enrol (badges, endless, second, &error), &error, PERRON_BADGES_ERROR_NAME);
  expect (perron_badges_forget (badges, "nobody", &error), &error, PERRON_BADGES_ERROR_NAME);
}

/* A write that fails leaves what was, in memory too. */
static void
test_no_room (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronBadges) badges = perron_badges_load ("/proc/no-such-folder/badges", &error);
  g_assert_no_error (error);
  expect (perron_badges_enrol (badges, "a", first, &error), &error, PERRON_BADGES_ERROR_FILE);
  g_assert_cmpuint (perron_badges_count (badges), ==, 0);
}

static void
test_bad_files (Fixture *fixture, gconstpointer data)
{
#define HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
  static const char *const bad[] = { "x\n", HASH "\n", HASH " \n", HASH " a", HASH "0 a\n", HASH " a\n" HASH " b\n", "\n", HASH " a\n\n" };
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_true (g_file_set_contents (fixture->path, bad[i], -1, NULL));
    g_autoptr (PerronBadges) badges = perron_badges_load (fixture->path, &error);
    g_assert_null (badges);
    g_assert_error (error, PERRON_BADGES_ERROR, PERRON_BADGES_ERROR_FILE);
  }
  g_assert_true (g_file_set_contents (fixture->path, HASH " a\n", -1, NULL));
  g_autoptr (PerronBadges) good = load (fixture);
  g_assert_cmpuint (perron_badges_count (good), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/nfc/badges/enrol", Fixture, NULL, set_up, test_enrol, tear_down);
  g_test_add ("/nfc/badges/refused", Fixture, NULL, set_up, test_refused, tear_down);
  g_test_add_func ("/nfc/badges/no-room", test_no_room);
  g_test_add ("/nfc/badges/bad-files", Fixture, NULL, set_up, test_bad_files, tear_down);
  return g_test_run ();
}
