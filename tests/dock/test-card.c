/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Descriptions of cards are hostile text; commands to cards are hostile bytes. */
#include <string.h>

#include "hw/dock/virtual-card.h"

static PerronVirtualCard *
parse (const char *text, gsize length, GError **error)
{
  return perron_virtual_card_parse ("x.json", g_getenv ("PERRON_CARDS"), text, length, error);
}

static const struct {
  const char *text;
  const char *says;
} wrong[] = {
  { "", "x.json: empty, or larger than 256 KiB" },
  { "[]", "x.json: must be one JSON object" },
  { "{\"title\": \"\xFF\"}", "x.json: not UTF-8" },
  { "{}", "x.json: $.title: must be given" },
  { "{\"title\": 1}", "x.json: $.title: must be a string" },
  { "{\"title\": \"t\"}", "x.json: $.atr: must be given; \"\" for a card that does not answer" },
  { "{\"title\": \"t\", \"atr\": \"3\"}", "x.json: $.atr: must be hexadecimal pairs, at most 255 bytes" },
  { "{\"title\": \"t\", \"atr\": \"\", \"colour\": 1}", "x.json: $.colour: no such member" },
  { "{\"title\": \"t\", \"atr\": \"\", \"think_ms\": -1}", "x.json: $.think_ms: must be a whole number from 0 to 60000" },
  { "{\"title\": \"t\", \"atr\": \"\", \"think_ms\": 1.5}", "x.json: $.think_ms: must be a whole number from 0 to 60000" },
  { "{\"title\": \"t\", \"atr\": \"\", \"class\": \"0000\"}", "x.json: $.class: must be hexadecimal pairs, at most 1 bytes" },
  { "{\"title\": \"t\", \"atr\": \"\", \"select\": \"62\"}", "x.json: $.select: must be 61 or 9000" },
  { "{\"title\": \"t\", \"atr\": \"\", \"short_read\": \"\"}", "x.json: $.short_read: must be 6C, 9000 or 6282" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": {}}", "x.json: $.folders: must be an array of at most 16" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [7]}", "x.json: $.folders[0]: must be an object" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{}]}", "x.json: $.folders[0]: needs fid, aid or both" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{\"fid\": \"3F\"}]}", "x.json: $.folders[0].fid: must be 2 bytes of hexadecimal" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{\"fid\": \"3F00\", \"files\": [{}]}]}",
    "x.json: $.folders[0].files[0]: needs fid, sfi or both" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{\"fid\": \"3F00\", \"files\": [{\"sfi\": 31}]}]}",
    "x.json: $.folders[0].files[0].sfi: must be a whole number from 1 to 30" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{\"fid\": \"3F00\", \"files\": [{\"sfi\": 2, \"holders\": [{\"surname\": "
    "\"\xE2\x82\xAC\"}]}]}]}",
    "x.json: $.folders[0].files[0].holders[0].surname: has a character that ISO 8859-1 lacks" },
  { "{\"title\": \"t\", \"atr\": \"\", \"folders\": [{\"fid\": \"3F00\", \"files\": [{\"sfi\": 2, \"charset\": \"ebcdic\"}]}]}",
    "x.json: $.folders[0].files[0].charset: must be latin1 or utf8" },
  { "{\"title\": \"t\", \"atr\": \"\", \"faults\": [{\"do\": \"pull\"}]}", "x.json: $.faults[0]: needs at and do" },
  { "{\"title\": \"t\", \"atr\": \"\", \"faults\": [{\"at\": 1, \"do\": \"sing\"}]}",
    "x.json: $.faults[0].do: sing: must be pull, mute, half, zero, garbage, transport, swap:FILE or sw:XXXX" },
  { "{\"title\": \"t\", \"atr\": \"\", \"faults\": [{\"at\": 1, \"do\": \"swap:swapped.json\"}]}",
    "x.json: $.faults[0].do: swapped.json: $.faults[0].do: a card that takes another's place cannot be swapped again" },
};

static void
test_wrong (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PerronVirtualCard) card = parse (wrong[i].text, strlen (wrong[i].text), &error);
    g_assert_null (card);
    g_assert_nonnull (error);
    g_assert_cmpstr (error->message, ==, wrong[i].says);
  }
}

static void
test_too_much (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *deep = g_strnfill (200000, '[');
  g_assert_null (parse (deep, 200000, &error));
  g_assert_cmpstr (error->message, ==, "x.json: nested too deeply");
  g_clear_error (&error);

  g_autofree char *spaces = g_strnfill (PERRON_VIRTUAL_CARD_FILE_MAX + 1, ' ');
  g_assert_null (parse (spaces, PERRON_VIRTUAL_CARD_FILE_MAX + 1, &error));
  g_assert_cmpstr (error->message, ==, "x.json: empty, or larger than 256 KiB");
}

/* Cut or scratched anywhere, a description is a card or an error that names the file; never anything else. */
static void
test_damaged (void)
{
  g_autofree char *path = g_build_filename (g_getenv ("PERRON_CARDS"), "swapped.json", NULL);
  g_autofree char *text = NULL;
  gsize length;
  guint cards = 0, errors = 0;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  for (gsize i = 0; i < 2 * length; i++) {
    gsize at = i / 2;
    char kept = text[at];
    if (i % 2 == 1)
      text[at] = (char) (kept ^ (1 << (at % 7)));
    g_autoptr (GError) error = NULL;
    g_autoptr (PerronVirtualCard) card = parse (text, i % 2 == 1 ? length : at, &error);
    text[at] = kept;
    g_assert_true ((card == NULL) == (error != NULL));
    if (error != NULL)
      g_assert_true (g_str_has_prefix (error->message, "x.json: "));
    cards += card != NULL;
    errors += error != NULL;
  }
  g_assert_cmpuint (cards, >, 100);
  g_assert_cmpuint (errors, >, length);
}

/* Whatever is sent, the answer has status words and fits a short response. */
static void
test_any_command (void)
{
  static const guint8 classes[] = { 0x00, 0xBC, 0x80, 0xFF }, instructions[] = { 0xA4, 0xB0, 0xC0, 0x20, 0xD6 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (20261121);
  g_autoptr (GByteArray) answer = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("PERRON_CARDS"), "family.json", NULL);
  g_autoptr (PerronVirtualCard) card = perron_virtual_card_load (path, &error);
  guint fine = 0;

  g_assert_no_error (error);
  for (guint i = 0; i < 200000; i++) {
    guint8 command[300];
    gsize length = (gsize) g_rand_int_range (rand, 0, i % 50 == 0 ? 300 : 9);
    for (gsize at = 0; at < length; at++)
      command[at] = (guint8) (g_rand_boolean (rand) ? g_rand_int_range (rand, 0, 4) : g_rand_int_range (rand, 0, 256));
    command[0] = classes[g_rand_int_range (rand, 0, 100) < 97 ? 0 : g_rand_int_range (rand, 0, 4)];
    command[1] = instructions[g_rand_int_range (rand, 0, G_N_ELEMENTS (instructions))];
    /* On the heap, to its exact size: a read past the end is seen by the sanitizer. */
    g_autofree guint8 *exact = g_memdup2 (command, length);
    g_assert_cmpint (perron_virtual_card_exchange (card, exact, length, answer), ==, PERRON_VIRTUAL_FAULT_NONE);
    g_assert_cmpuint (answer->len, >=, 2);
    g_assert_cmpuint (answer->len, <=, 258);
    fine += answer->len > 2;
  }
  g_assert_cmpuint (fine, >, 100);
  g_assert_cmpuint (perron_virtual_card_get_apdus (card), ==, 200000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dock/card/wrong", test_wrong);
  g_test_add_func ("/dock/card/too-much", test_too_much);
  g_test_add_func ("/dock/card/damaged", test_damaged);
  g_test_add_func ("/dock/card/any-command", test_any_command);
  return g_test_run ();
}
