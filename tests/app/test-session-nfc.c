/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "kiosk/app/session-nfc.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/nfc/badges.h"
#include "hw/nfc/nfc-frame.h"

/* What perron-nfc says becomes what the runner hears. This test speaks in the place of perron-nfc. */

typedef struct {
  char *folder;
  PerronConfig *config;
  PerronSessionNfc *nfc;
  int fd;
  GString *heard; /* "tap:phone gone card:read(1) " … */
} Fixture;

static void
on_event (const PerronEvent *event, gpointer data)
{
  Fixture *f = data;
  if (event->kind == PERRON_EVENT_CARD)
    g_string_append_printf (f->heard, "card:%s(%u) ", event->name, event->holders != NULL ? event->holders->count : 0);
  else
    g_string_append_printf (f->heard, "%s%s%s ", event->name, event->value != NULL ? "=" : "", event->value != NULL ? event->value : "");
}

static PerronConfig *
load_config (const Fixture *f, const char *more)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (f->folder, "perron.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[nfc]\ndevice=/dev/null\nsocket=%s/nfc\nbadges=%s/badges\n%s\n", f->folder, f->folder, more);
  g_assert_true (g_file_set_contents (path, text, -1, &error));
  PerronConfig *config = perron_config_load (path, &error);
  g_assert_no_error (error);
  return config;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = g_dir_make_tmp ("perron-session-nfc-XXXXXX", NULL);
  f->heard = g_string_new (NULL);
  f->fd = -1;
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  static const char *const files[] = { "nfc", "perron.conf", "badges" };
  perron_session_nfc_free (f->nfc);
  perron_config_free (f->config);
  if (f->fd >= 0)
    close (f->fd);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (f->folder, files[i], NULL);
    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (f->folder), ==, 0);
  g_free (f->folder);
  g_string_free (f->heard, TRUE);
}

