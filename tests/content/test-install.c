/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two slots, one before kept, damage, going back, new roots. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/content/pack-fixture.h"

static void
install_text (PackFixture *fixture, gint64 version, const char *text)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, version);
  recipe.text = text;
  pack_install (fixture, &recipe);
}

static void
assert_in_use (PackFixture *fixture, gint64 version, PerronContentOrigin origin, const char *text)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  g_autofree char *found = pack_read_in_use (fixture, &in_use);
  g_assert_cmpint (in_use.version, ==, version);
  g_assert_cmpint (in_use.origin, ==, origin);
  g_assert_cmpstr (found, ==, text);
}

/* A path below the slot in use. */
static char *
path_in_use (PackFixture *fixture, const char *path)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, FALSE, &in_use);
  return g_build_filename (in_use.files, path, NULL);
}

static void
spoil (const char *path)
{
  g_assert_true (g_file_set_contents (path, "xyz", -1, NULL));
}

static void
test_nothing (PackFixture *fixture, gconstpointer data)
{
  assert_in_use (fixture, 0, PERRON_CONTENT_FROM_PACKAGE, NULL);
  g_autofree char *words = perron_content_describe (&fixture->options);
  g_assert_cmpstr (words, ==, "content package, certificates package");
  g_autoptr (GError) error = NULL;
  gint64 version;
  g_assert_false (perron_content_roll_back (&fixture->options, PERRON_ROLE_CONTENT, &version, &error));
  g_assert_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_NONE);
}

/* Without a root file nothing is taken, and what was taken before is not used. */
static void
test_no_root (PackFixture *fixture, gconstpointer data)
{
  install_text (fixture, 1, "one");
  fixture->options.root = NULL;
  assert_in_use (fixture, 0, PERRON_CONTENT_FROM_PACKAGE, NULL);
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 2);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_ROOT);
  fixture->options.root = "/nonexistent";
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_ROOT);
  assert_in_use (fixture, 0, PERRON_CONTENT_FROM_PACKAGE, NULL);
}

static void
test_damage (PackFixture *fixture, gconstpointer data)
{
  install_text (fixture, 1, "one");
  install_text (fixture, 2, "two");
  g_autofree char *newest = path_in_use (fixture, "i18n/po/fr.po");
  spoil (newest);
  assert_in_use (fixture, 1, PERRON_CONTENT_FROM_PREVIOUS, "one");
  g_autofree char *before = path_in_use (fixture, "i18n/po/fr.po");
  g_assert_cmpstr (before, ==, newest); /* without reading the files nothing is seen: that is what `deep` is for */

  /* The very pack again mends it, in its own slot: the one before stays. */
  install_text (fixture, 2, "two");
  assert_in_use (fixture, 2, PERRON_CONTENT_FROM_CURRENT, "two");
  spoil (newest);
  assert_in_use (fixture, 1, PERRON_CONTENT_FROM_PREVIOUS, "one");

  g_auto (PerronContentInUse) in_use = { 0 };
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  g_autofree char *other = g_build_filename (in_use.files, "i18n/po/fr.po", NULL);
  spoil (other);
  assert_in_use (fixture, 0, PERRON_CONTENT_FROM_PACKAGE, NULL);
  install_text (fixture, 3, "three");
  assert_in_use (fixture, 3, PERRON_CONTENT_FROM_CURRENT, "three");
}

typedef enum { MORE, LINK, FOLDER, GONE, HEAD, FLOOR, FLOOR_GONE } Harm;

static void
do_harm (PackFixture *fixture, Harm harm)
{
  g_autofree char *more = path_in_use (fixture, "journeys/a/more.json");
  g_autofree char *file = path_in_use (fixture, "i18n/po/fr.po");
  g_autofree char *copy = g_strconcat (file, "-copy", NULL);
  g_autofree char *head = path_in_use (fixture, "../head");
  g_autofree char *floor = path_in_use (fixture, "../../floor");

  if (harm == MORE)
    spoil (more);
  else if (harm == FLOOR || harm == HEAD)
    spoil (harm == HEAD ? head : floor);
  else if (harm == FLOOR_GONE)
    g_assert_cmpint (g_unlink (floor), ==, 0);
  else if (harm == LINK)
    g_assert_true (g_rename (file, copy) == 0 && symlink (copy, file) == 0);
  else
    g_assert_true (g_unlink (file) == 0 && (harm == GONE || g_mkdir (file, 0755) == 0));
}

