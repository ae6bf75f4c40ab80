/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-source.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hw/card/reader.h"
#include "hw/nfc/nfc-frame.h"
#include "tests/hw/contract-card-source.h"

/* The contactless reader keeps the contract of a card source; this test speaks in the place of perron-nfc. */

typedef struct {
  PerronConfig *config;
  char *path;
  int fd; /* of the last source that was made */
  gboolean present;
} Place;

static void
say (Place *place, PerronNfcFrame frame)
{
  guint8 bytes[PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (&frame, bytes);
  g_assert_cmpint (send (place->fd, bytes, length, MSG_NOSIGNAL), ==, length);
}

static PerronCardSource *
make (gpointer data)
{
  Place *place = data;
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autoptr (GError) error = NULL;
  PerronCardSource *source = perron_nfc_source_new (place->config, &error);
  g_assert_no_error (error);
  if (place->fd >= 0)
    close (place->fd);
  place->fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy (address.sun_path, place->path, sizeof address.sun_path);
  g_assert_cmpint (connect (place->fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  place->present = FALSE;
  say (place, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_STATE, .ready = TRUE });
  return source;
}

static void
take_out (gpointer data)
{
  Place *place = data;
  say (place, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE });
  place->present = FALSE;
}

static void
insert (gpointer data)
{
  Place *place = data;
  say (place, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_PHONE });
  place->present = TRUE;
}

/* Both frames in one piece: nobody sees the empty moment. */
static void
swap (gpointer data)
{
  Place *place = data;
  guint8 bytes[2 * PERRON_NFC_FRAME_MAX];
  gsize length = perron_nfc_frame_encode (&(PerronNfcFrame){ .type = PERRON_NFC_FRAME_GONE }, bytes);
  length += perron_nfc_frame_encode (&(PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = PERRON_NFC_PAYMENT }, bytes + length);
  g_assert_cmpint (send (place->fd, bytes, length, MSG_NOSIGNAL), ==, length);
}

/* Through the whole stack of cards, each family: not a Vitale, nothing read, and the family told beside it. */
static void
test_never_a_vitale (gconstpointer data)
{
  Place *place = (Place *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronProfiles) profiles = perron_profiles_load (PERRON_PROFILES_DIR, &error);
  g_assert_no_error (error);
  g_autoptr (PerronCardSource) source = make (place);
  g_assert_null (perron_nfc_source_get_family (source));
  for (guint kind = 0; kind < PERRON_NFC_KIND_COUNT; kind++) {
    g_auto (PerronCardReading) reading = { 0 };
    say (place, (PerronNfcFrame){ .type = PERRON_NFC_FRAME_TAP, .kind = (PerronNfcKind) kind });
    g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 20000), ==, PERRON_CARD_READING);
    perron_card_read_from (source, profiles, kind % 2, &reading);
    g_assert_cmpint (reading.status, ==, PERRON_CARD_NOT_VITALE);
    g_assert_null (reading.holders);
    g_assert_cmpstr (perron_nfc_source_get_family (source), ==, perron_nfc_kind_to_string ((PerronNfcKind) kind));
    take_out (place);
    g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 20000), ==, PERRON_CARD_NO_CARD);
  }
}

/* perron-nfc dies with something there, and comes again. */
static void
test_helper_away (gconstpointer data)
{
  Place *place = (Place *) data;
  g_autoptr (GError) error = NULL;
  g_autoptr (PerronCardSource) source = make (place);
  insert (place);
  g_assert_cmpint (source->wait (source, PERRON_CARD_NO_CARD, 20000), ==, PERRON_CARD_READING);
  close (place->fd);
  place->fd = -1;
  g_assert_cmpint (source->wait (source, PERRON_CARD_READING, 20000), ==, PERRON_CARD_NO_READER);
  g_assert_null (source->open (source, &error));
  g_assert_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_READER);
  /* One who listens already is not pushed aside: the terminal runs. */
  g_clear_error (&error);
  g_assert_null (perron_nfc_source_new (place->config, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("perron-nfc-XXXXXX", &error);
  g_assert_no_error (error);
  g_autofree char *path = g_build_filename (folder, "nfc", NULL);
  g_autofree char *file = g_build_filename (folder, "perron.conf", NULL);
  g_autofree char *text = g_strdup_printf ("[nfc]\nsocket=%s\n", path);
  g_assert_true (g_file_set_contents (file, text, -1, &error));
  g_autoptr (PerronConfig) config = perron_config_load (file, &error);
  g_assert_no_error (error);
  Place place = { config, path, -1, FALSE };
  const CardSourceContract contract = { "nfc", make, insert, take_out, swap, &place, TRUE };

  card_source_contract_add (&contract);
  g_test_add_data_func ("/nfc/source/never-a-vitale", &place, test_never_a_vitale);
  g_test_add_data_func ("/nfc/source/helper-away", &place, test_helper_away);
  int status = g_test_run ();
  if (place.fd >= 0)
    close (place.fd);
  g_unlink (file);
  g_rmdir (folder);
  return status;
}
