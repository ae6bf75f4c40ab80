/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The virtual NFC chip looks by itself (InAutoPoll, UM0701-02 7.3.13). Time is what the test says. */
#include <string.h>

#include "hw/dock/pn532.h"

#define ACKNOWLEDGE "0000FF00FF00"
#define SYNTAX_ERROR "0000FF01FF7F8100"
#define NOTHING "D56100"

typedef struct {
  Pn532 *chip;
  GPtrArray *said; /* hexadecimal */
  guint wanted_ms; /* 0: no alarm */
} World;

static void
on_say (const guint8 *bytes, gsize length, gsize air_bytes, guint think_ms, gpointer data)
{
  World *world = data;
  GString *text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++)
    g_string_append_printf (text, "%02X", bytes[i]);
  g_ptr_array_add (world->said, g_string_free (text, FALSE));
}

static void
on_later (guint ms, gpointer data)
{
  World *world = data;
  world->wanted_ms = ms;
}

static void
set_up (World *world, gconstpointer data)
{
  world->said = g_ptr_array_new_with_free_func (g_free);
  world->chip = pn532_new (on_say, on_later, world);
}

static void
tear_down (World *world, gconstpointer data)
{
  pn532_free (world->chip);
  g_assert_cmpuint (world->wanted_ms, ==, 0);
  g_ptr_array_unref (world->said);
}

static void
tell (World *world, const guint8 *command, gsize length)
{
  g_autoptr (GByteArray) frame = g_byte_array_new ();
  const guint8 head[] = { 0x00, 0x00, 0xFF, (guint8) (length + 1), (guint8) -(length + 1), 0xD4 };
  guint8 sum = 0xD4;
  for (gsize i = 0; i < length; i++)
    sum = (guint8) (sum + command[i]);
  const guint8 tail[] = { (guint8) -sum, 0x00 };
  g_byte_array_append (frame, head, sizeof head);
  g_byte_array_append (frame, command, (guint) length);
  g_byte_array_append (frame, tail, sizeof tail);
  g_ptr_array_set_size (world->said, 0);
  pn532_feed (world->chip, frame->data, frame->len);
}
#define TELL(world, ...) tell ((world), (const guint8[]){ __VA_ARGS__ }, sizeof ((const guint8[]){ __VA_ARGS__ }))

static void
lay (World *world, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_getenv ("PERRON_CARDS"), "..", "tags", name, NULL);
  PerronTag *tag = perron_tag_load (path, &error);
  g_assert_no_error (error);
  g_assert_true (pn532_add (world->chip, tag));
}

static void
pass_period (World *world, guint ms)
{
  g_assert_cmpuint (world->wanted_ms, ==, ms);
  world->wanted_ms = 0;
  pn532_ring (world->chip);
}

/* Of the last frame, from its first data byte. */
static void
assert_answered (const World *world, guint frames, const char *begins)
{
  g_assert_cmpuint (world->said->len, ==, frames);
  const char *frame = g_ptr_array_index (world->said, frames - 1);
  g_assert_true (g_str_has_prefix (frame, "0000FF"));
  g_assert_true (g_str_has_prefix (frame + 10, begins));
  g_assert_cmpuint (world->wanted_ms, ==, 0);
}

static void
assert_silent (const World *world)
{
  g_assert_cmpuint (world->said->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (world->said, 0), ==, ACKNOWLEDGE);
}

static void
test_what_is_there_is_said_at_once (World *world, gconstpointer data)
{
  lay (world, "classic-badge.json");
  TELL (world, 0x60, 0x06, 0x01, 0x00, 0x03);
  assert_answered (world, 2, "D56101100901"); /* one, of plain type A, nine bytes, number 1 */
  pn532_clear (world->chip);
  lay (world, "phone.json");
  TELL (world, 0x60, 0x06, 0x01, 0x20);
  assert_answered (world, 2, "D5610120");
  TELL (world, 0x60, 0x01, 0x01, 0x10);
  assert_silent (world); /* what speaks ISO-DEP is not what was asked for */
  pass_period (world, 150);
  assert_answered (world, 2, NOTHING);
}

static void
test_nothing_is_said_at_the_end_of_the_turns (World *world, gconstpointer data)
{
  lay (world, "navigo-b-prime.json"); /* the chip does not know its kind */
  TELL (world, 0x60, 0x02, 0x03, 0x00, 0x03);
  for (guint i = 0; i < 4; i++) {
    assert_silent (world);
    pass_period (world, 450);
  }
  assert_answered (world, 2, NOTHING);
}

static void
test_what_comes_is_found_when_its_type_has_its_turn (World *world, gconstpointer data)
{
  TELL (world, 0x60, 0x02, 0x01, 0x00, 0x03);
  lay (world, "navigo-b.json");
  assert_silent (world);
  pass_period (world, 150);
  assert_answered (world, 2, "D5610103");
  pn532_clear (world->chip);
  TELL (world, 0x60, 0x02, 0x01, 0x00, 0x03);
  lay (world, "classic-badge.json");
  pass_period (world, 150);
  assert_silent (world); /* now it is the turn of type B */
  pass_period (world, 150);
  assert_answered (world, 2, "D5610110");
}

static void
test_two_are_both_told (World *world, gconstpointer data)
{
  lay (world, "classic-badge.json");
  lay (world, "bank-card.json");
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  assert_answered (world, 2, "D561021009010004");
  pn532_clear (world->chip);
  lay (world, "classic-badge.json");
  lay (world, "navigo-b.json");
  TELL (world, 0x60, 0x01, 0x01, 0x03, 0x00);
  assert_answered (world, 2, "D5610103"); /* of the type that is looked for, not of another */
}

