/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The synthetic corpus of the public facts, section 9: the rows that need no real pcscd. Row numbers are theirs. */
#include <string.h>

#include "hw/card/reader.h"
#include "kiosk/core/secret.h"
#include "tests/hw/fake-card.h"

static PerronProfiles *profiles;

typedef void (*Prepare) (FakeCard *card);

static PerronCardReading
read_mode (FakeCard *card, gboolean production)
{
  FakeSlot *slot;
  PerronCardReading reading;
  g_autoptr (PerronCardSource) source = fake_slot_new (&slot);

  fake_slot_set (slot, PERRON_CARD_READING, card);
  perron_card_read_from (source, profiles, production, &reading);
  g_assert_cmpint (reading.holders != NULL, ==, reading.status == PERRON_CARD_READ);
  return reading;
}

static void
add_nominal (FakeCard *card)
{
  fake_card_add_person (card, "DUPONT", "CAMILLE", "19900115", 0, ' ');
  fake_card_add_number (card, "290017500000176");
}

static PerronCardReading
read_prepared (Prepare prepare)
{
  FakeCard card;
  fake_card_init (&card);
  prepare (&card);
  return read_mode (&card, FALSE);
}

static void
check_holder (const PerronHolder *holder, const char *surname, const char *given_name, const char *raw, const char *number)
{
  g_assert_cmpstr (holder->surname, ==, surname);
  g_assert_cmpstr (holder->given_name, ==, given_name);
  g_assert_cmpstr (holder->birth.raw, ==, raw);
  g_assert_cmpstr (holder->number.value, ==, number);
}

/* --- rows that end in DUPONT CAMILLE, whole ------------------------------------------------------------------------------------ */

static void
row_1 (FakeCard *card)
{
  add_nominal (card);
}

static void
row_2_batch_4c (FakeCard *card)
{
  add_nominal (card);
  card->atr[5] = 0x4C;
}

static void
row_3_batch_4a (FakeCard *card)
{
  add_nominal (card);
  card->atr[5] = 0x4A;
}

static void
row_4_spaces (FakeCard *card)
{
  fake_card_add_person (card, "DUPONT", "CAMILLE", "19900115", 52, ' ');
  fake_card_add_number (card, "290017500000176");
}

static void
row_5_nuls (FakeCard *card)
{
  fake_card_add_person (card, "DUPONT", "CAMILLE", "19900115", 52, 0);
  fake_card_add_number (card, "290017500000176");
}

static void
row_5_unused_slots (FakeCard *card)
{
  add_nominal (card);
  fake_card_add_person (card, "          ", "          ", "        ", 0, ' ');
  fake_card_add_person (card, "", "", "", 0, ' ');
}

static void
row_26_odd_order (FakeCard *card)
{
  add_nominal (card);
  fake_card_set_hex (card->m, &card->m_length,
                     "66 0A 80 08 31 39 39 39 30 31 30 31 65 4D"
                     "5F 20 03 58 58 58 82 08 31 39 39 30 30 31 31 35 65 08 80 06 46 41 4B 45 52 53 80 06 44 55 50 4F 4E 54"
                     "81 07 43 41 4D 49 4C 4C 45 DF 01 01 00 80 05 41 55 54 52 45 82 08 32 30 30 30 30 31 30 31 81 05 41 55 54 52 45"
                     "90 03 46 52 41 00 00 FF");
}

static void
row_28_t0 (FakeCard *card)
{
  add_nominal (card);
  card->chained = card->exact_le = TRUE;
}

static void
row_30_end_6282 (FakeCard *card)
{
  add_nominal (card);
  card->end_6282 = TRUE;
}

static void
row_31_three_faults (FakeCard *card)
{
  add_nominal (card);
  card->fault = (FakeFault) { 2, 3, PERRON_CHANNEL_ERROR_TRANSPORT };
}

static void
row_31_reset_once (FakeCard *card)
{
  add_nominal (card);
  card->fault = (FakeFault) { 2, 1, PERRON_CHANNEL_ERROR_RESET };
}

