/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/core/config.h"

#include <string.h>

typedef enum { KEY_STRING, KEY_PATH, KEY_INT, KEY_BOOL, KEY_CHOICE } KeyType;

typedef struct {
  KeyType type;
  const char *group;
  const char *key;
  const char *fallback;
  gint64 low;
  gint64 high;
  const char *choices;
} KeyRow;

static const KeyRow rows[PERRON_CONFIG_KEY_COUNT] = {
#define PERRON_CONFIG_KEY(name, type, group, key, fallback, low, high, choices, meaning) \
  [PERRON_CONFIG_##name] = { KEY_##type, group, key, fallback, low, high, choices },
#include "kiosk/core/config-keys.def"
#undef PERRON_CONFIG_KEY
};

struct PerronConfig {
  char *path;
  char *folder;
  char *values[PERRON_CONFIG_KEY_COUNT];
};

G_DEFINE_QUARK (perron-config-error-quark, perron_config_error)

static gboolean
refuse (const PerronConfig *config, const KeyRow *row, const char *why, GError **error)
{
  g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE, "%s: [%s] %s: %s", config->path, row->group, row->key, why);
  return FALSE;
}

static gboolean
check_int (const PerronConfig *config, const KeyRow *row, const char *value, GError **error)
{
  gint64 number;
  g_autoptr (GError) cause = NULL;
  if (!g_ascii_string_to_signed (value, 10, row->low, row->high, &number, &cause))
    return refuse (config, row, cause->message, error);
  return TRUE;
}

static gboolean
check_choice (const PerronConfig *config, const KeyRow *row, const char *value, GError **error)
{
  g_auto (GStrv) words = g_strsplit (row->choices, "|", -1);
  if (g_strv_contains ((const char *const *) words, value))
    return TRUE;
  g_autofree char *why = g_strdup_printf ("must be one of %s", row->choices);
  return refuse (config, row, why, error);
}

static gboolean
store_value (PerronConfig *config, PerronConfigKey key, const char *value, GError **error)
{
  const KeyRow *row = &rows[key];
  char *kept = NULL;

  if (!g_utf8_validate (value, -1, NULL) || strlen (value) > 4096)
    return refuse (config, row, "not UTF-8, or longer than 4096 bytes", error);
  switch (row->type) {
  case KEY_INT:
    if (!check_int (config, row, value, error))
      return FALSE;
    break;
  case KEY_BOOL:
    if (strcmp (value, "true") != 0 && strcmp (value, "false") != 0)
      return refuse (config, row, "must be true or false", error);
    break;
  case KEY_CHOICE:
    if (!check_choice (config, row, value, error))
      return FALSE;
    break;
  case KEY_PATH:
    if (*value != '\0')
      kept = g_canonicalize_filename (value, config->folder);
    break;
  case KEY_STRING:
    break;
  }
  g_free (config->values[key]);
  config->values[key] = kept != NULL ? kept : g_strdup (value);
  return TRUE;
}

static gboolean
find_row (const char *group, const char *key, PerronConfigKey *ret_key)
{
  for (guint i = 0; i < PERRON_CONFIG_KEY_COUNT; i++) {
    if (strcmp (rows[i].group, group) == 0 && (key == NULL || strcmp (rows[i].key, key) == 0)) {
      *ret_key = (PerronConfigKey) i;
      return TRUE;
    }
  }
  return FALSE;
}

static gboolean
read_group (PerronConfig *config, GKeyFile *file, const char *group, GError **error)
{
  PerronConfigKey key;
  if (!find_row (group, NULL, &key)) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_UNKNOWN, "%s: [%s]: no such group", config->path, group);
    return FALSE;
  }

  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++) {
    if (!find_row (group, names[i], &key)) {
      g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_UNKNOWN, "%s: [%s] %s: no such key", config->path, group, names[i]);
      return FALSE;
    }
    g_autoptr (GError) cause = NULL;
    g_autofree char *value = g_key_file_get_string (file, group, names[i], &cause);
    if (cause != NULL) /* a wrong escape gives an error and half a value */
      return refuse (config, &rows[key], cause->message, error);
    if (!store_value (config, key, value, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
read_file (PerronConfig *config, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;

  if (!g_key_file_load_from_file (file, config->path, G_KEY_FILE_NONE, &cause)) {
    g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_FILE, "%s: %s", config->path, cause->message);
    return FALSE;
  }
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);
  for (gsize i = 0; groups[i] != NULL; i++) {
    if (!read_group (config, file, groups[i], error))
      return FALSE;
  }
  return TRUE;
}

PerronConfig *
perron_config_load (const char *path, GError **error)
{
  g_autoptr (PerronConfig) config = g_new0 (PerronConfig, 1);
  gboolean given = path != NULL;

  config->path = g_canonicalize_filename (given ? path : PERRON_CONFIG_DEFAULT_FILE, NULL);
  config->folder = g_path_get_dirname (config->path);
  for (guint i = 0; i < PERRON_CONFIG_KEY_COUNT; i++) {
    if (rows[i].fallback != NULL && !store_value (config, (PerronConfigKey) i, rows[i].fallback, error))
      return NULL;
  }
  if ((given || g_file_test (config->path, G_FILE_TEST_EXISTS)) && !read_file (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

void
perron_config_free (PerronConfig *config)
{
  if (config == NULL)
    return;
  for (guint i = 0; i < PERRON_CONFIG_KEY_COUNT; i++)
    g_free (config->values[i]);
  g_free (config->path);
  g_free (config->folder);
  g_free (config);
}

const char *
perron_config_get (const PerronConfig *config, PerronConfigKey key)
{
  g_return_val_if_fail ((guint) key < PERRON_CONFIG_KEY_COUNT, NULL);
  return config->values[key];
}

const char *
perron_config_require (const PerronConfig *config, PerronConfigKey key, GError **error)
{
  const char *value = perron_config_get (config, key);
  if (value != NULL && *value != '\0')
    return value;
  g_set_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_MISSING, "%s: [%s] %s: must be given", config->path, rows[key].group,
               rows[key].key);
  return NULL;
}

gint64
perron_config_get_int (const PerronConfig *config, PerronConfigKey key)
{
  g_return_val_if_fail (rows[key].type == KEY_INT, 0);
  return g_ascii_strtoll (config->values[key], NULL, 10);
}

gboolean
perron_config_get_bool (const PerronConfig *config, PerronConfigKey key)
{
  g_return_val_if_fail (rows[key].type == KEY_BOOL, FALSE);
  return strcmp (config->values[key], "true") == 0;
}

gboolean
perron_config_is_production (const PerronConfig *config)
{
  return strcmp (config->values[PERRON_CONFIG_TERMINAL_MODE], "production") == 0;
}

gboolean
perron_config_override (PerronConfig *config, PerronConfigKey key, const char *value, GError **error)
{
  return store_value (config, key, value, error);
}
