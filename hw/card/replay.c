/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/replay.h"

#include <string.h>

#include "hw/card/json-walk.h"

#define EXCHANGES_MAX 1024

typedef struct {
  guint8 command[PERRON_APDU_MAX];
  gsize command_length;
  guint8 response[PERRON_RESPONSE_MAX];
  gsize response_length;
  gint fault; /* PerronChannelError, or -1 */
} Exchange;

typedef struct {
  PerronCardSource source;
  PerronCardStatus slot;
  guint8 atr[PERRON_ATR_MAX];
  gsize atr_length;
  GArray *exchanges;
  guint next;
  GMutex mutex;
  GCond cond;
  gboolean cancelled;
} Replay;

typedef struct {
  PerronChannel channel;
  Replay *replay;
} ReplayChannel;

static const struct {
  const char *word;
  PerronChannelError code;
} faults[] = {
  { "removed", PERRON_CHANNEL_ERROR_REMOVED }, { "reset", PERRON_CHANNEL_ERROR_RESET }, { "transport", PERRON_CHANNEL_ERROR_TRANSPORT },
  { "reader", PERRON_CHANNEL_ERROR_READER },   { "held", PERRON_CHANNEL_ERROR_HELD },
};

static gssize
replay_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  Replay *replay = ((ReplayChannel *) channel)->replay;

  if (replay->next >= replay->exchanges->len) {
    g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_SEQUENCE, "the recording ends after %u commands", replay->next);
    return -1;
  }
  const Exchange *exchange = &g_array_index (replay->exchanges, Exchange, replay->next);
  if (exchange->command_length != command_len || memcmp (exchange->command, command, command_len) != 0) {
    g_set_error (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_SEQUENCE, "command %u is not the recorded one", replay->next);
    return -1;
  }
  replay->next++;
  if (exchange->fault >= 0) {
    g_set_error (error, PERRON_CHANNEL_ERROR, exchange->fault, "recorded fault at command %u", replay->next - 1);
    return -1;
  }
  g_return_val_if_fail (response_size >= exchange->response_length, -1);
  memcpy (response, exchange->response, exchange->response_length);
  return (gssize) exchange->response_length;
}

static const guint8 *
replay_get_atr (PerronChannel *channel, gsize *ret_len)
{
  Replay *replay = ((ReplayChannel *) channel)->replay;
  *ret_len = replay->atr_length;
  return replay->atr;
}

static void
replay_channel_free (PerronChannel *channel)
{
  g_free (channel);
}

static PerronChannel *
replay_open (PerronCardSource *source, GError **error)
{
  Replay *replay = (Replay *) source;

  if (replay->slot != PERRON_CARD_READING) {
    gint code = replay->slot == PERRON_CARD_MUTE        ? PERRON_CHANNEL_ERROR_MUTE
                : replay->slot == PERRON_CARD_NO_READER ? PERRON_CHANNEL_ERROR_READER
                                                        : PERRON_CHANNEL_ERROR_REMOVED;
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, code, "no card in the recording");
    return NULL;
  }
  ReplayChannel *channel = g_new0 (ReplayChannel, 1);
  channel->channel = (PerronChannel) { replay_transmit, replay_get_atr, replay_channel_free };
  channel->replay = replay;
  replay->next = 0;
  return &channel->channel;
}

static PerronCardStatus
replay_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  Replay *replay = (Replay *) source;
  gint64 deadline = g_get_monotonic_time () + (gint64) MAX (timeout_ms, 0) * 1000;
  gboolean in_time = timeout_ms != 0 && replay->slot == known;

  g_mutex_lock (&replay->mutex);
  while (in_time && !replay->cancelled) {
    if (timeout_ms < 0)
      g_cond_wait (&replay->cond, &replay->mutex);
    else
      in_time = g_cond_wait_until (&replay->cond, &replay->mutex, deadline);
  }
  replay->cancelled = FALSE;
  g_mutex_unlock (&replay->mutex);
  return replay->slot;
}

static void
replay_cancel (PerronCardSource *source)
{
  Replay *replay = (Replay *) source;
  g_mutex_lock (&replay->mutex);
  replay->cancelled = TRUE;
  g_cond_signal (&replay->cond);
  g_mutex_unlock (&replay->mutex);
}

