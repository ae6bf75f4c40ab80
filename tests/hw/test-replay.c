/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/replay.h"

#include <glib/gstdio.h>
#include <string.h>

#include "hw/card/reader.h"
#include "hw/card/record.h"
#include "tests/hw/fake-card.h"

typedef struct {
  char *file;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  int fd = g_file_open_tmp ("perron-recording-XXXXXX", &fixture->file, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_unlink (fixture->file);
  g_free (fixture->file);
}

static PerronCardSource *
load (Fixture *fixture, const char *text, GError **error)
{
  g_assert_true (g_file_set_contents (fixture->file, text, -1, NULL));
  return perron_replay_source_new (fixture->file, error);
}

#define CARD(exchanges) "{\"recording\": 1, \"slot\": \"card\", \"atr\": \"3B 00\", \"exchanges\": [" exchanges "]}"
#define ONE "{\"command\": \"00 B0 82 00 00\", \"response\": \"41 90 00\"}"

static void
test_strict (Fixture *fixture, gconstpointer data)
{
  static const guint8 read[] = { 0x00, 0xB0, 0x82, 0x00, 0x00 }, other[] = { 0x00, 0xB0, 0x82, 0x00, 0x01 };
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCardSource) source = load (fixture, CARD (ONE), &error);
  g_assert_no_error (error);
  guint8 response[PERRON_RESPONSE_MAX];

  g_autoptr (PerronChannel) channel = source->open (source, &error);
  g_assert_cmpint (channel->transmit (channel, other, sizeof other, response, sizeof response, &error), ==, -1);
  g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_SEQUENCE);
  g_clear_error (&error);
  g_assert_false (perron_replay_source_is_spent (source));
  g_assert_cmpint (channel->transmit (channel, read, sizeof read, response, sizeof response, &error), ==, 3);
  g_assert_true (perron_replay_source_is_spent (source));
  g_assert_cmpint (channel->transmit (channel, read, sizeof read, response, sizeof response, &error), ==, -1);
  g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_SEQUENCE);
}

static void
test_faults_and_slots (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *text;
    PerronCardStatus status;
  } rows[] = {
    { "{\"recording\": 1, \"slot\": \"no-reader\"}", PERRON_CARD_NO_READER },
    { "{\"recording\": 1, \"slot\": \"no-card\"}", PERRON_CARD_REMOVED },
    { "{\"recording\": 1, \"slot\": \"mute\"}", PERRON_CARD_MUTE },
    { CARD ("{\"command\": \"00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\", \"fault\": \"removed\"}"), PERRON_CARD_REMOVED },
    { CARD ("{\"command\": \"00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\", \"fault\": \"held\"}"), PERRON_CARD_HELD },
    { CARD ("{\"command\": \"00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\", \"response\": \"6A 82\"}"), PERRON_CARD_NOT_VITALE },
    { CARD (ONE), PERRON_CARD_READER_FAULT },
  };
  g_autoptr (PerronProfiles) profiles = fake_profiles ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PerronCardSource) source = load (fixture, rows[i].text, &error);
    g_assert_no_error (error);
    g_auto (PerronCardReading) reading = { 0 };
    perron_card_read_from (source, profiles, FALSE, &reading);
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpint (reading.status, ==, rows[i].status);
  }
}

static void
test_errors (Fixture *fixture, gconstpointer data)
{
  static const struct {
    const char *text, *words;
  } rows[] = {
    { "{\"recording\": 2, \"slot\": \"card\"}", "$.recording: not from 1 to 1" },
    { "{\"recording\": 1, \"slot\": \"drawer\"}", "$: slot is card" },
    { "{\"recording\": 1, \"slot\": \"card\"}", "$: \"atr\" is missing" },
    { CARD ("{\"command\": \"00\", \"response\": \"90 00\"}"), "$.exchanges[0].command: fewer than 4" },
    { CARD (ONE ", {\"command\": \"00 B0 82 00\", \"response\": \"90\"}"), "$.exchanges[1].response: fewer than 2" },
    { CARD ("{\"command\": \"00 B0 82 00\", \"fault\": \"fire\"}"), "$.exchanges[0]: fault is" },
    { "{", ":1:1: " },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_null (load (fixture, rows[i].text, &error));
    g_assert_true (g_str_has_prefix (error->message, fixture->file));
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, rows[i].words));
  }
}

static void
test_recording_holds_nobody (Fixture *fixture, gconstpointer data)
{
  static const char *const hex_of_what_was_read[] = { "41 4E 43 49", "5A 4F", "31 39 32 34 30 36", "32 32 34 30 36" };
  g_autoptr (PerronProfiles) profiles = fake_profiles ();
  g_autoptr (GError) error = NULL;
  FakeSlot *slot;
  FakeCard card;
  g_autofree char *text = NULL;

  fake_card_init (&card);
  card.chained = card.exact_le = TRUE;
  for (guint i = 0; i < 4; i++) { /* several blocks: an object is cut between two of them */
    fake_card_add_person (&card, "ANCIENNE", "ZO\xC9", "19240630", 40, ' ');
    fake_card_add_number (&card, "224067500001892");
  }
  g_autoptr (PerronCardSource) source = perron_record_source_new (fake_slot_new (&slot));
  fake_slot_set (slot, PERRON_CARD_READING, &card);
  g_auto (PerronCardReading) reading = { 0 };
  perron_card_read_from (source, profiles, FALSE, &reading);
  g_assert_cmpint (reading.status, ==, PERRON_CARD_READ);
  g_assert_true (perron_record_source_write (source, profiles, fixture->file, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (fixture->file, &text, NULL, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (hex_of_what_was_read); i++)
    g_assert_null (strstr (text, hex_of_what_was_read[i]));

  /* and it still is a card: same people, other names */
  g_autoptr (PerronCardSource) replay = perron_replay_source_new (fixture->file, &error);
  g_assert_no_error (error);
  g_auto (PerronCardReading) again = { 0 };
  perron_card_read_from (replay, profiles, FALSE, &again);
  g_assert_cmpint (again.status, ==, PERRON_CARD_READ);
  g_assert_cmpuint (again.holders->count, ==, 4);
  g_assert_cmpstr (again.holders->list[3].surname, ==, "XXXXXXXX");
  g_assert_cmpstr (again.holders->list[3].number.value, ==, "290017500000176");
  g_assert_true (perron_replay_source_is_spent (replay));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/replay/strict", Fixture, NULL, set_up, test_strict, tear_down);
  g_test_add ("/replay/faults-and-slots", Fixture, NULL, set_up, test_faults_and_slots, tear_down);
  g_test_add ("/replay/errors", Fixture, NULL, set_up, test_errors, tear_down);
  g_test_add ("/record/holds-nobody", Fixture, NULL, set_up, test_recording_holds_nobody, tear_down);
  return g_test_run ();
}
