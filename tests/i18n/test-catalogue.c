/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n/catalogue.h"
#include "i18n/po.h"
#include "tests/i18n/fixture.h"

static PerronCatalogue *
load_two (Fixture *fixture, const char *french, const char *arabic)
{
  g_autoptr (GError) error = NULL;
  fixture_write (fixture, "languages.json", FIXTURE_TWO, -1);
  fixture_write (fixture, "po/fr.po", french, -1);
  fixture_write (fixture, "po/ar.po", arabic, -1);
  PerronCatalogue *catalogue = perron_catalogue_load (fixture->folder, &error);
  g_assert_no_error (error);
  return catalogue;
}

static void
test_house (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (TEXTS_FOLDER, &error);
  g_assert_no_error (error);
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);
  g_assert_cmpuint (count, >=, 2);
  g_assert_cmpstr (languages[0].tag, ==, "fr");
  g_assert_cmpstr (perron_catalogue_get (catalogue, "fr", "key.e-acute"), ==, "e accent aigu");
  g_assert_null (perron_catalogue_get (catalogue, "fr", "key.none"));
  g_assert_null (perron_catalogue_get (catalogue, "xx", "key.e-acute"));
}

/* Facts as {fact} stand in a text: each must be the same in every language, or a person reads "…". */
static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
list_facts (const char *text)
{
  g_autoptr (GRegex) regex = g_regex_new ("\\{[^}]*\\}", 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_regex_match (regex, text, 0, &match);
  for (; g_match_info_matches (match); g_match_info_next (match, NULL)) {
    char *name = g_match_info_fetch (match, 0);
    if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
      g_ptr_array_add (names, name);
    else
      g_free (name);
  }
  g_ptr_array_sort (names, compare_names);
  GString *joined = g_string_new (NULL);
  for (guint i = 0; i < names->len; i++)
    g_string_append (joined, g_ptr_array_index (names, i));
  return g_string_free (joined, FALSE);
}

static void
test_house_is_whole (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (TEXTS_FOLDER, &error);
  g_assert_no_error (error);
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);

  for (guint l = 0; l < count; l++) {
    g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, languages[l].tag);
    g_assert_cmpuint (g_strv_length (keys), >, 20);
    for (char **key = keys; *key != NULL; key++) {
      const char *missing = NULL;
      if (!perron_catalogue_has_everywhere (catalogue, *key, &missing))
        g_error ("\"%s\" has no text or no spoken form in \"%s\"", *key, missing);
      g_autofree char *french = list_facts (perron_catalogue_get (catalogue, "fr", *key));
      g_autofree char *other = list_facts (perron_catalogue_get (catalogue, languages[l].tag, *key));
      if (strcmp (french, other) != 0)
        g_error ("\"%s\" names %s in French and %s in \"%s\"", *key, french, other, languages[l].tag);
    }
  }
}

static void
test_fallback (void)
{
  g_auto (Fixture) fixture = fixture_new ();
  g_autoptr (PerronCatalogue) catalogue = load_two (&fixture,
                                                    "msgid \"a\"\nmsgstr \"bonjour\"\n\n"
                                                    "msgid \"b\"\nmsgstr \"encore\"\n\n"
                                                    "msgid \"c\"\nmsgstr \"trois\"\n",
                                                    "msgid \"a\"\nmsgstr \"\"\n\n#, fuzzy\nmsgid \"b\"\nmsgstr \"غير\"\n");
  const char *const expected[][2] = { { "a", "bonjour" }, { "b", "encore" }, { "c", "trois" }, { "no-such.key", "no-such.key" } };
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    PerronPrivacy privacy = PERRON_PERSONAL;
    g_autoptr (PerronSecretText) text = perron_catalogue_format (catalogue, "ar", expected[i][0], NULL, NULL, &privacy);
    g_assert_cmpstr (text, ==, expected[i][1]);
    g_assert_cmpint (privacy, ==, PERRON_PUBLIC);
    g_assert_null (perron_catalogue_get (catalogue, "ar", expected[i][0]));
  }
  const char *missing = NULL;
  g_assert_false (perron_catalogue_has_everywhere (catalogue, "b", &missing));
  g_assert_cmpstr (missing, ==, "ar");
}