static void
say (const Fixture *f, PerronNfcFrame frame)
{
  guint8 bytes[PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (&frame, bytes);
  g_assert_cmpint (send (f->fd, bytes, length, MSG_NOSIGNAL), ==, length);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
join (Fixture *f)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_snprintf (address.sun_path, sizeof address.sun_path, "%s/nfc", f->folder);
  f->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (f->fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  say (f, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  settle ();
}

static void
open_quick (Fixture *f, const PerronECarteProvider *provider)
{
  PerronConfig *config = f->config = load_config (f, "linger_ms=0");
  g_autoptr (GError) error = NULL;
  gboolean done = provider != NULL ? perron_session_nfc_open_with (config, provider, on_event, f, &f->nfc, &error)
                                   : perron_session_nfc_open (config, on_event, f, &f->nfc, &error);
  g_assert_no_error (error);
  g_assert_true (done && f->nfc != NULL);
  join (f);
}

static void
tap (Fixture *f, PerronNfcKind kind)
{
  say (f, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = kind });
}

static void
untap (Fixture *f)
{
  say (f, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE });
}

static void
expect (Fixture *f, const char *heard)
{
  settle ();
  g_assert_cmpstr (f->heard->str, ==, heard);
  g_string_truncate (f->heard, 0);
}

static void
test_phone_without_component (Fixture *f, gconstpointer data)
{
  open_quick (f, NULL);
  tap (f, PERRON_NFC_PHONE);
  expect (f, "phone ");
  untap (f);
  expect (f, "gone ");
  /* Both at once, before the component could answer. */
  tap (f, PERRON_NFC_PHONE);
  untap (f);
  expect (f, "phone gone ");
  tap (f, PERRON_NFC_PAYMENT);
  untap (f);
  expect (f, "payment gone ");
}

static void
begin_reading (gpointer state, PerronECartePresentation *presentation)
{
  g_autoptr (PerronHolders) holders = perron_holders_new ();
  g_assert_cmpint (perron_ecarte_get_mode (presentation), ==, PERRON_ECARTE_BY_NFC);
  holders->count = 1;
  perron_ecarte_done (presentation, PERRON_ECARTE_READ, holders);
}

static void
begin_refusing (gpointer state, PerronECartePresentation *presentation)
{
  perron_ecarte_done (presentation, PERRON_ECARTE_REFUSED, NULL);
}

static void
begin_never (gpointer state, PerronECartePresentation *presentation)
{
}

/* The day there is a component: its people come like those of a card, by the path that says "not available" today. */
static void
test_phone_with_component (Fixture *f, gconstpointer data)
{
  static const PerronECarteProvider reads = { .name = "reads", .begin = begin_reading };
  open_quick (f, &reads);
  tap (f, PERRON_NFC_PHONE);
  expect (f, "card:read(1) ");
  untap (f);
  expect (f, "gone ");
}

static void
test_phone_refused (Fixture *f, gconstpointer data)
{
  static const PerronECarteProvider refuses = { .name = "refuses", .begin = begin_refusing };
  open_quick (f, &refuses);
  tap (f, PERRON_NFC_PHONE);
  expect (f, "phone ");
}

static void
test_phone_leaves_unread (Fixture *f, gconstpointer data)
{
  static const PerronECarteProvider never = { .name = "never", .begin = begin_never };
  open_quick (f, &never);
  tap (f, PERRON_NFC_PHONE);
  expect (f, "");
  untap (f);
  expect (f, "phone gone ");
  tap (f, PERRON_NFC_PHONE);
  settle ();
  close (f->fd); /* perron-nfc dies in the middle */
  f->fd = -1;
  expect (f, "phone gone ");
}

static void
test_badges (Fixture *f, gconstpointer data)
{
  const guint8 hash[PERRON_NFC_HASH_BYTES] = { 7 };
  const PerronNfcFrame badge = { .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_BADGE, .has_hash = TRUE, .hash = { 7 } };
  g_autofree char *path = g_build_filename (f->folder, "badges", NULL);
  g_autoptr (GError) error = NULL;
  open_quick (f, NULL);
  say (f, badge);
  untap (f);
  expect (f, "badge gone ");
  g_autoptr (PerronBadges) badges = perron_badges_load (path, &error);
  g_assert_true (perron_badges_enrol (badges, "ACCUEIL 2", hash, &error));
  say (f, badge);
  untap (f);
  expect (f, "badge-known=ACCUEIL 2 gone ");
  g_assert_true (perron_badges_forget (badges, "ACCUEIL 2", &error)); /* counts at once */
  say (f, badge);
  untap (f);
  expect (f, "badge gone ");
  g_assert_true (g_file_set_contents (path, "no badges\n", -1, NULL)); /* a broken file: strangers only */
  say (f, badge);
  expect (f, "badge ");
}

/* An instant is too short to read a sentence: it stays, and what comes meanwhile takes its place. */
static void
test_lingers (Fixture *f, gconstpointer data)
{
  PerronConfig *config = f->config = load_config (f, "linger_ms=60000");
  g_autoptr (GError) error = NULL;
  g_assert_true (perron_session_nfc_open (config, on_event, f, &f->nfc, &error));
  join (f);
  tap (f, PERRON_NFC_TICKET);
  untap (f);
  expect (f, "ticket ");
  tap (f, PERRON_NFC_TRANSPORT);
  untap (f);
  expect (f, "transport ");
}

static void
test_configuration (Fixture *f, gconstpointer data)
{
  g_autoptr (PerronConfig) wrong = load_config (f, "[ecarte]\nprovider=sesam");
  g_autoptr (GError) error = NULL;
  g_assert_false (perron_session_nfc_open (wrong, on_event, f, &f->nfc, &error));
  g_assert_nonnull (strstr (error->message, "[ecarte] provider"));
  g_clear_error (&error);
  /* A socket that cannot be had is an accessory less, not a terminal less. */
  g_autoptr (PerronConfig) nowhere = load_config (f, "socket=/nonexistent/nfc");
  g_assert_true (perron_session_nfc_open (nowhere, on_event, f, &f->nfc, &error));
  g_assert_null (f->nfc);
  g_autoptr (PerronConfig) without = load_config (f, "device=");
  g_assert_true (perron_session_nfc_open (without, on_event, f, &f->nfc, &error));
  g_assert_null (f->nfc);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define TEST(name, function) g_test_add ("/session-nfc/" name, Fixture, NULL, set_up, function, tear_down)
  TEST ("phone-without-component", test_phone_without_component);
  TEST ("phone-with-component", test_phone_with_component);
  TEST ("phone-refused", test_phone_refused);
  TEST ("phone-leaves-unread", test_phone_leaves_unread);
  TEST ("badges", test_badges);
  TEST ("lingers", test_lingers);
  TEST ("configuration", test_configuration);
  return g_test_run ();
}
