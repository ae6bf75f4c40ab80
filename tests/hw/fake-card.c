/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/hw/fake-card.h"

#include <string.h>

static const guint8 aid_vitale[] = { 0xD2, 0x50, 0x00, 0x00, 0x02, 'V', 'I', 'T', 'A', 'L', 'E' };
static const guint8 aid_root[] = { 0xD2, 0x50, 0x00, 0x00, 0x02, 'M', 'F', '_', 'V', 'I', 'T', 'A', 'L', 'E' };

typedef struct {
  PerronChannel channel;
  FakeCard *card;
} FakeChannel;

void
fake_card_set_hex (guint8 *file, gsize *length, const char *hex)
{
  *length = 0;
  for (; *hex != '\0'; hex++) {
    if (*hex == ' ')
      continue;
    g_assert_true (g_ascii_isxdigit (hex[0]) && g_ascii_isxdigit (hex[1]));
    file[(*length)++] = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
    hex++;
  }
}

void
fake_card_init (FakeCard *card)
{
  memset (card, 0, sizeof *card);
  fake_card_set_hex (card->atr, &card->atr_length, "3B 75 13 00 00 43 09 EA 90 00");
}

static gsize
put_object (guint8 *at, guint8 tag, const char *value, gsize width, guint8 pad)
{
  if (value == NULL)
    return 0;
  gsize length = strlen (value);
  gsize whole = MAX (length, width);
  at[0] = tag;
  at[1] = (guint8) whole;
  memcpy (at + 2, value, length);
  memset (at + 2 + length, pad, whole - length);
  return whole + 2;
}

static void
put_template (guint8 *file, gsize *length, const guint8 *inner, gsize inner_length)
{
  g_assert_cmpuint (*length + inner_length + 3, <=, FAKE_FILE_MAX);
  file[(*length)++] = 0x65;
  if (inner_length >= 0x80)
    file[(*length)++] = 0x81;
  file[(*length)++] = (guint8) inner_length;
  memcpy (file + *length, inner, inner_length);
  *length += inner_length;
}

void
fake_card_add_person (FakeCard *card, const char *surname, const char *given_name, const char *birth, gsize width, guint8 pad)
{
  guint8 inner[300];
  gsize length = put_object (inner, 0x80, surname, width, pad);
  length += put_object (inner + length, 0x81, given_name, width, pad);
  length += put_object (inner + length, 0x82, birth, 0, pad);
  length += put_object (inner + length, 0x90, "FRA", 0, pad);
  put_template (card->m, &card->m_length, inner, length);
}

void
fake_card_add_number (FakeCard *card, const char *number)
{
  guint8 inner[64];
  put_template (card->n, &card->n_length, inner, put_object (inner, 0x93, number, 0, ' '));
}

static gssize
answer (guint8 *response, const guint8 *data, gsize length, guint16 sw)
{
  if (length > 0)
    memcpy (response, data, length);
  response[length] = (guint8) (sw >> 8);
  response[length + 1] = (guint8) sw;
  return (gssize) length + 2;
}

static gboolean
is_id (const guint8 *command, gsize length, guint8 p1, const guint8 *id, gsize id_length)
{
  return length >= 5 + id_length && command[2] == p1 && command[4] == id_length && memcmp (command + 5, id, id_length) == 0;
}

static gssize
do_select (FakeCard *card, const guint8 *command, gsize length, guint8 *response)
{
  static const guint8 mf[] = { 0x3F, 0x00 }, d001[] = { 0xD0, 0x01 };

  if (is_id (command, length, 0x04, aid_vitale, sizeof aid_vitale)) {
    if (card->select_sw != 0)
      return answer (response, NULL, 0, card->select_sw);
    card->folder = 2;
  } else if (is_id (command, length, 0x04, aid_root, sizeof aid_root) || is_id (command, length, 0x00, mf, sizeof mf)) {
    card->folder = 1;
  } else if (card->folder == 1 && is_id (command, length, 0x02, d001, sizeof d001)) {
    card->file = 1;
  } else {
    return answer (response, NULL, 0, 0x6A82);
  }
  if (command[2] != 0x02)
    card->file = 0;
  card->pending = 30;
  return answer (response, NULL, 0, card->chained ? 0x611E : 0x9000);
}

static gssize
do_read (FakeCard *card, const guint8 *command, guint8 *response)
{
  gsize offset = 0;

  if (command[2] & 0x80) {
    if (card->folder == 0 || command[2] != 0x82 || (card->folder == 1 && card->no_sfi))
      return answer (response, NULL, 0, 0x6A82);
    card->file = card->folder;
  } else {
    offset = (gsize) command[2] << 8 | command[3];
  }
  if (card->file == 0)
    return answer (response, NULL, 0, 0x6986);
  guint16 sw = card->file == 1 ? card->m_sw : card->n_sw;
  if (sw != 0)
    return answer (response, NULL, 0, sw);
  const guint8 *bytes = card->file == 1 ? card->m : card->n;
  gsize size = card->file == 1 ? card->m_length : card->n_length;
  if (offset > 0 && offset >= size)
    return answer (response, NULL, 0, 0x6B00);
  gsize wanted = command[4] == 0 ? 256 : command[4];
  gsize left = size - offset;
  if (wanted > left && card->exact_le && left > 0)
    return answer (response, NULL, 0, (guint16) (0x6C00 | left));
  return answer (response, bytes + offset, MIN (wanted, left), wanted > left && card->end_6282 ? 0x6282 : 0x9000);
}

