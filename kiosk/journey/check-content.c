/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/journey/check-content.h"

#include <string.h>

#include "i18n/catalogue.h"
#include "i18n/keyboard.h"
#include "kiosk/journey/check-texts.h"
#include "kiosk/journey/check.h"
#include "kiosk/journey/model.h"

/* A pack that is wrong all over is refused as surely by its first faults. */
#define FAULTS_MAX 50

static void G_GNUC_PRINTF (2, 3)
add_fault (GPtrArray *faults, const char *format, ...)
{
  va_list list;
  va_start (list, format);
  if (faults->len < FAULTS_MAX)
    g_ptr_array_add (faults, g_strdup_vprintf (format, list));
  va_end (list);
}

static const char *
hash_of (const PerronJourney *journey, const char *language)
{
  for (guint i = 0; i < journey->consent_hash_count; i++) {
    if (strcmp (journey->consent_hashes[i].language, language) == 0)
      return journey->consent_hashes[i].sha256;
  }
  return NULL;
}

/* Who agreed to version 3 agreed to these words: other words, or none, are another version. */
static void
check_consent (const PerronJourney *journey, const char *before_journeys, GPtrArray *faults)
{
  const char *id = perron_journey_get_id (journey);
  g_autoptr (PerronJourney) before = before_journeys != NULL ? perron_journey_load (before_journeys, id, NULL) : NULL;
  if (before == NULL || journey->consent_version > before->consent_version)
    return;
  if (journey->consent_version < before->consent_version)
    add_fault (faults, "%s: the consent is version %u, %u was shown before", id, journey->consent_version, before->consent_version);
  for (guint i = 0; i < before->consent_hash_count; i++) {
    const char *now = hash_of (journey, before->consent_hashes[i].language);
    if (now != NULL && strcmp (now, before->consent_hashes[i].sha256) != 0)
      add_fault (faults, "%s: the consent text in \"%s\" changed, its version (%u) did not rise", id, before->consent_hashes[i].language,
                 journey->consent_version);
  }
}

static void
check_journey (const PerronContentFolder *content, const char *journeys, const char *id, PerronCatalogue *catalogue, GPtrArray *faults)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (PerronJourney) journey = perron_journey_load (journeys, id, &error);

  if (journey == NULL) {
    add_fault (faults, "%s", error->message);
    return;
  }
  (void) perron_journey_check (journey, perron_catalogue_has_everywhere, catalogue, found);
  (void) perron_journey_check_texts (journey, catalogue, found);
  for (guint i = 0; i < found->len; i++)
    add_fault (faults, "%s: %s", id, (const char *) g_ptr_array_index (found, i));
  check_consent (journey, content->before_journeys, faults);
}

static void
check_journeys (const PerronContentFolder *content, PerronCatalogue *catalogue, GPtrArray *faults)
{
  g_autofree char *journeys = g_build_filename (content->folder, "journeys", NULL);
  g_autofree char *start = g_build_filename (journeys, content->start, "journey.json", NULL);
  g_autoptr (GDir) dir = g_dir_open (journeys, 0, NULL);

  if (dir == NULL || !g_file_test (start, G_FILE_TEST_IS_REGULAR))
    add_fault (faults, "journeys/%s/journey.json: the journey that starts is not there", content->start);
  for (const char *id = dir != NULL ? g_dir_read_name (dir) : NULL; id != NULL; id = g_dir_read_name (dir)) {
    g_autofree char *file = g_build_filename (journeys, id, "journey.json", NULL);
    if (g_file_test (file, G_FILE_TEST_EXISTS))
      check_journey (content, journeys, id, catalogue, faults);
  }
}

/* Texts that the program asks for by name: the others stand in journeys, which were checked. */
static void
check_own_texts (const PerronCatalogue *known, PerronCatalogue *catalogue, GPtrArray *faults)
{
  g_auto (GStrv) keys = perron_catalogue_list_keys (known, "fr");
  for (char **key = keys; key != NULL && *key != NULL; key++) {
    const char *language = "";
    if (g_str_has_prefix (*key, "ui.") && !perron_catalogue_has_everywhere (catalogue, *key, &language))
      add_fault (faults, "%s: no text in \"%s\"", *key, language);
  }
}

typedef gboolean (*CheckName) (const char *folder, const char *name, GError **error);

/* Each file of the program's own folder must be in the pack's too, and be usable. */
static void
check_same_names (const char *own, const char *pack, const char *ending, CheckName check, GPtrArray *faults)
{
  g_autoptr (GDir) dir = g_dir_open (own, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autoptr (GError) error = NULL;
    if (g_str_has_suffix (name, ending) && !check (pack, name, &error))
      add_fault (faults, "%s", error != NULL ? error->message : name);
  }
}

static gboolean
is_keyboard (const char *folder, const char *name, GError **error)
{
  g_autofree char *id = g_strndup (name, strlen (name) - strlen (".json"));
  g_autoptr (PerronKeyboard) keyboard = perron_keyboard_load (folder, id, error);
  return keyboard != NULL;
}

static gboolean
is_picture (const char *folder, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  if (g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  g_set_error (error, PERRON_JOURNEY_ERROR, PERRON_JOURNEY_ERROR_GRAPH, "ui/pictures/%s: missing: pictures come all or none", name);
  return FALSE;
}

static void
check_folders (const PerronContentFolder *content, const char *texts, GPtrArray *faults)
{
  g_autofree char *own_keyboards = g_build_filename (content->known_texts, "keyboards", NULL);
  g_autofree char *own_pictures = g_build_filename (content->known_ui, "pictures", NULL);
  g_autofree char *pictures = g_build_filename (content->folder, "ui", "pictures", NULL);

  check_same_names (own_keyboards, texts, ".json", is_keyboard, faults);
  if (g_file_test (pictures, G_FILE_TEST_IS_DIR))
    check_same_names (own_pictures, pictures, ".svg", is_picture, faults);
}

gboolean
perron_journey_check_content (const PerronContentFolder *content, GPtrArray *ret_faults)
{
  g_autoptr (GError) error = NULL;
  guint before = ret_faults->len;
  g_autofree char *texts = g_build_filename (content->folder, "i18n", NULL);
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (texts, &error);
  g_autoptr (PerronCatalogue) known = catalogue != NULL ? perron_catalogue_load (content->known_texts, &error) : NULL;

  if (known == NULL) {
    add_fault (ret_faults, "%s", error->message);
    return FALSE;
  }
  check_journeys (content, catalogue, ret_faults);
  check_own_texts (known, catalogue, ret_faults);
  check_folders (content, texts, ret_faults);
  return ret_faults->len == before;
}
