/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>
#include <string.h>

#include "kiosk/core/config.h"

typedef struct {
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = g_dir_make_tmp ("perron-config-XXXXXX", NULL);
  g_assert_nonnull (fixture->folder);
  fixture->path = g_build_filename (fixture->folder, "perron.conf", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_remove (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static PerronConfig *
load (Fixture *fixture, const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->path, text, -1, NULL));
  return perron_config_load (fixture->path, error);
}

/* Each kind of wrong is refused whole, by a message that names file, group and key. */
static void
test_refuses_by_name (Fixture *fixture, gconstpointer data)
{
  g_autofree char *long_value = g_strnfill (5000, 'x');
  g_autofree char *too_long = g_strdup_printf ("[terminal]\nid=%s\n", long_value);
  const struct {
    const char *text;
    PerronConfigError code;
    const char *names;
  } wrong[] = {
    { "[kiosk]\nx=1\n", PERRON_CONFIG_ERROR_UNKNOWN, "[kiosk]" },
    { "[speech]\nspeed=1\n", PERRON_CONFIG_ERROR_UNKNOWN, "[speech] speed" },
    { "[speech]\nrate=fast\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nrate=79\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nrate=451\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nrate=\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nrate=99999999999999999999\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nrate=130 \n[speech]\nrate=1 3\n", PERRON_CONFIG_ERROR_VALUE, "[speech] rate" },
    { "[speech]\nenabled=yes\n", PERRON_CONFIG_ERROR_VALUE, "[speech] enabled" },
    { "[speech]\nenabled=1\n", PERRON_CONFIG_ERROR_VALUE, "[speech] enabled" },
    { "[terminal]\nmode=Production\n", PERRON_CONFIG_ERROR_VALUE, "[terminal] mode" },
    { "[terminal]\nmode=demo|training\n", PERRON_CONFIG_ERROR_VALUE, "[terminal] mode" },
    { "[terminal]\nid=\xff\xfe\n", PERRON_CONFIG_ERROR_VALUE, "[terminal] id" },
    { "[terminal]\nid=a\\qb\n", PERRON_CONFIG_ERROR_VALUE, "[terminal] id" },
    { too_long, PERRON_CONFIG_ERROR_VALUE, "[terminal] id" },
    { "id=1\n", PERRON_CONFIG_ERROR_FILE, "" },
    { "[terminal\nid=1\n", PERRON_CONFIG_ERROR_FILE, "" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("%s", wrong[i].text);
    g_autoptr (PerronConfig) config = load (fixture, wrong[i].text, &error);
    g_assert_null (config);
    g_assert_error (error, PERRON_CONFIG_ERROR, (gint) wrong[i].code);
    g_assert_true (g_str_has_prefix (error->message, fixture->path));
    g_assert_nonnull (strstr (error->message, wrong[i].names));
  }
}

static void
test_file_that_is_not_there (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = perron_config_load (fixture->path, &error);
  g_assert_null (config);
  g_assert_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_FILE);
  g_assert_true (g_str_has_prefix (error->message, fixture->path));
}

static void
test_defaults_are_the_table (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = load (fixture, "", &error);
  g_assert_no_error (error);
#define PERRON_CONFIG_KEY(name, type, group, key, fallback, low, high, choices, meaning) \
  g_assert_cmpstr (perron_config_get (config, PERRON_CONFIG_##name), ==,                 \
                   fallback != NULL && strcmp (#type, "PATH") == 0 && !g_path_is_absolute (fallback) \
                     ? perron_config_get (config, PERRON_CONFIG_##name) : fallback);     \
  g_assert_cmpuint (strlen (meaning), >, 0);
#include "kiosk/core/config-keys.def"
#undef PERRON_CONFIG_KEY
  g_assert_true (perron_config_is_production (config));
}

static void
test_relative_paths_start_at_the_file (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = load (fixture, "[queue]\ndatabase=../x/outbox.db\n[gateway]\nca=/etc/ca.pem\n", &error);
  g_assert_no_error (error);
  g_autofree char *parent = g_path_get_dirname (fixture->folder);
  g_autofree char *expected = g_build_filename (parent, "x", "outbox.db", NULL);
  g_assert_cmpstr (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), ==, expected);
  g_assert_cmpstr (perron_config_get (config, PERRON_CONFIG_GATEWAY_CA), ==, "/etc/ca.pem");
}

static void
test_required_is_named (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = load (fixture, "[terminal]\nsite=\n[gateway]\nca=x\n", NULL);
  g_assert_null (perron_config_require (config, PERRON_CONFIG_SEAL_SIGN_KEY, &error));
  g_assert_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_MISSING);
  g_assert_nonnull (strstr (error->message, "[seal] sign_key"));
  g_clear_error (&error);
  g_assert_null (perron_config_require (config, PERRON_CONFIG_TERMINAL_SITE, &error));
  g_assert_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_MISSING);
  g_clear_error (&error);
  g_assert_nonnull (perron_config_require (config, PERRON_CONFIG_GATEWAY_CA, &error));
  g_assert_no_error (error);
}

static void
test_override_is_checked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = load (fixture, "[speech]\nrate=200\nenabled=false\n", NULL);
  g_assert_cmpint (perron_config_get_int (config, PERRON_CONFIG_SPEECH_RATE), ==, 200);
  g_assert_false (perron_config_get_bool (config, PERRON_CONFIG_SPEECH_ENABLED));
  g_assert_false (perron_config_override (config, PERRON_CONFIG_SPEECH_RATE, "0", &error));
  g_assert_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE);
  g_clear_error (&error);
  g_assert_cmpint (perron_config_get_int (config, PERRON_CONFIG_SPEECH_RATE), ==, 200);
  g_assert_true (perron_config_override (config, PERRON_CONFIG_TERMINAL_MODE, "demo", &error));
  g_assert_no_error (error);
  g_assert_false (perron_config_is_production (config));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/config/refuses-by-name", Fixture, NULL, set_up, test_refuses_by_name, tear_down);
  g_test_add ("/config/file-that-is-not-there", Fixture, NULL, set_up, test_file_that_is_not_there, tear_down);
  g_test_add ("/config/defaults-are-the-table", Fixture, NULL, set_up, test_defaults_are_the_table, tear_down);
  g_test_add ("/config/relative-paths-start-at-the-file", Fixture, NULL, set_up, test_relative_paths_start_at_the_file, tear_down);
  g_test_add ("/config/required-is-named", Fixture, NULL, set_up, test_required_is_named, tear_down);
  g_test_add ("/config/override-is-checked", Fixture, NULL, set_up, test_override_is_checked, tear_down);
  return g_test_run ();
}