static void
replay_free (PerronCardSource *source)
{
  Replay *replay = (Replay *) source;
  g_array_unref (replay->exchanges);
  g_mutex_clear (&replay->mutex);
  g_cond_clear (&replay->cond);
  g_free (replay);
}

static gboolean
load_slot (const PerronJson *root, PerronCardStatus *ret_slot, GError **error)
{
  static const struct {
    const char *word;
    PerronCardStatus status;
  } slots[] = {
    { "card", PERRON_CARD_READING },
    { "no-card", PERRON_CARD_NO_CARD },
    { "mute", PERRON_CARD_MUTE },
    { "no-reader", PERRON_CARD_NO_READER },
  };
  const char *word;

  if (!perron_json_member_string (root, "slot", 16, &word, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (slots); i++) {
    if (strcmp (slots[i].word, word) == 0) {
      *ret_slot = slots[i].status;
      return TRUE;
    }
  }
  return perron_json_fail (root, error, "slot is card, no-card, mute or no-reader");
}

static gboolean
load_fault (const PerronJson *at, Exchange *exchange, GError **error)
{
  const char *word;

  if (!perron_json_member_string (at, "fault", 16, &word, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++) {
    if (strcmp (faults[i].word, word) == 0) {
      exchange->fault = (gint) faults[i].code;
      return TRUE;
    }
  }
  return perron_json_fail (at, error, "fault is removed, reset, transport, reader or held");
}

static gboolean
load_exchange (const PerronJson *at, Exchange *exchange, GError **error)
{
  static const char *const names[] = { "command", "response", "fault", NULL };

  exchange->fault = -1;
  if (!perron_json_only (at, names, error) ||
      !perron_json_member_hex (at, "command", exchange->command, 4, PERRON_APDU_MAX, &exchange->command_length, error))
    return FALSE;
  if (perron_json_has (at, "fault"))
    return load_fault (at, exchange, error);
  return perron_json_member_hex (at, "response", exchange->response, 2, PERRON_RESPONSE_MAX, &exchange->response_length, error);
}

static gboolean
load_recording (Replay *replay, const PerronJson *root, GError **error)
{
  static const char *const names[] = { "recording", "slot", "atr", "exchanges", NULL };
  PerronJson exchanges;
  guint version, count;

  if (!perron_json_only (root, names, error) || !perron_json_member_int (root, "recording", 1, 1, &version, error) ||
      !load_slot (root, &replay->slot, error))
    return FALSE;
  if (replay->slot != PERRON_CARD_READING)
    return TRUE;
  if (!perron_json_member_hex (root, "atr", replay->atr, 2, PERRON_ATR_MAX, &replay->atr_length, error) ||
      !perron_json_member (root, "exchanges", &exchanges, error) || !perron_json_array (&exchanges, 0, EXCHANGES_MAX, &count, error))
    return FALSE;
  for (guint i = 0; i < count; i++) {
    Exchange exchange = { 0 };
    PerronJson at = perron_json_item (&exchanges, i);
    if (!load_exchange (&at, &exchange, error))
      return FALSE;
    g_array_append_val (replay->exchanges, exchange);
  }
  return TRUE;
}

PerronCardSource *
perron_replay_source_new (const char *file, GError **error)
{
  g_autoptr (JsonNode) tree = perron_json_load (file, error);
  if (tree == NULL)
    return NULL;

  Replay *replay = g_new0 (Replay, 1);
  replay->source = (PerronCardSource) { replay_wait, replay_open, replay_cancel, replay_free };
  replay->exchanges = g_array_new (FALSE, TRUE, sizeof (Exchange));
  g_mutex_init (&replay->mutex);
  g_cond_init (&replay->cond);
  g_autoptr (PerronCardSource) source = &replay->source;
  PerronJson root = perron_json_root (file, tree);
  if (!load_recording (replay, &root, error))
    return NULL;
  return g_steal_pointer (&source);
}

gboolean
perron_replay_source_is_spent (const PerronCardSource *source)
{
  const Replay *replay = (const Replay *) source;
  return replay->next == replay->exchanges->len;
}
