/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder as it comes in a pack: the shipped content is fit; each thing that is missing or changed by halves is named. */
#include <glib/gstdio.h>
#include <string.h>

#include "kiosk/journey/check-content.h"

typedef struct {
  char *folder;
} Copy;

static void
copy_folder (const char *from, const char *to, const char *ending)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  g_assert_true (dir != NULL && g_mkdir_with_parents (to, 0755) == 0);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *source = g_build_filename (from, name, NULL), *target = g_build_filename (to, name, NULL), *bytes = NULL;
    gsize len;
    if (g_file_test (source, G_FILE_TEST_IS_DIR))
      copy_folder (source, target, ending);
    else if (g_str_has_suffix (name, ending))
      g_assert_true (g_file_get_contents (source, &bytes, &len, NULL) && g_file_set_contents (target, bytes, (gssize) len, NULL));
  }
}

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  for (const char *name = dir != NULL ? g_dir_read_name (dir) : NULL; name != NULL; name = g_dir_read_name (dir)) {
    g_autofree char *inside = g_build_filename (folder, name, NULL);
    remove_folder (inside);
  }
  g_remove (folder);
}

static void
set_up (Copy *copy, gconstpointer data)
{
  static const struct {
    const char *from, *to, *ending;
  } parts[] = {
    { "kiosk/journeys", "journeys", "journey.json" }, { "i18n/po", "i18n/po", ".po" },       { "i18n/keyboards", "i18n/keyboards", ".json" },
    { "i18n/lexicon", "i18n/lexicon", ".json" },      { "ui/pictures", "ui/pictures", ".svg" },
  };
  copy->folder = g_dir_make_tmp ("perron-fit-XXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *from = g_build_filename (TEST_ROOT, parts[i].from, NULL), *to = g_build_filename (copy->folder, parts[i].to, NULL);
    copy_folder (from, to, parts[i].ending);
  }
  g_autofree char *languages = g_build_filename (copy->folder, "i18n/languages.json", NULL), *text = NULL;
  g_assert_true (g_file_get_contents (TEST_ROOT "/i18n/languages.json", &text, NULL, NULL) && g_file_set_contents (languages, text, -1, NULL));
}

static void
tear_down (Copy *copy, gconstpointer data)
{
  remove_folder (copy->folder);
  g_free (copy->folder);
}

/* The faults, one a line. Transfer full. */
static char *
look (Copy *copy)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new_with_free_func (g_free);
  const PerronContentFolder content = { copy->folder, "adulte-seul", TEST_ROOT "/i18n", TEST_ROOT "/ui", TEST_ROOT "/kiosk/journeys" };
  gboolean fit = perron_journey_check_content (&content, faults);
  g_assert_true (fit == (faults->len == 0));
  g_ptr_array_add (faults, NULL);
  return g_strjoinv ("\n", (char **) faults->pdata);
}

static void
assert_fault (Copy *copy, const char *words)
{
  g_autofree char *faults = look (copy);
  if (strstr (faults, words) == NULL)
    g_error ("no \"%s\" in: %s", words, faults);
}

/* Puts `now` in the place of the first `before` in a file. */
static void
change (Copy *copy, const char *path, const char *before, const char *now)
{
  g_autofree char *file = g_build_filename (copy->folder, path, NULL), *text = NULL;
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  const char *at = strstr (text, before);
  g_assert_nonnull (at);
  g_autofree char *fresh = g_strdup_printf ("%.*s%s%s", (int) (at - text), text, now, at + strlen (before));
  g_assert_true (g_file_set_contents (file, fresh, -1, NULL));
}

static void
lose (Copy *copy, const char *path)
{
  g_autofree char *file = g_build_filename (copy->folder, path, NULL);
  g_assert_cmpint (g_remove (file), ==, 0);
}

static void
test_shipped (Copy *copy, gconstpointer data)
{
  g_autofree char *faults = look (copy);
  g_assert_cmpstr (faults, ==, "");
}

static void
test_missing (Copy *copy, gconstpointer data)
{
  lose (copy, "i18n/keyboards/number.json");
  assert_fault (copy, "number");
  lose (copy, "ui/pictures/phone.svg");
  assert_fault (copy, "pictures come all or none");
  lose (copy, "journeys/adulte-seul/journey.json");
  assert_fault (copy, "the journey that starts is not there");
  lose (copy, "i18n/languages.json");
  assert_fault (copy, "languages.json");
}

static void
test_texts (Copy *copy, gconstpointer data)
{
  change (copy, "i18n/po/en.po", "msgid \"ui.keyboard\"", "msgid \"ui.keyboard-no-more\"");
  assert_fault (copy, "ui.keyboard: no text in \"en\"");
  change (copy, "i18n/po/fr.po", "msgid \"adulte.welcome.title\"", "msgid \"adulte.welcome.no-title\"");
  assert_fault (copy, "adulte.welcome.title");
}

static void
test_journey (Copy *copy, gconstpointer data)
{
  change (copy, "journeys/adulte-seul/journey.json", "\"choose:reference\": \"reference\"", "\"choose:reference\": \"nowhere\"");
  assert_fault (copy, "nowhere");
}

/* Who agreed to version 1 agreed to its words: other words with their right hash need another version. */
static void
test_consent (Copy *copy, gconstpointer data)
{
  g_autofree char *path = g_build_filename (copy->folder, "i18n/po/fr.po", NULL);
  change (copy, "i18n/po/fr.po", "msgid \"adulte.review.consent\"\nmsgstr \"", "msgid \"adulte.review.consent\"\nmsgstr \"Oui. ");
  g_autofree char *faults = look (copy);
  const char *set = strstr (faults, "set sha256.fr to ");
  g_assert_nonnull (set);
  g_autofree char *sha256 = g_strndup (set + strlen ("set sha256.fr to "), 64);
  g_autofree char *text = NULL;
  g_autofree char *file = g_build_filename (copy->folder, "journeys/adulte-seul/journey.json", NULL);
  g_assert_true (g_file_get_contents (file, &text, NULL, NULL));
  const char *hash = strstr (strstr (text, "\"sha256\""), "\"fr\": \"");
  g_assert_nonnull (hash);
  g_autofree char *before = g_strndup (hash + strlen ("\"fr\": \""), 64);
  change (copy, "journeys/adulte-seul/journey.json", before, sha256);
  assert_fault (copy, "the consent text in \"fr\" changed, its version");

  const char *version = strstr (strstr (text, "\"consent\""), "\"version\": ");
  g_assert_nonnull (version);
  g_autofree char *old = g_strndup (version, (gsize) (strpbrk (version + 11, ",\n }") - version));
  g_autofree char *consent = g_strndup (strstr (text, "\"consent\""), (gsize) (version - strstr (text, "\"consent\"")));
  g_autofree char *old_whole = g_strconcat (consent, old, NULL), *new_whole = g_strconcat (consent, "\"version\": 99", NULL);
  change (copy, "journeys/adulte-seul/journey.json", old_whole, new_whole);
  g_autofree char *none = look (copy);
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define CASE(name, function) g_test_add ("/check-content/" name, Copy, NULL, set_up, function, tear_down)
  CASE ("shipped", test_shipped);
  CASE ("missing", test_missing);
  CASE ("texts", test_texts);
  CASE ("journey", test_journey);
  CASE ("consent", test_consent);
  return g_test_run ();
}