static void
test_endless_is_until_something_comes (World *world, gconstpointer data)
{
  TELL (world, 0x60, 0xFF, 0x01, 0x00);
  for (guint i = 0; i < 1000; i++)
    pass_period (world, 150);
  assert_silent (world);
  lay (world, "classic-badge.json");
  pass_period (world, 150);
  assert_answered (world, 2, "D5610110");
}

static void
test_the_host_may_break_it_off (World *world, gconstpointer data)
{
  static const guint8 acknowledge[] = { 0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00 };
  TELL (world, 0x60, 0xFF, 0x01, 0x00);
  pn532_feed (world->chip, acknowledge, sizeof acknowledge);
  g_assert_cmpuint (world->wanted_ms, ==, 0);
  lay (world, "classic-badge.json");
  pn532_ring (world->chip); /* it was on its way */
  assert_silent (world);
  pn532_clear (world->chip);
  TELL (world, 0x60, 0xFF, 0x01, 0x00);
  TELL (world, 0x02);
  assert_answered (world, 2, "D50332");
  TELL (world, 0x60, 0xFF, 0x01, 0x00);
  pn532_reset (world->chip);
  g_assert_cmpuint (world->wanted_ms, ==, 0);
  TELL (world, 0x60, 0xFF, 0x01, 0x00); /* and tear_down() frees it looking */
}

static void
test_what_it_cannot_do_is_an_error (World *world, gconstpointer data)
{
  static const guint8 wrong[][5] = { { 0x60, 0x00, 0x01, 0x00, 0x03 }, { 0x60, 0x01, 0x00, 0x00, 0x03 }, { 0x60, 0x01, 0x10, 0x00, 0x03 } };
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++) {
    tell (world, wrong[i], sizeof wrong[i]);
    g_assert_cmpstr (g_ptr_array_index (world->said, 1), ==, SYNTAX_ERROR);
  }
  TELL (world, 0x60, 0x01, 0x01);
  g_assert_cmpstr (g_ptr_array_index (world->said, 1), ==, SYNTAX_ERROR);
  TELL (world, 0x60, 0x01, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  g_assert_cmpstr (g_ptr_array_index (world->said, 1), ==, SYNTAX_ERROR);
}

static void
test_faults_strike_when_a_tag_has_its_say (World *world, gconstpointer data)
{
  pn532_arm (world->chip, PN532_FAULT_SILENCE);
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  pass_period (world, 150);
  assert_answered (world, 2, NOTHING); /* nothing of a tag */
  TELL (world, 0x60, 0x02, 0x01, 0x00);
  lay (world, "classic-badge.json");
  pass_period (world, 150);
  assert_silent (world);
  g_assert_cmpint (pn532_get_fault (world->chip), ==, PN532_FAULT_NONE);
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  g_autofree char *good = g_strdup (g_ptr_array_index (world->said, 1));
  pn532_arm (world->chip, PN532_FAULT_CHECKSUM);
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  g_assert_cmpstr (g_ptr_array_index (world->said, 1), !=, good);
  pn532_arm (world->chip, PN532_FAULT_LONG_UID);
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  assert_answered (world, 2, "D5610110CD01000408C8"); /* 205 bytes, of which 200 are an identifier */
}

static void
test_the_field_is_off_when_nothing_was_found (World *world, gconstpointer data)
{
  lay (world, "navigo-b-prime.json");
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  pass_period (world, 150);
  TELL (world, 0x42, 0x01, 0x0B, 0x3F, 0x80);
  assert_answered (world, 2, "D54301");
  TELL (world, 0x32, 0x01, 0x01);
  TELL (world, 0x42, 0x01, 0x0B, 0x3F, 0x80);
  assert_answered (world, 2, "D543000107");
  TELL (world, 0x32, 0x01, 0x00);
  TELL (world, 0x08, 0x63, 0x02, 0x83, 0x63, 0x04, 0x83); /* by the register of the drivers, too */
  assert_answered (world, 2, "D5092200");                 /* nothing but the code of the answer and the sum */
  TELL (world, 0x42, 0x01, 0x0B, 0x3F, 0x80);
  assert_answered (world, 2, "D543000107");
}

static void
test_commands_are_kept_in_order (World *world, gconstpointer data)
{
  const GByteArray *kept = pn532_get_commands (world->chip);
  TELL (world, 0x02);
  TELL (world, 0x60, 0x01, 0x01, 0x00);
  TELL (world, 0x99);
  g_assert_cmpmem (kept->data, kept->len, "\x02\x60\x99", 3);
  for (guint i = 0; i < PN532_COMMANDS_KEPT; i++)
    TELL (world, 0x04);
  g_assert_cmpuint (kept->len, ==, PN532_COMMANDS_KEPT);
  g_assert_cmpuint (kept->data[0], ==, 0x04);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add ("/pn532/" #name, World, NULL, set_up, test_##name, tear_down)
  ADD (what_is_there_is_said_at_once);
  ADD (nothing_is_said_at_the_end_of_the_turns);
  ADD (what_comes_is_found_when_its_type_has_its_turn);
  ADD (two_are_both_told);
  ADD (endless_is_until_something_comes);
  ADD (the_host_may_break_it_off);
  ADD (what_it_cannot_do_is_an_error);
  ADD (faults_strike_when_a_tag_has_its_say);
  ADD (the_field_is_off_when_nothing_was_found);
  ADD (commands_are_kept_in_order);
  return g_test_run ();
}
