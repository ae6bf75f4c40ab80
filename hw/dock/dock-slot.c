/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-slot.h"

#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/dock/dock-socket.h"
#include "hw/dock/ifd-handler/ifd-wire.h"

/* A T=0 card asks for time before the reader gives it up; well inside the shortest time-out used (1 s). */
#define MORE_TIME_MS 300
#define DRIVERS_MAX 16

typedef struct {
  PerronDockSlot *slot;
  int fd;
  guint watch;
  guint timer;    /* of the answer being thought about */
  guint think_ms; /* left */
  guint8 sequence[4];
  GByteArray *ready; /* that answer; NULL when none is due */
  PerronVirtualFault fault;
} Driver;

struct PerronDockSlot {
  char *path;
  int fd;
  guint watch;
  GPtrArray *drivers;
  PerronVirtualCard *card;
  guint number; /* of the card, for the drivers */
  gboolean plugged;
  gboolean powered;
  PerronDockChanged changed;
  gpointer changed_data;
};

static void
forget_answer (Driver *driver)
{
  g_clear_handle_id (&driver->timer, g_source_remove);
  g_clear_pointer (&driver->ready, g_byte_array_unref);
}

static void
free_driver (Driver *driver)
{
  forget_answer (driver);
  g_clear_handle_id (&driver->watch, g_source_remove);
  close (driver->fd);
  g_free (driver);
}

