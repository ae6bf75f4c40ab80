/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/dock/dock-vpcd.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hw/dock/dock-socket.h"
#include "hw/dock/dock.h"
#include "hw/dock/ifd-handler/ifd-wire.h"

/* pcscd may come later than the card, or come back: a card that is in goes on offering itself. */
#define RETRY_MS 100

/* No byte of ATR means no card to vpcd; one longer than any may be (ISO/IEC 7816-3, 8.2) is what it shows as a card that is mute. */
#define MUTE_ATR_BYTES 34

/* What vpcd says in one byte; anything longer is a command for the card. */
enum { VPCD_OFF = 0, VPCD_ON = 1, VPCD_RESET = 2, VPCD_ATR = 4 };

struct PerronDockVpcd {
  GSocketAddress *address;
  int slot; /* the dock's side */
  guint slot_watch;
  guint8 *packet;

  gboolean present;
  guint card; /* number of the card that is in */
  guint sequence;
  guint atr_sequence; /* of the question whose answer is the ATR: vpcd does not wait for it before its next command */
  GByteArray *atr;

  int line; /* to vpcd; -1 */
  guint line_watch;
  guint retry;
  gboolean connected;
  GByteArray *input;
};

static void
hang_up (PerronDockVpcd *self)
{
  g_clear_handle_id (&self->line_watch, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_byte_array_set_size (self->input, 0);
  if (self->line >= 0)
    close (self->line);
  self->line = -1;
  self->connected = FALSE;
}

static void
ask_slot (PerronDockVpcd *self, guint8 kind, const guint8 *data, gsize size)
{
  guint8 head[PERRON_IFD_ASK_HEADER] = { kind };
  perron_ifd_put_number (head + 1, ++self->sequence);
  perron_ifd_put_number (head + 5, self->card);
  struct iovec parts[] = { { head, sizeof head }, { (void *) data, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  if (sendmsg (self->slot, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    hang_up (self);
}

static void
ask_atr (PerronDockVpcd *self)
{
  self->atr_sequence = self->sequence + 1;
  ask_slot (self, PERRON_IFD_POWER_UP, NULL, 0);
}

/* One write, so that length and body are one segment; a vpcd that does not read is one that is gone. */
static void
send_frame (PerronDockVpcd *self, const guint8 *data, gsize size)
{
  guint8 head[2] = { (guint8) (size >> 8), (guint8) size };
  struct iovec parts[] = { { head, sizeof head }, { (void *) data, size } };
  struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
  if (self->line >= 0 && sendmsg (self->line, &message, MSG_NOSIGNAL | MSG_DONTWAIT) != (gssize) (size + 2))
    hang_up (self);
}

static void
take_frame (PerronDockVpcd *self, const guint8 *body, gsize size)
{
  if (size != 1)
    ask_slot (self, PERRON_IFD_COMMAND, body, size);
  else if (body[0] == VPCD_ATR)
    send_frame (self, self->atr->data, self->atr->len);
  else if (body[0] == VPCD_ON || body[0] == VPCD_RESET) {
    ask_atr (self);
  } else if (body[0] == VPCD_OFF)
    ask_slot (self, PERRON_IFD_POWER_DOWN, NULL, 0);
}

static void
take_frames (PerronDockVpcd *self)
{
  while (self->line >= 0 && self->input->len >= 2) {
    gsize size = (gsize) self->input->data[0] << 8 | self->input->data[1];
    if (self->input->len < size + 2)
      return;
    g_autofree guint8 *body = g_memdup2 (self->input->data + 2, size);
    g_byte_array_remove_range (self->input, 0, (guint) (size + 2));
    if (size > 0)
      take_frame (self, body, size);
  }
}

static void offer_card (PerronDockVpcd *self);

static gboolean
on_retry (gpointer data)
{
  PerronDockVpcd *self = data;
  self->retry = 0;
  offer_card (self);
  return G_SOURCE_REMOVE;
}

static void
try_later (PerronDockVpcd *self)
{
  hang_up (self);
  self->retry = g_timeout_add (RETRY_MS, on_retry, self);
}

static gboolean
on_line (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockVpcd *self = data;
  guint8 bytes[4096];
  static const int yes = 1;

  /* vpcd sends length and body apart: without this, not sticky, each command waits 40 ms for an acknowledgement (hardware.md 1.4). */
  setsockopt (fd, IPPROTO_TCP, TCP_QUICKACK, &yes, sizeof yes);
  gssize got = recv (fd, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got > 0) {
    g_byte_array_append (self->input, bytes, (guint) got);
    take_frames (self);
  } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
    self->line_watch = 0;
    try_later (self);
    return G_SOURCE_REMOVE;
  }
  return self->line_watch != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_connected (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockVpcd *self = data;
  int error = 0;
  socklen_t size = sizeof error;

  self->line_watch = 0;
  if (getsockopt (fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
    try_later (self);
    return G_SOURCE_REMOVE;
  }
  self->connected = TRUE;
  self->line_watch = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_line, self);
  return G_SOURCE_REMOVE;
}

/* To vpcd, a connection is an insertion, and its end a removal. */
static void
offer_card (PerronDockVpcd *self)
{
  struct sockaddr_storage address;
  gssize size = g_socket_address_get_native_size (self->address);
  static const int yes = 1;

  hang_up (self);
  if (!self->present || !g_socket_address_to_native (self->address, &address, sizeof address, NULL))
    return;
  self->line = socket (address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (self->line < 0 ||
      (connect (self->line, (struct sockaddr *) &address, (socklen_t) size) != 0 && errno != EINPROGRESS && errno != EINTR)) {
    try_later (self);
    return;
  }
  setsockopt (self->line, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  self->line_watch = g_unix_fd_add (self->line, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_connected, self);
}

/* A reader without its cable has no card either: vpcd knows no difference. */
static void
take_state (PerronDockVpcd *self, const guint8 *packet)
{
  self->present = (packet[1] & PERRON_IFD_PLUGGED) != 0 && (packet[1] & PERRON_IFD_PRESENT) != 0;
  self->card = perron_ifd_get_number (packet + 2);
  g_byte_array_set_size (self->atr, 0);
  hang_up (self);
  if (!self->present)
    return;
  /* vpcd asks for the ATR before it gives power: it must be known by then. */
  ask_atr (self);
}

static void
take_answer (PerronDockVpcd *self, const guint8 *packet, gsize size)
{
  const guint8 *data = packet + PERRON_IFD_ANSWER_HEADER;
  gsize length = packet[0] == PERRON_IFD_ANSWER ? size - PERRON_IFD_ANSWER_HEADER : 0;

  guint sequence = perron_ifd_get_number (packet + 1);
  if (packet[0] == PERRON_IFD_WAIT || (sequence != self->sequence && sequence != self->atr_sequence))
    return;
  if (sequence != self->atr_sequence) {
    /* A fault of the line has no word there, and on a frame of no byte vpcd waits for ever: one byte is no answer either. */
    send_frame (self, length > 0 ? data : (const guint8 *) "", MAX (length, 1));
    return;
  }
  g_byte_array_set_size (self->atr, 0);
  g_byte_array_append (self->atr, data, (guint) length);
  if (length == 0) {
    g_byte_array_set_size (self->atr, MUTE_ATR_BYTES);
    memset (self->atr->data, 0, MUTE_ATR_BYTES);
  }
  if (self->line < 0 && self->retry == 0)
    offer_card (self);
}

static gboolean
on_slot (gint fd, GIOCondition condition, gpointer data)
{
  PerronDockVpcd *self = data;
  gssize size = recv (fd, self->packet, PERRON_IFD_ANSWER_HEADER + PERRON_IFD_APDU_MAX, MSG_DONTWAIT);

  if (size <= 0) {
    hang_up (self);
    self->slot_watch = 0;
    return G_SOURCE_REMOVE;
  }
  if (self->packet[0] == PERRON_IFD_STATE && size == PERRON_IFD_STATE_SIZE)
    take_state (self, self->packet);
  else if (size >= PERRON_IFD_ANSWER_HEADER)
    take_answer (self, self->packet, (gsize) size);
  return G_SOURCE_CONTINUE;
}

static GSocketAddress *
parse_address (const char *text, guint offset, GError **error)
{
  const char *colon = strrchr (text, ':');
  g_autofree char *host = colon != NULL ? g_strndup (text, (gsize) (colon - text)) : NULL;
  guint64 port = 0;
  GSocketAddress *address = NULL;

  if (host != NULL && g_ascii_string_to_unsigned (colon + 1, 10, 1, 65535 - offset, &port, NULL))
    address = g_inet_socket_address_new_from_string (host, (guint) port + offset);
  if (address == NULL)
    g_set_error (error, PERRON_DOCK_ERROR, PERRON_DOCK_ERROR_OPTION, "%s: must be ADDRESS:PORT, the address a number", text);
  return address;
}

PerronDockVpcd *
perron_dock_vpcd_new (const char *address, guint offset, const char *slot_path, GError **error)
{
  g_autoptr (GSocketAddress) parsed = parse_address (address, offset, error);
  if (parsed == NULL)
    return NULL;
  int slot = perron_dock_socket_connect (slot_path, SOCK_SEQPACKET, error);
  if (slot < 0)
    return NULL;
  PerronDockVpcd *self = g_new0 (PerronDockVpcd, 1);
  self->address = g_steal_pointer (&parsed);
  self->slot = slot;
  self->line = -1;
  self->atr = g_byte_array_new ();
  self->input = g_byte_array_new ();
  self->packet = g_malloc (PERRON_IFD_ANSWER_HEADER + PERRON_IFD_APDU_MAX);
  self->slot_watch = g_unix_fd_add (slot, G_IO_IN | G_IO_HUP | G_IO_ERR, on_slot, self);
  return self;
}

void
perron_dock_vpcd_free (PerronDockVpcd *self)
{
  if (self == NULL)
    return;
  hang_up (self);
  g_clear_handle_id (&self->slot_watch, g_source_remove);
  close (self->slot);
  g_object_unref (self->address);
  g_byte_array_unref (self->atr);
  g_byte_array_unref (self->input);
  g_free (self->packet);
  g_free (self);
}
