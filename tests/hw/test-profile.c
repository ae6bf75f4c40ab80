/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/profile.h"

#include <glib/gstdio.h>
#include <string.h>

#include "tests/hw/fake-card.h"

#define GOOD \
  "{\"kind\":\"profile\",\"profile\":\"p\",\"atr\":[{\"value\":\"3B 00\"}]," \
  "\"limits\":{\"file_bytes\":1024,\"holders\":4,\"depth\":3},\"decide\":{\"select\":\"name\",\"id\":\"A0 00\"}," \
  "\"files\":[{\"required\":true,\"template\":\"65\",\"fields\":{\"surname\":\"80\"},\"paths\":[[{\"read_sfi\":2}]]}]}"

static void
check_error (const char *text, gint code, const char *words)
{
  g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (perron_profiles_add (profiles, "some/file.json", text, strlen (text), &error));
  g_assert_error (error, PERRON_CARD_ERROR, code);
  g_test_message ("%s", error->message);
  g_assert_true (g_str_has_prefix (error->message, "some/file.json:"));
  g_assert_nonnull (strstr (error->message, words));
  g_assert_cmpuint (perron_profiles_count (profiles), ==, 0);
}

/* GOOD with its first `from` replaced. */
static char *
changed (const char *from, const char *to)
{
  const char *at = strstr (GOOD, from);
  g_assert_nonnull (at);
  g_autofree char *before = g_strndup (GOOD, (gsize) (at - GOOD));
  return g_strconcat (before, to, at + strlen (from), NULL);
}

static void
test_good (void)
{
  g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (perron_profiles_add (profiles, "f", GOOD, strlen (GOOD), &error));
  g_assert_no_error (error);
  const PerronProfile *profile = perron_profiles_get (profiles, 0);
  g_assert_cmpstr (profile->name, ==, "p");
  g_assert_cmpuint (profile->files[0].template_tag, ==, 0x65);
  g_assert_false (perron_profiles_add (profiles, "f", GOOD, strlen (GOOD), &error));
  g_assert_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_VALUE);
}

static void
test_errors_name_the_place (void)
{
  static const struct {
    const char *from, *to, *words;
  } rows[] = {
    { "\"kind\":\"profile\",", "", "$: \"kind\" is missing" },
    { "\"kind\":\"profile\"", "\"kind\":\"book\"", "kind is profile" },
    { "\"profile\":\"p\"", "\"profile\":\"\"", "$.profile: " },
    { "\"profile\":\"p\"", "\"profile\":7", "$.profile: not a string" },
    { "\"profile\":\"p\"", "\"profile\":\"p\",\"extra\":1", "$: no such member as \"extra\"" },
    { "3B 00", "3B 0", "$.atr[0].value: not pairs" },
    { "3B 00", "3B", "$.atr[0].value: fewer than 2" },
    { "\"value\":\"3B 00\"", "\"value\":\"3B 01\",\"mask\":\"FF 00\"", "$.atr[0]: byte 1 of value has bits outside" },
    { "\"value\":\"3B 00\"", "\"value\":\"3B 01\",\"mask\":\"FF FF FF\"", "$.atr[0]: value and mask differ" },
    { "\"file_bytes\":1024", "\"file_bytes\":10", "$.limits.file_bytes: not from 256" },
    { "\"holders\":4", "\"holders\":33", "$.limits.holders: not from 1 to 32" },
    { "\"holders\":4", "\"holders\":4.5", "$.limits.holders: not a whole number" },
    { "\"depth\":3", "\"depth\":null", "$.limits.depth: not a whole number" },
    { "\"select\":\"name\"", "\"select\":\"magic\"", "$.decide: select is file, child or name" },
    { "\"select\":\"name\",\"id\":\"A0 00\"", "\"select\":\"file\",\"id\":\"A0 00 01\"", "$.decide: a file identifier has 2 bytes" },
    { "\"required\":true", "\"required\":false", "$.files: exactly one file is required, not 0" },
    { "\"template\":\"65\"", "\"template\":\"00\"", "$.files[0]: \"template\" is 00" },
    { "\"surname\":\"80\"", "", "$.files[0].fields: a file that gives no field" },
    { "\"surname\":\"80\"", "\"shoe_size\":\"80\"", "$.files[0].fields: no such member as \"shoe_size\"" },
    { "\"read_sfi\":2", "\"read_sfi\":31", "$.files[0].paths[0][0].read_sfi: not from 1 to 30" },
    { "{\"read_sfi\":2}", "{\"read_sfi\":2},{\"read\":true}", "$.files[0].paths[0][0]: a path selects, then reads" },
    { "{\"read_sfi\":2}", "{\"read\":false}", "$.files[0].paths[0][0].read: only true" },
    { "[[{\"read_sfi\":2}]]", "[]", "$.files[0].paths: 0 items" },
    { "[[{\"read_sfi\":2}]]", "[7]", "$.files[0].paths[0]: not an array" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *text = changed (rows[i].from, rows[i].to);
    check_error (text, PERRON_CARD_ERROR_VALUE, rows[i].words);
  }
}

static void
test_syntax (void)
{
  check_error ("{\n\"kind\": \"profile\",\n}", PERRON_CARD_ERROR_SYNTAX, "some/file.json:2:18: ");
  check_error ("", PERRON_CARD_ERROR_SYNTAX, "empty");
  check_error ("[[[[[[[[[[[[[[[[[[[[", PERRON_CARD_ERROR_SYNTAX, "nested deeper than 16");
  check_error ("\xFF{}", PERRON_CARD_ERROR_SYNTAX, "UTF-8");
  check_error ("7", PERRON_CARD_ERROR_VALUE, "$: \"kind\" is missing");
}

#define FAMILY(word, priority, atr) "{\"family\":\"" word "\",\"priority\":" #priority ",\"decides\":false,\"atr\":[" atr "]}"
#define FAMILIES(list) "{\"kind\":\"families\",\"families\":[" list "]}"

static void
test_clash (void)
{
  static const char *const clashes[] = {
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 01 02\"}") "," FAMILY ("payment", 5, "{\"value\":\"3B 01\",\"prefix\":true}")),
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 00\",\"mask\":\"FF F0\"}") "," FAMILY ("payment", 5, "{\"value\":\"3B 07\"}")),
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 01\",\"prefix\":true}") ","
              FAMILY ("sim", 5, "{\"value\":\"3B 01 02\",\"prefix\":true}")),
  };
  static const char *const peaces[] = {
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 01 02\"}") "," FAMILY ("payment", 6, "{\"value\":\"3B 01\",\"prefix\":true}")),
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 01 02\"}") "," FAMILY ("staff", 5, "{\"value\":\"3B 01\",\"prefix\":true}")),
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 01 02\"}") "," FAMILY ("payment", 5, "{\"value\":\"3B 01\"}")),
    FAMILIES (FAMILY ("staff", 5, "{\"value\":\"3B 10\",\"mask\":\"FF F0\"}") "," FAMILY ("payment", 5, "{\"value\":\"3B 07\"}")),
  };
  for (gsize i = 0; i < G_N_ELEMENTS (clashes); i++)
    check_error (clashes[i], PERRON_CARD_ERROR_CLASH, "$.families[1].atr[0]: also matched by a mask of \"staff\"");
  for (gsize i = 0; i < G_N_ELEMENTS (peaces); i++) {
    g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
    g_autoptr (GError) error = NULL;
    g_assert_true (perron_profiles_add (profiles, "f", peaces[i], strlen (peaces[i]), &error));
    g_assert_no_error (error);
  }
}

