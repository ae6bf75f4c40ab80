/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "i18n/secret-text.h"
#include "i18n/spoken.h"

static PerronCatalogue *
load (void)
{
  g_autoptr (GError) error = NULL;
  PerronCatalogue *catalogue = perron_catalogue_load (TEXTS_FOLDER, &error);
  g_assert_no_error (error);
  return catalogue;
}

static const struct {
  const char *language, *written, *spoken;
} table[] = {
  /* acronyms and respellings */
  { "fr", "Votre CPAM.", "Votre C P A M." },
  { "fr", "l'ameli, d’ameli", "l'améli, d'améli" },
  { "fr", "AUTHENTIFICATION, Authentifier", "otantification, otantifier" },
  { "fr", "CPAMS", "CPAMS" },
  { "fr", "xCPAM", "xCPAM" },
  { "en", "the CPAM", "the C P A M" },
  /* titles and signs */
  { "fr", "M. Dupont", "monsieur Dupont" },
  { "fr", "Voici M. Dupont", "Voici M. Dupont" }, /* after a capital it may be an initial: safer said as a letter */
  { "fr", "c'est M. Dupont", "c'est monsieur Dupont" },
  { "fr", "Êtes-vous CAMILLE M. Sinon, sortez", "Êtes-vous CAMILLE M. Sinon, sortez" },
  { "fr", "La lettre M. fin", "La lettre M. fin" },
  { "fr", "Mme Durand", "madame Durand" },
  { "fr", "n° 12, N°12", "numéro 12, numéro 12" },
  { "fr", "Attendez…", "Attendez." },
  { "fr", "« Oui » ✓ → fait", "Oui fait" },
  { "fr", "Bonjour !", "Bonjour!" },
  { "fr", "Numéro\u00a0: 12", "Numéro: 12" },
  { "fr", "[[a]] {b} <c>", "a b c" },
  { "fr", "…", "" },
  { "fr", "✓", "" },
  { "fr", "", "" },
  /* hours */
  { "fr", "14h30", "14 heures 30" },
  { "fr", "8h30-17h30", "8 heures 30 à 17 heures 30" },
  { "fr", "08h00–12h", "8 heures à 12 heures" },
  { "fr", "1h, 0h", "1 heure, 0 heure" },
  { "fr", "14hors", "14hors" },
  { "fr", "hier à 17 h 42.", "hier à 17 heures 42." },
  { "fr", "à 9\u00a0h\u00a005", "à 9 heures 05" },
  { "fr", "à 8 h, dès 8 h 00", "à 8 heures, dès 8 heures" },
  { "fr", "à 8 h 3 personnes", "à 8 heures 3 personnes" },
  { "fr", "à 8 h 301", "à 8 heures 301" },
  { "fr", "17 H 42, 17 hors", "17 H 42, 17 hors" },
  /* dates */
  { "fr", "21/11/2025", "21 novembre 2025" },
  { "fr", "01/02/1960.", "premier février 1960." },
  { "fr", "31/20/1960", "31, 20, 1960" },
  { "en", "21/11/2025", "21 November 2025" },
  { "fr", "21/11/20255", "21/11/20255" },
  /* ordinals */
  { "fr", "1er, 1re, 2e, 3ème", "premier, première, deuxième, troisième" },
  { "fr", "25e", "25e" },
  /* numbers of people and files */
  { "fr", "1 85 05 78 006 084 36", "1, 85, 05, 78, 006, 084, 36" },
  { "fr", "2 90 2A 004 000 176", "2, 90, 2A, 004, 000, 176" },
  { "fr", "185057800008436", "18, 50, 57, 80, 00, 08, 43, 6" },
  { "fr", "06 39 98 00 11", "06, 39, 98, 00, 11" },
  { "fr", "06\u00a039\u00a098\u00a000\u00a011", "06, 39, 98, 00, 11" },
  { "fr", "06.39.98.00.11", "06, 39, 98, 00, 11" },
  { "fr", "0639980011", "06, 39, 98, 00, 11" },
  { "fr", "+33 6 39 98 00 11", "plus 33, 6, 39, 98, 00, 11" },
  { "fr", "3646 ou 34 22", "36 46 ou 34 22" },
  { "fr", "1 234 567", "1 234 567" },
  { "fr", "185 euros", "185 euros" },
  { "fr", "•• •• •• ••• 176", "masqué, qui se termine par 1, 7, 6" },
  { "fr", "••••", "masqué" },
  /* addresses and references */
  { "fr", "jean.dupont@ameli.fr", "jean point dupont arobase améli point F R" },
  { "fr", "Écrivez à a_b-c@x.fr.", "Écrivez à a tiret bas b tiret c arobase x point F R." },
  { "fr", "www.ameli.fr", "trois W point améli point F R" },
  { "en", "a.b@ameli.fr", "a dot b at ammellee dot F R" },
  { "fr", "Fini.Puis", "Fini.Puis" },
  { "fr", "K7RA-42XU", "K, 7, R, A, 4, 2, X, U" },
  { "fr", "K7RA-42XU.", "K, 7, R, A, 4, 2, X, U." },
  { "fr", "K7RA-42XUZ", "K7RA-42XUZ" },
};

