/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/shown.h"

#include <string.h>
#include <unistd.h>

#include "kiosk/core/log.h"
#include "kiosk/journey/check-content.h"

void
perron_shown_free (PerronShown *shown)
{
  if (shown == NULL)
    return;
  g_clear_pointer (&shown->catalogue, perron_catalogue_unref);
  g_clear_pointer (&shown->journey, perron_journey_unref);
  if (shown->hold >= 0)
    close (shown->hold);
  g_free (shown->journeys);
  g_free (shown->texts);
  g_free (shown->ui);
  g_free (shown);
}

static gboolean
load (PerronShown *shown, const PerronConfig *config, GError **error)
{
  return (shown->catalogue = perron_catalogue_load (shown->texts, error)) != NULL &&
         (shown->journey = perron_journey_load (shown->journeys, perron_config_get (config, PERRON_CONFIG_JOURNEY_START), error)) != NULL;
}

static PerronShown *
load_package (const PerronConfig *config, GError **error)
{
  g_autoptr (PerronShown) shown = g_new0 (PerronShown, 1);
  shown->hold = -1;
  shown->journeys = g_strdup (perron_config_get (config, PERRON_CONFIG_PATHS_JOURNEYS));
  shown->texts = g_strdup (perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS));
  shown->ui = g_strdup (perron_config_get (config, PERRON_CONFIG_PATHS_UI));
  return load (shown, config, error) ? g_steal_pointer (&shown) : NULL;
}

/* Looking into a whole pack takes half as long as the first frame: what was found fit once, by this program, is not asked again. Beside
 * the outbox, in the one folder that is the terminal's own to write. Lost, it costs one more look. */
static char *
dup_fit_mark (const PerronConfig *config, gint64 version, char **ret_path)
{
  *ret_path = g_strconcat (perron_config_get (config, PERRON_CONFIG_QUEUE_DATABASE), ".fit", NULL);
  return g_strdup_printf ("%" G_GINT64_FORMAT " " PERRON_VERSION " %s\n", version, perron_config_get (config, PERRON_CONFIG_JOURNEY_START));
}

static gboolean
was_fit (const PerronConfig *config, gint64 version)
{
  g_autofree char *path = NULL, *text = NULL;
  g_autofree char *mark = dup_fit_mark (config, version, &path);
  return g_file_get_contents (path, &text, NULL, NULL) && strcmp (text, mark) == 0;
}

static void
remember_fit (const PerronConfig *config, gint64 version)
{
  g_autofree char *path = NULL;
  g_autofree char *mark = dup_fit_mark (config, version, &path);
  (void) g_file_set_contents_full (path, mark, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL);
}

static gboolean
is_fit (const PerronConfig *config, const char *folder, const char *before_journeys)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  const PerronContentFolder content = { .folder = folder,
                                        .start = perron_config_get (config, PERRON_CONFIG_JOURNEY_START),
                                        .known_texts = perron_config_get (config, PERRON_CONFIG_PATHS_TEXTS),
                                        .known_ui = perron_config_get (config, PERRON_CONFIG_PATHS_UI),
                                        .before_journeys = before_journeys };
  if (perron_journey_check_content (&content, faults))
    return TRUE;
  perron_log_count (PERRON_LOG_CONTENT_UNFIT, faults->len);
  return FALSE;
}

/* NULL: unfit. */
static PerronShown *
load_pack (const PerronConfig *config, const PerronContentInUse *in_use, const char *before_journeys)
{
  g_autoptr (PerronShown) shown = g_new0 (PerronShown, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *pictures = g_build_filename (in_use->files, "ui", "pictures", NULL);

  /* Held from here on: keyboards and pictures are read little by little. A pack that left just before is not found, and that is all. */
  shown->hold = perron_content_hold (in_use);
  shown->version = in_use->version;
  shown->journeys = g_build_filename (in_use->files, "journeys", NULL);
  shown->texts = g_build_filename (in_use->files, "i18n", NULL);
  shown->ui = g_file_test (pictures, G_FILE_TEST_IS_DIR) ? g_build_filename (in_use->files, "ui", NULL)
                                                         : g_strdup (perron_config_get (config, PERRON_CONFIG_PATHS_UI));
  gboolean known = was_fit (config, in_use->version);
  if (!known && !is_fit (config, in_use->files, before_journeys))
    return NULL;
  if (load (shown, config, &error)) {
    if (!known)
      remember_fit (config, in_use->version);
    return g_steal_pointer (&shown);
  }
  perron_log_error (PERRON_LOG_JOURNEY_REFUSED, error);
  return NULL;
}

PerronShown *
perron_shown_load (const PerronConfig *config, GError **error)
{
  const PerronContentOptions options = perron_content_options (config);
  g_auto (PerronContentInUse) in_use = { 0 }, past = { 0 };
  PerronShown *shown = NULL;

  perron_content_look (&options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  if (in_use.fault != NULL)
    perron_log (PERRON_LOG_CONTENT_DAMAGED);
  if (in_use.files != NULL)
    shown = load_pack (config, &in_use, NULL);
  if (shown == NULL && in_use.files != NULL) {
    perron_content_look_past (&options, PERRON_ROLE_CONTENT, in_use.version, &past);
    shown = past.files != NULL ? load_pack (config, &past, NULL) : NULL;
  }
  if (shown == NULL)
    shown = load_package (config, error);
  if (shown != NULL)
    perron_log_count (PERRON_LOG_CONTENT_IN_USE, shown->version);
  return shown;
}

PerronShown *
perron_shown_load_other (const PerronConfig *config, gint64 version, const char *before_journeys, gint64 *ret_unfit)
{
  const PerronContentOptions options = perron_content_options (config);
  g_auto (PerronContentInUse) glance = { 0 }, in_use = { 0 };

  perron_content_look (&options, PERRON_ROLE_CONTENT, FALSE, &glance);
  if (glance.files == NULL || glance.version == version || glance.version == *ret_unfit)
    return NULL;
  perron_content_look (&options, PERRON_ROLE_CONTENT, TRUE, &in_use);
  if (in_use.files == NULL || in_use.version != glance.version) {
    perron_log (PERRON_LOG_CONTENT_DAMAGED);
    *ret_unfit = glance.version;
    return NULL;
  }
  /* A way back is a way back: an older version need not raise the version of a consent. */
  PerronShown *shown = load_pack (config, &in_use, in_use.version > version ? before_journeys : NULL);
  if (shown == NULL)
    *ret_unfit = in_use.version;
  return shown;
}

char *
perron_shown_dup_caisse_certificate (const PerronConfig *config, gint64 *ret_version)
{
  const PerronContentOptions options = perron_content_options (config);
  g_auto (PerronContentInUse) in_use = { 0 };
  char *path = perron_content_dup_caisse_certificate (&options, perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE));

  perron_content_look (&options, PERRON_ROLE_CERTIFICATES, FALSE, &in_use);
  *ret_version = path != NULL ? in_use.version : 0;
  return path != NULL ? path : g_strdup (perron_config_get (config, PERRON_CONFIG_SEAL_CAISSE_CERTIFICATE));
}