static gboolean
look_up (gpointer data, const char *name, PerronFact *ret_fact)
{
  static const char *const two[] = { "day", "night", NULL };
  static const char *const three[] = { "day", "noon", "night", NULL };
  static const char *const none[] = { NULL };
  guint *calls = data;
  (*calls)++;
  if (strcmp (name, "holder.name") == 0)
    *ret_fact = (PerronFact){ PERRON_PERSONAL, "CAMILLE D.", NULL };
  else if (strcmp (name, "site") == 0)
    *ret_fact = (PerronFact){ PERRON_PUBLIC, "{holder.name}", NULL };
  else if (strcmp (name, "bad") == 0)
    *ret_fact = (PerronFact){ PERRON_PUBLIC, "\xff\xfe", NULL };
  else if (strcmp (name, "two") == 0)
    *ret_fact = (PerronFact){ PERRON_PUBLIC, NULL, two };
  else if (strcmp (name, "three") == 0)
    *ret_fact = (PerronFact){ PERRON_PERSONAL, NULL, three };
  else if (strcmp (name, "none") == 0)
    *ret_fact = (PerronFact){ PERRON_PUBLIC, NULL, none };
  else
    return FALSE;
  return TRUE;
}

static void
test_facts (void)
{
  g_auto (Fixture) fixture = fixture_new ();
  g_autoptr (PerronCatalogue) catalogue = load_two (&fixture,
                                                    "msgid \"list.and\"\nmsgstr \"et\"\n\n"
                                                    "msgid \"day\"\nmsgstr \"le matin\"\n\nmsgid \"noon\"\nmsgstr \"midi\"\n\n"
                                                    "msgid \"night\"\nmsgstr \"le soir\"\n\n"
                                                    "msgid \"name\"\nmsgstr \"Votre carte dit : {holder.name}\"\n\n"
                                                    "msgid \"site\"\nmsgstr \"Ici : {site}.\"\n\n"
                                                    "msgid \"bad\"\nmsgstr \"[{bad}] [{unknown}] [{none}]\"\n\n"
                                                    "msgid \"two\"\nmsgstr \"{two}\"\n\nmsgid \"three\"\nmsgstr \"{three}\"\n",
                                                    "msgid \"day\"\nmsgstr \"صباحا\"\n");
  const struct {
    const char *key, *text;
    PerronPrivacy privacy;
  } expected[] = {
    { "name", "Votre carte dit : CAMILLE D.", PERRON_PERSONAL },
    { "site", "Ici : {holder.name}.", PERRON_PUBLIC }, /* a fact is not a text: nothing in it is looked up again */
    { "bad", "[…] […] […]", PERRON_PUBLIC },
    { "two", "le matin et le soir", PERRON_PUBLIC },
    { "three", "le matin, midi et le soir", PERRON_PERSONAL },
  };
  gsize before = perron_secret_in_use ();
  guint calls = 0;
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    PerronPrivacy privacy = PERRON_PUBLIC;
    g_autoptr (PerronSecretText) text = perron_catalogue_format (catalogue, "fr", expected[i].key, look_up, &calls, &privacy);
    g_assert_cmpstr (text, ==, expected[i].text);
    g_assert_cmpint (privacy, ==, expected[i].privacy);
    g_assert_cmpuint (perron_secret_in_use (), >, before);
  }
  g_assert_cmpuint (calls, ==, 7);
  g_assert_cmpuint (perron_secret_in_use (), ==, before);
  g_autoptr (PerronSecretText) mixed = perron_catalogue_format (catalogue, "ar", "two", look_up, &calls, NULL);
  g_assert_cmpstr (mixed, ==, "صباحا et le soir");
}

