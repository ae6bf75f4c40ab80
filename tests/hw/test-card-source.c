/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib/gstdio.h>

#include "hw/card/replay.h"
#include "tests/hw/contract-card-source.h"
#include "tests/hw/fake-card.h"

static FakeSlot *slot;
static FakeCard card;

static PerronCardSource *
make_fake (gpointer data)
{
  return fake_slot_new (&slot);
}

static void
insert_fake (gpointer data)
{
  fake_slot_set (slot, PERRON_CARD_READING, &card);
}

static void
take_out_fake (gpointer data)
{
  fake_slot_set (slot, PERRON_CARD_NO_CARD, NULL);
}

static PerronCardSource *
make_replay (gpointer data)
{
  g_autoptr (GError) error = NULL;
  PerronCardSource *source = perron_replay_source_new (data, &error);
  g_assert_no_error (error);
  return source;
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_autofree char *file = NULL;
  int fd = g_file_open_tmp ("perron-recording-XXXXXX", &file, NULL);
  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (file,
                                      "{\"recording\": 1, \"slot\": \"card\", \"atr\": \"3B 75 13 00 00 43 09 EA 90 00\", \"exchanges\": "
                                      "[{\"command\": \"00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45\", \"response\": \"61 1E\"}]}",
                                      -1, NULL));
  fake_card_init (&card);
  const CardSourceContract fake = { "fake", make_fake, insert_fake, take_out_fake, insert_fake, NULL, FALSE };
  const CardSourceContract replay = { "replay", make_replay, NULL, NULL, NULL, file, FALSE };
  card_source_contract_add (&fake);
  card_source_contract_add (&replay);
  int status = g_test_run ();
  g_unlink (file);
  return status;
}
