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
  g_assert_nonnull (strstr (lines[1], "\"event\":\"request-registered\",\"count\":-9223372036854775808}"));
  g_assert_nonnull (strstr (lines[2], "\"event\":\"request-refused\",\"domain\":\"g-file-error-quark\",\"code\":12}"));
  for (guint i = 0; i < 3; i++)
    g_assert_true (g_regex_match_simple ("^\\{\"t\":\"[0-9T:.Z-]+\",\"level\":\"(info|warning|error)\",\"program\":\"[^\"]+\",.*\\}$",
                                         lines[i], 0, 0));
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
  g_test_add_func ("/log/words-are-unique-and-explained", test_words_are_unique_and_explained);
  return g_test_run ();
}