static void
test_spoken_variant (void)
{
  g_auto (Fixture) fixture = fixture_new ();
  g_autoptr (PerronCatalogue) catalogue = load_two (&fixture,
                                                    "msgid \"a\"\nmsgstr \"Effacer\"\n\n"
                                                    "msgctxt \"spoken\"\nmsgid \"a\"\nmsgstr \"Effacer tout, {holder.name}\"\n",
                                                    "msgid \"a\"\nmsgstr \"محو\"\n");
  guint calls = 0;
  PerronPrivacy privacy = PERRON_PUBLIC;
  g_autoptr (PerronSecretText) written = perron_catalogue_format (catalogue, "fr", "a", look_up, &calls, &privacy);
  g_assert_cmpstr (written, ==, "Effacer");
  g_assert_cmpint (privacy, ==, PERRON_PUBLIC);
  g_autoptr (PerronSecretText) spoken = perron_catalogue_format_spoken (catalogue, "fr", "a", look_up, &calls, &privacy);
  g_assert_true (g_str_has_prefix (spoken, "Effacer tout, CAMILLE"));
  g_assert_cmpint (privacy, ==, PERRON_PERSONAL);
}

static void
check_refused (const char *po, gssize len, const char *line, const char *why)
{
  g_auto (Fixture) fixture = fixture_new ();
  fixture_write (&fixture, "languages.json", FIXTURE_FRENCH, -1);
  fixture_write (&fixture, "po/fr.po", po, len);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (fixture.folder, &error);
  g_assert_null (catalogue);
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);
  g_autofree char *place = g_strconcat ("po/fr.po:", line, ":", NULL);
  if (strstr (error->message, place) == NULL || strstr (error->message, why) == NULL)
    g_error ("\"%s\" should be said of line %s, not: %s", why, line, error->message);
}