static void
row_36_alien_atr (FakeCard *card)
{
  add_nominal (card);
  fake_card_set_hex (card->atr, &card->atr_length, "3B 65 00 00 20 63 CB 00 00");
}

static void
row_37_no_sfi (FakeCard *card)
{
  add_nominal (card);
  card->no_sfi = TRUE;
}

static void
test_nominal (gconstpointer data)
{
  g_auto (PerronCardReading) reading = read_prepared (*(const Prepare *) data);

  g_assert_no_error (reading.error);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
  g_assert_cmpstr (reading.card, ==, "vitale-2");
  g_assert_cmpuint (reading.warnings & ~(guint) PERRON_CARD_WARNING_BIRTH, ==, 0);
  g_assert_cmpuint (reading.holders->count, ==, 1);
  check_holder (&reading.holders->list[0], "DUPONT", "CAMILLE", "19900115", "290017500000176");
  g_assert_cmpint (reading.holders->list[0].number.kind, ==, PERRON_NUMBER_NIR);
  g_assert_true (reading.holders->list[0].number.key_ok);
}

/* --- rows where what is read differs -------------------------------------------------------------------------------------------- */

static const struct {
  const char *row, *surname, *given_name, *birth, *number;
  const char *shown_surname;
  guint warnings;
} people[] = {
  { "6", "L\xC9V\xCAQUE-\xC7" "ELIK", "ZO\xCB", "19900115", "290017500000176", "LÉVÊQUE-ÇELIK", 0 },
  { "7", "\xC5\x92UVR\xC3\x89", "ANNE", "19900115", "290017500000176", "ŒUVRÉ", PERRON_CARD_WARNING_CHARSET },
  { "8", "D'ALMEIDA--ROCHA", "JEAN-MARIE", "19900115", "290017500000176", "D'ALMEIDA--ROCHA", 0 },
  { "9", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCD", "ANNE", "19900115", "290017500000176", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCD", 0 },
  { "10", "CORSE", "MARIE", "19760615", "276062A00000324", "CORSE", 0 },
  { "10b", "CORSE", "PAUL", "19831215", "183122B00000447", "CORSE", 0 },
  { "11", "NE", "LOIN", "19542001", "154209935000563", "NE", PERRON_CARD_WARNING_BIRTH },
  { "12", "EN", "ATTENTE", "19860701", "786079935000920", "EN", 0 },
  { "13", "DE", "PASSAGE", "19860701", "5100100000011", "DE", 0 },
  { "15", "CLE", "FAUSSE", "19900115", "290017500000160", "CLE", PERRON_CARD_WARNING_KEY },
  { "15b", "SANS", "FORME", "19900115", "990017500000160", "SANS", PERRON_CARD_WARNING_NUMBER },
  { "16", "LUNE", "ANNE", "19540000", "290017500000176", "LUNE", PERRON_CARD_WARNING_BIRTH },
  { "17", "SIECLE", "ANNE", "540902", "290017500000176", "SIECLE", PERRON_CARD_WARNING_BIRTH },
  { "18", "ANCIENNE", "ANNE", "19240115", "224017500001892", "ANCIENNE", 0 },
  { "18b", "BEBE", "LOU", "20240115", "124017500001944", "BEBE", 0 },
  { "21b", "SANS", "NUMERO", "20200101", "               ", "SANS", 0 },
};

static void
test_people (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (people); i++) {
    FakeCard card;
    g_test_message ("row %s", people[i].row);
    fake_card_init (&card);
    fake_card_add_person (&card, people[i].surname, people[i].given_name, people[i].birth, 0, ' ');
    fake_card_add_number (&card, people[i].number);
    g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
    g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
    g_assert_cmpstr (reading.holders->list[0].surname, ==, people[i].shown_surname);
    g_assert_cmpstr (reading.holders->list[0].birth.raw, ==, people[i].birth);
    g_assert_cmpuint (reading.warnings, ==, people[i].warnings);
  }
}