/* A driver that does not read is left to notice by itself: its line ends when it is freed. */
static void
send_packet (Driver *driver, guint8 kind, const guint8 *data, gsize size)
{
  struct iovec parts[] = { { &kind, 1 }, { (void *) data, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  if (sendmsg (driver->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    shutdown (driver->fd, SHUT_RDWR);
}

static void
send_state (Driver *driver)
{
  const PerronDockSlot *slot = driver->slot;
  guint8 state[PERRON_IFD_STATE_SIZE - 1];
  state[0] = (guint8) ((slot->plugged ? PERRON_IFD_PLUGGED : 0) | (slot->card != NULL ? PERRON_IFD_PRESENT : 0));
  perron_ifd_put_number (state + 1, slot->number);
  send_packet (driver, PERRON_IFD_STATE, state, sizeof state);
}

static void
tell_change (PerronDockSlot *slot)
{
  for (guint i = 0; i < slot->drivers->len; i++) {
    Driver *driver = g_ptr_array_index (slot->drivers, i);
    forget_answer (driver);
    send_state (driver);
  }
  slot->changed (slot->changed_data);
}

static void
set_card (PerronDockSlot *slot, PerronVirtualCard *card)
{
  perron_virtual_card_free (slot->card);
  slot->card = card;
  slot->powered = FALSE;
  if (card != NULL)
    slot->number++;
  tell_change (slot);
}

static void
give_answer (Driver *driver)
{
  PerronDockSlot *slot = driver->slot;
  g_autoptr (GByteArray) answer = g_steal_pointer (&driver->ready);
  g_clear_handle_id (&driver->timer, g_source_remove);

  switch (driver->fault) {
  case PERRON_VIRTUAL_FAULT_PULL:
    return set_card (slot, NULL);
  case PERRON_VIRTUAL_FAULT_SWAP: {
    PerronVirtualCard *other = perron_virtual_card_take_swap (slot->card);
    set_card (slot, NULL);
    return set_card (slot, other);
  }
  case PERRON_VIRTUAL_FAULT_MUTE:
    return;
  case PERRON_VIRTUAL_FAULT_TRANSPORT:
    return send_packet (driver, PERRON_IFD_FAULT, driver->sequence, sizeof driver->sequence);
  case PERRON_VIRTUAL_FAULT_NONE:
  case PERRON_VIRTUAL_FAULT_HALF:
  case PERRON_VIRTUAL_FAULT_ZERO:
  case PERRON_VIRTUAL_FAULT_GARBAGE:
  case PERRON_VIRTUAL_FAULT_SW:
  default:
    g_byte_array_prepend (answer, driver->sequence, sizeof driver->sequence);
    return send_packet (driver, PERRON_IFD_ANSWER, answer->data, answer->len);
  }
}

static void think (Driver *driver);

static gboolean
on_thought (gpointer data)
{
  Driver *driver = data;
  driver->timer = 0;
  if (driver->think_ms > 0)
    send_packet (driver, PERRON_IFD_WAIT, driver->sequence, sizeof driver->sequence);
  think (driver);
  return G_SOURCE_REMOVE;
}

static void
think (Driver *driver)
{
  if (driver->think_ms == 0)
    return give_answer (driver);
  guint step = MIN (driver->think_ms, MORE_TIME_MS);
  driver->think_ms -= step;
  driver->timer = g_timeout_add (step, on_thought, driver);
}

static void
ask_card (Driver *driver, guint8 kind, const guint8 *command, gsize length)
{
  PerronDockSlot *slot = driver->slot;
  driver->ready = g_byte_array_new ();
  driver->fault = PERRON_VIRTUAL_FAULT_NONE;
  driver->think_ms = 0;
  if (kind == PERRON_IFD_POWER_UP) {
    gsize size;
    const guint8 *atr = g_bytes_get_data (perron_virtual_card_reset (slot->card), &size);
    g_byte_array_append (driver->ready, atr, (guint) size);
    slot->powered = size > 0;
  } else {
    driver->think_ms = perron_virtual_card_get_think_ms (slot->card);
    driver->fault = perron_virtual_card_exchange (slot->card, command, length, driver->ready);
  }
  think (driver);
}

static void
take_packet (Driver *driver, const guint8 *packet, gsize size)
{
  PerronDockSlot *slot = driver->slot;
  /* Meant for a card that has left meanwhile, or for a reader without its cable: the state says so, nothing else does. */
  if (size < PERRON_IFD_ASK_HEADER || slot->card == NULL || !slot->plugged || perron_ifd_get_number (packet + 5) != slot->number)
    return;
  forget_answer (driver);
  memcpy (driver->sequence, packet + 1, sizeof driver->sequence);
  if (packet[0] == PERRON_IFD_POWER_UP || packet[0] == PERRON_IFD_COMMAND)
    ask_card (driver, packet[0], packet + PERRON_IFD_ASK_HEADER, size - PERRON_IFD_ASK_HEADER);
  else if (packet[0] == PERRON_IFD_POWER_DOWN)
    slot->powered = FALSE;
}

static gboolean
on_driver_input (gint fd, GIOCondition condition, gpointer data)
{
  static guint8 packet[PERRON_IFD_ASK_HEADER + PERRON_IFD_APDU_MAX];
  Driver *driver = data;
  PerronDockSlot *slot = driver->slot;
  gssize size = recv (fd, packet, sizeof packet, MSG_DONTWAIT);

  if (size > 0) {
    take_packet (driver, packet, (gsize) size);
    return G_SOURCE_CONTINUE;
  }
  driver->watch = 0;
  g_ptr_array_remove_fast (slot->drivers, driver);
  if (slot->drivers->len == 0)
    slot->powered = FALSE;
  slot->changed (slot->changed_data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_driver_connect (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockSlot *slot = data;
  int line = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (line < 0)
    return G_SOURCE_CONTINUE;
  if (slot->drivers->len == DRIVERS_MAX) {
    close (line);
    return G_SOURCE_CONTINUE;
  }
  Driver *driver = g_new0 (Driver, 1);
  driver->slot = slot;
  driver->fd = line;
  driver->watch = g_unix_fd_add (line, G_IO_IN | G_IO_HUP | G_IO_ERR, on_driver_input, driver);
  g_ptr_array_add (slot->drivers, driver);
  send_state (driver);
  slot->changed (slot->changed_data);
  return G_SOURCE_CONTINUE;
}

PerronDockSlot *
perron_dock_slot_new (const char *path, PerronDockChanged changed, gpointer data, GError **error)
{
  int fd = perron_dock_socket_listen (path, SOCK_SEQPACKET, error);
  if (fd < 0)
    return NULL;
  PerronDockSlot *slot = g_new0 (PerronDockSlot, 1);
  slot->path = g_strdup (path);
  slot->fd = fd;
  slot->plugged = TRUE;
  slot->drivers = g_ptr_array_new_with_free_func ((GDestroyNotify) free_driver);
  slot->changed = changed;
  slot->changed_data = data;
  slot->watch = g_unix_fd_add (fd, G_IO_IN, on_driver_connect, slot);
  return slot;
}

void
perron_dock_slot_free (PerronDockSlot *slot)
{
  if (slot == NULL)
    return;
  g_source_remove (slot->watch);
  close (slot->fd);
  unlink (slot->path);
  g_ptr_array_unref (slot->drivers);
  perron_virtual_card_free (slot->card);
  g_free (slot->path);
  g_free (slot);
}

PerronVirtualCard *
perron_dock_slot_get_card (const PerronDockSlot *slot)
{
  return slot->card;
}

gboolean
perron_dock_slot_is_plugged (const PerronDockSlot *slot)
{
  return slot->plugged;
}

gboolean
perron_dock_slot_is_powered (const PerronDockSlot *slot)
{
  return slot->powered;
}

guint
perron_dock_slot_count_drivers (const PerronDockSlot *slot)
{
  return slot->drivers->len;
}

void
perron_dock_slot_insert (PerronDockSlot *slot, PerronVirtualCard *card)
{
  g_return_if_fail (slot->card == NULL);
  set_card (slot, card);
}

void
perron_dock_slot_remove (PerronDockSlot *slot)
{
  set_card (slot, NULL);
}

void
perron_dock_slot_plug (PerronDockSlot *slot, gboolean plugged)
{
  slot->plugged = plugged;
  slot->powered = FALSE;
  tell_change (slot);
}
