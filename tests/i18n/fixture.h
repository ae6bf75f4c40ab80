/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <glib/gstdio.h>

/* A texts folder of one's own: {languages.json, po/, keyboards/, lexicon/} under a fresh temporary folder. */
typedef struct {
  char *folder;
} Fixture;

static inline void
fixture_write (const Fixture *fixture, const char *name, const char *data, gssize len)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_file_set_contents (path, data, len, &error);
  g_assert_no_error (error);
}

static inline Fixture
fixture_new (void)
{
  Fixture fixture = { g_dir_make_tmp ("perron-i18n-XXXXXX", NULL) };
  g_assert_nonnull (fixture.folder);
  return fixture;
}

static inline void
fixture_remove_tree (const char *path)
{
  g_autoptr (GDir) folder = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);
    fixture_remove_tree (child);
  }
  g_remove (path);
}

static inline void
fixture_clear (Fixture *fixture)
{
  fixture_remove_tree (fixture->folder);
  g_free (fixture->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

#define FIXTURE_FRENCH "{\"format\": 1, \"languages\": [{\"tag\": \"fr\", \"own_name\": \"Français\", \"voice\": \"fr\"}]}"
#define FIXTURE_TWO \
  "{\"format\": 1, \"languages\": [{\"tag\": \"fr\", \"own_name\": \"Français\", \"voice\": \"fr\"}," \
  "{\"tag\": \"ar\", \"own_name\": \"العربية\", \"voice\": \"ar\", \"right_to_left\": true}]}"
