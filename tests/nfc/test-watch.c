/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-watch.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define STRANGER 65533 /* a user that owns nothing */

typedef struct {
  char *folder;
  char *path;
  PerronConfig *config;
  PerronNfcWatch *watch;
  GString *story; /* R: ready, r: away, T<kind>, h: with hash, G: gone */
} Fixture;

static void
on_news (const PerronNfcNews *news, gpointer data)
{
  Fixture *fixture = data;
  if (news->event == PERRON_NFC_EVENT_READER)
    g_string_append_c (fixture->story, perron_nfc_watch_is_ready (fixture->watch) ? 'R' : 'r');
  else if (news->event == PERRON_NFC_EVENT_GONE)
    g_string_append_c (fixture->story, 'G');
  else
    g_string_append_printf (fixture->story, "T%d%s", news->kind, news->badge != NULL ? "h" : "");
}

static void
set_up (Fixture *fixture, gconstpointer user)
{
  g_autoptr (GError) error = NULL;
  fixture->folder = g_dir_make_tmp ("perron-nfc-XXXXXX", &error);
  g_assert_no_error (error);
  g_chmod (fixture->folder, 0711);
  g_autofree char *file = g_build_filename (fixture->folder, "conf", NULL);
  fixture->path = g_build_filename (fixture->folder, "sock", NULL);
  g_autofree char *text = g_strdup_printf ("[nfc]\nsocket=%s\n%s", fixture->path, user != NULL ? (const char *) user : "");
  g_assert_true (g_file_set_contents (file, text, -1, &error));
  fixture->config = perron_config_load (file, &error);
  g_assert_no_error (error);
  fixture->story = g_string_new (NULL);
  fixture->watch = perron_nfc_watch_new (fixture->config, on_news, fixture, &error);
  g_assert_no_error (error);
  g_unlink (file);
}

static void
tear_down (Fixture *fixture, gconstpointer user)
{
  perron_nfc_watch_free (fixture->watch);
  perron_config_free (fixture->config);
  g_assert_false (g_file_test (fixture->path, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0);
  g_string_free (fixture->story, TRUE);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static int
join (const Fixture *fixture)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  close (fd);
  return -1;
}

static void
run (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
put (int fd, const PerronNfcFrame *frame)
{
  guint8 bytes[PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (frame, bytes);
  g_assert_cmpint (send (fd, bytes, length, MSG_NOSIGNAL), ==, length);
}

/* Nothing more is taken from that end: it was closed by the watch. */
static gboolean
is_closed (int fd)
{
  char byte;
  return recv (fd, &byte, 1, MSG_DONTWAIT) == 0 || recv (fd, &byte, 1, MSG_DONTWAIT) == 0;
}

static void
test_story (Fixture *fixture, gconstpointer user)
{
  int fd = join (fixture);
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_BADGE, .has_hash = TRUE });
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE });
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_PHONE });
  run ();
  g_assert_cmpstr (fixture->story->str, ==, "RT1hGT6");
  close (fd);
  run ();
  g_assert_cmpstr (fixture->story->str, ==, "RT1hGT6Gr");
  fd = join (fixture);
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  run ();
  g_assert_cmpstr (fixture->story->str, ==, "RT1hGT6GrR");
  close (fd);
}

static void
test_pieces (Fixture *fixture, gconstpointer user)
{
  static const guint8 bytes[] = { 3, 1, 1, PERRON_NFC_PROTOCOL, 3, 3, PERRON_NFC_TICKET, 0, 1, 4 };
  int fd = join (fixture);
  for (gsize i = 0; i < sizeof bytes; i++) {
    g_assert_cmpint (send (fd, bytes + i, 1, MSG_NOSIGNAL), ==, 1);
    run ();
  }
  g_assert_cmpstr (fixture->story->str, ==, "RT2G");
  close (fd);
}

