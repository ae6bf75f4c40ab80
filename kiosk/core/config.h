/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * The one configuration file (GKeyFile) of every program. The keys are the table kiosk/core/config-keys.def. A file with an
 * unknown group or key, or a value of the wrong type or range, is refused whole; the error names file, group and key.
 * Immutable after loading: any thread may read.
 */
typedef enum {
#define PERRON_CONFIG_KEY(name, type, group, key, fallback, low, high, choices, meaning) PERRON_CONFIG_##name,
#include "kiosk/core/config-keys.def"
#undef PERRON_CONFIG_KEY
  PERRON_CONFIG_KEY_COUNT
} PerronConfigKey;

typedef enum {
  PERRON_CONFIG_ERROR_FILE,    /* cannot be read, or not a key file */
  PERRON_CONFIG_ERROR_UNKNOWN, /* no such group or key */
  PERRON_CONFIG_ERROR_VALUE,   /* wrong type, out of range, not one of the words */
  PERRON_CONFIG_ERROR_MISSING, /* a key this program cannot do without */
} PerronConfigError;

#define PERRON_CONFIG_ERROR (perron_config_error_quark ())
GQuark perron_config_error_quark (void);

#define PERRON_CONFIG_DEFAULT_FILE "/etc/perron/perron.conf"

typedef struct PerronConfig PerronConfig;

/* `path` NULL: PERRON_CONFIG_DEFAULT_FILE when it exists, else the defaults alone. Blocks for one file read. Transfer full. */
PerronConfig *perron_config_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void perron_config_free (PerronConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronConfig, perron_config_free)

/* Borrowed; NULL when the key has neither value nor default. PATH keys come absolute. CHOICE keys come as the word. */
const char *perron_config_get (const PerronConfig *config, PerronConfigKey key);

/* As above, but an error naming file, group and key instead of NULL or "". */
const char *perron_config_require (const PerronConfig *config, PerronConfigKey key, GError **error) G_GNUC_WARN_UNUSED_RESULT;

gint64 perron_config_get_int (const PerronConfig *config, PerronConfigKey key);
gboolean perron_config_get_bool (const PerronConfig *config, PerronConfigKey key);
gboolean perron_config_is_production (const PerronConfig *config);

/* Replaces a value after loading (command-line switches such as --demo). Same checks as the file. */
gboolean perron_config_override (PerronConfig *config, PerronConfigKey key, const char *value, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