static void
test_families (void)
{
  FakeCard card;
  fake_card_init (&card);
  card.exact_le = TRUE;
  /* 19: more than 256 bytes; 20: twins; 21: children who carry a parent's number */
  static const char *const names[] = { "ALIX", "BASILE", "CHARLIE", "DOMINIQUE", "EDEN" };
  static const char *const numbers[] = { "290017500000176", "190017500002901", "117097500001633", "117097500001732", "290017500000176" };
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    fake_card_add_person (&card, "DE LA FAMILLE NOMBREUSE", names[i], i == 2 || i == 3 ? "20170914" : "19900115", 30, ' ');
    fake_card_add_number (&card, numbers[i]);
  }
  g_assert_cmpuint (card.m_length, >, 256);
  g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
  g_assert_cmpuint (reading.holders->count, ==, G_N_ELEMENTS (names));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_assert_cmpstr (reading.holders->list[i].given_name, ==, names[i]);
    g_assert_cmpstr (reading.holders->list[i].number.value, ==, numbers[i]);
  }
}

static PerronCardReading
read_crowd (guint m, guint n)
{
  FakeCard card;
  fake_card_init (&card);
  for (guint i = 0; i < m; i++)
    fake_card_add_person (&card, "FOULE", "ANNE", "19900115", 0, ' ');
  for (guint i = 0; i < n; i++)
    fake_card_add_number (&card, "290017500000176");
  return read_mode (&card, FALSE);
}

static void
test_counts (void)
{
  /* 22; this fake has no map that could settle the doubt */
  g_auto (PerronCardReading) three = read_crowd (3, 2);
  g_assert_cmpint (three.status, ==, PERRON_CARD_READ);
  g_assert_cmpuint (three.warnings, ==, PERRON_CARD_WARNING_COUNT_MISMATCH | PERRON_CARD_WARNING_MAP);
  g_assert_cmpuint (three.holders->count, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpint (three.holders->list[i].number.kind, ==, PERRON_NUMBER_NONE);
  g_auto (PerronCardReading) fewer = read_crowd (2, 3);
  g_assert_cmpuint (fewer.warnings, ==, PERRON_CARD_WARNING_COUNT_MISMATCH | PERRON_CARD_WARNING_MAP);
  /* 23 */
  g_auto (PerronCardReading) many = read_crowd (19, 19);
  g_assert_cmpint (many.status, ==, PERRON_CARD_READ);
  g_assert_cmpuint (many.holders->count, ==, 19);
  g_auto (PerronCardReading) limit = read_crowd (32, 32);
  g_assert_cmpint (limit.status, ==, PERRON_CARD_READ);
  g_auto (PerronCardReading) beyond = read_crowd (33, 33);
  g_assert_cmpint (beyond.status, ==, PERRON_CARD_UNREADABLE);
  g_auto (PerronCardReading) crowd = read_crowd (200, 200);
  g_assert_cmpint (crowd.status, ==, PERRON_CARD_UNREADABLE);
}

/* --- hostile and blank content -------------------------------------------------------------------------------------------------- */

static void
test_hostile (void)
{
  static const char *const files[] = {
    "65 20 80 06 44 55 50 4F 4E 54 81 07 43 41 4D 49 4C 4C 45 82 08 31 39 39", /* 24: the file ends in the middle of 82 */
    "65 0A 80 7F 44 55 50 4F 4E 54 81 00",                                     /* 25 */
    "65 84 FF FF FF FF 80 01 41",
    "65 05 80 80 41 00 00",
    "65 80 80 01 41 00 00",
    "65 0C 65 0A 65 08 65 06 65 04 65 02 65 00", /* 26: too deep */
    "",                                          /* 27 */
    "00 00 00 00 00 00 00 00",
    "FF FF FF FF FF FF FF FF",
    "04 00 41 42 43",
    "00 65 03 80 01 41",
    "65 00",
    "65 0A 82 08 31 39 39 30 30 31 31 35", /* somebody without a name */
    "65 05 80 03 41 1B 42",                /* control character */
    "65 0D 80 01 41 82 08 31 39 39 30 2D 30 31 31",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    FakeCard card;
    g_test_message ("%s", files[i]);
    fake_card_init (&card);
    fake_card_add_number (&card, "290017500000176");
    fake_card_set_hex (card.m, &card.m_length, files[i]);
    g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
    g_assert_cmpint (reading.status, ==, PERRON_CARD_UNREADABLE);
    g_assert_nonnull (reading.error);
  }
}

static void
test_numbers_out_of_reach (void)
{
  /* 29 and the file that is not there: the names stand, without a fault */
  static const guint16 words[] = { 0x6982, 0x6985, 0x6A82, 0x6A83, 0x9404 };
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    FakeCard card;
    fake_card_init (&card);
    add_nominal (&card);
    card.n_sw = words[i];
    g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
    g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
    g_assert_cmpuint (reading.warnings, ==, PERRON_CARD_WARNING_NO_NUMBERS);
    check_holder (&reading.holders->list[0], "DUPONT", "CAMILLE", "19900115", "");
    card.m_sw = words[i];
    g_auto (PerronCardReading) nothing = read_mode (&card, FALSE);
    g_assert_cmpint (nothing.status, ==, PERRON_CARD_UNREADABLE);
  }
}

