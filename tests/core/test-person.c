/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "kiosk/core/card-status.h"
#include "kiosk/core/person.h"
#include "kiosk/core/utterance.h"

static const struct {
  const char *value;
  const char *masked;
  const char *grouped;
} numbers[] = {
  { "290019900000176", "•• •• •• ••• 176", "2 90 01 99 000 001 76" },
  { "1850578000084", "•• •• •• ••• 084", "1 85 05 78 000 084" },
  { "1850599999084", "•• •• •• ••• 084", "1 85 05 99 999 084" },
  { "12A", "•• •• •• •••", "1 2A" },
  { "1234", "•• •• •• •••", "1 23 4" },
  { "", "", "" },
};

static void
test_mask_shows_the_last_three (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    PerronNumber number = { .kind = PERRON_NUMBER_NIR };
    char masked[PERRON_NUMBER_MASKED_BYTES], grouped[PERRON_NUMBER_MASKED_BYTES];
    g_strlcpy (number.value, numbers[i].value, sizeof number.value);
    perron_number_mask (&number, masked);
    perron_number_group (&number, grouped);
    g_assert_cmpstr (masked, ==, numbers[i].masked);
    g_assert_cmpstr (grouped, ==, numbers[i].grouped);
  }
}

/* Whatever stands in the array, at most three symbols of it are shown, and the result stays in its bounds. */
static void
test_mask_never_shows_more (void)
{
  for (guint length = 0; length <= PERRON_NUMBER_CHARS; length++) {
    PerronNumber number = { 0 };
    struct {
      char text[PERRON_NUMBER_MASKED_BYTES];
      char guard[8];
    } masked;
    memset (&masked, 'g', sizeof masked);
    memset (number.value, '7', length);
    perron_number_mask (&number, masked.text);
    guint shown = 0;
    for (const char *at = masked.text; *at != '\0'; at++)
      shown += *at == '7';
    g_assert_cmpuint (shown, <=, 3);
    g_assert_true (g_utf8_validate (masked.text, -1, NULL));
    g_assert_cmpmem (masked.guard, sizeof masked.guard, "gggggggg", 8);
  }
}

static void
test_full_array_without_nul (void)
{
  PerronNumber number;
  char masked[PERRON_NUMBER_MASKED_BYTES];
  memset (&number, '9', sizeof number); /* hostile: no end at all */
  perron_number_mask (&number, masked);
  g_assert_cmpuint (g_utf8_strlen (masked, -1), ==, 16);
}

static void
test_kind_words (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint kind = PERRON_NUMBER_NONE; kind <= PERRON_NUMBER_INVALID; kind++)
    g_assert_true (g_hash_table_add (seen, (gpointer) perron_number_kind_to_string ((PerronNumberKind) kind)));
  g_assert_true (g_hash_table_contains (seen, "nir-pseudo-month"));
}

static void
test_holders_are_copied_and_wiped (void)
{
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  holders->count = 1;
  g_assert_true (perron_secret_copy_text (holders->list[0].surname, PERRON_NAME_BYTES, "DÉMONSTRATION"));
  PerronHolders *copy = perron_holders_copy (holders);
  g_assert_cmpmem (holders, sizeof *holders, copy, sizeof *copy);
  const volatile char *surname = copy->list[0].surname;
  perron_holders_free (copy);
  g_assert_cmpint (surname[0], ==, 0);
  g_assert_cmpstr (holders->list[0].surname, ==, "DÉMONSTRATION");
}

static void
test_card_status_words (void)
{
  for (guint status = 0; status < PERRON_CARD_STATUS_COUNT; status++) {
    PerronCardStatus read = PERRON_CARD_STATUS_COUNT;
    g_assert_true (perron_card_status_from_string (perron_card_status_to_string ((PerronCardStatus) status), &read));
    g_assert_cmpuint (read, ==, status);
  }
  PerronCardStatus untouched = PERRON_CARD_MUTE;
  g_assert_false (perron_card_status_from_string ("Read", &untouched));
  g_assert_false (perron_card_status_from_string ("", &untouched));
  g_assert_cmpuint (untouched, ==, PERRON_CARD_MUTE);
}

static void
test_utterance_keeps_its_privacy (void)
{
  char text[] = "Bonjour";
  g_autoptr (PerronUtterance) utterance = perron_utterance_new (PERRON_PERSONAL, "fr", text);
  text[0] = 'x';
  g_autoptr (PerronUtterance) copy = perron_utterance_copy (utterance);
  g_assert_cmpint (copy->privacy, ==, PERRON_PERSONAL);
  g_assert_cmpstr (copy->language, ==, "fr");
  g_assert_cmpstr (copy->text, ==, "Bonjour");
  g_assert_true (copy->text != utterance->text);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/person/mask-shows-the-last-three", test_mask_shows_the_last_three);
  g_test_add_func ("/person/mask-never-shows-more", test_mask_never_shows_more);
  g_test_add_func ("/person/full-array-without-nul", test_full_array_without_nul);
  g_test_add_func ("/person/kind-words", test_kind_words);
  g_test_add_func ("/person/holders-are-copied-and-wiped", test_holders_are_copied_and_wiped);
  g_test_add_func ("/card-status/words", test_card_status_words);
  g_test_add_func ("/utterance/keeps-its-privacy", test_utterance_keeps_its_privacy);
  return g_test_run ();
}
