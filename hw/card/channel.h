/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * A powered card: one blocking transmit. Implementations: hw/pcsc, recordings (hw/card/replay), fuzzers, tests.
 * One thread at a time.
 */
typedef enum {
  PERRON_CHANNEL_ERROR_REMOVED,   /* the card left */
  PERRON_CHANNEL_ERROR_RESET,     /* another program reset or replaced it: what was read so far is void */
  PERRON_CHANNEL_ERROR_TRANSPORT, /* no or bad transmission; the whole reading may be tried again */
  PERRON_CHANNEL_ERROR_READER,    /* the reader or pcscd left */
  PERRON_CHANNEL_ERROR_PROTOCOL,  /* the card does not follow T=0 / ISO 7816-4; final */
  PERRON_CHANNEL_ERROR_SEQUENCE,  /* replay: not the command that was recorded */
  PERRON_CHANNEL_ERROR_MUTE,      /* a card is there but does not answer: to reset, or any more */
  PERRON_CHANNEL_ERROR_HELD,      /* another program holds the slot for itself */
} PerronChannelError;

#define PERRON_CHANNEL_ERROR (perron_channel_error_quark ())
GQuark perron_channel_error_quark (void);

#define PERRON_APDU_MAX 262      /* short command: 5 + 255 + 1, rounded as libnfc's limit */
#define PERRON_RESPONSE_MAX 258  /* 256 + SW */
#define PERRON_ATR_MAX 33

typedef struct PerronChannel PerronChannel;
struct PerronChannel {
  /*
   * Sends `command` (4 … PERRON_APDU_MAX bytes), receives into `response` (at least PERRON_RESPONSE_MAX bytes).
   * Returns the length received, ≥ 2 (status words last), or -1 with error. A shorter answer is TRANSPORT.
   */
  gssize (*transmit) (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size,
                      GError **error);
  /* The ATR, borrowed. Personal on some transport cards: never logged. */
  const guint8 *(*get_atr) (PerronChannel *channel, gsize *ret_len);
  void (*free) (PerronChannel *channel);
};

void perron_channel_free (PerronChannel *channel);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PerronChannel, perron_channel_free)

G_END_DECLS
