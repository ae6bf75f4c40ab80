/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <unistd.h>

#include "kiosk/core/log.h"

static char *
read_back (int fd)
{
  char buffer[4096];
  gssize got = read (fd, buffer, sizeof buffer - 1);
  g_assert_cmpint (got, >, 0);
  buffer[got] = '\0';
  return g_strdup (buffer);
}

/* Standard error of what `act` does. */
static char *
capture (void (*act) (void))
{
  int ends[2];
  g_assert_cmpint (pipe (ends), ==, 0);
  int before = dup (STDERR_FILENO);
  dup2 (ends[1], STDERR_FILENO);
  act ();
  dup2 (before, STDERR_FILENO);
  close (before);
  close (ends[1]);
  char *text = read_back (ends[0]);
  close (ends[0]);
  return text;
}

static void
log_three (void)
{
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_NOSPC, "CAMILLE 0639980001");
  perron_log (PERRON_LOG_PROGRAM_STARTED);
  perron_log_count (PERRON_LOG_REQUEST_REGISTERED, G_MININT64);
  perron_log_error (PERRON_LOG_REQUEST_REFUSED, error);
}

/* The message of an error may hold anything: it has no way into the log. */
static void
test_no_text_gets_through (void)
{
  g_autofree char *text = capture (log_three);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_assert_cmpuint (g_strv_length (lines), ==, 4);
  g_assert_cmpstr (lines[3], ==, "");
  g_assert_null (strstr (text, "CAMILLE"));
  g_assert_null (strstr (text, "0639980001"));
  g_assert_nonnull (strstr (lines[0], "\"event\":\"program-started\"}"));
  g_assert_nonnull (strstr (lines[1], "\"event\":\"request-registered\",\"count\":-9999999999}"));
  g_assert_nonnull (strstr (lines[2], "\"event\":\"request-refused\",\"domain\":\"g-file-error-quark\",\"code\":12}"));
  for (guint i = 0; i < 3; i++)
    g_assert_true (g_regex_match_simple ("^\\{\"t\":\"[0-9T:.Z-]+\",\"level\":\"(info|warning|error)\",\"program\":\"[^\"]+\",.*\\}$",
                                         lines[i], 0, 0));
}

static PerronLogEvent fuzzed;

/* Numbers of persons as numbers: with and without key, the largest and what lies between. */
static void
log_numbers (void)
{
  static const gint64 numbers[] = { G_GINT64_CONSTANT (290017500000176), G_GINT64_CONSTANT (2900175000001), G_MAXINT64, G_MININT64,
                                    G_GINT64_CONSTANT (33639980012), -G_GINT64_CONSTANT (190019900000143) };
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    perron_log_count (fuzzed, numbers[i]);
  for (guint i = 0; i < 4; i++)
    perron_log_count (fuzzed, (gint64) ((guint64) g_test_rand_int () << 32 | (guint32) g_test_rand_int ()));
  g_autoptr (GError) error = g_error_new (G_FILE_ERROR, G_FILE_ERROR_IO, "2 90 01 75 000 001 76 290017500000176");
  perron_log_error (fuzzed, error);
}

/* Every event, with numbers of persons: no run of eleven digits or more is ever written (a phone number is ten, a social security number 13 or 15;
 * ten are needed by the sequence numbers of an outbox that began anew). */
static void
test_no_number_of_a_person_gets_through (void)
{
  for (guint i = 0; i < PERRON_LOG_EVENT_COUNT; i++) {
    fuzzed = (PerronLogEvent) i;
    g_autofree char *text = capture (log_numbers);
    g_assert_nonnull (strstr (text, perron_log_event_word (fuzzed)));
    g_assert_false (g_regex_match_simple ("[0-9]{11}", text, 0, 0));
    g_assert_false (g_regex_match_simple ("2 ?90 ?01", text, 0, 0));
  }
}

static void
test_words_are_unique_and_explained (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < PERRON_LOG_EVENT_COUNT; i++) {
    const char *word = perron_log_event_word ((PerronLogEvent) i);
    g_assert_true (g_regex_match_simple ("^[a-z][a-z0-9-]+$", word, 0, 0));
    g_assert_true (g_hash_table_add (seen, (gpointer) word));
    g_assert_cmpuint (strlen (perron_log_event_meaning ((PerronLogEvent) i)), >, 15);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/log/no-text-gets-through", test_no_text_gets_through);
  g_test_add_func ("/log/no-number-of-a-person-gets-through", test_no_number_of_a_person_gets_through);
  g_test_add_func ("/log/words-are-unique-and-explained", test_words_are_unique_and_explained);
  return g_test_run ();
}