static void
test_each_harm (PackFixture *fixture, gconstpointer data)
{
  Harm harm = (Harm) GPOINTER_TO_INT (data);
  gboolean of_floor = harm == FLOOR || harm == FLOOR_GONE;

  install_text (fixture, 1, "one");
  install_text (fixture, 2, "two");
  do_harm (fixture, harm);
  if (of_floor)
    assert_in_use (fixture, 2, PERRON_CONTENT_FROM_CURRENT, "two");
  else
    assert_in_use (fixture, 1, PERRON_CONTENT_FROM_PREVIOUS, "one");
  /* Damage does not bring an old one in. */
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 1);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_VERSION);
}

static void
test_roll_back (PackFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 version;

  install_text (fixture, 1, "one");
  install_text (fixture, 2, "two");
  g_assert_true (perron_content_roll_back (&fixture->options, PERRON_ROLE_CONTENT, &version, &error));
  g_assert_cmpint (version, ==, 1);
  assert_in_use (fixture, 1, PERRON_CONTENT_FROM_CURRENT, "one");
  /* Not again, and not further back. */
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 2);
  recipe.text = "two";
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_VERSION);
  g_assert_false (perron_content_roll_back (&fixture->options, PERRON_ROLE_CONTENT, &version, &error));
  g_assert_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_NONE);
  /* The one that was left does not come back when the other breaks. */
  g_autofree char *file = path_in_use (fixture, "i18n/po/fr.po");
  spoil (file);
  assert_in_use (fixture, 0, PERRON_CONTENT_FROM_PACKAGE, NULL);
  install_text (fixture, 3, "three");
  assert_in_use (fixture, 3, PERRON_CONTENT_FROM_CURRENT, "three");
}

/* What a terminal is showing is not pulled away under it. */
static void
test_held (PackFixture *fixture, gconstpointer data)
{
  g_auto (PerronContentInUse) in_use = { 0 };
  install_text (fixture, 1, "one");
  perron_content_look (&fixture->options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  int hold = perron_content_hold (&in_use);
  g_assert_cmpint (hold, >=, 0);
  install_text (fixture, 2, "two");
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 3);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_DISK);
  g_autofree char *held = g_build_filename (in_use.files, "i18n/po/fr.po", NULL);
  g_assert_true (g_file_test (held, G_FILE_TEST_EXISTS));
  close (hold);
  install_text (fixture, 3, "three");
  assert_in_use (fixture, 3, PERRON_CONTENT_FROM_CURRENT, "three");
}

/* --- roots ------------------------------------------------------------------------------------------------------------------ */

static const int old_only[] = { 0, 1, -1 }, new_only[] = { 3, 4, -1 }, one_each[] = { 0, 3, -1 }, both[] = { 0, 1, 3, 4, -1 };

static PackRecipe
new_generation (PackFixture *fixture, gint64 version, const char *root)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, version);
  recipe.signers[0] = pack_key (fixture, PERRON_ROLE_CONTENT, 3);
  recipe.signers[1] = pack_key (fixture, PERRON_ROLE_CONTENT, 4);
  recipe.roots[0] = root;
  return recipe;
}

static void
test_new_root (PackFixture *fixture, gconstpointer data)
{
  static const int *const too_few[] = { old_only, new_only, one_each };
  for (gsize i = 0; i < G_N_ELEMENTS (too_few); i++) {
    g_autofree char *bad = pack_make_root (fixture, 2, 3, too_few[i]);
    PackRecipe recipe = new_generation (fixture, 5, bad);
    pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_ROOT);
  }
  g_autofree char *jump = pack_make_root (fixture, 3, 3, both);
  PackRecipe recipe = new_generation (fixture, 5, jump);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_ROOT);
  recipe.roots[0] = NULL;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);

  g_autofree char *good = pack_make_root (fixture, 2, 3, both);
  recipe = new_generation (fixture, 5, good);
  pack_install (fixture, &recipe);
  assert_in_use (fixture, 5, PERRON_CONTENT_FROM_CURRENT, "one");

  /* The old keys sign nothing any more, in the other role neither; the new ones do, and need not bring the root again. */
  recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 6);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  recipe = pack_recipe (fixture, PERRON_ROLE_CERTIFICATES, 6);
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_SIGNATURE);
  for (gint64 version = 6; version < 9; version++) {
    recipe = new_generation (fixture, version, NULL);
    pack_install (fixture, &recipe);
    assert_in_use (fixture, version, PERRON_CONTENT_FROM_CURRENT, "one");
  }
}

