/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-map.h"
#include "tests/hw/fake-card.h"

static const guint8 root[] = { 0xD2, 0x50, 0x00, 0x00, 0x02, 'M', 'F', '_', 'V', 'I', 'T', 'A', 'L', 'E' };

#define ROOT "82 12 00 01 00 00 D2 50 00 00 02 4D 46 5F 56 49 54 41 4C 45 "
#define VITALE "82 0F 00 02 00 00 D2 50 00 00 02 56 49 54 41 4C 45 "
#define NAMED(number, file) "80 0C 49 44 45 4E 54 49 54 45 " number " " file " "

static const struct {
  const char *map;
  PerronCardMapAnswer answer;
} maps[] = {
  /* the vector of the public facts, section 9; padded; the other order */
  { "E0 43 A0 25 " ROOT VITALE NAMED ("00 01", "D0 01") NAMED ("00 02", "D0 02"), PERRON_CARD_MAP_NAMES_IT },
  { "E0 43 A0 25 " ROOT VITALE NAMED ("00 01", "D0 01") NAMED ("00 02", "D0 02") "00 00 FF", PERRON_CARD_MAP_NAMES_IT },
  { "E0 43 A0 25 " VITALE ROOT NAMED ("00 02", "D0 02") NAMED ("00 01", "D0 01"), PERRON_CARD_MAP_NAMES_IT },
  { "E0 45 A0 25 " ROOT VITALE NAMED ("00 01", "D0 01") NAMED ("00 02", "D0 02") "00 00", PERRON_CARD_MAP_NAMES_IT },
  /* row 37: itself, the root, the right file in the wrong application, an application that is not in the list, nothing */
  { "E0 43 A0 25 " ROOT VITALE NAMED ("00 02", "20 01") NAMED ("00 02", "20 01"), PERRON_CARD_MAP_DOES_NOT },
  { "E0 35 A0 25 " ROOT VITALE NAMED ("00 01", "3F 00"), PERRON_CARD_MAP_DOES_NOT },
  { "E0 35 A0 25 " ROOT VITALE NAMED ("00 02", "D0 01"), PERRON_CARD_MAP_DOES_NOT },
  { "E0 21 A0 11 " VITALE NAMED ("00 01", "D0 01"), PERRON_CARD_MAP_DOES_NOT },
  { "E0 27 A0 25 " ROOT VITALE, PERRON_CARD_MAP_DOES_NOT },
  { "E0 02 A0 00", PERRON_CARD_MAP_DOES_NOT },
  /* row 37: two applications with one number; other shapes */
  { "E0 4A A0 28 " ROOT ROOT NAMED ("00 01", "D0 01"), PERRON_CARD_MAP_BAD },
  { "E0 38 A0 28 " ROOT ROOT NAMED ("00 01", "D0 01"), PERRON_CARD_MAP_BAD },
  { "E0 34 A0 25 " ROOT VITALE "80 0B 49 44 45 4E 54 49 54 45 00 01 D0", PERRON_CARD_MAP_BAD },
  { "E0 37 A0 25 " ROOT VITALE "5A 0E 49 44 45 4E 54 49 54 45 00 01 D0 01 00 00", PERRON_CARD_MAP_BAD },
  { "E0 06 A0 04 82 02 00 01", PERRON_CARD_MAP_BAD },
  { "E0 0E " NAMED ("00 01", "D0 01"), PERRON_CARD_MAP_BAD },
  { "A0 25 " ROOT VITALE, PERRON_CARD_MAP_BAD },
  { "E0 7F A0 25", PERRON_CARD_MAP_BAD },
  { "", PERRON_CARD_MAP_BAD },
  { "FF FF FF FF", PERRON_CARD_MAP_BAD },
};

static void
test_maps (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (maps); i++) {
    guint8 bytes[FAKE_FILE_MAX];
    gsize length = 0;
    fake_card_set_hex (bytes, &length, maps[i].map);
    g_test_message ("%" G_GSIZE_FORMAT ": %s", i, maps[i].map);
    /* a copy of its very length, for the sanitizers */
    g_autofree guint8 *exact = g_memdup2 (bytes, length);
    g_assert_cmpint (perron_card_map_look (exact, length, root, sizeof root, 0xD001), ==, maps[i].answer);
  }
}

static void
test_crowded (void)
{
  for (guint files = 63; files <= 66; files++) {
    g_autoptr (GByteArray) map = g_byte_array_new ();
    const guint8 head[] = { 0xE0, 0x82, (guint8) ((22 + 14 * files) >> 8), (guint8) (22 + 14 * files), 0xA0, 0x14, 0x82, 0x12, 0, 1, 0, 0 };
    static const guint8 file[] = { 0x80, 0x0C, 'I', 'D', 'E', 'N', 'T', 'I', 'T', 'E', 0, 1, 0xD0, 1 };
    g_byte_array_append (map, head, sizeof head);
    g_byte_array_append (map, root, sizeof root);
    for (guint i = 0; i < files; i++)
      g_byte_array_append (map, file, sizeof file);
    g_assert_cmpint (perron_card_map_look (map->data, map->len, root, sizeof root, 0xD001), ==,
                     files <= 64 ? PERRON_CARD_MAP_NAMES_IT : PERRON_CARD_MAP_BAD);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/card-map/maps", test_maps);
  g_test_add_func ("/card-map/crowded", test_crowded);
  return g_test_run ();
}