static gssize
fake_transmit (PerronChannel *channel, const guint8 *command, gsize command_len, guint8 *response, gsize response_size, GError **error)
{
  static const guint8 fci[30] = { 0x6F, 0x1C };
  FakeCard *card = ((FakeChannel *) channel)->card;

  g_assert_cmpuint (response_size, >=, PERRON_RESPONSE_MAX);
  g_assert_cmpuint (command_len, >=, 5);
  card->transmits++;
  if (card->fault.at != 0 && card->transmits >= card->fault.at && card->transmits < card->fault.at + card->fault.times) {
    if (card->becomes != NULL)
      ((FakeChannel *) channel)->card = card->becomes;
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, card->fault.code, "injected");
    return -1;
  }
  if (command[0] != 0x00)
    return answer (response, NULL, 0, 0x6E00);
  if (command[1] == 0xC0 && card->pending > 0)
    return answer (response, fci, MIN (command[4], card->pending), 0x9000);
  card->pending = 0;
  if (command[1] == 0xA4)
    return do_select (card, command, command_len, response);
  if (command[1] == 0xB0)
    return do_read (card, command, response);
  return answer (response, NULL, 0, 0x6D00);
}

static const guint8 *
fake_get_atr (PerronChannel *channel, gsize *ret_len)
{
  FakeCard *card = ((FakeChannel *) channel)->card;
  *ret_len = card->atr_length;
  return card->atr;
}

PerronChannel *
fake_card_open (FakeCard *card)
{
  FakeChannel *channel = g_new0 (FakeChannel, 1);
  channel->channel = (PerronChannel) { fake_transmit, fake_get_atr, (void (*) (PerronChannel *)) g_free };
  channel->card = card;
  card->folder = card->file = card->pending = 0;
  return &channel->channel;
}

struct FakeSlot {
  PerronCardSource source;
  GMutex mutex;
  GCond cond;
  PerronCardStatus status;
  FakeCard *card;
  guint changes;
  guint told;
  guint opens;
  gboolean cancelled;
};

static PerronCardStatus
slot_wait (PerronCardSource *source, PerronCardStatus known, gint timeout_ms)
{
  FakeSlot *slot = (FakeSlot *) source;
  gint64 end_us = g_get_monotonic_time () + (gint64) MAX (timeout_ms, 0) * 1000;
  gboolean in_time = timeout_ms != 0;

  g_mutex_lock (&slot->mutex);
  while (in_time && !slot->cancelled && slot->status == known && (slot->status != PERRON_CARD_READING || slot->told == slot->changes)) {
    if (timeout_ms < 0)
      g_cond_wait (&slot->cond, &slot->mutex);
    else
      in_time = g_cond_wait_until (&slot->cond, &slot->mutex, end_us);
  }
  slot->cancelled = FALSE;
  slot->told = slot->changes;
  PerronCardStatus status = slot->status;
  g_mutex_unlock (&slot->mutex);
  return status;
}

static PerronChannel *
slot_open (PerronCardSource *source, GError **error)
{
  FakeSlot *slot = (FakeSlot *) source;
  PerronChannel *channel = NULL;

  g_mutex_lock (&slot->mutex);
  slot->opens++;
  slot->told = slot->changes;
  if (slot->card != NULL)
    channel = fake_card_open (slot->card);
  else
    g_set_error_literal (error, PERRON_CHANNEL_ERROR, PERRON_CHANNEL_ERROR_REMOVED, "no card");
  g_mutex_unlock (&slot->mutex);
  return channel;
}

static void
slot_cancel (PerronCardSource *source)
{
  FakeSlot *slot = (FakeSlot *) source;
  g_mutex_lock (&slot->mutex);
  slot->cancelled = TRUE;
  g_cond_signal (&slot->cond);
  g_mutex_unlock (&slot->mutex);
}

static void
slot_free (PerronCardSource *source)
{
  FakeSlot *slot = (FakeSlot *) source;
  g_mutex_clear (&slot->mutex);
  g_cond_clear (&slot->cond);
  g_free (slot);
}

PerronCardSource *
fake_slot_new (FakeSlot **ret_slot)
{
  FakeSlot *slot = g_new0 (FakeSlot, 1);
  slot->source = (PerronCardSource) { slot_wait, slot_open, slot_cancel, slot_free };
  slot->status = PERRON_CARD_NO_CARD;
  g_mutex_init (&slot->mutex);
  g_cond_init (&slot->cond);
  *ret_slot = slot;
  return &slot->source;
}

void
fake_slot_set (FakeSlot *slot, PerronCardStatus status, FakeCard *card)
{
  g_mutex_lock (&slot->mutex);
  slot->status = status;
  slot->card = card;
  slot->changes++;
  g_cond_signal (&slot->cond);
  g_mutex_unlock (&slot->mutex);
}

guint
fake_slot_opens (FakeSlot *slot)
{
  g_mutex_lock (&slot->mutex);
  guint opens = slot->opens;
  g_mutex_unlock (&slot->mutex);
  return opens;
}

PerronProfiles *
fake_profiles (void)
{
  g_autoptr (GError) error = NULL;
  PerronProfiles *profiles = perron_profiles_load (PERRON_PROFILES_DIR, &error);
  g_assert_no_error (error);
  return profiles;
}
