/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sync/listen/listen.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One socket, one program; what a killed one left behind does not stand in the way of the next. */
static void
test_listen (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("p.XXXXXX", NULL), *path = g_build_filename (folder, "socket", NULL);
  struct stat what;

  int first = perron_listen ("[group] key", path, &error);
  g_assert_no_error (error);
  g_assert_cmpint (stat (path, &what), ==, 0);
  g_assert_true (S_ISSOCK (what.st_mode));
  g_assert_cmpint (what.st_mode & 0777, ==, 0660);

  g_assert_cmpint (perron_listen ("[group] key", path, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  g_assert_true (g_str_has_prefix (error->message, "[group] key: /"));
  g_clear_error (&error);

  close (first); /* as a killed one does: its name stays */
  int second = perron_listen ("[group] key", path, &error);
  g_assert_no_error (error);
  close (second);
  g_remove (path);
  g_rmdir (folder);
}

static void
test_refused (void)
{
  g_autoptr (GError) error = NULL;
  char long_path[200] = "/";
  memset (long_path + 1, 'a', sizeof long_path - 2);

  g_assert_cmpint (perron_listen ("[group] key", long_path, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG);
  g_clear_error (&error);
  g_assert_cmpint (perron_listen ("[group] key", "/nowhere/at/all", &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/listen/listen", test_listen);
  g_test_add_func ("/listen/refused", test_refused);
  return g_test_run ();
}