/* --- pulled, reset, flaky: at every command ------------------------------------------------------------------------------------- */

static void
test_fault_at_every_command (void)
{
  static const struct {
    gint code;
    guint times;
    PerronCardStatus status;
  } faults[] = {
    { PERRON_CHANNEL_ERROR_REMOVED, 1000, PERRON_CARD_REMOVED },     { PERRON_CHANNEL_ERROR_READER, 1000, PERRON_CARD_NO_READER },
    { PERRON_CHANNEL_ERROR_RESET, 1000, PERRON_CARD_UNREADABLE },    { PERRON_CHANNEL_ERROR_RESET, 1, PERRON_CARD_READ },
    { PERRON_CHANNEL_ERROR_TRANSPORT, 3, PERRON_CARD_READ },
  };
  FakeCard nominal;
  fake_card_init (&nominal);
  add_nominal (&nominal);
  nominal.chained = nominal.exact_le = TRUE;
  gsize before = perron_secret_in_use ();
  FakeCard whole = nominal;
  PerronCardReading first = read_mode (&whole, FALSE);
  perron_card_reading_clear (&first);
  g_assert_cmpuint (whole.transmits, ==, 8);

  for (gsize f = 0; f < G_N_ELEMENTS (faults); f++) {
    for (guint at = 1; at <= whole.transmits; at++) {
      FakeCard card = nominal;
      card.fault = (FakeFault) { at, faults[f].times, faults[f].code };
      PerronCardReading reading = read_mode (&card, FALSE);
      g_test_message ("fault %d at %u", faults[f].code, at);
      g_assert_cmpint (reading.status, ==, faults[f].status);
      perron_card_reading_clear (&reading);
      g_assert_cmpuint (perron_secret_in_use (), ==, before);
    }
  }
}

/*
 * A reader that polls: between two commands another card took the place, and the handle goes on working on it (hardware facts, section
 * 1.4, trap 4). All that is seen is one failed command. Nobody may get the other's number.
 */
static void
test_swapped_behind_the_handle (void)
{
  for (guint at = 1; at <= 8; at++) {
    FakeCard card;
    fake_card_init (&card);
    row_28_t0 (&card);
    card.fault = (FakeFault) { at, 1, PERRON_CHANNEL_ERROR_TRANSPORT };
    card.becomes = g_new0 (FakeCard, 1);
    g_autofree FakeCard *other = card.becomes;
    fake_card_init (other);
    fake_card_add_person (other, "MARTIN", "ALIX", "19900115", 0, ' ');
    fake_card_add_number (other, "190017500002901");
    g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
    g_test_message ("swapped at %u", at);
    g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
    check_holder (&reading.holders->list[0], "MARTIN", "ALIX", "19900115", "190017500002901");
  }
}

/* --- other cards ---------------------------------------------------------------------------------------------------------------- */