static void
test_second_connection (Fixture *fixture, gconstpointer user)
{
  int first = join (fixture);
  int second = join (fixture);
  put (first, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  run ();
  g_assert_true (is_closed (second));
  g_assert_cmpstr (fixture->story->str, ==, "R");
  close (first);
  close (second);
}

static void
test_liars (Fixture *fixture, gconstpointer user)
{
  static const char *const lies[] = { "\x03\x03\x01", "\x01\x04", "\xFF", "\x03\x03\x01\x01", "\x01\x09" };
  static const gsize lengths[] = { 3, 2, 1, 4, 2 };
  for (gsize i = 1; i < G_N_ELEMENTS (lies); i++) {
    int fd = join (fixture);
    g_assert_cmpint (send (fd, lies[i], lengths[i], MSG_NOSIGNAL), ==, lengths[i]);
    run ();
    g_assert_true (is_closed (fd));
    close (fd);
  }
  int fd = join (fixture);
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_BADGE }); /* no reader was said to be there */
  run ();
  g_assert_true (is_closed (fd));
  close (fd);
  g_assert_cmpstr (fixture->story->str, ==, "");
}

static void
test_flood (Fixture *fixture, gconstpointer user)
{
  int fd = join (fixture);
  for (guint i = 0; i < 4 * PERRON_NFC_FRAMES_MAX; i++) /* more than two seconds may take, whatever the machine */
    put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  run ();
  g_assert_true (is_closed (fd));
  close (fd);
}

/* What the kernel says of who knocks: 0 let in, 1 closed or not let near. */
static int
knock_as_stranger (const Fixture *fixture)
{
  pid_t pid = fork ();
  if (pid == 0) {
    char byte;
    int fd = setuid (STRANGER) == 0 ? join (fixture) : -1;
    _exit (fd < 0 || recv (fd, &byte, 1, 0) <= 0 ? 1 : 0);
  }
  int status = 0;
  siginfo_t about;
  while (waitid (P_PID, (id_t) pid, &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WEXITSTATUS (status);
}

static void
test_stranger (Fixture *fixture, gconstpointer user)
{
  if (geteuid () != 0)
    return g_test_skip ("only root can be somebody else");
  g_assert_cmpint (knock_as_stranger (fixture), ==, 1);
  int fd = join (fixture); /* root, the watch's own user */
  put (fd, &(PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  run ();
  g_assert_cmpstr (fixture->story->str, ==, "R");
  close (fd);
}

static void
test_place_taken (Fixture *fixture, gconstpointer user)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronNfcWatch) other = perron_nfc_watch_new (fixture->config, on_news, fixture, &error);
  g_assert_null (other);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  run ();
  test_story (fixture, user);
}

static void
test_no_such_user (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronConfig) config = perron_config_load (NULL, &error);
  g_assert_no_error (error);
  g_assert_true (perron_config_override (config, PERRON_CONFIG_NFC_USER, "nobody-of-that-name", &error));
  g_autoptr (PerronNfcWatch) watch = perron_nfc_watch_new (config, on_news, NULL, &error);
  g_assert_null (watch);
  g_assert_error (error, PERRON_CONFIG_ERROR, PERRON_CONFIG_ERROR_VALUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/nfc/watch/story", Fixture, NULL, set_up, test_story, tear_down);
  g_test_add ("/nfc/watch/pieces", Fixture, NULL, set_up, test_pieces, tear_down);
  g_test_add ("/nfc/watch/second", Fixture, NULL, set_up, test_second_connection, tear_down);
  g_test_add ("/nfc/watch/liars", Fixture, NULL, set_up, test_liars, tear_down);
  g_test_add ("/nfc/watch/flood", Fixture, NULL, set_up, test_flood, tear_down);
  g_test_add ("/nfc/watch/stranger", Fixture, NULL, set_up, test_stranger, tear_down);
  g_test_add ("/nfc/watch/stranger-at-open-socket", Fixture, "user=nobody\n", set_up, test_stranger, tear_down);
  g_test_add ("/nfc/watch/place-taken", Fixture, NULL, set_up, test_place_taken, tear_down);
  g_test_add_func ("/nfc/watch/no-such-user", test_no_such_user);
  return g_test_run ();
}
