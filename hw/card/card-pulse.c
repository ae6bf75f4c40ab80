/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/card/card-pulse.h"

typedef struct {
  PerronCardSource source;
  PerronCardSource *inner;
  PerronCardPulse *pulse;
} PulseSource;

typedef struct {
  PerronChannel channel;
  PerronChannel *inner;
  PerronCardPulse *pulse;
} PulseChannel;

static void
beat (PerronCardPulse *pulse)
{
  __atomic_store_n (&pulse->since_us, g_get_monotonic_time (), __ATOMIC_RELEASE);
}

void
perron_card_pulse_begin (PerronCardPulse *pulse)
{
  g_atomic_int_set (&pulse->queuing, TRUE);
  beat (pulse);
}

void
perron_card_pulse_end (PerronCardPulse *pulse)
{
  __atomic_store_n (&pulse->since_us, 0, __ATOMIC_RELEASE);
}

PerronCardStatus
perron_card_pulse_judge (const PerronCardPulse *pulse, gint64 now_us, gint64 *ret_left_us)
{
  /* Read in this order, written in the other: who sees that the queue is over sees no silence from before. */
  gboolean queuing = g_atomic_int_get (&pulse->queuing);
  gint64 since_us = __atomic_load_n (&pulse->since_us, __ATOMIC_ACQUIRE);

  *ret_left_us = PERRON_CARD_SILENCE_US;
  if (since_us == 0)
    return PERRON_CARD_NO_CARD;
  *ret_left_us = CLAMP (since_us + PERRON_CARD_SILENCE_US - now_us, 0, PERRON_CARD_SILENCE_US);
  if (*ret_left_us > 0)
    return PERRON_CARD_READING;
  return queuing ? PERRON_CARD_HELD : PERRON_CARD_MUTE;
}

static gboolean
is_unwanted (const PerronCardPulse *pulse, GError **error)
{
  if (!g_atomic_int_get (&pulse->unwanted))
    return FALSE;
  g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_REMOVED, "nobody asks for this card any more");
  return TRUE;
}

static gssize
pulse_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  PulseChannel *self = (PulseChannel *) channel;
  if (is_unwanted (self->pulse, error))
    return -1;
  gssize length = self->inner->transmit (self->inner, command, command_len, response, response_size, error);
  if (length >= 0)
    beat (self->pulse);
  return length;
}

static const guint8 *
pulse_get_atr (PerronChannel *channel, gsize *ret_len)
{
  PulseChannel *self = (PulseChannel *) channel;
  return self->inner->get_atr (self->inner, ret_len);
}

static void
pulse_channel_free (PerronChannel *channel)
{
  PulseChannel *self = (PulseChannel *) channel;
  perron_channel_free (self->inner);
  g_free (self);
}

static PerronCardStatus
pulse_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  PulseSource *self = (PulseSource *) source;
  return self->inner->wait (self->inner, known, timeout_ms);
}

static PerronChannel *
pulse_open (PerronCardSource *source, GError **error)
{
  PulseSource *self = (PulseSource *) source;
  PerronChannel *inner = is_unwanted (self->pulse, error) ? NULL : self->inner->open (self->inner, error);
  beat (self->pulse);
  g_atomic_int_set (&self->pulse->queuing, FALSE);
  if (inner == NULL)
    return NULL;
  PulseChannel *channel = g_new0 (PulseChannel, 1);
  channel->channel = (PerronChannel) { pulse_transmit, pulse_get_atr, pulse_channel_free };
  channel->inner = inner;
  channel->pulse = self->pulse;
  return &channel->channel;
}

static void
pulse_cancel (PerronCardSource *source)
{
  PulseSource *self = (PulseSource *) source;
  self->inner->cancel (self->inner);
}

static void
pulse_free (PerronCardSource *source)
{
  PulseSource *self = (PulseSource *) source;
  perron_card_source_free (self->inner);
  g_free (self);
}

PerronCardSource *
perron_card_pulse_source_new (PerronCardSource *inner, PerronCardPulse *pulse)
{
  PulseSource *self = g_new0 (PulseSource, 1);
  self->source = (PerronCardSource) { pulse_wait, pulse_open, pulse_cancel, pulse_free };
  self->inner = inner;
  self->pulse = pulse;
  return &self->source;
}
