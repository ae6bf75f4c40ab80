/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n/catalogue.h"
#include "i18n/keyboard.h"
#include "kiosk/core/reference.h"
#include "tests/i18n/fixture.h"

typedef struct {
  GHashTable *texts; /* what can be typed on a layer */
  guint deletes;
} Layer;

static void
read_layer (const PerronKeyboard *keyboard, guint layer, const PerronCatalogue *catalogue, Layer *into)
{
  for (guint row = 0; row < perron_keyboard_get_row_count (keyboard, layer); row++) {
    guint count;
    const PerronKey *keys = perron_keyboard_get_row (keyboard, layer, row, &count);
    g_assert_cmpuint (count, >, 0);
    for (guint i = 0; i < count; i++) {
      if (keys[i].action == NULL)
        g_hash_table_add (into->texts, (gpointer) (keys[i].insert != NULL ? keys[i].insert : keys[i].label));
      into->deletes += g_strcmp0 (keys[i].action, "delete") == 0;
      if (keys[i].say != NULL)
        g_assert_true (perron_catalogue_has_everywhere ((gpointer) catalogue, keys[i].say, NULL));
      else
        g_assert_true (g_ascii_isalnum (*keys[i].label) && keys[i].label[1] == '\0');
    }
  }
}

static void
assert_types (const PerronKeyboard *keyboard, const char *id, const char *characters)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (TEXTS_FOLDER, &error);
  g_assert_no_error (error);
  g_autoptr (GHashTable) texts = g_hash_table_new (g_str_hash, g_str_equal);
  Layer layer = { texts, 0 };
  gboolean found = FALSE;
  for (guint i = 0; i < perron_keyboard_get_layer_count (keyboard); i++) {
    if (id != NULL && strcmp (perron_keyboard_get_layer_id (keyboard, i), id) != 0)
      continue;
    read_layer (keyboard, i, catalogue, &layer);
    found = TRUE;
  }
  g_assert_true (found);
  g_assert_cmpuint (layer.deletes, >, 0);
  for (const char *at = characters; *at != '\0'; at = g_utf8_next_char (at)) {
    g_autofree char *character = g_utf8_substring (at, 0, 1);
    if (!g_hash_table_contains (texts, character))
      g_error ("\"%s\" cannot be typed", character);
  }
}

static void
test_house (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronKeyboard) azerty = perron_keyboard_load (TEXTS_FOLDER, "azerty", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (perron_keyboard_get_layer_id (azerty, 0), ==, "letters");
  assert_types (azerty, "letters", "abcdefghijklmnopqrstuvwxyzéèçàù-'");
  assert_types (azerty, "accents", "êëïôûîâüœ");
  assert_types (azerty, "email", "abcdefghijklmnopqrstuvwxyz0123456789@._-");
  g_autoptr (PerronKeyboard) number = perron_keyboard_load (TEXTS_FOLDER, "number", &error);
  g_assert_no_error (error);
  assert_types (number, NULL, "0123456789");
  guint count;
  g_assert_nonnull (perron_keyboard_get_row (number, 0, 0, &count));
  g_assert_cmpuint (count, ==, 3);
  g_assert_cmpuint (perron_keyboard_get_row_count (number, 0), ==, 4);
  g_assert_null (perron_keyboard_get_row (number, 0, 4, &count));
  g_assert_null (perron_keyboard_get_row (number, 7, 0, &count));
}

/* The reference layer must be able to type every reference this terminal gives out. */
static void
test_reference (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronKeyboard) azerty = perron_keyboard_load (TEXTS_FOLDER, "azerty", &error);
  g_assert_no_error (error);
  for (guint i = 0; i < 100; i++) {
    char reference[PERRON_REFERENCE_BYTES];
    perron_reference_generate (reference);
    g_autofree char *typed = g_ascii_strdown (reference, -1);
    memmove (typed + 4, typed + 5, 5);
    assert_types (azerty, "reference", typed);
  }
}

static void
test_hostile (void)
{
  static const struct {
    const char *json, *why;
  } cases[] = {
    { "{\"format\": 1, \"layers\": []}", "layers" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[]]}]}", "layers[0].rows[0]" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"A\", \"rows\": [[\"a\"]]}]}", "id" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"\"}]]}]}", "label" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"action\": \"exec\"}]]}]}", "action" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"action\": \"layer:b\"}]]}]}", "no such layer" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"width\": 0}]]}]}", "width" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"width\": \"4\"}]]}]}", "width" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"say\": \"É\"}]]}]}", "say" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[{\"label\": \"a\", \"colour\": 1}]]}]}", "unknown member" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[7]]}]}", "a key is" },
    { "{\"format\": 1, \"layers\": [{\"id\": \"a\", \"rows\": [[\"a\"]]}, {\"id\": \"a\", \"rows\": [[\"a\"]]}]}", "twice" },
  };
  g_auto (Fixture) fixture = fixture_new ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_test_message ("case %u", i);
    fixture_write (&fixture, "keyboards/x.json", cases[i].json, -1);
    g_assert_null (perron_keyboard_load (fixture.folder, "x", &error));
    g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);
    g_assert_nonnull (strstr (error->message, "keyboards/x.json"));
    g_assert_nonnull (strstr (error->message, cases[i].why));
  }
  static const char *const ids[] = { "", "../x", "X", "x.json" };
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (perron_keyboard_load (fixture.folder, ids[i], &error));
    g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);
  }
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_keyboard_load (fixture.folder, "none", &error));
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FILE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/keyboard/house", test_house);
  g_test_add_func ("/keyboard/reference", test_reference);
  g_test_add_func ("/keyboard/hostile", test_hostile);
  return g_test_run ();
}
