/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/ifd-handler/ifd-slot.h"
#include "hw/dock/ifd-handler/ifd-wire.h"

#include <glib.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/*
 * The driver's slot between a dock of ours and this thread, which looks and waits as the event thread of pcscd 1.9 does: once a round, and
 * once more inside each power-up and power-down, whose word of an empty slot it does not take for a removal.
 */
#define FOR_EVER_MS 60000

typedef struct {
  char *folder, *path;
  int listener, line;
  PerronIfdSlot *slot;
} Fixture;

static void
say_state (Fixture *fixture, guint flags, guint card)
{
  unsigned char packet[PERRON_IFD_STATE_SIZE] = { PERRON_IFD_STATE, (unsigned char) flags };
  perron_ifd_put_number (packet + 2, card);
  g_assert_cmpint (send (fixture->line, packet, sizeof packet, 0), ==, sizeof packet);
}

static gpointer
ask (gpointer data)
{
  Fixture *fixture = data;
  unsigned char atr[64];
  size_t length = sizeof atr;
  return GINT_TO_POINTER (perron_ifd_slot_ask (fixture->slot, PERRON_IFD_POWER_UP, NULL, 0, atr, &length));
}

/* The state changes under a question that is being asked: when that has ended, the slot knows. */
static void
change (Fixture *fixture, guint flags, guint card)
{
  unsigned char question[PERRON_IFD_ASK_HEADER];
  GThread *asker = g_thread_new ("asker", ask, fixture);

  g_assert_cmpint (recv (fixture->line, question, sizeof question, 0), ==, sizeof question);
  say_state (fixture, flags, card);
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (asker)), ==, PERRON_IFD_ASK_GONE);
}

static void
wait_and_look (Fixture *fixture, PerronIfdLook look)
{
  perron_ifd_slot_wait (fixture->slot, FOR_EVER_MS);
  g_assert_cmpint (perron_ifd_slot_look (fixture->slot), ==, look);
}

static void
set_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  fixture->folder = g_dir_make_tmp ("p.XXXXXX", NULL);
  fixture->path = g_build_filename (fixture->folder, "slot", NULL);
  g_assert_cmpuint (g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path), <, sizeof address.sun_path);
  fixture->listener = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fixture->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fixture->listener, 1), ==, 0);
  fixture->slot = perron_ifd_slot_open (fixture->path, FOR_EVER_MS);
  g_assert_nonnull (fixture->slot);
  fixture->line = accept (fixture->listener, NULL, NULL);
  g_assert_cmpint (fixture->line, >=, 0);

  g_assert_cmpint (perron_ifd_slot_look (fixture->slot), ==, PERRON_IFD_LOOK_EMPTY);
  say_state (fixture, PERRON_IFD_PLUGGED | PERRON_IFD_PRESENT, 1);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
}

static void
tear_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  perron_ifd_slot_close (fixture->slot);
  close (fixture->line);
  close (fixture->listener);
  g_remove (fixture->path);
  g_rmdir (fixture->folder);
  g_free (fixture->path);
  g_free (fixture->folder);
}

static void
test_swap (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  change (fixture, PERRON_IFD_PLUGGED | PERRON_IFD_PRESENT, 2);
  wait_and_look (fixture, PERRON_IFD_LOOK_EMPTY);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
}

/* Round: wait, power down (which looks), look. Only the second is heeded. */
static void
test_swap_under_a_power_down (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  change (fixture, PERRON_IFD_PLUGGED | PERRON_IFD_PRESENT, 2);
  wait_and_look (fixture, PERRON_IFD_LOOK_EMPTY);
  g_assert_cmpint (perron_ifd_slot_look (fixture->slot), ==, PERRON_IFD_LOOK_EMPTY);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
}

/* Round: wait, look, power up (which looks). Only the first is heeded. */
static void
test_swap_under_a_power_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  perron_ifd_slot_stop (fixture->slot);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
  change (fixture, PERRON_IFD_PLUGGED | PERRON_IFD_PRESENT, 2);
  g_assert_cmpint (perron_ifd_slot_look (fixture->slot), ==, PERRON_IFD_LOOK_EMPTY);
  wait_and_look (fixture, PERRON_IFD_LOOK_EMPTY);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
}

/* Pulled under a power-up, and nothing comes: that round must begin at once, not with the next card. */
static void
test_pulled_under_a_power_up (Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
  perron_ifd_slot_stop (fixture->slot);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
  change (fixture, PERRON_IFD_PLUGGED, 0);
  g_assert_cmpint (perron_ifd_slot_look (fixture->slot), ==, PERRON_IFD_LOOK_EMPTY);
  wait_and_look (fixture, PERRON_IFD_LOOK_EMPTY);
  say_state (fixture, PERRON_IFD_PLUGGED | PERRON_IFD_PRESENT, 2);
  wait_and_look (fixture, PERRON_IFD_LOOK_CARD);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/driver/swap", Fixture, NULL, set_up, test_swap, tear_down);
  g_test_add ("/driver/swap-under-a-power-down", Fixture, NULL, set_up, test_swap_under_a_power_down, tear_down);
  g_test_add ("/driver/swap-under-a-power-up", Fixture, NULL, set_up, test_swap_under_a_power_up, tear_down);
  g_test_add ("/driver/pulled-under-a-power-up", Fixture, NULL, set_up, test_pulled_under_a_power_up, tear_down);
  return g_test_run ();
}
