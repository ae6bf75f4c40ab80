/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pcsc/pcsc-table.h"

#include <string.h>

#include "tests/hw/fake-card.h"

#define VITALE "3B 75 13 00 00 43 09 EA 90 00"
#define CPS "3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00"
#define OTHER "3B 02 14 50"

static PerronProfiles *profiles;

static void
set_list (PerronPcscTable *table, const char *list, gsize size, const char *filter)
{
  perron_pcsc_table_set_readers (table, list, size, filter);
}

static void
set_state (PerronPcscTable *table, guint index, DWORD state, guint counter, const char *atr)
{
  SCARD_READERSTATE *row = &table->states[index + 1];
  guint8 bytes[FAKE_FILE_MAX];
  gsize length = 0;

  row->dwEventState = state | (DWORD) counter << 16 | SCARD_STATE_CHANGED;
  if (atr != NULL)
    fake_card_set_hex (bytes, &length, atr);
  row->cbAtr = length;
  memcpy (row->rgbAtr, bytes, length);
}

static void
check_choice (const PerronPcscTable *table, PerronCardStatus status, guint index)
{
  guint got = 99;
  g_assert_cmpint (perron_pcsc_table_choose (table, profiles, &got), ==, status);
  g_assert_cmpuint (got, ==, index);
}

static void
test_choice (void)
{
  PerronPcscTable table;
  static const char two[] = "Left 00 00\0Right 01 00\0";

  perron_pcsc_table_init (&table);
  check_choice (&table, PERRON_CARD_NO_READER, PERRON_PCSC_NONE);
  set_list (&table, "Left 00 00\0", 12, NULL);
  set_state (&table, 0, SCARD_STATE_EMPTY, 0, NULL);
  check_choice (&table, PERRON_CARD_NO_CARD, PERRON_PCSC_NONE);
  set_state (&table, 0, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, 1, NULL);
  check_choice (&table, PERRON_CARD_MUTE, PERRON_PCSC_NONE);
  /* one slot: a professional's card is what the person put in, and is told so */
  set_state (&table, 0, SCARD_STATE_PRESENT, 1, CPS);
  check_choice (&table, PERRON_CARD_READING, 0);
  /* two: it lives there */
  set_list (&table, two, sizeof two, NULL);
  set_state (&table, 0, SCARD_STATE_PRESENT, 1, CPS);
  set_state (&table, 1, SCARD_STATE_EMPTY, 0, NULL);
  check_choice (&table, PERRON_CARD_NO_CARD, PERRON_PCSC_NONE);
  set_state (&table, 1, SCARD_STATE_PRESENT | SCARD_STATE_INUSE, 1, VITALE);
  check_choice (&table, PERRON_CARD_READING, 1);
  set_state (&table, 0, SCARD_STATE_PRESENT, 3, OTHER);
  check_choice (&table, PERRON_CARD_READING, 1);
  set_state (&table, 1, SCARD_STATE_PRESENT | SCARD_STATE_MUTE, 1, NULL);
  check_choice (&table, PERRON_CARD_READING, 0);
}

static void
test_list (void)
{
  PerronPcscTable table;
  static const char two[] = "Left 00 00\0Right 01 00\0", swapped[] = "Right 01 00\0Left 00 00\0";

  perron_pcsc_table_init (&table);
  set_list (&table, two, sizeof two, NULL);
  g_assert_cmpuint (table.count, ==, 2);
  set_state (&table, 1, SCARD_STATE_PRESENT, 7, VITALE);
  g_assert_false (perron_pcsc_table_settle (&table));
  g_assert_cmphex (table.states[2].dwCurrentState, ==, SCARD_STATE_PRESENT | 7u << 16);
  /* what is known follows the name, not the place */
  set_list (&table, swapped, sizeof swapped, NULL);
  g_assert_cmpstr (table.states[1].szReader, ==, "Right 01 00");
  g_assert_cmphex (table.states[1].dwCurrentState, ==, SCARD_STATE_PRESENT | 7u << 16);
  set_list (&table, two, sizeof two, "Right");
  g_assert_cmpuint (table.count, ==, 1);
  /* a list without its end, or with a name without one, is not read beyond */
  set_list (&table, two, 5, NULL);
  g_assert_cmpuint (table.count, ==, 0);
  set_list (&table, two, 0, NULL);
  g_assert_cmpuint (table.count, ==, 0);
}

static void
test_settle (void)
{
  PerronPcscTable table;

  perron_pcsc_table_init (&table);
  set_list (&table, "Left 00 00\0", 12, NULL);
  table.states[0].dwEventState = SCARD_STATE_CHANGED;
  g_assert_true (perron_pcsc_table_settle (&table));
  table.states[0].dwEventState = 0;
  set_state (&table, 0, SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE, 0, NULL);
  g_assert_true (perron_pcsc_table_settle (&table));
  /* it stays listed: asking once was enough, or the wait would spin */
  set_state (&table, 0, SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE, 0, NULL);
  g_assert_false (perron_pcsc_table_settle (&table));
  set_state (&table, 0, SCARD_STATE_PRESENT, 0xFFFF, VITALE);
  g_assert_false (perron_pcsc_table_settle (&table));
  g_assert_cmpuint (perron_pcsc_table_counter (&table, 0), ==, 0xFFFF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  profiles = fake_profiles ();
  g_test_add_func ("/pcsc-table/choice", test_choice);
  g_test_add_func ("/pcsc-table/list", test_list);
  g_test_add_func ("/pcsc-table/settle", test_settle);
  int status = g_test_run ();
  perron_profiles_free (profiles);
  return status;
}