static void
test_table (void)
{
  g_autoptr (PerronCatalogue) catalogue = load ();
  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (catalogue, table[i].language, table[i].written);
    if (strcmp (spoken, table[i].spoken) != 0)
      g_error ("%s: \"%s\" is said \"%s\", not \"%s\"", table[i].language, table[i].written, spoken, table[i].spoken);
  }
}

static void
assert_idempotent (const PerronCatalogue *catalogue, const char *language, const char *text)
{
  g_autoptr (PerronSecretText) once = perron_spoken_normalise (catalogue, language, text);
  g_autoptr (PerronSecretText) twice = perron_spoken_normalise (catalogue, language, once);
  if (strcmp (once, twice) != 0)
    g_error ("%s: \"%s\" becomes \"%s\", then \"%s\"", language, text, once, twice);
  g_assert_true (g_utf8_validate (once, -1, NULL));
}

static void
test_idempotent (void)
{
  g_autoptr (PerronCatalogue) catalogue = load ();
  guint count;
  const PerronLanguage *languages = perron_catalogue_get_languages (catalogue, &count);
  for (guint l = 0; l < count; l++) {
    g_auto (GStrv) keys = perron_catalogue_list_keys (catalogue, languages[l].tag);
    for (char **key = keys; *key != NULL; key++) {
      g_autoptr (PerronSecretText) text = perron_catalogue_format (catalogue, languages[l].tag, *key, NULL, NULL, NULL);
      assert_idempotent (catalogue, languages[l].tag, text);
    }
  }
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    assert_idempotent (catalogue, table[i].language, table[i].written);
}

/* Anything may stand in a fact: nothing crashes, nothing leaks, and the length has an end. */
static void
test_any_text (void)
{
  static const char *const pieces[] = { "1", "2A", " ", "h", "/", "-", ".", "@", "•", "+", "K7RA-42XU", "…", "\u00a0", "é", "M.", "n°",
                                        "ameli", "0639980011", "🙂", "\u0301", "«", "'", "’", "العربية", "\n", "[", "3646", "e" };
  g_autoptr (PerronCatalogue) catalogue = load ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (2026);
  gsize before = perron_secret_in_use ();
  for (guint turn = 0; turn < 20000; turn++) {
    g_autoptr (GString) text = g_string_new (NULL);
    for (gint n = g_rand_int_range (rand, 0, 14); n > 0; n--)
      g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
    g_autoptr (PerronSecretText) spoken = perron_spoken_normalise (catalogue, turn % 2 ? "fr" : "en", text->str);
    g_assert_true (g_utf8_validate (spoken, -1, NULL));
    g_assert_null (strpbrk (spoken, "[]{}<>@"));
  }
  g_assert_cmpuint (perron_secret_in_use (), ==, before);

  g_autofree char *large = g_strnfill (PERRON_SECRET_TEXT_BYTES * 3, '7');
  g_autoptr (PerronSecretText) bounded = perron_spoken_normalise (catalogue, "fr", large);
  g_assert_cmpuint (strlen (bounded), <, PERRON_SECRET_TEXT_BYTES);
  g_autoptr (PerronSecretText) invalid = perron_spoken_normalise (catalogue, "fr", "a\xff");
  g_assert_cmpstr (invalid, ==, "");
  g_autoptr (PerronSecretText) unknown = perron_spoken_normalise (catalogue, "xx", "CPAM");
  g_assert_cmpstr (unknown, ==, "CPAM");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/spoken/table", test_table);
  g_test_add_func ("/spoken/idempotent", test_idempotent);
  g_test_add_func ("/spoken/any-text", test_any_text);
  return g_test_run ();
}