static void
test_hostile_po (void)
{
  static const struct {
    const char *po, *line, *why;
  } cases[] = {
    { "msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n", "4", "twice" },
    { "msgid \"a\"\nmsgstr \"\"\n\nmsgid \"a\"\nmsgstr \"c\"\n", "4", "twice" },
    { "msgctxt \"menu\"\nmsgid \"a\"\nmsgstr \"b\"\n", "2", "spoken" },
    { "msgid \"A\"\nmsgstr \"b\"\n", "1", "a key is" },
    { "msgid \"../a\"\nmsgstr \"b\"\n", "1", "a key is" },
    { "msgctxt \"spoken\"\nmsgid \"\"\nmsgstr \"b\"\n", "2", "a key is" },
    { "msgid \"a\"\nmsgstr \"b {c\"\n", "1", "braces" },
    { "msgid \"a\"\nmsgstr \"b c}\"\n", "1", "braces" },
    { "msgid \"a\"\nmsgstr \"{}\"\n", "1", "braces" },
    { "msgid \"a\"\nmsgstr \"{{a}}\"\n", "1", "braces" },
    { "msgid \"a\"\nmsgstr \"{a b}\"\n", "1", "braces" },
    { "msgid \"a\"\nmsgstr \"b\n", "2", "without end" },
    { "msgid \"a\"\nmsgstr \"b\\\n", "2", "without end" },
    { "msgid \"a\"\nmsgstr \"b\\\"\n", "2", "without end" },
    { "msgid \"a\"\nmsgstr \"\\x41\"\n", "2", "escape" },
    { "msgid \"a\"\nmsgstr \"a\tb\"\n", "2", "control" },
    { "msgid \"a\"\nmsgstr \"b\" c\n", "2", "after the string" },
    { "msgid \"a\"\nmsgid \"b\"\nmsgstr \"c\"\n", "2", "without msgstr" },
    { "msgid \"a\"\n", "2", "without msgstr" },
    { "msgctxt \"spoken\"\n\n", "2", "without msgstr" },
    { "msgstr \"a\"\n", "1", "without msgid" },
    { "msgid a\n", "1", "double quotes" },
    { "msgid \"a\"\nmsgid_plural \"b\"\nmsgstr[0] \"c\"\n", "2", "plural" },
    { "domain \"x\"\n", "1", "expected" },
    { "\"a\"\n", "1", "outside" },
    { "\x7f\x45\x4c\x46", "1", "expected" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_test_message ("case %u", i);
    check_refused (cases[i].po, -1, cases[i].line, cases[i].why);
  }
  check_refused ("msgid \"a\"\nmsgstr \"b\xff\"\n", -1, "0", "UTF-8");
  check_refused ("msgid \"a\0\"\nmsgstr \"b\"\n", 22, "0", "UTF-8");
}

static void
test_bounds (void)
{
  g_autofree char *large = g_strnfill (PERRON_PO_TEXT_BYTES + 1, 'x');
  g_autofree char *po = g_strconcat ("msgid \"a\"\nmsgstr \"", large, "\"\n", NULL);
  check_refused (po, -1, "2", "4096");

  g_auto (Fixture) fixture = fixture_new ();
  fixture_write (&fixture, "languages.json", FIXTURE_FRENCH, -1);
  g_autofree char *huge = g_strnfill (PERRON_PO_FILE_BYTES + 1, '\n');
  fixture_write (&fixture, "po/fr.po", huge, -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (fixture.folder, &error);
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);

  g_autoptr (GString) many = g_string_new (NULL);
  for (guint i = 0; i <= PERRON_PO_ENTRIES; i++)
    g_string_append_printf (many, "msgid \"k%u\"\nmsgstr \"x\"\n", i);
  check_refused (many->str, (gssize) many->len, "16387", "too many");
}

static void
test_hostile_languages (void)
{
  static const struct {
    const char *json, *why;
  } cases[] = {
    { "[]", "object" },
    { "{", "JSON" },
    { "{\"format\": 2, \"languages\": []}", "format" },
    { "{\"format\": \"1\", \"languages\": []}", "format" },
    { "{\"format\": 1}", "languages" },
    { "{\"format\": 1, \"languages\": []}", "languages" },
    { "{\"format\": 1, \"languages\": {}, \"x\": 1}", "unknown member" },
    { "{\"format\": 1, \"languages\": [3]}", "languages[0]" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"../fr\", \"own_name\": \"x\"}]}", "BCP 47" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"fr\"}]}", "own_name" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"fr\", \"own_name\": \"x\", \"voice\": \"a b\"}]}", "voice" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"fr\", \"own_name\": \"x\", \"right_to_left\": 1}]}", "right_to_left" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"fr\", \"own_name\": \"x\"}, {\"tag\": \"fr\", \"own_name\": \"x\"}]}", "twice" },
    { "{\"format\": 1, \"languages\": [{\"tag\": \"en\", \"own_name\": \"x\"}]}", "French" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (Fixture) fixture = fixture_new ();
    g_test_message ("case %u", i);
    fixture_write (&fixture, "languages.json", cases[i].json, -1);
    fixture_write (&fixture, "po/fr.po", "msgid \"a\"\nmsgstr \"b\"\n", -1);
    fixture_write (&fixture, "po/en.po", "msgid \"a\"\nmsgstr \"b\"\n", -1);
    g_autoptr (GError) error = NULL;
    g_autoptr (PerronCatalogue) catalogue = perron_catalogue_load (fixture.folder, &error);
    g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);
    g_assert_nonnull (strstr (error->message, "languages.json"));
    g_assert_nonnull (strstr (error->message, cases[i].why));
  }
  g_auto (Fixture) fixture = fixture_new ();
  g_autofree char *deep = g_strnfill (100000, '[');
  fixture_write (&fixture, "languages.json", deep, -1);
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_catalogue_load (fixture.folder, &error));
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FORMAT);
}

static void
test_missing_files (void)
{
  g_auto (Fixture) fixture = fixture_new ();
  g_autoptr (GError) error = NULL;
  g_assert_null (perron_catalogue_load (fixture.folder, &error));
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "languages.json"));
  g_clear_error (&error);
  fixture_write (&fixture, "languages.json", FIXTURE_FRENCH, -1);
  g_assert_null (perron_catalogue_load (fixture.folder, &error));
  g_assert_error (error, PERRON_I18N_ERROR, PERRON_I18N_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "fr.po"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/catalogue/house", test_house);
  g_test_add_func ("/catalogue/house-is-whole", test_house_is_whole);
  g_test_add_func ("/catalogue/fallback", test_fallback);
  g_test_add_func ("/catalogue/facts", test_facts);
  g_test_add_func ("/catalogue/spoken-variant", test_spoken_variant);
  g_test_add_func ("/catalogue/hostile-po", test_hostile_po);
  g_test_add_func ("/catalogue/bounds", test_bounds);
  g_test_add_func ("/catalogue/hostile-languages", test_hostile_languages);
  g_test_add_func ("/catalogue/missing-files", test_missing_files);
  return g_test_run ();
}