static void
test_other_cards (void)
{
  static const struct {
    const char *atr;
    PerronCardStatus status;
    const char *word;
    guint transmits;
  } cards[] = {
    /* 34 */
    { "3F 65 25 00 22 09 69 90 00", PERRON_CARD_VITALE_1, "vitale-1", 0 },
    { "3F 65 25 00 2C 09 F9 90 00", PERRON_CARD_VITALE_1, "vitale-1", 0 },
    { "3F 65 25 00 52 09 6A 90 00", PERRON_CARD_VITALE_1, "vitale-1", 0 },
    { "3F 65 25 00 A4 09 6A 90 00", PERRON_CARD_VITALE_1, "vitale-1", 0 },
    /* 35 */
    { "3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00", PERRON_CARD_NOT_VITALE, "health-professional", 0 },
    { "3B AC 00 40 2A 00 12 25 00 64 80 80 82 02 12 90 00", PERRON_CARD_NOT_VITALE, "health-professional", 0 },
    { "3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44", PERRON_CARD_NOT_VITALE, "health-professional", 0 },
    { "3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00", PERRON_CARD_NOT_VITALE, "health-professional", 0 },
    { "3B 67 00 00 2D 20 16 01 78 90 00", PERRON_CARD_NOT_VITALE, "staff", 1 },
    { "3B DF 18 FF 81 91 FE 1F C3 00 31 38 64 47 90 EC C2 73 14 01 50 82 90 00 BB", PERRON_CARD_NOT_VITALE, "staff", 1 },
    { "3B DB 96 FF 80 B1 FE 45 1F 87 00 31 C1 64 09 37 72 13 0F 90 00 F4", PERRON_CARD_NOT_VITALE, "identity", 1 },
    { "3B DB 96 FF 80 B1 FE 45 1F 87 00 31 C1 64 09 33 64 49 0F 90 00 BC", PERRON_CARD_NOT_VITALE, "identity", 1 },
    { "3B 65 00 00 20 63 CB 68 00", PERRON_CARD_NOT_VITALE, "payment", 1 },
    { "3B 6E 00 00 80 31 80 66 B0 84 0C 01 6E 01 83 00 90 00", PERRON_CARD_NOT_VITALE, "payment", 1 },
    { "3F 65 25 08 33 04 6C 90 00", PERRON_CARD_NOT_VITALE, "payment", 1 },
    { "3B 66 00 00 90 D1 02 01 10 B1", PERRON_CARD_NOT_VITALE, "student", 1 },
    { "3B 6F 00 00 80 5A 00 00 00 00 00 00 00 00 00 00 82 90 00", PERRON_CARD_NOT_VITALE, "transport", 1 },
    { "3B FF 18 00 FF 81 31 FE 55 00 6B 02 09 02 00 01 01 01 43 4E 53 11 31 80 8C", PERRON_CARD_NOT_VITALE, "health-foreign", 1 },
    { "3B 9F 96 80 1F C7 80 31 A0 73 BE 21 13 67 43 20 07 18 00 00 01 A5", PERRON_CARD_NOT_VITALE, "sim", 1 },
    { "3B 02 14 50", PERRON_CARD_NOT_VITALE, NULL, 1 },
    { "3B 75 13 00 00 9C 02 02 01 02", PERRON_CARD_NOT_VITALE, NULL, 1 },
    /* 36: the ATR lies */
    { "3B 75 13 00 00 43 09 EA 90 00", PERRON_CARD_NOT_VITALE, NULL, 1 },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++) {
    FakeCard card;
    g_test_message ("%s", cards[i].atr);
    fake_card_init (&card);
    fake_card_set_hex (card.atr, &card.atr_length, cards[i].atr);
    card.select_sw = i % 2 == 0 ? 0x6A82 : 0x6E00;
    g_auto (PerronCardReading) reading = read_mode (&card, FALSE);
    g_assert_cmpint (reading.status, ==, cards[i].status);
    g_assert_cmpstr (reading.card, ==, cards[i].word);
    g_assert_cmpuint (card.transmits, ==, cards[i].transmits);
  }
}

/* --- made-up people ------------------------------------------------------------------------------------------------------------- */

