/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/pcsc/pcsc-channel.h"

#include <string.h>

/* A command that failed after this long was not misunderstood: nothing came. Drivers wait a second (ISO 7816-3, 10.2) or longer. */
#define SILENCE_US (700 * G_TIME_SPAN_MILLISECOND)

typedef struct {
  PerronChannel channel;
  SCARDHANDLE card;
  DWORD protocol;
  guint8 atr[PERRON_ATR_MAX];
  gsize atr_length;
} PcscChannel;

static PerronChannelError
classify (LONG result)
{
  switch (result) {
  case SCARD_W_REMOVED_CARD:
  case SCARD_E_NO_SMARTCARD:
    return PERRON_CHANNEL_ERROR_REMOVED;
  case SCARD_W_RESET_CARD:
    return PERRON_CHANNEL_ERROR_RESET;
  case SCARD_W_UNRESPONSIVE_CARD:
  case SCARD_W_UNPOWERED_CARD:
  case SCARD_W_UNSUPPORTED_CARD:
  case SCARD_E_PROTO_MISMATCH:
    return PERRON_CHANNEL_ERROR_MUTE;
  case SCARD_E_SHARING_VIOLATION:
    return PERRON_CHANNEL_ERROR_HELD;
  case SCARD_E_NOT_TRANSACTED:
  case SCARD_E_TIMEOUT:
  case SCARD_E_INSUFFICIENT_BUFFER:
    return PERRON_CHANNEL_ERROR_TRANSPORT;
  default: /* unknown reader, reader unavailable, service gone, broken pipe to it */
    return PERRON_CHANNEL_ERROR_READER;
  }
}

static void
set_error (GError **error, const char *call, LONG result)
{
  g_set_error (error, PERRON_CHANNEL_ERROR, (gint) classify (result), "%s: PC/SC 0x%08lX", call, (gulong) result & 0xFFFFFFFF);
}

static gssize
pcsc_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  PcscChannel *self = (PcscChannel *) channel;
  DWORD length = (DWORD) response_size;
  const SCARD_IO_REQUEST *pci = self->protocol == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
  gint64 start_us = g_get_monotonic_time ();
  LONG result = SCardTransmit (self->card, pci, command, (DWORD) command_len, NULL, response, &length);

  if (result == SCARD_E_NOT_TRANSACTED && g_get_monotonic_time () - start_us >= SILENCE_US) {
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_MUTE, "SCardTransmit: the card fell silent");
    return -1;
  }
  if (result != SCARD_S_SUCCESS) {
    set_error (error, "SCardTransmit", result);
    return -1;
  }
  /* A card pulled in the middle gives success with nothing, or with a half (hardware facts, section 1.4, trap 3). */
  if (length < 2) {
    g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_TRANSPORT, "an answer of %lu bytes", (gulong) length);
    return -1;
  }
  return (gssize) length;
}

static const guint8 *
pcsc_get_atr (PerronChannel *channel, gsize *ret_len)
{
  PcscChannel *self = (PcscChannel *) channel;
  *ret_len = self->atr_length;
  return self->atr;
}

static void
pcsc_channel_free (PerronChannel *channel)
{
  PcscChannel *self = (PcscChannel *) channel;
  /* Ends the transaction too; SCardEndTransaction() would add its random nap of up to a millisecond. */
  SCardDisconnect (self->card, SCARD_RESET_CARD);
  explicit_bzero (self, sizeof *self);
  g_free (self);
}

static gboolean
read_atr (PcscChannel *self, GError **error)
{
  DWORD state = 0, protocol = 0, name_length = 0;
  DWORD length = sizeof self->atr;
  LONG result = SCardStatus (self->card, NULL, &name_length, &state, &protocol, self->atr, &length);

  if (result != SCARD_S_SUCCESS) {
    set_error (error, "SCardStatus", result);
    return FALSE;
  }
  self->atr_length = MIN (length, sizeof self->atr);
  return TRUE;
}

PerronChannel *
perron_pcsc_channel_new (SCARDCONTEXT context, const char *name, GError **error)
{
  SCARDHANDLE card;
  DWORD protocol = 0;
  LONG result = SCardConnect (context, name, SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol);
  if (result != SCARD_S_SUCCESS) {
    set_error (error, "SCardConnect", result);
    return NULL;
  }
  result = SCardBeginTransaction (card);
  if (result != SCARD_S_SUCCESS) {
    set_error (error, "SCardBeginTransaction", result);
    SCardDisconnect (card, SCARD_LEAVE_CARD);
    return NULL;
  }

  PcscChannel *self = g_new0 (PcscChannel, 1);
  self->channel = (PerronChannel) { pcsc_transmit, pcsc_get_atr, pcsc_channel_free };
  self->card = card;
  self->protocol = protocol;
  g_autoptr (PerronChannel) channel = &self->channel;
  return read_atr (self, error) ? g_steal_pointer (&channel) : NULL;
}