static void
test_a_family_cannot_hide_a_profile (void)
{
  static const char families[] =
      "{\"kind\":\"families\",\"families\":[{\"family\":\"staff\",\"priority\":1,\"decides\":true,\"atr\":[{\"value\":\"3B 00\"}]}]}";
  static const char *const orders[][2] = { { families, GOOD }, { GOOD, families } };

  for (gsize i = 0; i < G_N_ELEMENTS (orders); i++) {
    g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
    g_autoptr (GError) error = NULL;
    g_assert_true (perron_profiles_add (profiles, "first", orders[i][0], strlen (orders[i][0]), &error));
    g_assert_no_error (error);
    g_assert_false (perron_profiles_add (profiles, "second", orders[i][1], strlen (orders[i][1]), &error));
    g_assert_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_CLASH);
    g_assert_cmpstr (error->message, ==, "second: $: family \"staff\" decides for cards that profile \"p\" reads");
  }
}

static void
test_priority (void)
{
  static const char text[] =
      FAMILIES (FAMILY ("payment", 1, "{\"value\":\"3B 01\",\"prefix\":true}") "," FAMILY ("staff", 5, "{\"value\":\"3B 01 02\"}"));
  g_autoptr (PerronProfiles) profiles = perron_profiles_new ();
  gboolean decides;

  g_assert_true (perron_profiles_add (profiles, "f", text, strlen (text), NULL));
  g_assert_cmpstr (perron_profiles_find_family (profiles, (const guint8 *) "\x3B\x01\x02", 3, &decides), ==, "staff");
  g_assert_cmpstr (perron_profiles_find_family (profiles, (const guint8 *) "\x3B\x01\x03", 3, &decides), ==, "payment");
  g_assert_cmpstr (perron_profiles_find_family (profiles, (const guint8 *) "\x3B", 1, &decides), ==, NULL);
}

static void
test_words_are_closed (void)
{
  check_error (FAMILIES (FAMILY ("library", 5, "{\"value\":\"3B 01\"}")), PERRON_CARD_ERROR_VALUE, "\"library\" is not a family");
  check_error ("{\"kind\":\"test-identities\",\"identities\":[{\"number\":\"29001\"}]}", PERRON_CARD_ERROR_VALUE,
               "$.identities[0]: not 13 digits");
  check_error ("{\"kind\":\"test-identities\",\"identities\":[{\"surname\":\"A\"}]}", PERRON_CARD_ERROR_VALUE,
               "$.identities[0]: \"given_name\" is missing");
}

static void
test_folder (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("perron-profiles-XXXXXX", &error);
  g_assert_no_error (error);

  g_assert_null (perron_profiles_load (folder, &error));
  g_assert_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE);
  g_clear_error (&error);
  g_rmdir (folder);
  g_assert_null (perron_profiles_load (folder, &error));
  g_assert_error (error, PERRON_CARD_ERROR, PERRON_CARD_ERROR_FILE);
  g_autoptr (PerronProfiles) ours = fake_profiles ();
  g_assert_cmpuint (perron_profiles_count (ours), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/profile/good", test_good);
  g_test_add_func ("/profile/errors-name-the-place", test_errors_name_the_place);
  g_test_add_func ("/profile/syntax", test_syntax);
  g_test_add_func ("/profile/clash", test_clash);
  g_test_add_func ("/profile/a-family-cannot-hide-a-profile", test_a_family_cannot_hide_a_profile);
  g_test_add_func ("/profile/priority", test_priority);
  g_test_add_func ("/profile/words-are-closed", test_words_are_closed);
  g_test_add_func ("/profile/folder", test_folder);
  return g_test_run ();
}
