/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hw/nfc/nfc-source.h"

#include "hw/nfc/nfc-watch.h"

/* PC/SC's form for a contactless card that says nothing of itself (PC/SC part 3, 3.1.3.2.3.1): the family is told beside it. */
static const guint8 atr[] = { 0x3B, 0x80, 0x80, 0x01, 0x01 };

typedef struct {
  PerronCardSource source;
  GMainContext *context;
  PerronNfcWatch *watch;
  gboolean present;
  guint serial; /* of what came last */
  guint told;   /* the serial that was last told of or opened */
  const char *family;
  gint cancelled; /* atomic */
} NfcSource;

static void
on_news (const PerronNfcNews *news, gpointer data)
{
  NfcSource *self = data;
  if (news->event == PERRON_NFC_EVENT_READER)
    return;
  self->present = news->event == PERRON_NFC_EVENT_TAP;
  if (!self->present)
    return;
  self->serial++;
  self->family = perron_nfc_kind_to_string (news->kind);
}

static PerronCardStatus
status_of (const NfcSource *self)
{
  if (!perron_nfc_watch_is_ready (self->watch))
    return PERRON_CARD_NO_READER;
  return self->present ? PERRON_CARD_READING : PERRON_CARD_NO_CARD;
}

static gboolean
on_late (gpointer data)
{
  gboolean *late = data;
  *late = TRUE;
  return G_SOURCE_REMOVE;
}

static GSource *
new_timer (NfcSource *self, gint timeout_ms, gboolean *late)
{
  GSource *timer = g_timeout_source_new ((guint) timeout_ms);
  g_source_set_callback (timer, on_late, late, NULL);
  g_source_attach (timer, self->context);
  return timer;
}

static PerronCardStatus
nfc_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  NfcSource *self = (NfcSource *) source;
  gboolean late = timeout_ms == 0;
  GSource *timer = timeout_ms > 0 ? new_timer (self, timeout_ms, &late) : NULL;

  /* First all that is there already: a connection, and what it says. */
  while (g_main_context_iteration (self->context, FALSE))
    ;
  for (;;) {
    PerronCardStatus status = status_of (self);
    gboolean another = status == PERRON_CARD_READING && self->told != 0 && self->told != self->serial;
    if (g_atomic_int_compare_and_exchange (&self->cancelled, TRUE, FALSE) || late || status != known || another) {
      if (status == PERRON_CARD_READING)
        self->told = self->serial;
      if (timer != NULL)
        g_source_destroy (timer);
      g_clear_pointer (&timer, g_source_unref);
      return status;
    }
    g_main_context_iteration (self->context, TRUE);
  }
}

/* --- the channel: a wall ------------------------------------------------------------------------------------------------------ */

static gssize
wall_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  response[0] = 0x6A;
  response[1] = 0x82;
  return 2;
}

static const guint8 *
wall_get_atr (PerronChannel *channel, gsize *ret_len)
{
  *ret_len = sizeof atr;
  return atr;
}

static void
wall_free (PerronChannel *channel)
{
  g_free (channel);
}

static PerronChannel *
nfc_open (PerronCardSource *source, GError **error)
{
  NfcSource *self = (NfcSource *) source;

  while (g_main_context_iteration (self->context, FALSE))
    ;
  PerronCardStatus status = status_of (self);
  if (status != PERRON_CARD_READING) {
    g_set_error_literal (error, PERRON_CHANNEL_ERROR,
                         status == PERRON_CARD_NO_READER ? PERRON_CHANNEL_ERROR_READER : PERRON_CHANNEL_ERROR_REMOVED,
                         "nothing lies on the contactless reader");
    return NULL;
  }
  self->told = self->serial;
  PerronChannel *channel = g_new (PerronChannel, 1);
  *channel = (PerronChannel){ wall_transmit, wall_get_atr, wall_free };
  return channel;
}

static void
nfc_cancel (PerronCardSource *source)
{
  NfcSource *self = (NfcSource *) source;
  g_atomic_int_set (&self->cancelled, TRUE);
  g_main_context_wakeup (self->context);
}

static void
nfc_free (PerronCardSource *source)
{
  NfcSource *self = (NfcSource *) source;
  g_clear_pointer (&self->watch, perron_nfc_watch_free);
  g_main_context_unref (self->context);
  g_free (self);
}

PerronCardSource *
perron_nfc_source_new (const PerronConfig *config, GError **error)
{
  NfcSource *self = g_new0 (NfcSource, 1);
  self->source = (PerronCardSource){ nfc_wait, nfc_open, nfc_cancel, nfc_free };
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->watch = perron_nfc_watch_new (config, on_news, self, error);
  g_main_context_pop_thread_default (self->context);
  if (self->watch != NULL)
    return &self->source;
  nfc_free (&self->source);
  return NULL;
}

const char *
perron_nfc_source_get_family (const PerronCardSource *source)
{
  return ((const NfcSource *) source)->family;
}
