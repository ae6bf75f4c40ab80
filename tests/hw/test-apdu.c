/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/apdu.h"

#include <string.h>

#include "tests/hw/fake-card.h"

/* One line a transmit: "COMMAND > ANSWER", "COMMAND ! " for a transport fault, "* > ANSWER" for any command, for ever. */
typedef struct {
  PerronChannel channel;
  const char *const *lines;
  guint at;
} Script;

static gssize
script_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Script *script = (Script *) channel;
  const char *line = script->lines[script->at];
  guint8 bytes[FAKE_FILE_MAX];
  gsize length;

  g_assert_nonnull (line);
  if (line[0] != '*') {
    gsize hex_length = strcspn (line, ">!");
    g_autofree char *hex = g_strndup (line, hex_length);
    fake_card_set_hex (bytes, &length, g_strchomp (hex));
    g_assert_cmpmem (command, command_len, bytes, length);
    script->at++;
  }
  if (strchr (line, '!') != NULL) {
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_TRANSPORT, "noise");
    return -1;
  }
  fake_card_set_hex (bytes, &length, strchr (line, '>') + 1);
  memcpy (response, bytes, length);
  return (gssize) length;
}

static gboolean
run (const char *const *lines, const char *command, guint8 *data, gsize data_size, gsize *ret_length, guint16 *ret_sw, GError **error)
{
  Script script = { { script_transmit, NULL, NULL }, lines, 0 };
  guint8 bytes[FAKE_FILE_MAX];
  gsize length;

  fake_card_set_hex (bytes, &length, command);
  gboolean ok = perron_apdu_exchange (&script.channel, bytes, length, data, data_size, ret_length, ret_sw, error);
  g_assert_true (lines[script.at] == NULL || lines[script.at][0] == '*');
  return ok;
}

static void
check_answer (const char *const *lines, const char *command, const char *expected, guint16 expected_sw)
{
  g_autoptr (GError) error = NULL;
  guint8 data[1024], bytes[FAKE_FILE_MAX];
  gsize length = 0, expected_length;
  guint16 sw = 0;

  g_assert_true (run (lines, command, data, sizeof data, &length, &sw, &error));
  g_assert_no_error (error);
  fake_card_set_hex (bytes, &expected_length, expected);
  g_assert_cmpmem (data, length, bytes, expected_length);
  g_assert_cmphex (sw, ==, expected_sw);
}

static void
test_chaining (void)
{
  check_answer ((const char *[]) { "00 B0 82 00 00 > 41 42 90 00", NULL }, "00 B0 82 00 00", "41 42", 0x9000);
  check_answer ((const char *[]) { "00 B0 82 00 00 > 6C 02", "00 B0 82 00 02 > 41 42 90 00", NULL }, "00 B0 82 00 00", "41 42", 0x9000);
  check_answer ((const char *[]) { "00 A4 04 00 02 3F 00 > 61 02", "00 C0 00 00 02 > 6F 00 90 00", NULL }, "00 A4 04 00 02 3F 00", "6F 00",
                0x9000);
  /* 61 with data already there, then more */
  check_answer ((const char *[]) { "00 B0 82 00 00 > 41 61 01", "00 C0 00 00 01 > 42 61 01", "00 C0 00 00 01 > 43 90 00", NULL },
                "00 B0 82 00 00", "41 42 43", 0x9000);
  /* 61 00 is 256; the answer may still correct the length, once for each command */
  check_answer ((const char *[]) { "00 B0 82 00 00 > 61 00", "00 C0 00 00 00 > 6C 01", "00 C0 00 00 01 > 44 90 00", NULL },
                "00 B0 82 00 00", "44", 0x9000);
  /* a case 4 command has its Le at the end */
  check_answer ((const char *[]) { "00 A4 04 00 01 AA 00 > 6C 05", "00 A4 04 00 01 AA 05 > 90 00", NULL }, "00 A4 04 00 01 AA 00", "",
                0x9000);
}

