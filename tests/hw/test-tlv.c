/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "hw/card/tlv.h"
#include "tests/hw/fake-card.h"

/* Bytes at the very end of a heap block, so that one byte too far is caught by AddressSanitizer. */
static guint8 *
exact_bytes (const char *hex, gsize *ret_length)
{
  guint8 wide[FAKE_FILE_MAX];
  fake_card_set_hex (wide, ret_length, hex);
  return g_memdup2 (wide, *ret_length);
}

static PerronTlvStep
first_step (const char *hex, PerronTlv *object)
{
  gsize length;
  g_autofree guint8 *bytes = exact_bytes (hex, &length);
  PerronTlvReader reader = perron_tlv_reader (bytes, length);
  PerronTlvStep step = perron_tlv_next (&reader, object);
  object->value = NULL;
  return step;
}

static void
test_forms (void)
{
  static const struct {
    const char *hex;
    guint32 tag;
    gsize length;
    gboolean constructed;
  } rows[] = {
    { "80 00", 0x80, 0, FALSE },           { "65 02 80 00", 0x65, 2, TRUE },    { "5F 20 01 41", 0x5F20, 1, FALSE },
    { "7F 21 00", 0x7F21, 0, TRUE },       { "DF 81 01 01 41", 0xDF8101, 1, FALSE }, { "80 81 01 41", 0x80, 1, FALSE },
    { "80 82 00 01 41", 0x80, 1, FALSE },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronTlv object = { 0 };
    g_assert_cmpint (first_step (rows[i].hex, &object), ==, PERRON_TLV_OBJECT);
    g_assert_cmphex (object.tag, ==, rows[i].tag);
    g_assert_cmpuint (object.length, ==, rows[i].length);
    g_assert_cmpint (object.constructed, ==, rows[i].constructed);
  }
}

static void
test_refused (void)
{
  static const char *const rows[] = {
    "80",          /* no length */
    "80 7F 41",    /* reaches beyond */
    "80 80 41",    /* indefinite */
    "65 84 FF FF FF FF", "80 83 00 00 01 41", "80 81", "80 82 01", "80 82 FF FF 41",
    "5F",          /* tag cut */
    "DF 81 81 01 00", /* tag of four bytes */
    "FF FF FF 01",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronTlv object = { 0 };
    g_test_message ("%s", rows[i]);
    g_assert_cmpint (first_step (rows[i], &object), ==, PERRON_TLV_BAD);
    g_assert_cmphex (object.tag, ==, 0);
  }
}

static void
test_padding (void)
{
  static const char *const rows[] = { "", "00", "00 80 01 41", "FF", "FF FF FF" };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    PerronTlv object;
    g_assert_cmpint (first_step (rows[i], &object), ==, PERRON_TLV_END);
  }
}

static void
test_after_the_end (void)
{
  static const guint8 bytes[] = { 0x80, 0x01, 0x41, 0x81, 0x05, 0x42 };
  PerronTlvReader reader = perron_tlv_reader (bytes, sizeof bytes);
  PerronTlv object;

  g_assert_cmpint (perron_tlv_next (&reader, &object), ==, PERRON_TLV_OBJECT);
  g_assert_cmpint (object.value[0], ==, 'A');
  g_assert_cmpint (perron_tlv_next (&reader, &object), ==, PERRON_TLV_BAD);
  g_assert_cmpint (perron_tlv_next (&reader, &object), ==, PERRON_TLV_END);
}

static void
test_depth (void)
{
  gsize length;
  g_autofree guint8 *bytes = exact_bytes ("65 06 65 04 65 02 80 00", &length);

  g_assert_true (perron_tlv_check (bytes, length, 4));
  g_assert_false (perron_tlv_check (bytes, length, 3));
  g_assert_false (perron_tlv_check (bytes, length, 0));
  g_autofree guint8 *broken = exact_bytes ("65 04 65 02 80 05", &length);
  g_assert_false (perron_tlv_check (broken, length, 4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tlv/forms", test_forms);
  g_test_add_func ("/tlv/refused", test_refused);
  g_test_add_func ("/tlv/padding", test_padding);
  g_test_add_func ("/tlv/after-the-end", test_after_the_end);
  g_test_add_func ("/tlv/depth", test_depth);
  return g_test_run ();
}