static void
test_refused_in_production (void)
{
  static const struct {
    const char *surname, *given_name, *number;
    gboolean refused;
  } rows[] = {
    { "ADRUN", "ZOE", "275126322074974", TRUE },   { "NESSI", "MICHELANGELO", "110086322083060", TRUE },
    { "ADRUN", "ZOE", "               ", TRUE },   { "QUELCUN", "AUTRE", "275126322074974", TRUE },
    { "DUPONT", "CAMILLE", "290017500000176", TRUE }, { "NESSI", "PAULE", "154209935000563", FALSE },
    { "DURAND", "ANNE", "154209935000563", FALSE }, { "CORSE", "ANTHONY", "180032B02040123", TRUE }, { "ADRTROIS", "TOUSSAINT", " ", TRUE },
    { "ECETINSI", "PIERRE-ALAIN", "109076322083489", TRUE }, { "TCHITCHI", "CATARINA", "236066322083656", TRUE },
    { "HERMANN", "GATIEN", "154209935000563", FALSE }, { "HOUILLES", "PIERRE", " ", FALSE }, /* whom somebody real may well be called */
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    FakeCard card;
    g_test_message ("%s %s", rows[i].surname, rows[i].given_name);
    fake_card_init (&card);
    fake_card_add_person (&card, rows[i].surname, rows[i].given_name, "19751215", 0, ' ');
    fake_card_add_number (&card, rows[i].number);
    g_auto (PerronCardReading) production = read_mode (&card, TRUE);
    g_assert_cmpint (production.status, ==, rows[i].refused ? PERRON_CARD_REFUSED : PERRON_CARD_READ);
    g_auto (PerronCardReading) training = read_mode (&card, FALSE);
    g_assert_cmpint (training.status, ==, PERRON_CARD_READ);
    /* a number counts even where it could not be paired with a name */
    fake_card_add_person (&card, "DURAND", "ANNE", "19751215", 0, ' ');
    g_auto (PerronCardReading) unpaired = read_mode (&card, TRUE);
    g_assert_cmpint (unpaired.status, ==, rows[i].refused ? PERRON_CARD_REFUSED : PERRON_CARD_READ);
  }
}

static const struct {
  const char *path;
  Prepare prepare;
} nominal_rows[] = {
  { "/corpus/1", row_1 },
  { "/corpus/2-batch-4c", row_2_batch_4c },
  { "/corpus/3-batch-4a", row_3_batch_4a },
  { "/corpus/4-spaces", row_4_spaces },
  { "/corpus/5-nuls", row_5_nuls },
  { "/corpus/5-unused-slots", row_5_unused_slots },
  { "/corpus/26-odd-order", row_26_odd_order },
  { "/corpus/28-t0", row_28_t0 },
  { "/corpus/30-end-6282", row_30_end_6282 },
  { "/corpus/31-three-faults", row_31_three_faults },
  { "/corpus/31-reset-once", row_31_reset_once },
  { "/corpus/36-alien-atr", row_36_alien_atr },
  { "/corpus/37-no-sfi", row_37_no_sfi },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  profiles = fake_profiles ();
  for (gsize i = 0; i < G_N_ELEMENTS (nominal_rows); i++)
    g_test_add_data_func (nominal_rows[i].path, &nominal_rows[i].prepare, test_nominal);
  g_test_add_func ("/corpus/6-21-people", test_people);
  g_test_add_func ("/corpus/19-21-families", test_families);
  g_test_add_func ("/corpus/22-23-counts", test_counts);
  g_test_add_func ("/corpus/24-27-hostile", test_hostile);
  g_test_add_func ("/corpus/29-numbers-out-of-reach", test_numbers_out_of_reach);
  g_test_add_func ("/corpus/32-fault-at-every-command", test_fault_at_every_command);
  g_test_add_func ("/corpus/32-swapped-behind-the-handle", test_swapped_behind_the_handle);
  g_test_add_func ("/corpus/34-36-other-cards", test_other_cards);
  g_test_add_func ("/corpus/38-refused-in-production", test_refused_in_production);
  int status = g_test_run ();
  perron_profiles_free (profiles);
  return status;
}