static void
test_status_words_are_answers (void)
{
  check_answer ((const char *[]) { "00 B0 82 00 00 > 41 62 82", NULL }, "00 B0 82 00 00", "41", 0x6282);
  check_answer ((const char *[]) { "00 B0 01 00 00 > 6B 00", NULL }, "00 B0 01 00 00", "", 0x6B00);
  check_answer ((const char *[]) { "00 A4 04 00 01 AA > 6A 82", NULL }, "00 A4 04 00 01 AA", "", 0x6A82);
  /* 6C twice, or to a command without Le, is no way out of the card: it is handed back */
  check_answer ((const char *[]) { "00 B0 82 00 00 > 6C 02", "00 B0 82 00 02 > 6C 03", NULL }, "00 B0 82 00 00", "", 0x6C03);
  check_answer ((const char *[]) { "00 A4 04 00 01 AA > 6C 02", NULL }, "00 A4 04 00 01 AA", "", 0x6C02);
}

static void
check_error (const char *const *lines, gsize data_size, PerronChannelError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *data = g_malloc0 (data_size);
  guint16 sw = 0x1234;
  gsize length = 77;

  g_assert_false (run (lines, "00 B0 82 00 00", data, data_size, &length, &sw, &error));
  g_assert_error (error, PERRON_CHANNEL_ERROR, (gint) code);
  g_assert_cmphex (sw, ==, 0x1234);
  g_assert_cmpuint (length, ==, 77);
  for (gsize i = 0; i < data_size; i++)
    g_assert_cmpuint (data[i], ==, 0);
}

static void
test_bounds (void)
{
  /* noise, and less than two bytes: never sent again here, because it may be another card that answers; what came is not kept */
  check_error ((const char *[]) { "00 B0 82 00 00 !", NULL }, 16, PERRON_CHANNEL_ERROR_TRANSPORT);
  check_error ((const char *[]) { "00 B0 82 00 00 > ", NULL }, 16, PERRON_CHANNEL_ERROR_TRANSPORT);
  check_error ((const char *[]) { "00 B0 82 00 00 > 90", NULL }, 16, PERRON_CHANNEL_ERROR_TRANSPORT);
  check_error ((const char *[]) { "00 B0 82 00 00 > 41 61 01", "00 C0 00 00 01 !", NULL }, 16, PERRON_CHANNEL_ERROR_TRANSPORT);
  check_error ((const char *[]) { "* > 41 61 01", NULL }, 256, PERRON_CHANNEL_ERROR_PROTOCOL);
  check_error ((const char *[]) { "* > 61 01", NULL }, 256, PERRON_CHANNEL_ERROR_PROTOCOL);
  check_error ((const char *[]) { "00 B0 82 00 00 > 41 42 43 90 00", NULL }, 2, PERRON_CHANNEL_ERROR_PROTOCOL);
}

static void
test_builders (void)
{
  guint8 command[PERRON_APDU_MAX], bytes[FAKE_FILE_MAX];
  gsize length;
  static const guint8 mf[] = { 0x3F, 0x00 };

  fake_card_set_hex (bytes, &length, "00 A4 00 00 02 3F 00");
  g_assert_cmpmem (command, perron_apdu_select (command, 0x00, mf, 2), bytes, length);
  fake_card_set_hex (bytes, &length, "00 B0 82 00 00");
  g_assert_cmpmem (command, perron_apdu_read_sfi (command, 2), bytes, length);
  fake_card_set_hex (bytes, &length, "00 B0 12 34 00");
  g_assert_cmpmem (command, perron_apdu_read_offset (command, 0x1234), bytes, length);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/apdu/chaining", test_chaining);
  g_test_add_func ("/apdu/status-words-are-answers", test_status_words_are_answers);
  g_test_add_func ("/apdu/bounds", test_bounds);
  g_test_add_func ("/apdu/builders", test_builders);
  return g_test_run ();
}