static void
test_expired_root (PackFixture *fixture, gconstpointer data)
{
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 5);
  recipe.expires_s = PACK_NOW_S + 3000 * PACK_DAY_S;
  fixture->clock.now_unix_ms += G_GINT64_CONSTANT (1001) * PACK_DAY_S * 1000;
  pack_assert_refused (fixture, pack_make (fixture, &recipe), PERRON_CONTENT_ERROR_EXPIRED);
}

/* A key with two roles would let one role sign the other's files: such a root is none. */
static void
test_shared_key (PackFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  PerronRoot root = { .version = 1, .expires_unix_s = PACK_NOW_S + PACK_DAY_S };
  g_autofree char *path = g_build_filename (fixture->folder, "shared", NULL);

  for (guint role = 0; role <= PERRON_ROLE_COUNT; role++) {
    root.roles[role] = (PerronRootRole){ .threshold = 2, .count = 2 };
    for (guint i = 0; i < 2; i++)
      g_assert_true (perron_build_load_public (pack_key (fixture, role, role == 1 && i == 1 ? 2 : i), root.roles[role].keys[i], NULL));
  }
  memcpy (root.roles[1].keys[1], root.roles[0].keys[0], PERRON_KEY_BYTES);
  g_assert_true (perron_build_root (&root, NULL, path, NULL));
  g_assert_false (perron_root_load (path, &root, &error));
  g_assert_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROOT);
}

static void
test_head_of_download (PackFixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  PackRecipe recipe = pack_recipe (fixture, PERRON_ROLE_CONTENT, 5);
  int fd = pack_make (fixture, &recipe);
  g_autofree guint8 *bytes = g_malloc (65536);
  gsize len = (gsize) pread (fd, bytes, 65536, 0);
  gsize head = (gsize) ((guint8 *) memmem (bytes, len, "\n\n", 2) - bytes) + 2;
  gboolean needs_more;
  PerronPackAbout about;

  for (gsize i = 0; i < head; i++) {
    g_assert_false (perron_pack_judge_head (&fixture->options, PERRON_ROLE_CONTENT, bytes, i, &needs_more, &about, &error));
    g_assert_true (needs_more && error == NULL);
  }
  g_assert_true (perron_pack_judge_head (&fixture->options, PERRON_ROLE_CONTENT, bytes, head, &needs_more, &about, &error));
  g_assert_cmpint (about.pack_bytes, ==, (gint64) len);
  g_assert_false (perron_pack_judge_head (&fixture->options, PERRON_ROLE_CERTIFICATES, bytes, head, &needs_more, &about, &error));
  g_assert_error (error, PERRON_CONTENT_ERROR, PERRON_CONTENT_ERROR_ROLE);
  close (fd);
}

int
main (int argc, char **argv)
{
  static const char *const harms[] = { "more", "link", "folder", "gone", "head", "floor", "floor-gone" };
  g_test_init (&argc, &argv, NULL);
#define CASE(name, function) g_test_add ("/install/" name, PackFixture, NULL, pack_set_up, function, pack_tear_down)
  CASE ("nothing", test_nothing);
  CASE ("no-root", test_no_root);
  CASE ("damage", test_damage);
  CASE ("roll-back", test_roll_back);
  CASE ("held", test_held);
  CASE ("new-root", test_new_root);
  CASE ("expired-root", test_expired_root);
  CASE ("shared-key", test_shared_key);
  CASE ("head-of-download", test_head_of_download);
  for (gsize i = 0; i < G_N_ELEMENTS (harms); i++) {
    g_autofree char *name = g_strconcat ("/install/harm/", harms[i], NULL);
    g_test_add (name, PackFixture, GINT_TO_POINTER (i), pack_set_up, test_each_harm, pack_tear_down);
  }
  return g_test_run ();
}
